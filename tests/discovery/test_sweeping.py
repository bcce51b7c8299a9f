"""A sweep that was cut goes on in the order that it had, and anew where it cannot."""

from dataclasses import replace

import pytest
from support.staging import ETH0, heard

from netaudit.discovery.channel import Question
from netaudit.discovery.ledger import Ledger
from netaudit.discovery.sweeping import in_order
from netaudit.wire.gate import Gate
from netaudit.wire.passes import Progress

ADDRESSES = tuple(f"10.0.0.{number}" for number in range(3, 120))
QUESTION = Question(gate=Gate(lambda _: True, rate_pps=1), interface=ETH0, addresses=ADDRESSES, part="find")


def continued(*lines):
    """A ledger that has learnt from these lines of a bundle, and writes on."""
    ledger = Ledger(write=lambda _: None, past=lambda: iter(lines))
    list(ledger.retell())
    return ledger


@pytest.fixture
def cut():
    """(the order of a sweep, the marks that it left when it was cut)."""
    marks = []
    order, notes = in_order(replace(QUESTION, ledger=Ledger(write=marks.append)))
    notes.came(Progress((), order[7]))
    notes.came(Progress((5,), order[3]))
    return order, marks


def test_order_is_mixed_and_everybody_is_in_it(cut):
    order, _ = cut

    assert sorted(order) == sorted(ADDRESSES)
    assert order != list(ADDRESSES)


def test_sweep_goes_on_in_the_same_order_with_what_was_noted_last(cut):
    order, marks = cut
    again, notes = in_order(replace(QUESTION, ledger=continued(heard(order[0]), heard("10.0.0.9", "sadp"), *marks)))

    assert again == order
    assert notes.begun == Progress((5,), order[3])
    assert notes.heard == {order[0]}


@pytest.mark.parametrize(
    "other", [{"addresses": ADDRESSES[1:]}, {"part": "again"}, {"interface": replace(ETH0, name="eth1")}]
)
def test_sweep_of_others_or_elsewhere_begins_anew(cut, other):
    _, marks = cut
    _, notes = in_order(replace(QUESTION, ledger=continued(*marks), **other))

    assert notes.begun == Progress()


def test_note_of_an_address_that_is_not_asked_counts_for_nothing(cut):
    _, marks = cut
    ledger = continued(replace(marks[-1], last="10.9.9.9"))

    assert in_order(replace(QUESTION, ledger=ledger))[1].begun == Progress()


@pytest.mark.parametrize("ledger", [None, Ledger()])
def test_nothing_is_noted_without_a_recording(ledger):
    order, notes = in_order(replace(QUESTION, ledger=ledger))

    assert sorted(order) == sorted(ADDRESSES)
    assert notes is None
