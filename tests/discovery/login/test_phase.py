import threading
from ipaddress import IPv4Network

import pytest
from support.logins import CANARY, credential, emulated, guard, logins_of
from support.servers import serving
from support.staging import threads_at_work

from netaudit.credentials import Credentials
from netaudit.discovery.attached import Attached
from netaudit.discovery.course import Course, Live
from netaudit.discovery.ledger import Ledger
from netaudit.discovery.login.means import Means
from netaudit.discovery.login.phase import _not_begun, log_in
from netaudit.discovery.login.plan import Job
from netaudit.model import Asset, ChannelReport, Device, Gap, Identity, Observation, Reply
from netaudit.scope import parse_scope
from netaudit.wire.gate import Gate
from netaudit.wire.interfaces import Interface

LOOPBACK = Interface("lo", "127.0.0.1", IPv4Network("127.0.0.0/8"), None, None, loopback=True, multicast=False)


class Witness:
    """Knows these devices, and hears what is read of them."""

    def __init__(self, *assets, barred=()):
        self._assets, self._barred, self.heard = assets, frozenset(barred), []

    def take(self, event):
        self.heard.append(event)

    def assets(self):
        return self._assets

    def barred(self):
        return self._barred


def asset(address, port=8080, family="hikvision"):
    seen = Observation(channel="http", field="http.status", value="x", transport="tcp", port=port, address=address)
    device = Device(id=f"of-{address}:{port}", addresses=(address,), observations=(seen,))
    return Asset(device=device, identity=Identity(family=family, verdict="confirmed", kind="recorder"))


@pytest.fixture
def course(tmp_path):
    """Makes the course of a run that knows these devices."""

    def make(*assets, targets=None, logins=True, **more):
        scope = parse_scope(targets or [a.device.addresses[0] for a in assets])
        notes = guard(tmp_path)
        notes.open()
        witness = Witness(*assets, **more)
        means = Means(credentials=Credentials(logins=(credential(),)), guard=notes, witness=witness)
        gate = Gate(scope.__contains__, rate_pps=1e6)
        live = Live(
            scope=scope, interfaces=(LOOPBACK,), gate=gate, channels=frozenset(), logins=means if logins else None
        )
        return Course(live, Attached(scope, live.interfaces))

    return make


def test_what_is_read_is_yielded_heard_and_counted(course):
    with emulated("hikvision-recorder") as emulation:
        mine = course(asset(emulation.devices[0].address))
        events = list(log_in(mine))

    assert [type(e) for e in events] == [Reply] * 3 + [ChannelReport]
    assert (events[-1].name, events[-1].status) == ("isapi", "done")
    assert events[-1].sent == 2
    assert mine.live.logins.witness.heard == events[:3]
    assert list(mine.tell_connections()) == []


def test_without_credentials_nothing_is_sent(course):
    with emulated("hikvision-recorder") as emulation:
        events = list(log_in(course(asset(emulation.devices[0].address), logins=False)))

    assert events == []
    assert emulation.devices[0].seen == []


def test_stopped_run_sends_nothing(course):
    with emulated("hikvision-recorder") as emulation:
        mine = course(asset(emulation.devices[0].address))
        mine.live.gate.stopped.set()

        assert list(log_in(mine)) == []
    assert emulation.devices[0].seen == []


def test_locked_device_is_left_alone(course):
    with emulated("hikvision-recorder") as emulation:
        address = emulation.devices[0].address
        by_word = list(log_in(course(asset(address), barred={address})))
        left_alone = course(asset(address))
        left_alone.left_alone.add(address)
        by_course = list(log_in(left_alone))

    assert [e.kind for e in by_word] == [e.kind for e in by_course] == ["login"]
    assert emulation.devices[0].seen == []


def test_device_outside_the_targets_is_not_asked(course):
    with emulated("hikvision-recorder") as emulation:
        assert list(log_in(course(asset(emulation.devices[0].address), targets=["127.0.0.9"]))) == []
    assert emulation.devices[0].seen == []


def test_several_devices_each_by_one_connection_at_a_time(course):
    with emulated("hikvision-recorder") as emulation, serving(lambda sock: sock.recv(64) and sock.shutdown(1)) as bad:
        (played,) = emulation.devices
        events = list(log_in(course(asset(played.address), asset(bad.address, bad.port))))

    assert [e.kind for e in events if isinstance(e, Gap)] == ["login"]
    assert sum(isinstance(e, Reply) for e in events) == 3
    assert (played.most_open, bad.most_open) == (1, 1)
    assert len(logins_of(played)) == 3


def test_stop_ends_it_soon_and_leaves_no_thread(course):
    before = threads_at_work()
    with serving(lambda sock: sock.recv(64)) as silent:
        mine = course(*(asset(f"127.0.0.{n}", silent.port) for n in range(1, 4)))
        timer = threading.Timer(0.3, mine.live.gate.stopped.set)
        timer.start()
        list(log_in(mine))
        timer.join()

    assert threads_at_work() == before


def test_reader_who_walks_away_leaves_no_thread(course):
    before = threads_at_work()
    with emulated("hikvision-recorder") as emulation:
        events = log_in(course(asset(emulation.devices[0].address)))
        next(events)
        events.close()

    assert threads_at_work() == before


def test_nothing_that_is_told_holds_the_password(course):
    with emulated("hikvision-recorder") as emulation:
        told = repr([*log_in(course(asset(emulation.devices[0].address)))])

    assert CANARY not in told
    assert "auditor" not in told


def test_device_that_an_earlier_run_had_begun_to_read_gets_no_login_again():
    ledger = Ledger(ended={"reading 10.0.0.1", "read 10.0.0.1", "reading 10.0.0.2"})
    jobs = [Job(keys=frozenset(), address=f"10.0.0.{host}") for host in (1, 2, 3)]
    left = []

    def whole():
        left.extend((yield from _not_begun(ledger, jobs)))

    gaps = list(whole())

    assert [job.address for job in left] == ["10.0.0.3"]
    assert [(gap.kind, gap.address) for gap in gaps] == [("answers_lost", "10.0.0.2")]
