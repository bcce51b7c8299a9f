import contextlib
import errno
import select
import socket
import ssl
import struct
import threading
import time

import pytest
from support.servers import hold, open_gate, serving
from support.standstill import Standstill, time_that_passes
from support.tls import tls_server

from netaudit.wire import talk
from netaudit.wire.clock import LONGEST_S
from netaudit.wire.gate import Gate
from netaudit.wire.messages import complete
from netaudit.wire.readiness import Watch
from netaudit.wire.secure import legacy_context, modern_context
from netaudit.wire.steps import Connect, Exchange, Pause, Secure
from netaudit.wire.tcp import converse

MOST_S, LATE_S = 60.0, 30.0  # what a step may wait, and what shows that it did not wait so long
GET = b"GET / HTTP/1.1\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def ask(request=GET, enough=complete, limit_bytes=4096, timeout_s=MOST_S):
    return Exchange(request, enough, limit_bytes, timeout_s)


def secure(context=None, timeout_s=MOST_S):
    return Secure(context or modern_context(), timeout_s)


def never(_):
    return False


class Hears:
    """What never has enough, and tells when so much has come."""

    def __init__(self, size):
        self.size, self.over = size, threading.Event()

    def __call__(self, data):
        if len(data) >= self.size:
            self.over.set()
        return False


def says(*pieces, pause_s=0.0, first=True):
    """A server that reads a request, where it is to, and then says these pieces."""

    def answer(sock):
        if first:
            sock.recv(65536)
        for piece in pieces:
            sock.sendall(piece)
            time.sleep(pause_s)

    return answer


def hangs_up_after(*pieces):
    def answer(sock):
        says(*pieces)(sock)
        sock.shutdown(socket.SHUT_WR)

    return answer


def resets(sock):
    sock.recv(65536)
    resets_at_once(sock)


