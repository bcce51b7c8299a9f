import errno
import socket
import threading
import time
from contextlib import contextmanager

import pytest
from support.servers import open_gate
from support.standstill import Standstill

from netaudit.model import ChannelReport, Gap, Problem, Reply
from netaudit.wire import groups, udp
from netaudit.wire.gate import Gate
from netaudit.wire.readiness import Bell
from netaudit.wire.udp import DATAGRAMS_PER_SOURCE, Volley, fire

OURS = "127.0.0.1"
GROUP = "239.255.255.250"
NOWHERE = "203.0.113.1"  # a socket bound to loopback cannot send there: the kernel refuses, nothing leaves


PATIENCE_S = 60.0
ANSWERED = {}  # port -> whether the device there has answered as many questions as it gets


@contextmanager
def device(*answers, address="127.0.0.2", questions=1):
    """A UDP port that gives these answers to each question, from another source where it is a pair."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((address, 0))
        port, asked = sock.getsockname()[1], []
        ANSWERED[port] = Bell()
        thread = threading.Thread(target=_answer, args=(sock, answers, asked, questions), daemon=True)
        thread.start()
        try:
            yield port, asked
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ending:
                ending.sendto(b"", sock.getsockname())
            thread.join(PATIENCE_S)
            del ANSWERED[port]


def _answer(sock, answers, asked, questions):
    while True:
        payload, asker = sock.recvfrom(65535)
        if not payload:
            return
        asked.append(payload)
        for answer in answers:
            if isinstance(answer, tuple):
                say(answer[1], asker, answer[0])
            else:
                sock.sendto(answer, asker)
        if len(asked) == questions:
            crossed()
            ANSWERED[sock.getsockname()[1]].set()


def crossed():
    """Wait until what was sent over loopback before has come: a busy kernel delivers it a little later."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(PATIENCE_S)
        sock.bind(("127.0.0.1", 0))
        sock.sendto(b"last", sock.getsockname())
        sock.recv(10)


def say(payload, destination, source="127.0.0.3", port=0):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((source, port))
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(OURS))
        sock.sendto(payload, destination)


def volley(port, *destinations, **settings):
    """A volley to one device is listened to until that has answered."""
    answered = ANSWERED.get(port)
    defaults = {"channel": "sadp", "shots": ((0.0, b"question"),), "source": OURS}
    defaults |= {"listen_s": PATIENCE_S if answered else 0.15, "enough": answered}
    return Volley(port=port, destinations=destinations, **{**defaults, **settings})


class Sending:
    """What is told of each datagram before it is sent, and does something then."""

    def __init__(self, act):
        self.sent, self._act = 0, act

    def was_sent(self, *_):
        return False

    def sending(self, *_):
        self.sent += 1
        self._act(self.sent)


def of_kind(kind, events):
    return [event for event in events if isinstance(event, kind)]


def fired(volley, gate=None):
    """Everything that one volley gives, by kind."""
    events = list(fire(volley, gate or open_gate()))
    return [of_kind(kind, events) for kind in (Reply, Problem, Gap, ChannelReport)]


def test_answer_is_kept_with_all_that_is_known_of_it():
    with device(b"answer") as (port, asked):
        (reply,), problems, gaps, (report,) = fired(volley(port, "127.0.0.2", interface="eth0"))

    assert (reply.channel, reply.transport, reply.payload) == ("sadp", "udp", b"answer")
    assert (reply.address, reply.port, reply.asked) == ("127.0.0.2", port, "127.0.0.2")
    assert (reply.destination, reply.interface, reply.request) == (OURS, "eth0", b"question")
    assert reply.destination_port not in {0, port}
    assert abs(time.time() - reply.heard_at) < 5
    assert (problems, gaps, asked) == ([], [], [b"question"])
    assert report == ChannelReport(name="sadp", status="done", reason=None, sent=1)


