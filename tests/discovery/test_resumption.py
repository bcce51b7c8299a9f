"""Visits that were cut, at every place at which a bundle can end, and gone on with."""

from dataclasses import replace
from hashlib import sha256

import pytest
from support.visits import ALERT, CHALLENGE, LATE, OPTIONS_OK, PAGE, SHAKEN, Port, dialled, play, usual

from netaudit.discovery.ledger import FIRST, Ledger
from netaudit.discovery.resumption import noted, retrace
from netaudit.discovery.visit import USUAL_CHANNELS, go_on
from netaudit.discovery.visiting.state import Visit
from netaudit.model import Gap, Reply
from netaudit.records.marks import Answered, Asked, Begun, Mark, Over
from netaudit.wire.steps import STEPS, Connect, Exchange

CAMERA = {
    80: Port(answer=PAGE),
    443: Port(handshakes=[SHAKEN] * 3),
    554: Port(answer=OPTIONS_OK),
    8000: Port(answer=LATE),
}
OLD = {80: Port(answer=LATE), 443: Port(handshakes=[ALERT] * 3), 554: Port(answer=CHALLENGE), 8080: Port()}


def told(conversation, lines):
    """The same conversation, each of its results written where the notes are."""
    outcome = None
    while True:
        try:
            item = conversation.send(outcome)
        except StopIteration:
            return
        if not isinstance(item, STEPS):
            lines.append(item)
        outcome = yield item


def visited(ports, lines=(), *, target=None, named=None):
    """(steps, what the bundle holds) of a visit that goes on where these lines end.

    `named`: what its target becomes after so many questions, counted from the first of all.
    """
    now = list(lines)
    ledger = Ledger(write=now.append, past=lambda: iter(lines))
    list(ledger.retell())
    state = Visit(target or usual(ports), USUAL_CHANNELS)
    past = ledger.visits.get((FIRST, state.target.address))
    if past and past.over:
        return [], now
    state.target = past.target if past else state.target

    def renew():
        asked = len(noted_questions(now))
        return named[1] if named and asked >= named[0] and state.target != named[1] else None

    conversation = told(noted(ledger, FIRST, state, go_on(state), renew=renew), now)
    steps, _ = play(ports, state.target, conversation=conversation)
    return steps, now


def results(lines):
    return {line for line in lines if not isinstance(line, Mark)}


def noted_questions(lines):
    return [(line.port, line.digest) for line in lines if isinstance(line, Asked)]


def sent_questions(steps):
    port, sent = 0, []
    for step in steps:
        port = step.port if isinstance(step, Connect) else port
        if isinstance(step, Exchange) and step.request:
            sent.append((port, sha256(step.request).hexdigest()))
    return sent


@pytest.mark.parametrize("ports", [CAMERA, OLD], ids=["camera", "old"])
def test_visit_that_was_cut_anywhere_asks_only_what_was_not_asked(ports):
    _, whole = visited(ports)
    assert isinstance(whole[0], Begun)
    assert isinstance(whole[-1], Over)
    assert len(noted_questions(whole)) > 2

    for cut in range(len(whole) + 1):
        lines = whole[:cut]
        steps, now = visited(ports, lines)
        sent = sent_questions(steps)
        asked = [line for line in lines if isinstance(line, Asked | Answered)]
        if asked and isinstance(asked[-1], Asked):
            new = results(now) - results(whole)
            assert [line.kind for line in new if isinstance(line, Gap)] == ["answers_lost"]
            assert all(line.heard_at for line in new if isinstance(line, Reply))
            assert not set(noted_questions(lines)) & set(sent)
        else:
            assert noted_questions(lines) + sent == noted_questions(whole)
            assert results(now) == results(whole)


def test_connection_that_was_open_is_opened_again_with_its_handshake():
    _, whole = visited(CAMERA)
    shaken = next(n for n, line in enumerate(whole) if isinstance(line, Answered) and line.step == "secure")
    steps, _ = visited(CAMERA, whole[: shaken + 1])

    assert dialled(steps)[0] == 443
    assert [type(step).__name__ for step in steps[:3]] == ["Connect", "Secure", "Exchange"]


def test_visit_goes_on_with_the_target_that_it_was_begun_with():
    _, whole = visited(CAMERA)
    steps, _ = visited(CAMERA, whole[:1], target=usual({9999: Port()}))

    assert set(dialled(steps)) == set(CAMERA)


NAMING = {80: Port(answer=PAGE), 554: Port(answer=OPTIONS_OK), 81: Port(answer=PAGE), 9000: Port(answer=PAGE)}
NAMED = usual((9000, 80, 554, 81), description=(9000, "/rootdesc.xml"))


