import errno
import socket
import threading
import time
from collections import Counter, deque
from ipaddress import IPv4Network

import pytest
from support.namespaces import inside, ip, needs_namespaces
from support.network import Network
from support.packets import arp, ethernet
from support.servers import open_gate
from support.sniffer import sniff

from netaudit.demo import emulate, load_devices
from netaudit.model import ChannelReport, Gap, Problem, Reply
from netaudit.wire import arpsocket, link
from netaudit.wire.gate import Gate
from netaudit.wire.interfaces import Interface
from netaudit.wire.link import PACKETS_PER_SOURCE, build_request, read_frame, sweep
from netaudit.wire.passes import Progress

MAC = "02:00:5e:00:53:01"
DEVICES = {device.name: device for device in load_devices()}


def ethernet_interface(name="eth0", address="192.0.2.2", network="192.0.2.0/24", mac=MAC):
    return Interface(name, address, IPv4Network(network), mac, None, loopback=False, multicast=True)


OURS = ethernet_interface()


def of_kind(kind, events):
    return [event for event in events if isinstance(event, kind)]


# --- frames -----------------------------------------------------------------------------------------------------------


def test_request_byte_for_byte():
    frame = build_request(OURS)

    assert frame == bytes.fromhex(
        "ffffffffffff 02005e005301 0806  0001 0800 06 04 0001  02005e005301 c0000202  000000000000 00000000"
    ) + bytes(18)
    assert len(frame) == 60


def test_reply_becomes_a_reply_with_both_addresses():
    packet = arp(sender="192.0.2.10", target="192.0.2.2", sender_mac="44:19:b6:00:00:01")
    reply = read_frame(ethernet(0x0806, packet, source="44:19:b6:00:00:02") + bytes(18), OURS)

    assert (reply.channel, reply.transport, reply.address) == ("arp", "link", "192.0.2.10")
    assert (reply.mac, reply.payload, reply.interface) == ("44:19:b6:00:00:02", packet, "eth0")
    assert reply.destination == "192.0.2.2"


@pytest.mark.parametrize("operation", [1, 2])
def test_others_are_heard_whatever_they_say(operation):
    frame = ethernet(0x0806, arp(sender="192.0.2.10", target="192.0.2.10", operation=operation))

    assert read_frame(frame, OURS).address == "192.0.2.10"


def test_address_that_is_only_tried_out_is_none():
    assert read_frame(ethernet(0x0806, arp(sender="0.0.0.0", operation=1)), OURS).address == ""


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        ethernet(0x0806, arp()[:27]),
        ethernet(0x0800, arp()),
        ethernet(0x0806, b"\x00\x06" + arp()[2:]),  # not Ethernet
        ethernet(0x0806, arp()[:2] + b"\x86\xdd" + arp()[4:]),  # not IPv4
        ethernet(0x0806, arp(), source=MAC),
        ethernet(0x0806, arp(sender="192.0.2.2")),  # our address: a conflict that is not ours to tell
    ],
)
def test_what_is_no_packet_of_somebody_else(frame):
    assert read_frame(frame, OURS) is None


# --- the sweep, over a wire that a test holds the other end of --------------------------------------------------------


@pytest.fixture
def wire(monkeypatch):
    """The far end of a link: what we send comes out here, what is put in is heard."""
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    near.setblocking(False)
    monkeypatch.setattr(link, "open_link", lambda _: near)
    monkeypatch.setattr(link, "TAIL_S", 0.15)
    with far:
        yield far


def asked(far):
    """The addresses that were asked for, in order."""
    far.setblocking(False)
    addresses = []
    while True:
        try:
            frame = far.recv(100)
        except BlockingIOError:
            return addresses
        if not frame:
            return addresses
        addresses.append(socket.inet_ntoa(frame[38:42]))


def answer_of(address, mac="44:19:b6:00:00:01"):
    return ethernet(0x0806, arp(sender=address, sender_mac=mac), source=mac)