def test_answers_from_another_port_and_another_address_are_kept():
    with device(("127.0.0.2", b"other port"), ("127.9.9.9", b"other address")) as (port, _):
        replies, *_ = fired(volley(port, "127.0.0.2"))

    assert {(r.address, r.payload, r.asked) for r in replies} == {
        ("127.0.0.2", b"other port", "127.0.0.2"),
        ("127.9.9.9", b"other address", None),
    }
    assert port not in {r.port for r in replies}


def test_empty_datagrams_and_our_own_voice_say_nothing():
    with device(b"", ("127.0.0.1", b"our own"), b"answer") as (port, _):
        replies, *_ = fired(volley(port, "127.0.0.2"))

    assert [r.payload for r in replies] == [b"answer"]


def test_empty_datagram_is_never_sent():
    with pytest.raises(ValueError, match="never sent"):
        volley(9, "127.0.0.2", shots=((0.0, b"question"), (0.1, b"")))


def test_long_datagram_is_not_cut():
    with device(b"x" * 60_000) as (port, _):
        (reply,), *_ = fired(volley(port, "127.0.0.2"))

    assert len(reply.payload) == 60_000


def test_who_talks_too_much_is_not_heard_out_and_that_is_told():
    many = [b"chatter %d" % number for number in range(DATAGRAMS_PER_SOURCE + 20)]
    with device(*many, ("127.0.0.3", b"modest")) as (port, _):
        replies, (problem,), *_ = fired(volley(port, "127.0.0.2"))

    assert [r.payload for r in replies] == [*many[:DATAGRAMS_PER_SOURCE], b"modest"]
    assert (problem.address, problem.status) == ("127.0.0.2", "too_large")


def test_flood_of_many_sources_ends_and_is_told(monkeypatch):
    monkeypatch.setattr(udp, "MOST_DATAGRAMS", 10)
    with device(*((f"127.3.0.{number}", b"spoofed") for number in range(1, 31))) as (port, _):
        replies, _, (gap,), _ = fired(volley(port, "127.0.0.2"))

    assert len(replies) == 10
    assert (gap.kind, "20 datagrams were thrown away" in gap.detail) == ("dropped_packets", True)


@pytest.mark.parametrize("enough", [None, Bell()])
def test_what_came_while_the_program_stood_still_is_read_though_the_time_is_over(monkeypatch, enough):
    standstill = Standstill(monkeypatch, frozen=True)
    monkeypatch.setattr(udp, "_AT_ONCE", 4)
    with device(b"first") as (port, _):
        events = fire(volley(port, "127.0.0.2", listen_s=0.2, enough=enough), open_gate())
        first = next(events)
        for number in range(300):  # nobody reads meanwhile
            say(b"answer", (OURS, first.destination_port), f"127.4.{number // 250}.{number % 250 + 1}")
        crossed()
        if enough:
            enough.set()
        standstill.stand_still(3600)
        replies = of_kind(Reply, events)

    assert len({reply.address for reply in replies}) == 300


def test_after_a_standstill_another_slot_is_waited_for(monkeypatch):
    """What others send now is not joined by what was to be sent meanwhile."""
    standstill, real, others_at, sent_at = Standstill(monkeypatch, frozen=True), udp.readable, [], []
    gate = Gate(lambda _: True, rate_pps=10)

    def waits(sockets, wait_s):
        if wait_s > 0 and not others_at:
            standstill.stand_still(30)
            gate.delay()
            others_at.append(standstill.monotonic())
        standstill.stand_still(max(0.0, wait_s))
        return real(sockets, 0.0)

    notes = Sending(lambda _: sent_at.append(standstill.monotonic()))
    monkeypatch.setattr(udp, "readable", waits)
    fired(volley(9, "127.0.0.2", "127.0.0.3", "127.0.0.4", listen_s=0.1, notes=notes), gate)
    after_s = [at - others_at[0] for at in sent_at]

    assert after_s[0] < -29
    assert after_s[1:] == pytest.approx([0.1, 0.2], abs=0.006)
    assert gate.slots == 4


