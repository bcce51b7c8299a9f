from collections import Counter
from itertools import permutations

import pytest

from netaudit.records.fragments import Fragments

WHOLE = bytes(range(40))
PIECES = [(0, True, WHOLE[:16]), (16, True, WHOLE[16:32]), (32, False, WHOLE[32:])]
MISSING = "in fragments, some of which are missing"
MISFITS = "in fragments that overlap or do not fit"


def put_together(pieces, seconds=0.0):
    """What each fragment completes, in their order; and what was counted as skipped."""
    skipped = Counter()
    fragments = Fragments(skipped, bool)
    found = [fragments.add("key", *piece, heard_at=seconds * number) for number, piece in enumerate(pieces)]
    fragments.finish()
    return [whole for whole in found if whole is not None], dict(skipped)


@pytest.mark.parametrize("order", list(permutations(PIECES)))
def test_any_order_gives_the_datagram(order):
    assert put_together(order) == ([WHOLE], {})


def test_repeated_fragments_do_no_harm():
    assert put_together([PIECES[0], PIECES[0], PIECES[2], PIECES[2], PIECES[1]]) == ([WHOLE], {})


def test_atomic_fragment_is_the_datagram():
    assert put_together([(0, False, b"all")]) == ([b"all"], {})


@pytest.mark.parametrize(
    "evil",
    [
        (8, True, bytes(8)),
        (0, True, bytes(16)),
        (0, True, WHOLE[:24]),
        (40, True, bytes(8)),
        (40, False, b"longer"),
        (32, False, b"other"),
        (16, True, WHOLE[16:31]),
        (16, True, b""),
        (65528, True, bytes(16)),
    ],
)
def test_datagram_with_a_fragment_that_does_not_fit_is_given_up(evil):
    assert put_together([PIECES[0], PIECES[2], evil, PIECES[1], PIECES[0]]) == ([], {MISFITS: 1})


def test_datagram_in_crumbs_is_given_up():
    crumbs = [(8 * number, True, bytes(8)) for number in range(300)]

    assert put_together(crumbs) == ([], {MISFITS: 1})


def test_incomplete_datagram_is_counted_if_it_was_wanted():
    assert put_together(PIECES[:2]) == ([], {MISSING: 1})
    assert put_together(PIECES[1:]) == ([], {})


def test_number_may_be_used_again_later():
    assert put_together([PIECES[0], *PIECES[1:], *PIECES[:1]]) == ([WHOLE], {MISSING: 1})
    assert put_together(PIECES[:1] + PIECES[2:] + PIECES[:1], seconds=50.0) == ([], {MISSING: 2})


def test_oldest_is_forgotten_when_there_are_too_many():
    skipped = Counter()
    fragments = Fragments(skipped, bool)
    found = [fragments.add(key, *PIECES[0], heard_at=0.0) for key in range(300)]
    found += [fragments.add(key, *PIECES[1], heard_at=0.0) for key in (0, 299)]
    found += [fragments.add(key, *PIECES[2], heard_at=0.0) for key in (0, 299)]

    assert [whole for whole in found if whole is not None] == [WHOLE]
    assert skipped[MISSING] == 45
