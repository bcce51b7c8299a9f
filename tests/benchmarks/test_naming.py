import pytest
from benchmarks import naming
from benchmarks.naming import OURS as OURS_ALONE
from benchmarks.naming import WAYS, compared, measure
from benchmarks.processes import KILLED, Contest, Cost
from support.fleet import build_answering
from support.namespaces import needs_namespaces

pytestmark = needs_namespaces
OURS = "netaudit, standard, not listening"


@pytest.fixture(scope="module")
def contest():
    return measure(6, 1, {OURS: WAYS[OURS]})


def test_every_device_of_the_makers_is_named_with_its_model(contest):
    assert contest.notes[OURS].startswith("6 of 6 makers, 6 models")


def test_packets_are_counted_at_the_switch(contest):
    (cost,) = contest.runs[OURS]

    assert 508 < cost.packets < 6 * 120 + 600  # a /24 asked twice, and the devices' own


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (0, "nmap: 30.0 times as long, 5.0 times as many packets"),
        (KILLED, "nmap: at least 30.0 times as long, at least 5.0 times as many packets"),
    ],
)
def test_who_was_stopped_took_at_least_so_much(code, expected):
    ours = Cost(wall_s=4.0, cpu_s=1.0, peak_mib=50.0, code=0, packets=2400)
    other = Cost(wall_s=120.0, cpu_s=1.0, peak_mib=50.0, code=code, packets=12000)
    contest = Contest(title="", runs={OURS: (ours,), "nmap": (other,)}, notes={})

    assert compared(contest) == [expected]


@pytest.mark.parametrize(
    ("words", "loss", "contenders"),
    [(["--loss", "0.05"], 0.05, set(OURS_ALONE)), (["--limit", "9"], 0.0, set(WAYS))],
    ids=["lossy", "beside nmap"],
)
def test_where_frames_are_lost_we_run_alone(words, loss, contenders, monkeypatch, capsys):
    measured = []

    def note(devices, runs, ways, **manner):
        measured.append((devices, runs, set(ways), manner["loss"]))
        return Contest(title="lossy", runs={}, notes={})

    monkeypatch.setattr(naming, "measure", note)

    assert naming.main(["6", "1", *words]) == 0
    assert measured == [(6, 1, contenders, loss)]
    assert "lossy" in capsys.readouterr().out


def test_of_the_answering_devices_no_port_is_mute_or_slow():
    services = [service for member in build_answering(60) for service in member.device.tcp]

    assert all(service.strict and service.speaks != "nothing" for service in services)
    assert not any(answer.drip_ms or answer.delay_ms or answer.endless for s in services for answer in s.answer)