@pytest.mark.timeout(120)
def test_flood_that_never_pauses_does_not_stretch_the_deadline(monkeypatch):
    monkeypatch.setattr(socket.socket, "recvmsg", lambda *_: (b"again", [], 0, ("127.0.0.9", 9)))
    with device(b"answer") as (port, _):
        started = time.monotonic()
        replies, *_, (report,) = fired(volley(port, "127.0.0.2", listen_s=0.3, enough=None))
        taken_s = time.monotonic() - started

    assert (len(replies), report.status) == (DATAGRAMS_PER_SOURCE, "done")
    assert taken_s < 30.0  # without end, where a look is over only when nothing comes


def test_what_the_kernel_drops_is_told(monkeypatch):
    monkeypatch.setattr(groups, "RECEIVE_BUFFER_BYTES", 4096)
    with device(b"answer") as (port, _):
        events = fire(volley(port, "127.0.0.2"), open_gate())
        reply = next(events)
        for number in range(100):  # nobody listens meanwhile
            say(b"x" * 1000, (OURS, reply.destination_port), f"127.4.0.{number + 1}")
        crossed()
        rest = list(events)  # nothing comes any more that could tell of the loss
        (gap,) = of_kind(Gap, rest)

    assert gap.kind == "dropped_packets"
    assert f"kernel dropped {100 - len(of_kind(Reply, rest))} datagrams" in gap.detail


def test_shots_come_at_their_times():
    with device(b"answer", questions=2) as (port, asked):
        started = time.monotonic()
        replies, *_, (report,) = fired(volley(port, "127.0.0.2", shots=((0.0, b"one"), (0.2, b"two"))))
        taken_s = time.monotonic() - started

    assert asked == [b"one", b"two"]
    assert (len(replies), report.sent) == (2, 2)
    assert 0.2 <= taken_s < 30.0


def test_datagrams_are_paced():
    with device(questions=40) as (port, asked):
        started = time.monotonic()
        fired(volley(port, *["127.0.0.2"] * 40), Gate(lambda _: True, rate_pps=200))
        taken_s = time.monotonic() - started

    assert len(asked) == 40
    assert 0.18 <= taken_s < 30.0


def test_two_destinations_are_as_far_apart_as_the_volley_wants():
    with device(questions=30) as (port, asked):
        started = time.monotonic()
        fired(volley(port, *["127.0.0.2"] * 30, pace_s=0.02), Gate(lambda _: True, rate_pps=1e6))
        taken_s = time.monotonic() - started

    assert len(asked) == 30
    assert 0.52 <= taken_s < 30.0


def test_nothing_goes_outside_of_the_scope():
    with device() as (port, asked):
        gate = Gate(lambda address: address == "127.0.0.2", rate_pps=1000)
        _, (problem,), _, (report,) = fired(volley(port, "127.0.0.2", "127.0.0.4"), gate)

    assert (problem.address, problem.status) == ("127.0.0.4", "out_of_scope")
    assert (report.status, report.sent, len(asked)) == ("partial", 1, 1)


# --- what goes wrong --------------------------------------------------------------------------------------------------


def test_unreachable_network_fails_and_ends_nothing():
    _, (problem,), gaps, (report,) = fired(volley(9, NOWHERE, interface="wg0"))

    assert (problem.stage, problem.address, problem.status) == ("find", NOWHERE, "unreachable")
    assert (report.status, report.sent, gaps) == ("failed", 0, [])
    assert report.reason.startswith("wg0: ")


def test_one_unreachable_destination_is_partial():
    with device(b"answer") as (port, _):
        replies, problems, _, (report,) = fired(volley(port, NOWHERE, "127.0.0.2"))

    assert (len(replies), len(problems)) == (1, 1)
    assert (report.status, report.sent) == ("partial", 1)