def test_second_pass_asks_only_the_silent(wire):
    events = sweep(OURS, ["192.0.2.10", "192.0.2.11", "192.0.2.12"], open_gate())
    wire.send(answer_of("192.0.2.11"))
    (reply, report) = list(events)

    assert reply.address == "192.0.2.11"
    assert report == ChannelReport(name="arp", status="done", sent=5)
    assert asked(wire) == ["192.0.2.10", "192.0.2.11", "192.0.2.12", "192.0.2.10", "192.0.2.12"]


def test_it_is_told_when_all_have_been_asked_and_answers_are_waited_for(wire):
    by_then = []

    class Told(threading.Event):
        def set(self):
            by_then.append(asked(wire))

    list(sweep(OURS, ["192.0.2.10", "192.0.2.11"], open_gate(), None, Told()))

    assert by_then == [["192.0.2.10", "192.0.2.11"] * 2]


class Notes:
    """Of a sweep that was cut in its second pass."""

    begun, heard = Progress((1,), "192.0.2.11"), {"192.0.2.13"}

    def __init__(self):
        self.told = []

    def came(self, progress):
        self.told.append(progress)


def test_sweep_that_was_cut_asks_only_what_it_had_left(wire):
    notes = Notes()
    (report,) = sweep(OURS, [f"192.0.2.{number}" for number in range(10, 15)], open_gate(), notes)

    assert asked(wire) == ["192.0.2.12", "192.0.2.14"]
    assert report == ChannelReport(name="arp", status="done", sent=2)
    assert notes.told == [Progress((1, 0))]


def test_what_came_while_the_program_stood_still_is_read_though_the_time_is_over(wire, monkeypatch):
    """At the last look there is more than is taken at one go."""
    asked_all = threading.Event()
    addresses = [f"192.0.2.{number}" for number in range(11, 91)]

    def looks(sockets, wait_s):
        if asked_all.is_set() and wait_s <= 0 and addresses:
            for address in addresses:
                wire.send(answer_of(address))
            addresses.clear()
        return readable(sockets, wait_s)

    readable = link.readable
    monkeypatch.setattr(link, "readable", looks)
    monkeypatch.setattr(link, "_AT_ONCE", 4)
    monkeypatch.setattr(link, "TAIL_S", 0.0)
    replies = of_kind(Reply, sweep(OURS, ["192.0.2.10"], open_gate(), None, asked_all))

    assert len(replies) == 80


class Lossy:
    """A link on which each address answers at once when it is asked for the time that is given for it."""

    def __init__(self):
        self.answers, self.seen, self._waiting = {}, Counter(), deque()
        self._readable, self._signal = socket.socketpair()

    def fileno(self):
        return self._readable.fileno()

    def send(self, frame):
        address = socket.inet_ntoa(frame[38:42])
        self.seen[address] += 1
        if self.answers.get(address) == self.seen[address]:
            if not self._waiting:
                self._signal.send(b"!")
            self._waiting.append(answer_of(address))

    def recv(self, _):
        if not self._waiting:
            raise BlockingIOError
        if len(self._waiting) == 1:
            self._readable.recv(1)
        return self._waiting.popleft()

    def close(self):
        self._readable.close()
        self._signal.close()


@pytest.fixture
def lossy(monkeypatch):
    """Who answers when he is asked for which time, and who was asked how often."""
    lossy = Lossy()
    monkeypatch.setattr(link, "open_link", lambda _: lossy)
    monkeypatch.setattr(link, "TAIL_S", 0.15)
    return lossy.answers, lossy.seen


