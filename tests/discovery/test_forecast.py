"""The time left: recorded runs are replayed, and after a tenth of each the end must have been foretold within a quarter.

The runs were recorded with tests/benchmarks/traces.py. What does not hold stands in docs/limits.md.
"""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import traces

from netaudit.discovery.forecast import PHASES, Forecast
from netaudit.discovery.live import PHASES as WORK
from netaudit.discovery.standing import Prospect, Standing

FIRST, WITHIN = traces.FIRST, traces.WITHIN
TRACES = traces.all_traces()
# Run -> the share of it after which the end is foretold.
LATER = {
    "held-lan": 0.16,  # three devices of 45 take no connection, and few were silent before
    "held-whole": 0.15,  # none of 110 is late, and many were silent before
    "routed-whole": 0.48,  # whether devices behind the router will be late shows when they are visited
}
LAN = Prospect(
    rate_pps=1000, spacing_s=0.1, asks=True, swept=254, reaching=3, visits=True, again_after_s=5.0, again_pps=50
)
BEGUN = Standing(stage="finding", done=0, total=508, phase="find", prospect=LAN)


def left(*told, at_s):
    """The estimate, after this was told."""
    forecast = Forecast()
    for moment, standing in told:
        forecast.take(standing, moment)
    return forecast.estimate(at_s)


@pytest.mark.parametrize("trace", TRACES, ids=lambda trace: trace.name)
def test_the_end_is_foretold_within_a_quarter_after_the_first_tenth(trace):
    first = LATER.get(trace.name, FIRST)
    off = {
        share: error
        for share, error in traces.errors(trace)
        if share >= first and (error is None or abs(error) > WITHIN)
    }

    assert off == {}


@pytest.mark.parametrize("name", LATER)
def test_what_is_said_not_to_hold_does_not(name):
    trace = next(trace for trace in TRACES if trace.name == name)

    assert any(abs(error) > WITHIN for share, error in traces.errors(trace) if FIRST <= share < LATER[name])


def test_runs_of_every_kind_are_replayed():
    assert {trace.told[0][1].prospect.spacing_s for trace in TRACES} == {0.1, 0.2}
    assert any(trace.told[-1][1].lossy for trace in TRACES)
    assert max(trace.told[-1][1].alive for trace in TRACES) > 3000
    assert max(trace.told[0][1].prospect.swept for trace in TRACES) > 65_000
    assert any(trace.told[0][1].alive > 50 for trace in TRACES)  # a run that goes on with another


def test_the_table_in_the_docs_is_that_of_these_runs():
    text = (Path(__file__).parents[2] / "docs" / "scanning.md").read_text()

    assert traces.table(TRACES) in text


def test_the_phases_are_those_of_a_run():
    assert (*(phase.__name__ for phase in WORK), "") == PHASES


def test_nothing_is_said_before_anything_is_known():
    assert Forecast().estimate(0.0) is None


def test_a_run_that_only_listens_takes_as_long_as_it_listens():
    told = Standing(stage="listening", done=10, total=300, phase="find", prospect=Prospect(listen_s=300.0))

    assert left((0.0, told), at_s=10.0).left_s == pytest.approx(290, abs=2)


def test_a_sweep_takes_as_long_as_its_packets_at_the_pace_of_the_user():
    wide = replace(BEGUN, prospect=replace(LAN, swept=65_534), total=131_068)

    assert left((0.0, wide), at_s=0.0).least_s == pytest.approx(131, rel=0.1)
    slow = replace(wide, prospect=replace(wide.prospect, rate_pps=100))
    assert left((0.0, slow), at_s=0.0).least_s == pytest.approx(1310, rel=0.1)


def test_whether_there_is_a_second_look_is_open_until_somebody_is_late():
    gentle = replace(LAN, again_after_s=60.0, again_pps=20, spacing_s=0.2)
    asking = replace(
        BEGUN, phase="ask", stage="asking", total=5, done=0, in_flight=5, alive=5, near=5, silent=2, prospect=gentle
    )
    before = left((3.0, asking), at_s=3.1)
    late = left((3.0, asking), (4.4, replace(asking, late=1, mute=1)), at_s=4.5)
    nobody = left((3.0, asking), (5.0, replace(asking, done=1, in_flight=4)), at_s=5.0)

    assert before.left_s == before.least_s
    assert before.most_s > before.least_s + 60
    assert late.least_s == late.left_s > 60
    assert nobody.most_s < 15


def test_without_a_second_look_nobody_waits_for_one():
    once = replace(
        BEGUN, done=508, prospect=replace(LAN, again_after_s=None), near=60, alive=60, silent=40, late=5, mute=5
    )

    assert left((0.0, once), at_s=0.0).left_s < 25


def test_what_an_earlier_run_has_ended_is_not_reckoned_again():
    ended = replace(LAN, ended=frozenset({"find", "probe_silent", "ask"}))
    checking = Standing(stage="", done=0, total=0, phase="look_again", alive=60, near=60, prospect=ended)

    assert left((0.0, checking), at_s=0.0).left_s < 2


def test_a_stage_that_is_slower_than_was_supposed_counts_by_its_own_pace():
    visits = replace(BEGUN, phase="ask", stage="asking", total=1000, in_flight=64, alive=1000, near=1000)
    told = [(float(second), replace(visits, done=4 * second)) for second in range(1, 101)]

    assert left(*told, at_s=100.0).left_s == pytest.approx(600 / 4, rel=0.25)


def test_logins_go_on_as_they_began():
    logins = Standing(stage="logging in", done=10, total=40, phase="log_in", alive=40, near=40, prospect=LAN)
    estimate = left((0.0, replace(logins, done=0)), (20.0, logins), at_s=20.0)

    assert estimate.left_s == pytest.approx(60, rel=0.1)


NUMBERS = st.integers(0, 70_000)
PROSPECTS = st.builds(
    Prospect,
    rate_pps=st.floats(1, 1e6),
    spacing_s=st.sampled_from([0.0, 0.1]),
    listen_s=st.sampled_from([0.0, 5.0]),
    asks=st.booleans(),
    swept=NUMBERS,
    probed=NUMBERS,
    reaching=st.integers(0, 4),
    visits=st.booleans(),
    places=st.sampled_from([1, 768, 1 << 20]),
    again_after_s=st.sampled_from([None, 0.0, 60.0]),
    logins=st.booleans(),
    ended=st.frozensets(st.sampled_from(PHASES)),
)
STANDINGS = st.builds(
    Standing,
    stage=st.sampled_from(["", "finding", "asking", "asking the silent", "waiting for the late", "asking the late"]),
    done=NUMBERS,
    total=NUMBERS,
    phase=st.sampled_from([*PHASES, "a phase of its own"]),
    alive=NUMBERS,
    near=NUMBERS,
    silent=NUMBERS,
    dialled=NUMBERS,
    in_flight=st.integers(0, 256),
    late=NUMBERS,
    mute=NUMBERS,
    lossy=st.booleans(),
    resent=NUMBERS,
    prospect=PROSPECTS,
)


@settings(deadline=None)
@given(st.lists(STANDINGS, max_size=5))
def test_whatever_is_told_the_time_left_is_a_time(told):
    estimate = left(*((float(second), standing) for second, standing in enumerate(told)), at_s=float(len(told)))

    assert estimate is None or 0 < estimate.least_s < float("inf")
    assert estimate is None or min(estimate.left_s, estimate.most_s) > 0


def test_there_is_always_something_left_and_it_grows_less():
    for trace in TRACES:
        shares = [share for share, error in traces.errors(trace) if error is not None and error < share - 1]

        assert shares == []