def test_many_unreachable_addresses_are_one_fact():
    distant = [f"203.0.113.{number}" for number in range(1, 101)]
    _, problems, _, (report,) = fired(volley(9, *distant))

    assert len(problems) == udp.MOST_PROBLEMS
    assert "(100 times)" in report.reason


def test_address_that_is_not_ours_cannot_send():
    _, (problem,), _, (report,) = fired(volley(9, "127.0.0.2", source="203.0.113.7"))

    assert (problem.address, problem.status) == ("203.0.113.7", "unreachable")
    assert (report.status, report.sent) == ("failed", 0)


def test_full_buffer_is_waited_for(monkeypatch):
    """A local error says nothing of a device: the datagram is tried again."""
    send, failures = socket.socket.sendto, [errno.EAGAIN, errno.ENOBUFS]

    def flaky(sock, *arguments):
        if failures and arguments[0] == b"question":
            raise OSError(failures.pop(), "full")
        return send(sock, *arguments)

    monkeypatch.setattr(socket.socket, "sendto", flaky)
    with device(b"answer") as (port, asked):
        replies, problems, _, (report,) = fired(volley(port, "127.0.0.2"))

    assert (len(replies), problems, asked) == (1, [], [b"question"])
    assert (report.status, report.sent) == ("done", 1)


def test_buffer_that_stays_full_is_told_and_not_waited_for_again_and_again(monkeypatch):
    tries = []

    def full(*arguments):
        tries.append(arguments)
        raise BlockingIOError(errno.EAGAIN, "full")

    monkeypatch.setattr(udp, "_FULL_TRIES", 10)
    monkeypatch.setattr(socket.socket, "sendto", full)
    _, problems, _, (report,) = fired(volley(9, *(f"127.0.0.{number}" for number in range(2, 12))))

    assert (len(problems), report.status) == (10, "failed")
    assert len(tries) == 10 + 10  # not ten for each of ten


def test_broadcast_goes_only_where_the_gate_knows_one():
    broadcast = "127.255.255.255"
    _, problems, _, (report,) = fired(volley(9, broadcast), open_gate(broadcasts=frozenset({broadcast})))
    _, (refused,), _, _ = fired(volley(9, broadcast), open_gate())

    assert (problems, report.status, report.sent) == ([], "done", 1)
    assert (refused.address, refused.status) == (broadcast, "permission")


# --- the group --------------------------------------------------------------------------------------------------------


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((GROUP, 0))
        return sock.getsockname()[1]


def test_what_is_said_to_the_group_is_heard():
    port = free_port()
    says_hello = Sending(lambda _: say(b"hello", (GROUP, port), "127.0.0.5", port) or crossed())
    heard = fire(volley(port, "127.0.0.2", group=GROUP, notes=says_hello), open_gate())
    (reply,) = of_kind(Reply, heard)

    assert (reply.payload, reply.address, reply.port) == (b"hello", "127.0.0.5", port)
    assert (reply.destination, reply.destination_port) == (GROUP, port)


def test_our_own_question_to_the_group_is_not_heard():
    port = free_port()
    replies, problems, gaps, (report,) = fired(volley(port, GROUP, group=GROUP))

    assert (replies, problems, gaps) == ([], [], [])
    assert (report.status, report.sent) == ("done", 1)


def test_sockets_keep_to_their_link():
    question = volley(free_port(), GROUP, ttl=1)
    with (
        groups.open_sender(question.source, ttl=1) as sender,
        groups.open_listener(GROUP, question.port, question.source) as listener,
    ):
        options = [
            sender.getsockopt(socket.IPPROTO_IP, option)
            for option in (socket.IP_MULTICAST_TTL, socket.IP_MULTICAST_LOOP)
        ]
        interface = sender.getsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, 4)
        hears_all = listener.getsockopt(socket.IPPROTO_IP, 49)  # IP_MULTICAST_ALL

    assert (options, socket.inet_ntoa(interface), hears_all) == ([1, 0], OURS, 0)