def test_link_that_loses_packets_is_asked_until_nobody_can_be_hidden(lossy):
    answers, seen = lossy
    answers |= {f"192.0.2.{number}": 1 for number in range(20, 40)}
    answers |= {"192.0.2.40": 2, "192.0.2.41": 2, "192.0.2.42": 3}
    events = list(sweep(OURS, [*answers, "192.0.2.50"], open_gate()))
    (gap,) = of_kind(Gap, events)

    assert {reply.address for reply in of_kind(Reply, events)} == set(answers)
    assert (seen["192.0.2.20"], seen["192.0.2.42"], seen["192.0.2.50"]) == (1, 3, 4)
    assert (gap.kind, gap.detail) == ("lossy", "eth0: 3 devices answered ARP only when asked again")


def test_nobody_is_asked_without_end(lossy):
    answers, seen = lossy
    answers |= {f"192.0.2.{number}": number - 19 for number in range(20, 40)}
    of_kind(Gap, sweep(OURS, list(answers), open_gate()))

    assert max(seen.values()) == link.MOST_PASSES


@pytest.mark.parametrize(
    ("answered", "expected"),
    [((50, 0), 0.0), ((0, 0), 0.0), ((90, 10), 1.23), ((90, 10, 1), 0.137), ((90, 10, 1, 0), 0.0152), ((1, 9), 2.5)],
)
def test_who_is_hidden_is_told_by_who_answered_late(answered, expected):
    assert link.hidden(answered) == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize(
    ("answered", "another"),
    [((50, 0), False), ((540, 3), True), ((540, 3, 0), False), ((90, 10, 0), True), ((90, 10, 1, 0), False)],
)
def test_pass_that_brought_somebody_is_not_the_last(answered, another):
    assert link.may_hide(answered) is another


def test_two_answers_for_one_address_are_both_kept(wire):
    for mac in ("44:19:b6:00:00:01", "3c:ef:8c:00:00:01"):
        wire.send(answer_of("192.0.2.10", mac))
    replies = of_kind(Reply, sweep(OURS, ["192.0.2.10"], open_gate()))

    assert [reply.mac for reply in replies] == ["44:19:b6:00:00:01", "3c:ef:8c:00:00:01"]


def test_who_repeats_himself_is_not_heard_out(wire):
    for _ in range(100):
        wire.send(answer_of("192.0.2.10"))
    replies = of_kind(Reply, sweep(OURS, ["192.0.2.10"], open_gate()))

    assert len(replies) == PACKETS_PER_SOURCE


def test_storm_of_packets_does_not_stop_the_sweep(wire):
    ended = threading.Event()

    def storm():
        with socket.socket(fileno=wire.dup().detach()) as sock:
            sock.settimeout(0.05)
            while not ended.is_set():
                try:
                    sock.send(answer_of("192.0.2.77"))
                except OSError:
                    continue

    thread = threading.Thread(target=storm)
    thread.start()
    started = time.monotonic()
    (*_, report) = sweep(OURS, ["192.0.2.10", "192.0.2.11"], open_gate())
    taken_s = time.monotonic() - started
    ended.set()
    thread.join()

    assert (report.status, report.sent) == ("done", 4)
    assert taken_s < 30.0  # without end, where a look is over only when nothing comes


@pytest.mark.timeout(120)
def test_storm_that_never_pauses_does_not_stop_the_sweep(monkeypatch):
    class Storm:
        def __init__(self, sock):
            self.fileno, self.close, self.sent = sock.fileno, sock.close, 0

        def recv(self, _):
            return answer_of("192.0.2.77")

        def send(self, _):
            self.sent += 1

    near, far = socket.socketpair()
    far.send(b"ready")
    monkeypatch.setattr(link, "TAIL_S", 0.1)
    monkeypatch.setattr(link, "open_link", lambda _: Storm(near))
    with far:
        (*replies, report) = sweep(OURS, ["192.0.2.10", "192.0.2.11"], open_gate())

    assert (len(replies), report.status, report.sent) == (PACKETS_PER_SOURCE, "done", 4)


def test_requests_are_paced(wire):
    started = time.monotonic()
    list(sweep(OURS, [f"192.0.2.{n}" for n in range(10, 30)], Gate(lambda _: True, rate_pps=200)))

    assert 0.4 <= time.monotonic() - started < 30.0  # 40 frames, and at least 0.1 s after each pass


