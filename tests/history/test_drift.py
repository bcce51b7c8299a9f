"""Drift: two runs side by side."""

import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from support.inventories import DOUBTFUL, NAMELESS, PRINTER, RECORDER, RELABEL, RUN, SMALL

from netaudit.history import History, compare, compare_stored, encode
from netaudit.inventory import document
from netaudit.model import Gap

EVERY = (DOUBTFUL, NAMELESS, PRINTER, RECORDER, RELABEL)
CALM = replace(SMALL, coverage=replace(SMALL.coverage, gaps=()), problems=())


def made(*assets, run="run-1", inventory=CALM, **about):
    return document(replace(inventory, run=replace(RUN, id=run, **about), assets=assets))


def kinds(old, new):
    return [(change.kind, change.device) for change in compare(old, new).changes]


def test_same_inventories_have_no_drift():
    assert compare(made(*EVERY), made(*EVERY)).changes == ()
    assert compare(made(), made(run="run-2")).changes == ()


def test_what_came_and_what_went():
    assert kinds(made(PRINTER), made(PRINTER, RELABEL)) == [("appeared", "serial-5")]
    assert kinds(made(PRINTER, RELABEL), made(PRINTER)) == [("gone", "serial-5")]
    assert compare(made(PRINTER), made(PRINTER, RELABEL)).counts == {"appeared": 1}


def test_what_was_not_covered_is_unseen_with_the_reason():
    interrupted = replace(SMALL, coverage=replace(SMALL.coverage, gaps=(Gap(kind="interrupted", detail=""),)))
    drift = compare(made(PRINTER, RELABEL), made(PRINTER, run="run-2", inventory=interrupted))

    assert [(c.kind, c.because) for c in drift.changes] == [("unseen", "the run was incomplete: interrupted")]
    assert kinds(made(PRINTER, RELABEL), made(run="run-2")) == [("unseen", "mac-9"), ("unseen", "serial-5")][::-1]


def test_runs_of_different_sites_tell_of_moves_and_of_nothing_gone():
    moved = replace(RELABEL, device=replace(RELABEL.device, addresses=("10.0.0.99",)))
    old, new = made(PRINTER, RELABEL, site="a"), made(moved, site="b", run="run-2")

    assert sorted(kinds(old, new)) == [("moved", "serial-5"), ("unseen", "mac-9")]
    assert compare(old, made(PRINTER, RELABEL, run="run-2")).changes == ()


def test_stored_runs_are_compared_after_pruning_too(place):
    with History(place) as history:
        history.add(made(PRINTER))
        history.add(made(PRINTER, RELABEL, run="run-2", started_at=RUN.started_at + 60))
        drift = compare_stored(history, "run-1", "run-2")
        history.prune("2100")

        assert [change.kind for change in drift.changes] == ["appeared"]
        assert compare_stored(history, "run-1", "run-2") == drift
        assert [c.kind for c in compare_stored(history, "run-2", "run-1").changes] == ["gone"]
        assert compare_stored(history, "run-2", "run-2").changes == ()


def test_json_has_the_words_of_the_table():
    found = json.loads(encode(compare(made(PRINTER), made(PRINTER, RELABEL))))

    assert found["schema"] == "netaudit.drift/1"
    assert found["counts"] == {"appeared": 1}
    assert found["changes"][0]["device"] == "serial-5"
    assert (found["old"]["devices"], found["new"]["devices"]) == (1, 2)


@settings(max_examples=50, deadline=None)
@given(st.sets(st.sampled_from(range(5))), st.sets(st.sampled_from(range(5))))
def test_each_device_that_came_or_went_is_told_once(before, after):
    old, new = (made(*(EVERY[n] for n in sorted(some)), run=f"run-{n}") for n, some in enumerate((before, after)))
    told = compare(old, new).changes

    assert len([c for c in told if c.kind == "appeared"]) == len(after - before)
    assert len([c for c in told if c.kind in {"gone", "unseen"}]) == len(before - after)