def resets_at_once(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def stays_silent(sock):
    while sock.recv(65536):
        pass


def floods(sock):
    sock.recv(65536)
    while True:
        sock.sendall(b"x" * 65536)


def secured(answer, **kind):
    def answer_in_tls(sock):
        with tls_server(**kind).wrap_socket(sock.dup(), server_side=True, suppress_ragged_eofs=False) as tls:
            answer(tls)
            tls.recv(65536)  # a ragged end is an error here

    return answer_in_tls


# --- one exchange -----------------------------------------------------------------------------------------------------


def test_answer_ends_as_soon_as_it_is_whole():
    with serving(says(ANSWER)) as service:
        (connected, answered), taken_s = hold("127.0.0.1", Connect(service.port), ask())

    assert (connected.status, answered.status, answered.data) == ("ok", "ok", ANSWER)
    assert taken_s < LATE_S


def test_outcome_knows_when_and_from_where():
    with serving(says(ANSWER)) as service:
        (_, answered), _ = hold("127.0.0.1", Connect(service.port), ask())

    assert answered.local[0] == "127.0.0.1"
    assert answered.local[1] not in {0, service.port}
    assert abs(time.time() - answered.at) < 5


def test_ipv6_too():
    with serving(says(ANSWER), "::1") as service:
        (_, answered), _ = hold("::1", Connect(service.port), ask())

    assert (answered.status, answered.local[0]) == ("ok", "::1")


def test_slow_answer_is_waited_for():
    with serving(says(ANSWER[:20], ANSWER[20:], pause_s=0.2)) as service:
        (_, answered), _ = hold("127.0.0.1", Connect(service.port), ask(timeout_s=MOST_S))

    assert (answered.status, answered.data) == ("ok", ANSWER)


def test_patience_with_a_connect_is_not_that_with_an_answer():
    with serving(says(b"", ANSWER, pause_s=0.25)) as service:
        (_, answered), _ = hold("127.0.0.1", Connect(service.port, timeout_s=0.1), ask(timeout_s=MOST_S))

    assert (answered.status, answered.data) == ("ok", ANSWER)


def test_dripping_device_does_not_stretch_the_deadline(monkeypatch):
    drip, five = says(*(bytes([byte]) for byte in ANSWER * 20), pause_s=0.02), Hears(5)
    moved = time_that_passes(monkeypatch, five.over.is_set)
    with serving(drip) as service:
        started = moved.monotonic()
        (_, answered), _ = hold("127.0.0.1", Connect(service.port), ask(enough=five, timeout_s=0.4))
        taken_s = moved.monotonic() - started

    assert answered.status == "timeout"
    assert ANSWER[:5] == answered.data[:5]
    assert len(answered.data) < len(ANSWER * 20)
    assert 0.4 <= taken_s < 0.8


def test_silence_is_a_timeout_without_data():
    with serving(says()) as service:
        (_, answered), taken_s = hold("127.0.0.1", Connect(service.port), ask(timeout_s=0.2))

    assert (answered.status, answered.data) == ("timeout", b"")
    assert 0.2 <= taken_s < LATE_S


def test_endless_answer_ends_at_the_limit():
    with serving(floods) as service:
        (_, answered), taken_s = hold("127.0.0.1", Connect(service.port), ask(enough=never, limit_bytes=100_000))

    assert answered.status == "too_large"
    assert 100_000 <= len(answered.data) <= 100_000 + talk.READ_BYTES
    assert taken_s < LATE_S


def test_body_without_an_end_is_ended_by_hanging_up():
    page = b"HTTP/1.0 200 OK\r\n\r\n<html>page</html>"
    with serving(hangs_up_after(page)) as service:
        (_, answered), taken_s = hold("127.0.0.1", Connect(service.port), ask())

    assert (answered.status, answered.data) == ("closed", page)
    assert taken_s < LATE_S


def test_length_that_says_too_much_is_ended_by_hanging_up():
    short = ANSWER.replace(b"5", b"500")
    with serving(hangs_up_after(short)) as service:
        (_, answered), _ = hold("127.0.0.1", Connect(service.port), ask())

    assert (answered.status, answered.data) == ("closed", short)


def test_length_that_says_too_little_loses_nothing_that_came_with_it():
    long = ANSWER.replace(b"5", b"2")
    with serving(says(long)) as service:
        (_, answered), _ = hold("127.0.0.1", Connect(service.port), ask())

    assert (answered.status, answered.data) == ("ok", long)


def test_hanging_up_without_a_word_is_closed():
    with serving(hangs_up_after()) as service:
        (_, answered), _ = hold("127.0.0.1", Connect(service.port), ask())

    assert (answered.status, answered.data) == ("closed", b"")


def test_reset_is_closed():
    with serving(resets) as service:
        (_, answered), _ = hold("127.0.0.1", Connect(service.port), ask())

    assert (answered.status, answered.data) == ("closed", b"")


@pytest.mark.parametrize(("said", "status"), [(ANSWER, "ok"), (ANSWER[:-1], "closed")])
def test_what_came_before_a_reset_is_kept(monkeypatch, said, status):
    """Many a device resets a connection when it has answered."""

    def answers_and_resets(sock):
        sock.recv(65536)
        asked.set()
        sock.sendall(said)
        resets_at_once(sock)
        both_came.set()

    def looks_late(watch, wait_s):
        found = ready(watch, wait_s)
        return ready(watch, 0.0) if asked.is_set() and both_came.wait(LATE_S) else found

    ready, asked, both_came = Watch.ready, threading.Event(), threading.Event()
    monkeypatch.setattr(Watch, "ready", looks_late)
    with serving(answers_and_resets) as service:
        (_, answered), _ = hold("127.0.0.1", Connect(service.port), ask())

    assert (answered.status, answered.data) == (status, said)


def test_greeting_is_heard_and_nothing_is_sent(monkeypatch):
    greeting = Hears(11)
    time_that_passes(monkeypatch, greeting.over.is_set)
    with serving(says(b"220 ready\r\n", first=False)) as service:
        (_, heard), _ = hold("127.0.0.1", Connect(service.port), ask(b"", greeting, 64, 0.2))

    assert (heard.status, heard.data) == ("timeout", b"220 ready\r\n")
    assert service.received == []


def test_request_that_is_not_taken_at_once_is_sent_in_full():
    request = b"x" * 3_000_000

    def reads_late(sock):
        time.sleep(0.1)
        missing = len(request)
        while missing:
            missing -= len(sock.recv(65536))
        sock.sendall(ANSWER)

    with serving(reads_late) as service:
        (_, answered), _ = hold("127.0.0.1", Connect(service.port), ask(request))

    assert answered.status == "ok"


def test_two_exchanges_on_one_connection():
    def answers_twice(sock):
        for answer in (b"one", b"two"):
            sock.recv(65536)
            sock.sendall(answer)

    with serving(answers_twice) as service:
        (_, *answers), _ = hold("127.0.0.1", Connect(service.port), ask(enough=bool), ask(enough=bool))

    assert [answer.data for answer in answers] == [b"one", b"two"]
    assert service.begun == 1


# --- connecting -------------------------------------------------------------------------------------------------------


def test_refusal():
    with serving(says()) as service:
        port = service.port
    (refused,), _ = hold("127.0.0.1", Connect(port))

    assert (refused.status, refused.detail) == ("refused", "ECONNREFUSED")


def test_nobody_who_answers_is_a_timeout():
    with socket.socket() as full, socket.socket() as one, socket.socket() as two:
        full.bind(("127.0.0.1", 0))
        full.listen(0)  # the third to come gets no answer at all
        for visitor in (one, two):
            visitor.setblocking(False)
            visitor.connect_ex(full.getsockname())
        assert select.select([], [one], [], LATE_S)[1]
        (late,), taken_s = hold("127.0.0.1", Connect(full.getsockname()[1], timeout_s=0.3))

    assert late.status == "timeout"
    assert 0.3 <= taken_s < LATE_S


def test_connection_that_was_taken_while_the_program_stood_still_is_open(monkeypatch):
    standstill, ready = Standstill(monkeypatch, frozen=True), Watch.ready

    def looks_too_late(watch, wait_s):
        if wait_s > 0 and len(watch):
            standstill.stand_still(3600)
            return []
        return ready(watch, wait_s)

    monkeypatch.setattr(Watch, "ready", looks_too_late)
    with serving(says()) as service:
        (connected,), _ = hold("127.0.0.1", Connect(service.port))

    assert (connected.status, connected.took_s <= 1.0 + LONGEST_S) == ("ok", True)


def test_address_outside_of_the_scope_is_not_connected_to():
    gate = Gate(lambda address: address != "127.0.0.1", rate_pps=1000)
    with serving(says(ANSWER)) as service:
        (refused, asked), _ = hold("127.0.0.1", Connect(service.port), ask(), gate=gate)

    assert (refused.status, asked.status) == ("out_of_scope", "closed")
    assert (service.begun, gate.connections) == (0, 0)


def test_want_of_descriptors_is_our_fault_and_no_crash(monkeypatch):
    def refuse(*_):
        raise OSError(errno.EMFILE, "Too many open files")

    with serving(says(ANSWER)) as service, monkeypatch.context() as patched:
        patched.setattr(talk.socket, "socket", refuse)
        (failed,), _ = hold("127.0.0.1", Connect(service.port))

    assert (failed.status, failed.detail) == ("unreachable", "EMFILE on this machine")


def test_nothing_is_exchanged_before_a_connection_is_open():
    (asked, shaken), _ = hold("127.0.0.1", ask(), secure())

    assert (asked.status, shaken.status) == ("closed", "closed")


def test_nothing_is_exchanged_after_a_failure():
    with serving(says()) as service:
        (_, late, again), _ = hold("127.0.0.1", Connect(service.port), ask(timeout_s=0.1), ask())

    assert (late.status, again.status, again.detail) == ("timeout", "closed", "the connection is not open")


# --- TLS --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_certificate_and_answer_over_tls(version):
    with serving(secured(says(ANSWER), version=version)) as service:
        (_, shaken, answered), _ = hold("127.0.0.1", Connect(service.port), secure(), ask())

    assert (shaken.status, shaken.tls_version, shaken.data[:2]) == ("ok", version, b"\x30\x82")
    assert (answered.status, answered.data) == ("ok", ANSWER)
    assert service.endings == ["fin"]  # a clean farewell: a ragged end would be an error of the server


def test_greeting_that_comes_with_the_end_of_the_handshake_is_not_lost():
    def greets(sock):
        arrived, leaving = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = tls_server().wrap_bio(arrived, leaving, server_side=True)
        while True:
            sock.sendall(leaving.read())
            arrived.write(sock.recv(65536))
            with contextlib.suppress(ssl.SSLWantReadError):
                tls.do_handshake()
                break
        tls.write(b"220 ready\r\n")
        sock.sendall(leaving.read())

    with serving(greets) as service:
        (_, _, heard), _ = hold("127.0.0.1", Connect(service.port), secure(), ask(b"", bool, 64))

    assert heard.data == b"220 ready\r\n"


def test_old_device_speaks_with_the_legacy_context_only():
    old = {"version": "TLSv1", "key_bits": 1024}
    with serving(secured(says(ANSWER), **old)) as service:
        (_, refused, _, _, shaken, answered), _ = hold(
            "127.0.0.1",
            *(Connect(service.port), secure(), Pause(0.05)),
            *(Connect(service.port), secure(legacy_context()), ask()),
        )

    assert (refused.status, refused.data[:1]) == ("tls", b"\x15")
    assert (shaken.status, shaken.tls_version, answered.data) == ("ok", "TLSv1", ANSWER)


def test_half_a_handshake_is_a_timeout():
    with serving(says(b"\x16\x03\x03\x00\x7a\x02\x00")) as service:
        (_, shaken), taken_s = hold("127.0.0.1", Connect(service.port), secure(timeout_s=0.3))

    assert (shaken.status, shaken.data) == ("timeout", b"")
    assert 0.3 <= taken_s < LATE_S


@pytest.mark.parametrize("beginning", [b"", b"\x16\x03\x03\x00\x7a\x02\x00"])
def test_hanging_up_in_a_handshake_is_closed(beginning):
    with serving(hangs_up_after(beginning)) as service:
        (_, shaken), _ = hold("127.0.0.1", Connect(service.port), secure())

    assert shaken.status == "closed"


def test_plain_web_server_is_told_by_its_first_bytes():
    with serving(says(b"HTTP/1.0 400 Bad Request\r\n\r\n")) as service:
        (_, shaken), _ = hold("127.0.0.1", Connect(service.port), secure())

    assert (shaken.status, shaken.data[:12]) == ("tls", b"HTTP/1.0 400")


def test_flood_in_a_handshake_ends():
    with serving(floods) as service:
        (_, shaken), taken_s = hold("127.0.0.1", Connect(service.port), secure())

    assert shaken.status == "tls"
    assert taken_s < LATE_S


class LastWords:
    """A device that goes on talking when we have hung up, and says a word when all is over: then it knows of a reset."""

    def __init__(self, words, answer=b""):
        self.words, self.answer = words, answer
        self.asked, self.said, self.over = threading.Event(), threading.Event(), threading.Event()

    def __call__(self, sock):
        if sock.recv(65536):
            self.asked.set()
            sock.sendall(self.answer)
            stays_silent(sock)
        sock.sendall(self.words)
        self.said.set()
        self.over.wait(LATE_S)
        sock.sendall(b"!")


# --- hanging up -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [ANSWER, b"x" * 100_000])
def test_device_that_says_more_than_we_want_is_heard_out_not_reset(monkeypatch, late):
    device = LastWords(late, ANSWER)
    time_that_passes(monkeypatch, device.said.is_set)
    with serving(device) as service:
        hold("127.0.0.1", Connect(service.port), ask(), Pause(0.1))
        device.over.set()

    assert service.endings == ["fin"]


def test_what_came_while_the_program_stood_still_is_heard_out_before_it_closes(monkeypatch):
    device = LastWords(b"x" * 50_000)

    def stands_still(watch, wait_s):
        found = ready(watch, wait_s)
        if found and hung_up and device.said.wait(LATE_S):
            moved.stand_still(3600)
        return found

    def conversation(port):
        yield Connect(port)
        hung_up.append(True)
        yield Pause(0.1)

    hung_up, moved, ready = [], time_that_passes(monkeypatch, device.said.is_set), Watch.ready
    monkeypatch.setattr(Watch, "ready", stands_still)
    with serving(device) as service:
        list(converse(iter([("127.0.0.1", conversation(service.port))]), open_gate()))
        device.over.set()

    assert service.endings == ["fin"]


@pytest.mark.parametrize("step", [ask(timeout_s=0.1), secure(timeout_s=0.1)])
def test_late_device_is_not_reset(monkeypatch, step):
    device = LastWords(b"\x16" * 1000)

    def conversation(port):
        yield Connect(port)
        outcome = yield step
        assert outcome.status == "timeout"
        late.append(outcome)
        yield Pause(0.1)

    late = []
    time_that_passes(monkeypatch, lambda: device.said.is_set() if late else device.asked.is_set())
    with serving(device) as service:
        list(converse(iter([("127.0.0.1", conversation(service.port))]), open_gate()))
        device.over.set()

    assert service.endings == ["fin"]


@pytest.mark.timeout(120)
def test_flood_is_not_heard_out_for_ever(monkeypatch):
    given_up = threading.Event()

    def floods_until_reset(sock):
        try:
            floods(sock)
        finally:
            given_up.set()

    moved = time_that_passes(monkeypatch, given_up.is_set)
    with serving(floods_until_reset) as service:
        hold("127.0.0.1", Connect(service.port), ask(enough=never), Pause(0.6))

    assert service.endings == ["rst"]
    assert moved.ahead_s >= 0.6  # nothing of the pause was over when the device gave up


def test_pause_hangs_up_before_it_waits(monkeypatch):
    hung_up = threading.Event()

    def answer(sock):
        while sock.recv(65536):
            pass
        hung_up.set()

    moved = time_that_passes(monkeypatch, hung_up.is_set)
    with serving(answer) as service:
        _, taken_s = hold("127.0.0.1", Connect(service.port), Pause(0.4))

    assert moved.ahead_s >= 0.4
    assert taken_s < LATE_S  # time would pass then, though the device heard of nothing


@pytest.mark.parametrize(("heard_after", "least_s", "most_s"), [(0, 0.1, 0.35), (3, 0.4, 0.75), (99, 0.5, 1.2)])
def test_farewell_that_is_lost_is_waited_for_a_while(monkeypatch, heard_after, least_s, most_s):
    """The device would have two connections at once; but who never hears it must not hold up the visit."""
    states = iter([4] * heard_after)
    monkeypatch.setattr(talk, "_state_of", lambda _: next(states, 5))
    monkeypatch.setattr(talk, "UNHEARD_S", 0.5)
    moved, hold_up = time_that_passes(monkeypatch), threading.Event()
    with serving(lambda _: hold_up.wait(LATE_S)) as service:
        started = moved.monotonic()
        hold("127.0.0.1", Connect(service.port), Pause(0.1))
        taken_s = moved.monotonic() - started
        hold_up.set()

    assert least_s <= taken_s < most_s


def test_end_of_the_conversation_hangs_up():
    with serving(says(ANSWER)) as service:
        hold("127.0.0.1", Connect(service.port), ask())

    assert service.endings == ["fin"]


def test_device_that_never_hangs_up_is_left_after_a_moment():
    left = threading.Event()
    with serving(lambda _: left.wait(MOST_S)) as service:
        _, taken_s = hold("127.0.0.1", Connect(service.port))
        left.set()

    assert taken_s < LATE_S


def test_one_connection_at_a_time(monkeypatch):
    paused = []

    def conversation(port):
        for number in range(5):
            yield Connect(port)
            yield ask()
            paused.append(number)
            yield Pause(0.05)

    time_that_passes(monkeypatch, lambda: service.begun == len(paused) and not service.open_now)
    with serving(says(ANSWER)) as service:
        list(converse(iter([("127.0.0.1", conversation(service.port))]), open_gate()))

    assert (service.begun, service.most_open) == (5, 1)


def test_pause_lasts_as_long_as_it_says(monkeypatch):
    moved = time_that_passes(monkeypatch)
    with serving(stays_silent) as service:
        started = moved.monotonic()
        hold("127.0.0.1", Connect(service.port), Pause(0.3))
        taken_s = moved.monotonic() - started

    assert 0.3 <= taken_s < 0.5
