import pytest
from support.logins import credential, emulated, guard, logins_of
from support.servers import open_gate, serving

from netaudit.discovery.login import reading
from netaudit.discovery.login.lockout import Guard
from netaudit.discovery.login.plan import Job
from netaudit.discovery.login.reading import CHANNELS, read_device
from netaudit.model import Gap, Problem, Reply
from netaudit.wire.gate import Gate
from netaudit.wire.line import Site


def job(address, login=None, port=8080, **more):
    where = Site(address=address, port=port)
    told = {"protocol": "isapi", "site": where, "credential": login or credential(), **more}
    return Job(keys=frozenset({f"address:{address}"}), address=address, recorder=True, **told)


@pytest.fixture
def notes(tmp_path):
    mine = guard(tmp_path)
    mine.open()
    return mine


def kinds(read):
    return [type(event) for event in read.events]


def test_right_login_is_used_and_forgotten(notes):
    with emulated("hikvision-recorder") as emulation:
        (played,) = emulation.devices
        reads = [read_device(job(played.address), open_gate(), notes) for _ in range(2)]

    assert [kinds(read) for read in reads] == [[Reply] * 3] * 2
    assert reads[0].sent["isapi"] == len(list(played.connections())) / 2


def test_wrong_login_is_sent_once_and_never_again_until_it_changes(notes):
    wrong = credential("wrong")
    with emulated("hikvision-recorder") as emulation:
        (played,) = emulation.devices
        first = read_device(job(played.address, wrong), open_gate(), notes)
        asked = len(list(played.requests()))
        second = read_device(job(played.address, wrong), open_gate(), guard(notes.folder.parent))
        asked_again = len(list(played.requests())) - asked
        corrected = read_device(job(played.address), open_gate(), guard(notes.folder.parent))
        tries = len(logins_of(played))

    assert kinds(first) == [Problem, Gap]
    assert asked == 2  # one without a login, which is told how to log in, and one with it
    assert kinds(second) == [Gap]
    assert "--retry-logins" in second.events[0].detail
    assert asked_again == 0
    assert kinds(corrected) == [Reply] * 3
    assert tries == 1 + 3


def test_retry_is_one_try_more(notes):
    wrong = credential("wrong")
    with emulated("hikvision-recorder") as emulation:
        (played,) = emulation.devices
        for retry in (False, True, False):
            read_device(job(played.address, wrong), open_gate(), guard(notes.folder.parent, retry=retry))

    assert len(logins_of(played)) == 2


def test_login_without_an_answer_is_not_repeated_at_once(notes):
    challenge = (
        b'HTTP/1.1 401 X\r\nContent-Length: 0\r\nWWW-Authenticate: Digest realm="x", nonce="1", qop="auth"\r\n\r\n'
    )

    def swallow(sock):
        sock.recv(65536)
        sock.sendall(challenge)
        sock.recv(65536)
        sock.shutdown(1)

    with serving(swallow) as service:
        reads = [read_device(job(service.address, port=service.port), open_gate(), notes) for _ in range(2)]

    assert reads[0].events[0].status == "closed"
    assert "its end is not known" in reads[1].events[0].detail
    assert service.begun == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\x01",
        b"HTTP/1.1 302 X\r\nLocation: http://192.0.2.1/\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<!DOCTYPE",
    ],
)
def test_hostile_device_costs_one_failure(notes, answer):
    def give(sock):
        sock.recv(65536)
        sock.sendall(answer)
        sock.shutdown(1)

    with serving(give) as service:
        read = read_device(job(service.address, port=service.port), open_gate(), notes)

    assert kinds(read) == [Problem, Gap]
    assert service.begun == 1


def test_slow_device_costs_its_deadline(notes, monkeypatch):
    monkeypatch.setattr(reading, "DEADLINE_S", 0.5)
    with serving(lambda sock: sock.recv(65536)) as service:
        read = read_device(job(service.address, port=service.port), open_gate(), notes)

    assert read.events[0].status == "timeout"


def test_where_nothing_can_be_remembered_no_login_is_sent(notes):
    (notes.folder / "refused-logins.json").write_text("damaged in the middle of a run")
    with emulated("hikvision-recorder") as emulation:
        (played,) = emulation.devices
        read = read_device(job(played.address), open_gate(), notes)

    assert kinds(read) == [Gap]
    assert "cannot be remembered" in read.events[0].detail
    assert played.seen == []


def test_note_that_is_lost_in_the_middle_costs_no_run(notes, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with emulated("hikvision-recorder") as emulation:
        (played,) = emulation.devices
        monkeypatch.setattr(Guard, "settle", full)
        taken = read_device(job(played.address), open_gate(), notes)
        monkeypatch.setattr(Guard, "claim", full)
        withheld = read_device(job(played.address, credential("other")), open_gate(), notes)

    assert kinds(taken) == [Reply] * 3 + [Problem]
    assert kinds(withheld) == [Problem, Gap]
    assert len(logins_of(played)) == 3


def test_device_outside_the_scope_is_not_connected_to(notes):
    with serving(lambda sock: sock.recv(64)) as service:
        gate = Gate(lambda _: False, rate_pps=1e6)
        read = read_device(job(service.address, port=service.port), gate, notes)

    assert read.events[0].status == "out_of_scope"
    assert service.begun == 0


def test_without_a_login_nothing_is_sent(notes):
    nothing = Job(keys=frozenset(), address="127.0.0.1")

    assert read_device(nothing, open_gate(), notes).events == []
    assert set(CHANNELS) == {"isapi", "dahua", "onvif"}