def test_two_listen_to_one_group():
    port = free_port()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("", port))
        _, _, gaps, (report,) = fired(volley(port, "127.0.0.2", group=GROUP, listen_s=0.01))

    assert (gaps, report.status) == ([], "done")


def test_port_that_another_program_keeps_for_itself_is_told():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other, device(b"answer", address="127.0.0.2") as (_, _):
        other.bind((GROUP, 0))
        port = other.getsockname()[1]
        _, _, (gap,), (report,) = fired(volley(port, "127.0.0.2", group=GROUP, listen_s=0.01))

    assert (gap.kind, gap.address) == ("port_taken", OURS)
    assert f"UDP port {port}" in gap.detail
    assert (report.status, report.sent) == ("done", 1)


def test_group_that_cannot_be_joined_is_told_as_the_interface_s_fault():
    _, _, (gap,), _ = fired(volley(free_port(), "127.0.0.2", group="127.0.0.9", listen_s=0.01, interface="wg0"))

    assert gap.kind == "interface"
    assert "wg0 cannot listen to 127.0.0.9" in gap.detail


# --- stop and size ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [{"listen_s": PATIENCE_S}, {"shots": ((PATIENCE_S, b"late"),)}])
def test_stop_ends_it_at_once(settings):
    gate = open_gate()
    threading.Timer(0.1, gate.stopped.set).start()
    started = time.monotonic()
    *_, (report,) = fired(volley(9, "127.0.0.2", **settings), gate)

    assert time.monotonic() - started < 30.0  # not 60
    assert (report.status, report.reason) == ("partial" if report.sent else "failed", "interrupted")


def test_stop_ends_a_long_list_of_destinations():
    gate = Gate(lambda _: True, rate_pps=500)
    stops = Sending(lambda sent: gate.stopped.set() if sent == 10 else None)
    *_, (report,) = fired(volley(9, *(f"127.1.{n // 250}.{n % 250 + 1}" for n in range(10_000)), notes=stops), gate)

    assert report.sent == 10
    assert (report.status, report.reason) == ("partial", "interrupted")


def test_long_list_of_destinations_is_quick():
    destinations = tuple(f"127.{1 + n // 65_536}.{n // 256 % 256}.{n % 256}" for n in range(1, 20_001))
    with device(b"answer", address="127.1.0.9") as (port, _):
        started = time.thread_time()
        (reply,), problems, _, (report,) = fired(volley(port, *destinations, source=""))
        taken_s = time.thread_time() - started

    assert (reply.asked, problems, report.sent) == ("127.1.0.9", [], 20_000)
    assert taken_s < 5.0  # of a processor; a tenth of it, normally


def test_who_need_not_wait_any_longer_has_asked_all_the_same():
    enough = Bell()
    enough.set()
    with device(questions=2) as (port, asked):
        started = time.monotonic()
        shots = ((0.0, b"once"), (0.2, b"twice"))
        *_, (report,) = fired(volley(port, "127.0.0.2", shots=shots, enough=enough))
        taken_s = time.monotonic() - started
        assert ANSWERED[port].wait(PATIENCE_S)

    assert (report.status, report.sent, asked) == ("done", 2, [b"once", b"twice"])
    assert 0.2 <= taken_s < 30.0


def test_who_listens_is_woken_when_nobody_waits_any_longer(monkeypatch):
    real, enough = udp.readable, Bell()

    def rings(ears, wait_s):
        if wait_s > 1.0:
            threading.Timer(0.05, enough.set).start()
        return real(ears, wait_s)

    monkeypatch.setattr(udp, "readable", rings)
    monkeypatch.setattr(udp, "_PATIENCE_S", PATIENCE_S)
    started = time.monotonic()
    *_, (report,) = fired(volley(9, "127.0.0.2", listen_s=PATIENCE_S, enough=enough))

    assert report.status == "done"
    assert time.monotonic() - started < PATIENCE_S / 2