def test_nobody_outside_of_the_scope_is_asked(wire):
    gate = Gate(lambda address: address != "192.0.2.11", rate_pps=1000)
    (problem, report) = list(sweep(OURS, ["192.0.2.10", "192.0.2.11"], gate))

    assert (problem.address, problem.status) == ("192.0.2.11", "out_of_scope")
    assert (report.status, set(asked(wire))) == ("done", {"192.0.2.10"})


@pytest.mark.parametrize("held_s", [0.0, 9.0])
def test_answers_are_held_back_while_requests_go_out_without_a_pause_but_not_for_long(wire, monkeypatch, held_s):
    monkeypatch.setattr(link, "MOST", 4)
    monkeypatch.setattr(link, "_LONGEST_HELD_S", held_s)
    wire.send(answer_of("192.0.2.10"))
    events = sweep(OURS, [f"192.0.2.{number}" for number in range(10, 50)], open_gate())
    reply = next(events)
    requests = len(asked(wire))

    assert reply.address == "192.0.2.10"
    assert requests == (40 if held_s else 0)
    assert next(e for e in events if isinstance(e, ChannelReport)).sent == 79


def test_who_has_answered_is_not_asked_again_however_many_answer_at_once(lossy):
    answers, seen = lossy
    addresses = [f"10.0.{number // 250}.{number % 250 + 1}" for number in range(900)]
    answers |= dict.fromkeys(addresses[:600], 1)
    events = list(sweep(OURS, addresses, open_gate()))

    assert len(of_kind(Reply, events)) == 600
    assert {seen[address] for address in addresses[:600]} == {1}
    assert events[-1].sent == 900 + 300


def test_stop_ends_it_at_once(wire):
    stopped = threading.Event()
    gate = Acting(8, stopped.set, rate_pps=50, stopped=stopped)
    started = time.monotonic()
    (report,) = list(sweep(OURS, [f"10.0.{n // 250}.{n % 250 + 1}" for n in range(3000)], gate))

    assert time.monotonic() - started < 30.0  # not 60
    assert (report.status, report.reason) == ("partial", "eth0: interrupted")
    assert report.sent == 8


class Acting(Gate):
    """A gate that does something when it has let so many packets through."""

    def __init__(self, after, act, **settings):
        super().__init__(lambda _: True, **settings)
        self._after, self._act = after, act

    def due(self, addresses):
        if self._act and self.slots >= self._after:
            self._act()
            self._act = None
        return super().due(addresses)


class Flaky:
    """A link whose sending fails for a while, or for ever."""

    def __init__(self, sock, code, times):
        self.sock, self.code, self.times = sock, code, times
        self.fileno, self.recv, self.close = sock.fileno, sock.recv, sock.close

    def send(self, frame):
        if self.times:
            self.times -= 1
            raise OSError(self.code, "no")
        return self.sock.send(frame)


@pytest.fixture
def flaky(monkeypatch):
    def install(code, times):
        near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        near.setblocking(False)
        monkeypatch.setattr(link, "open_link", lambda _: Flaky(near, code, times))
        monkeypatch.setattr(link, "TAIL_S", 0.01)
        ends.append(far)
        return far

    ends = []
    yield install
    for far in ends:
        far.close()


@pytest.mark.parametrize("code", [errno.ENOBUFS, errno.EAGAIN])
def test_full_queue_is_waited_for(flaky, code):
    far = flaky(code, 3)
    (report,) = list(sweep(OURS, ["192.0.2.10"], open_gate()))

    assert (report.status, report.sent) == ("done", 2)
    assert asked(far) == ["192.0.2.10", "192.0.2.10"]