@pytest.mark.parametrize("after", [1, 2])
def test_visit_that_took_up_what_was_named_meanwhile_goes_on_with_that(after):
    first = usual((80, 554, 81))
    steps, whole = visited(NAMING, target=first, named=(after, NAMED))
    assert dialled(steps).index(9000) > 0
    assert [line.target for line in whole if isinstance(line, Begun)] == [first, NAMED]

    for cut in range(len(whole) + 1):
        lines = whole[:cut]
        asked = [line for line in lines if isinstance(line, Asked | Answered)]
        if not asked or not isinstance(asked[-1], Asked):
            steps, now = visited(NAMING, lines, target=first, named=(after, NAMED))
            every, renewed = (
                noted_questions(lines) + sent_questions(steps),
                [n for n in lines if isinstance(n, Begun)][1:],
            )
            assert sorted(every) == sorted(noted_questions(whole))
            assert every == noted_questions(whole) or not renewed  # else it is taken up a port later
            assert results(now) == results(whole)


def test_of_a_visit_that_was_over_it_is_known_what_was_named_meanwhile():
    _, whole = visited(NAMING, target=usual((80, 554, 81)), named=(1, NAMED))
    ledger = Ledger(past=lambda: iter(whole))
    list(ledger.retell())
    (past,) = ledger.visits.values()

    assert (past.target, past.latest) == (usual((80, 554, 81)), NAMED)


def test_visit_that_was_cut_twice_is_gone_on_with_twice():
    _, whole = visited(CAMERA)
    second = visited(CAMERA, whole[:4])[1]

    for cut in range(5, len(second)):
        asked = [line for line in second[:cut] if isinstance(line, Asked | Answered)]
        if not isinstance(asked[-1], Asked):
            assert results(visited(CAMERA, second[:cut])[1]) == results(whole)


@pytest.mark.parametrize("ports", [CAMERA, OLD], ids=["camera", "old"])
def test_visit_that_was_cut_between_question_and_answer_and_then_again_asks_nothing_twice(ports):
    _, whole = visited(ports)
    for first in (n + 1 for n, line in enumerate(whole) if isinstance(line, Asked)):
        second = visited(ports, whole[:first])[1]
        for cut in range(first, len(second) + 1):
            steps, now = visited(ports, second[:cut])

            assert not set(noted_questions(second[:cut])) & set(sent_questions(steps))
            assert len(noted_questions(now)) == len(set(noted_questions(now)))


@pytest.mark.parametrize(
    ("step", "change"),
    [
        (None, {"digest": "0" * 64}),
        ("connect", {"port": 81}),
        ("connect", {"step": "exchange"}),
        ("secure", {"step": "connect"}),
        ("exchange", {"step": "secure"}),
        ("exchange", {"step": ""}),
    ],
)
def test_notes_of_other_questions_end_the_visit_and_answer_none(step, change):
    _, whole = visited(CAMERA)
    kind = Answered if step else Asked
    chosen = [
        n for n, line in enumerate(whole) if isinstance(line, kind) and step in {None, getattr(line, "step", "")}
    ][-1]
    changed = [*whole[:chosen], replace(whole[chosen], **change), *whole[chosen + 1 : -1]]
    steps, now = visited(CAMERA, changed)

    assert steps == []
    assert [line.kind for line in results(now) - results(whole)] == ["answers_lost"]
    assert isinstance(now[-1], Over)


def test_lost_answer_to_another_question_ends_the_visit():
    _, whole = visited(CAMERA)
    chosen = next(n for n, line in enumerate(whole) if isinstance(line, Asked))
    steps, now = visited(CAMERA, [*whole[:chosen], replace(whole[chosen], digest="0" * 64)])

    assert steps == []
    assert isinstance(now[-1], Over)


@pytest.mark.parametrize(("limit_s", "over"), [(0.000001, True), (None, False)])
def test_visit_that_the_users_limit_ended_is_over_and_one_that_was_stopped_is_not(limit_s, over):
    lines = []
    state = Visit(usual(CAMERA), USUAL_CHANNELS)
    conversation = noted(Ledger(write=lines.append), FIRST, state, go_on(state), limit_s)
    next(conversation)
    conversation.close()

    assert any(isinstance(line, Over) for line in lines) is over


def test_visit_that_was_over_is_gone_through_for_what_it_left():
    _, whole = visited({80: Port(connect=LATE), 554: Port(answer=OPTIONS_OK)})
    ledger = Ledger(past=lambda: iter(whole))
    list(ledger.retell())
    (past,) = ledger.visits.values()
    state = Visit(past.target, USUAL_CHANNELS)
    retrace(past, state, go_on(state))

    assert (past.over, past.late) == (True, True)
    assert state.rtsp_left < 2
