"""Progress: the burn-down of the estate equals its script's truth, and each figure has its denominator."""

from dataclasses import replace
from functools import cache

import pytest
from support.estate import MONTHS, affected, play
from support.inventories import RUN, SMALL, START, asset

from netaudit.history import Mark, progress
from netaudit.history.progress import STATES
from netaudit.history.snapshots import given
from netaudit.history.timeline import reckon
from netaudit.inventory import document
from netaudit.model import ChannelTotal, Coverage

DAY = 86_400
DONE = (ChannelTotal(name="http", status="done", reason=None, sent=9, received=9),)


@cache
def played():
    estate, documents = play()
    return estate, reckon(*given(documents))


def test_burn_down_of_the_estate_is_what_truly_happened():
    estate, timeline = played()
    points = progress(timeline).points
    told = [(sum(point.states.values()), point.states["gone"]) for point in points]

    assert len(points) == MONTHS
    assert told == [tuple(map(len, affected(estate, month))) for month in range(MONTHS)]


def test_figures_have_units_and_denominators():
    _, timeline = played()
    found = progress(timeline)

    assert (found.devices.unit, found.sites.unit) == ("device", "site")
    assert found.devices.total == sum(found.devices.states.values())
    assert found.sites.total == sum(found.sites.states.values()) == 2
    assert list(found.devices.states) == list(STATES)
    assert found.as_of == timeline.runs[-1][1][:10]


def test_other_makers_are_counted_when_they_are_asked_for():
    _, timeline = played()

    assert progress(timeline, families=("axis",)).devices.total > 0
    assert progress(timeline, families=("uniview",)).devices.total == 0
    assert progress(timeline, families=("uniview",)).never_affected == 2


def box(number, **identity):
    known = {"family": "dahua", "verdict": "confirmed", "kind": "camera", **identity}
    mac = f"3c:ef:8c:00:00:{number:02x}"
    return asset(f"box-{number}", f"10.0.0.{number}", macs=(mac,), ports=[("tcp", 80, "http")], **known)


def run(day, *boxes, site=None):
    made = replace(RUN, id=f"run-{day}-{site}", started_at=START + day * DAY, site=site)
    coverage = Coverage(addresses_in_scope=254, addresses_answering=1, channels=DONE)
    others = asset("router", "10.0.0.254", macs=("00:80:77:00:00:09",))
    return document(replace(SMALL, run=made, coverage=coverage, assets=(others, *boxes), problems=()))


def states(*runs, marks=(), **options):
    found = progress(reckon(*given(runs)), marks=marks, **options)
    return {state: count for state, count in found.devices.states.items() if count}


def test_states_follow_each_other():
    boxes = [box(n) for n in range(1, 4)]
    marks = [Mark("box-1", "planned", "2026-02-02"), Mark("mac:3c:ef:8c:00:00:02", "planned", "2026-02-02")]

    assert states(run(1, *boxes, box(4, verdict="possible"))) == {"found": 1, "confirmed": 3}
    assert states(run(1, *boxes), marks=marks) == {"confirmed": 1, "planned": 2}
    replaced = [*marks, Mark("10.0.0.2", "replaced", "2026-02-03")]
    assert states(run(1, *boxes), marks=replaced) == {"confirmed": 1, "planned": 1, "replaced": 1}
    gone = run(1, *boxes), run(4, boxes[0]), run(5, boxes[0])
    assert states(*gone, marks=replaced) == {"planned": 1, "gone": 2}


def test_device_that_is_replaced_and_answers_is_not_replaced():
    timeline = reckon(*given((run(1, box(1)), run(9, box(1)))))
    dated = progress(timeline, marks=[Mark("box-1", "replaced", "2026-02-03")])
    undated = progress(timeline, marks=[Mark("box-1", "replaced")])

    assert dated.devices.states["confirmed"] == undated.devices.states["confirmed"] == 1
    assert dated.remarks == ("box-1: replaced on 2026-02-03, but seen on 2026-02-09T09:00:00Z",)
    assert undated.remarks == ("box-1: the register has it as replaced, and the last run saw it",)


def test_register_without_dates_counts_for_those_that_were_not_seen():
    timeline = reckon(*given((run(1, box(1), box(2)), run(9, box(2)))))
    found = progress(timeline, marks=[Mark("box-1", "replaced"), Mark("box-2", "planned")])

    assert (found.devices.states["replaced"], found.devices.states["planned"]) == (1, 1)
    assert found.remarks == ()


def test_mark_of_nobody_is_told():
    found = progress(reckon(*given((run(1, box(1)),))), marks=[Mark("10.9.9.9", "planned", "2026-01-01")])

    assert found.remarks == ("10.9.9.9: planned: no device of the history answers to it",)


def test_site_is_as_far_as_its_last_device():
    runs = [run(1, box(1), box(2), site="a"), run(1, box(9), site="b"), run(1, site="c")]
    runs += [run(day, box(2), site="a") for day in (2, 3)] + [run(day, site="b") for day in (2, 3)]
    found = progress(reckon(*given(runs)))

    assert [(line.site, line.state) for line in found.by_site] == [("a", "confirmed"), ("b", "gone"), ("c", None)]
    assert (found.sites.total, found.sites.states["gone"], found.never_affected) == (2, 1, 1)


def test_silence_that_proves_nothing_is_counted():
    assert progress(reckon(*given((run(1, box(1)), run(2))))).silent == 1
    assert progress(reckon(*given((run(1, box(1)), run(2), run(3))))).silent == 0


def test_deadlines_are_reckoned_from_the_day_that_is_named():
    runs = [run(1, box(1), box(2)), run(2, box(1)), run(31, box(1))]
    found = progress(reckon(*given(runs)), deadlines=[("law", "2026-05-01"), ("own", "2026-03-01")], as_of="2026-04-01")
    own, law = found.deadlines

    assert (own.name, own.days_left, own.needed) == ("own", -31, None)
    assert (law.name, law.days_left, law.devices_left, law.sites_left, law.needed) == ("law", 30, 1, 1, 1.0)
    assert law.pace == 1.0


def test_verdict_that_was_taken_back_leaves_the_count():
    wrong, right = box(1), box(1, family="axis")

    assert states(run(1, wrong), run(2, right)) == {}
    assert progress(reckon(*given((run(1, wrong), run(2, right))))).points[0].states["confirmed"] == 1


def test_empty_history_has_no_progress():
    found = progress(reckon(*given(())))

    assert (found.devices.total, found.points, found.as_of) == (0, (), "")


@pytest.mark.parametrize("misses", [1, 3])
def test_misses_are_as_asked_for(misses):
    timeline = reckon(*given([run(1, box(1)), *(run(day) for day in range(2, 2 + misses))]), misses=misses)

    assert progress(timeline, misses=misses).devices.states["gone"] == 1
