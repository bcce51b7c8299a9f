import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.records.streams import KEPT_SIZE, PIECE_COST, Stream


def stream(*segments, begin=None, end=None, origin=1000):
    """A stream of these (place, bytes), in the order in which they came."""
    made = Stream(b"key", origin, begin, end)
    for place, data in segments:
        made.put(place, data)
    return made


@pytest.mark.parametrize(
    ("segments", "content"),
    [
        ([(0, b"abc"), (3, b"def")], b"abcdef"),
        ([(3, b"def"), (0, b"abc")], b"abcdef"),
        ([(0, b"abc"), (0, b"abc"), (3, b"def"), (0, b"abcdef")], b"abcdef"),
        ([(0, b"abc"), (0, b"XYZdef")], b"abcdef"),
        ([(0, b"abc"), (1, b"YZdef")], b"abcdef"),
        ([(3, b"def"), (0, b"abcXYZ")], b"abcdef"),
        ([(1, b"b"), (3, b"d"), (5, b"f"), (0, b"a-c-e-")], b"abcdef"),
        ([(0, b"abc"), (4, b"ef")], b"abc"),
        ([(1, b"bc")], b""),
        ([(-1, b"-abc")], b"abc"),
        ([(-3, b"---"), (0, b"abc")], b"abc"),
        ([(0, b""), (0, b"abc"), (3, b"")], b"abc"),
    ],
)
def test_first_bytes_for_a_place_stay(segments, content):
    assert content == stream(*segments, begin=0).content


def test_stream_without_a_beginning_begins_with_its_lowest_byte():
    assert stream((0, b"def"), (-3, b"abc")).content == b"abcdef"
    assert stream().content == b""


def test_sequence_numbers_wrap_around():
    made = stream(origin=2**32 - 2)

    assert [made.place(n) for n in (2**32 - 3, 2**32 - 2, 0, 3)] == [-1, 0, 2, 5]


def test_first_sequence_number_is_place_zero():
    made = Stream(b"key")

    assert [made.place(n) for n in (77, 82, 72)] == [0, 5, -5]


def test_no_more_than_the_limit_is_kept():
    made = stream((0, bytes(KEPT_SIZE - 1)), begin=0)

    assert not made.is_full
    assert made.put(KEPT_SIZE - 1, b"abc") == 1
    assert made.put(KEPT_SIZE + 2, b"def") == 0
    assert made.is_full
    assert len(made.content) == KEPT_SIZE


def test_stream_is_complete_at_its_end_and_not_before():
    assert not stream((0, b"abc"), begin=0).is_complete
    assert not stream((0, b"abc"), begin=0, end=4).is_complete
    assert not stream((1, b"bc"), begin=0, end=3).is_complete
    assert not stream((0, b"abc"), end=3).is_complete
    assert stream((0, b"abc"), begin=0, end=3).is_complete
    assert stream(begin=0, end=0).is_complete
    assert stream((0, bytes(KEPT_SIZE)), begin=0).is_complete


def test_stream_is_broken_where_something_is_missing_before_what_was_seen():
    assert stream((0, b"abc"), (4, b"e"), begin=0).is_broken
    assert stream((1, b"bc"), begin=0).is_broken
    assert stream((0, b"abc"), begin=0, end=5).is_broken
    assert not stream((0, b"abc"), begin=0).is_broken
    assert not stream((0, b"abc"), begin=0, end=3).is_broken
    assert not stream(begin=0).is_broken
    assert not stream((0, bytes(KEPT_SIZE)), begin=0, end=KEPT_SIZE + 9).is_broken


def test_beginning_must_fit_to_what_was_heard():
    assert stream((0, b"abc")).may_begin(1000)
    assert stream((0, b"abc")).may_begin(990)
    assert not stream((0, b"abc")).may_begin(1001)
    assert not stream((0, b"abc")).may_begin(1000 - KEPT_SIZE)
    assert stream((0, b"abc"), begin=-2).may_begin(998)
    assert not stream((0, b"abc"), begin=-2).may_begin(999)


def test_pieces_are_bounded():
    made = stream(*((2 * number, b"x") for number in range(1000)), begin=0)

    assert len(made.pieces) == 128


segments = st.lists(st.tuples(st.integers(-10, 60), st.binary(max_size=12)), max_size=30)


@given(segments, st.one_of(st.none(), st.integers(-3, 3)))
def test_pieces_never_touch_and_their_cost_is_known(segments, begin):
    made = Stream(b"key", 0, begin)
    cost = sum(made.put(place, data) for place, data in segments)
    edges = [edge for at, piece in made.pieces for edge in (at, at + len(piece))]

    assert edges == sorted(set(edges))
    assert cost == made.cost == sum(len(piece) + PIECE_COST for _, piece in made.pieces)


@given(segments)
def test_each_place_holds_what_came_first(segments):
    first = {}
    for place, data in segments:
        for number, value in enumerate(data, place):
            first.setdefault(number, value)
    made = stream(*segments)

    assert first == {at + n: value for at, piece in made.pieces for n, value in enumerate(piece)}