@pytest.mark.parametrize(("code", "times"), [(errno.ENETDOWN, 1), (errno.ENOBUFS, 1000)])
def test_interface_that_goes_down_is_told(flaky, monkeypatch, code, times):
    monkeypatch.setattr(link, "_FULL_S", 0.001)
    flaky(code, times)
    (problem, gap, report) = list(sweep(OURS, ["192.0.2.10"], open_gate()))

    assert (problem.stage, problem.channel, problem.status) == ("find", "arp", "unreachable")
    assert (gap.kind, gap.address) == ("interface", "192.0.2.2")
    assert (report.status, report.sent) == ("failed", 0)


def test_want_of_rights_is_left_to_the_caller(monkeypatch):
    def refuse(_):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(link, "open_link", refuse)

    with pytest.raises(PermissionError):
        list(sweep(OURS, ["192.0.2.10"], open_gate()))


# --- the sweep, over a real wire --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lan():
    with Network() as network:
        yield network.lan()


def scanner(lan):
    with inside(lan.network_of.scanner):
        mac = _mac_of(lan.interface)
    return ethernet_interface(lan.interface, "10.77.0.2", "10.77.0.0/24", mac)


def _mac_of(name):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        sock.bind((name, 0))
        return sock.getsockname()[4].hex(":")


@pytest.fixture(params=["_open_packet_socket", "_open_scapy_socket"])
def any_socket(request, monkeypatch):
    monkeypatch.setattr(link, "open_link", getattr(arpsocket, request.param))
    monkeypatch.setattr(link, "TAIL_S", 0.3)


@pytest.mark.namespaces
@needs_namespaces[1]
def test_real_devices_answer_and_only_the_silent_are_asked_twice(lan, any_socket, monkeypatch):
    monkeypatch.setattr(link, "QUIET_S", 1.0)  # a busy machine answers later than a quiet one
    monkeypatch.setattr(link, "TAIL_S", 1.0)
    interface = scanner(lan)
    wanted = [f"10.77.0.{number}" for number in (11, 62, 64, 200)]
    devices = [DEVICES[name] for name in ("hikvision-dome", "lighttpd", "arp-only")]
    with emulate(devices, lan.place), sniff(lan.network_of.wire, lan.bridge) as sniffer, inside(lan.network_of.scanner):
        events = list(sweep(interface, wanted, open_gate()))
    requests = Counter(
        socket.inet_ntoa(f.payload[38:42])
        for f in sniffer.frames
        if f.payload[12:14] == b"\x08\x06" and f.payload[20:22] == b"\0\1" and f.payload[6:12].hex(":") == interface.mac
    )
    (report,) = of_kind(ChannelReport, events)

    assert {reply.address: reply.mac for reply in of_kind(Reply, events)} == {
        f"10.77.0.{device.host}": device.mac for device in devices
    }
    assert requests == {"10.77.0.11": 1, "10.77.0.62": 1, "10.77.0.64": 1, "10.77.0.200": 2}
    assert (report.status, report.sent) == ("done", 5)


@pytest.mark.namespaces
@needs_namespaces[1]
def test_interface_that_is_gone_ends_nothing(lan, any_socket):
    with inside(lan.network_of.scanner):
        events = list(sweep(ethernet_interface("gone0"), ["192.0.2.10"], open_gate()))

    assert [type(event) for event in events] == [Problem, Gap, ChannelReport]
    assert events[-1].status == "failed"


@pytest.mark.namespaces
@needs_namespaces[1]
def test_interface_that_goes_down_on_the_way_is_told(any_socket):
    with Network() as network:
        lan = network.lan("10.78.0.0/24")
        interface = ethernet_interface(lan.interface, "10.78.0.2", "10.78.0.0/24", "02:00:5e:00:53:01")
        gate = Acting(40, lambda: ip(f"link set {lan.interface} down", inside=network.scanner), rate_pps=200)
        with inside(network.scanner):
            (problem, gap, report) = list(sweep(interface, [f"10.78.0.{n}" for n in range(10, 250)], gate))

    assert (problem.status, gap.kind, report.status) == ("unreachable", "interface", "partial")
    assert 0 < report.sent < 50
