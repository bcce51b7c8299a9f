"""The recorder of progress: a small scan on loopback, and what is kept of it."""

import pytest
from benchmarks.traces import HELD_BACK, SCENES, follow
from support import traces
from support.loopback import corner_place
from support.recorded import devices

from netaudit.demo import emulate
from netaudit.discovery.standing import Prospect, Standing


@pytest.mark.parametrize(
    "options", ["rate=10000,listen=0,once", "rate=10000,listen=0,once,stop=0.5"], ids=["whole", "continued"]
)
def test_a_scan_is_followed_to_its_end(tmp_path, options):
    with emulate(devices("hikvision-dome"), corner_place) as emulation:
        follow(str(tmp_path / "x.json"), emulation.devices[0].address, "standard", options)
    trace = traces.read(tmp_path / "x.json")

    assert [standing.phase for _, standing in trace.told if not standing.stage][-2:] == ["check_harm", ""]
    assert trace.told[-1][1].alive == 1
    assert trace.told[-1][0] < trace.total_s


def test_what_is_written_is_what_is_read(tmp_path):
    prospect = Prospect(rate_pps=9.0, ended=frozenset({"find"}))
    told = [
        (0.25, Standing(stage="asking", done=n, total=3, phase="ask", lossy=True, prospect=prospect)) for n in (1, 3)
    ]
    traces.write(tmp_path / "y.json", told, 2.0)

    assert traces.read(tmp_path / "y.json") == traces.Trace("y", tuple(told), 2.0)


def test_of_a_long_stage_some_moments_are_kept_and_its_ends():
    told = [(n / 10, Standing(stage="asking", done=n, total=9999, phase="ask")) for n in range(10_000)]
    kept = traces.thinned(told, 1000.0)

    assert (kept[0], kept[-1]) == (told[0], told[-1])
    assert len(kept) <= traces.MOST_ROWS + 2


def test_every_trace_that_is_kept_can_be_recorded_again():
    assert {trace.name for trace in traces.all_traces()} <= {*SCENES, *HELD_BACK}
