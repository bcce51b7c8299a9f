import socket
import threading
import time

import pytest
from support.servers import open_gate, serving
from support.standstill import Standstill

from netaudit.wire.gate import Gate
from netaudit.wire.line import Line, Site
from netaudit.wire.readiness import Watch
from netaudit.wire.steps import Connect, Exchange, Pause


def ask(request=b"hello", timeout_s=60.0):
    return Exchange(request, lambda data: data.endswith(b"!"), 1024, timeout_s)


def test_steps_one_after_the_other_over_one_connection():
    def answer(sock):
        for _ in range(2):
            sock.recv(64)
            sock.sendall(b"yes!")

    with serving(answer) as service:
        line = Line(open_gate(), service.address, 60)
        outcomes = [line.do(step) for step in (Connect(service.port), ask(), ask())]
        quiet = line.is_quiet
        line.close()

    assert [o.status for o in outcomes] == ["ok"] * 3
    assert outcomes[2].data == b"yes!"
    assert quiet
    assert service.begun == 1
    assert service.endings == ["fin"]


def test_line_that_the_device_has_left_is_not_quiet():
    leaves = threading.Event()

    def answer(sock):
        sock.recv(64)
        sock.sendall(b"yes!")
        leaves.wait(60)
        sock.shutdown(socket.SHUT_WR)

    with serving(answer) as service:
        line = Line(open_gate(), service.address, 60)
        unopened = line.is_quiet
        line.do(Connect(service.port))
        line.do(ask())
        before = line.is_quiet
        leaves.set()
        assert line.watch.ready(60)
        after = line.is_quiet
        line.close()

    assert (unopened, before, after) == (False, True, False)


@pytest.mark.parametrize("deadline_s", [5, 60])
def test_answer_that_came_while_the_program_stood_still_is_not_late(monkeypatch, deadline_s):
    standstill, answered = Standstill(monkeypatch), threading.Event()

    def answer(sock):
        sock.recv(64)
        sock.sendall(b"yes!")
        answered.set()

    def stands_still(watch, wait_s):
        if standstill.ahead_s:
            return ready(watch, wait_s)
        assert answered.wait(30)
        standstill.stand_still(30)
        return []  # it had looked before

    ready = Watch.ready
    with serving(answer) as service:
        line = Line(open_gate(), service.address, deadline_s)
        line.do(Connect(service.port))
        monkeypatch.setattr(Watch, "ready", stands_still)
        outcome = line.do(ask(timeout_s=0.2))
        line.close()

    assert (outcome.status, outcome.data) == ("ok", b"yes!")


def test_all_steps_together_have_a_deadline():
    with serving(lambda sock: sock.recv(64)) as service:
        line = Line(open_gate(), service.address, 0.4)
        started = time.monotonic()
        line.do(Connect(service.port))
        late = line.do(ask(timeout_s=600))
        refused = line.do(ask())
        taken_s = time.monotonic() - started
        line.close()

    assert (late.status, refused.status) == ("timeout", "timeout")
    assert 0.4 <= taken_s < 30
    assert "altogether" in refused.detail


def test_address_outside_the_scope_is_not_connected_to():
    line = Line(Gate(lambda _: False, rate_pps=1e6), "127.0.0.1", 5)
    outcome = line.do(Connect(9))
    line.close()

    assert outcome.status == "out_of_scope"


def test_stopped_run_ends_the_waiting():
    gate = open_gate()
    with serving(lambda sock: sock.recv(64) and gate.stopped.set()) as service:
        line = Line(gate, service.address, 600)
        line.do(Connect(service.port))
        started = time.monotonic()
        outcome = line.do(ask())
        taken_s = time.monotonic() - started
        line.close()

    assert outcome.detail == "the run was stopped"
    assert taken_s < 30  # not 60


def test_pause_hangs_up():
    with serving(lambda sock: sock.recv(64)) as service:
        line = Line(open_gate(), service.address, 60)
        line.do(Connect(service.port))
        line.do(Pause(0.1))
        outcome = line.do(ask())
        line.close()

    assert outcome.status == "closed"


def test_site_in_words():
    plain, secured = Site(address="192.0.2.7", port=80), Site(address="192.0.2.7", port=8443, certificate="ab")

    assert (plain.origin, plain.host) == ("http://192.0.2.7:80", "192.0.2.7")
    assert (secured.origin, secured.host) == ("https://192.0.2.7:8443", "192.0.2.7:8443")
