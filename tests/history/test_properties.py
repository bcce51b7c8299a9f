"""What holds for any runs and any facts: no crash, no device twice, nothing gone that was not missed, any order."""

from collections import Counter

from history.test_timeline import MACS, SERIALS, box, run
from hypothesis import given, settings
from hypothesis import strategies as st
from support.inventories import hostile

from netaudit.history import Fact, compare
from netaudit.history.progress import Mark, progress
from netaudit.history.snapshots import given as snapshots
from netaudit.history.timeline import reckon

BOXES = st.builds(
    lambda name, host, macs, serial, family: box(name, f"10.0.0.{host}", macs, serial, family=family),
    st.sampled_from("abcdef"),
    st.integers(1, 4),
    st.lists(st.sampled_from(MACS[:4]), max_size=2, unique=True).map(tuple),
    st.sampled_from((None, *SERIALS)),
    st.sampled_from(("dahua", "hikvision", "axis")),
)
RUNS = st.lists(
    st.tuples(st.lists(BOXES, max_size=4, unique_by=lambda b: b.device.id), st.sampled_from((None, "x", "y"))),
    max_size=6,
)
NAMES = st.sampled_from(("a", "b", "c", *(f"mac:{m}" for m in MACS[:2]), f"serial:{SERIALS[0]}", "10.0.0.1"))
FACTS = st.lists(
    st.tuples(st.sampled_from(("same", "apart", "undo")), NAMES, NAMES), max_size=4
).map(
    lambda said: [
        Fact(id=f"f{n}", at=f"2026-01-0{n + 1}", kind=kind, subject=f"f{n - 1}" if kind == "undo" else one, object=other)
        for n, (kind, one, other) in enumerate(said)
    ]
)  # fmt: skip


def made(runs):
    return [run(day, *boxes, site=site) for day, (boxes, site) in enumerate(runs)]


@settings(max_examples=80, deadline=None)
@given(RUNS, FACTS)
def test_any_runs_and_facts_give_one_timeline(runs, facts):
    documents = made(runs)
    timeline = reckon(*snapshots(documents), facts)

    assert timeline == reckon(*snapshots(documents[::-1]), facts[::-1])
    assert max(Counter(d.id for d in timeline.devices).values(), default=1) == 1
    assert all(d.first_seen <= d.last_seen for d in timeline.devices)
    found = progress(timeline, marks=[Mark("a", "planned", "2026-01-01")])
    assert found.devices.total == sum(line_total for line in found.by_site for line_total in line.states.values())
    assert all(sum(point.states.values()) <= len(timeline.devices) for point in found.points)
    assert not found.points or found.points[-1].states == found.devices.states


@settings(max_examples=80, deadline=None)
@given(RUNS.filter(lambda runs: len(runs) > 1))
def test_any_two_runs_have_a_drift(runs):
    old, new = made(runs)[:2]

    assert compare(old, old).changes == ()
    told = compare(old, new).changes
    assert not {c.device for c in told if c.kind == "gone"} & {c.device for c in told if c.kind in {"moved", "changed"}}


def test_hostile_inventories_have_a_timeline():
    assert len(reckon(*snapshots([hostile()])).devices) == len(hostile().assets)
