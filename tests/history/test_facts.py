"""Facts: what holds, and what was undone."""

from netaudit.history.facts import holding, said, told, word_of
from netaudit.history.shape import Fact


def fact(number, kind, subject, target="", **more):
    return Fact(
        id=f"f{number}", at=f"2026-01-{number:02d}T00:00:00Z", kind=kind, subject=subject, object=target, **more
    )


def test_undone_fact_does_not_hold_until_its_undoing_is_undone():
    same, undo, redo = fact(1, "same", "a", "b"), fact(2, "undo", "f1"), fact(3, "undo", "f2")

    assert holding([same]) == (same,)
    assert holding([undo, same]) == ()
    assert holding([redo, undo, same]) == (same,)


def test_merges_make_groups_in_any_order():
    facts = [fact(1, "same", "a", "b"), fact(2, "same", "c", "d"), fact(3, "same", "b", "c"), fact(4, "same", "x", "y")]
    groups = word_of(facts).same

    assert len({groups[name] for name in "abcd"}) == 1
    assert groups["x"] == groups["y"] != groups["a"]
    assert word_of(facts[::-1]).same == groups


def test_splits_are_kept():
    word = word_of([fact(1, "apart", "a", "mac:x"), fact(2, "mark", "a", "planned")])

    assert word.apart == {("a", "mac:x")}
    assert word.same == {}


def test_fact_is_told_with_who_when_and_why():
    assert told(fact(1, "same", "a", "b", who="kim", why="label")) == "said by kim on 2026-01-01: label"
    assert told(fact(1, "same", "a", "b")) == "said by somebody on 2026-01-01"


def test_id_of_a_fact_is_a_digest():
    assert said(fact(1, "same", "a", "b")) == said(fact(1, "same", "a", "b"))
    assert said(fact(1, "same", "a", "b")).id != said(fact(1, "same", "a", "c")).id
