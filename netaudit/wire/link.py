"""The link layer: ARP requests out, ARP packets in (RFC 826).

On Linux one AF_PACKET socket sends a frame that was built once and is patched in place, and a kernel filter keeps
everything but ARP away. Elsewhere scapy's link-layer socket does the same work; it is the only use of live scapy.
"""

import errno
import socket
import struct
import threading
import time
from collections import Counter, deque
from collections.abc import Generator, Iterator, Sequence
from itertools import count

from netaudit.model import ChannelReport, Event, Gap, Problem, Reply
from netaudit.wire.arpsocket import ETHERTYPE_ARP, Link, open_link
from netaudit.wire.burst import MOST, Burst
from netaudit.wire.clock import Clock
from netaudit.wire.closing import let_go
from netaudit.wire.gate import Gate
from netaudit.wire.interfaces import Interface
from netaudit.wire.passes import Notes, Passes
from netaudit.wire.readiness import readable

PASSES = 2  # the second asks only those that were silent
MOST_PASSES = 5  # on a link that loses packets
FEW = 0.05  # devices that loss still hides, as far as the answers so far tell: so few are not worth another pass
TAIL_S = 1.0  # from the end of the first pass on: a sleeping radio takes its time
QUIET_S = (
    0.1  # a pass ends when nothing has come for so long, and the last one for what a sleeping radio takes to wake:
)
LAST_QUIET_S = 0.35  # three beacons of an access point, which keeps broadcasts for it until then (IEEE 802.11)
ALL_S = 0.03  # where everybody has answered: a second answer for one address comes with the first
AS_LATE = 3  # where answers come late, it is waited so many times as long as the last of them took
PACKETS_PER_SOURCE = 32  # of one address: a host that asks for all its neighbours says nothing new
_AT_ONCE = 2 * MOST  # frames taken before the sweep, and the deadline, have their turn: an ARP storm never ends
_MOST_HELD = 32_768  # frames that are taken and not read yet, while requests go out without a pause; and for how long:
_LONGEST_HELD_S = 1.0
_TURN = 256  # frames read before it is looked for new ones, so that the time at which these came is right
_SNAPLEN = 128
_PATIENCE_S = 0.1  # after which a stopped run is noticed, where nothing comes
_FULL = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.ENOBUFS})  # of the sending side: nothing is wrong, but late
_FULL_S = 0.02  # until the next try
_FULL_TRIES = 50
_FRAME_BYTES = 60  # the least that Ethernet carries, without its check sequence
_HEADER = struct.Struct("!6s6sH")
_ARP = struct.Struct("!HHBBH6s4s6s4s")
_OWN_BYTES = 28
_TARGET = 38  # where in a request the address stands that is asked for


def build_request(interface: Interface) -> bytearray:
    """An ARP request frame whose target address, the four bytes from offset 38, is still zero."""
    own_mac = bytes.fromhex((interface.mac or "").replace(":", ""))
    own_address = socket.inet_aton(interface.address)
    frame = bytearray(_FRAME_BYTES)
    _HEADER.pack_into(frame, 0, b"\xff" * 6, own_mac, ETHERTYPE_ARP)
    _ARP.pack_into(frame, _HEADER.size, 1, 0x0800, 6, 4, 1, own_mac, own_address, bytes(6), bytes(4))
    return frame


def sweep(
    interface: Interface,
    addresses: list[str],
    gate: Gate,
    notes: Notes | None = None,
    asked: threading.Event | None = None,
) -> Iterator[Event]:
    """Ask each address for its hardware address; yield every ARP packet heard meanwhile, then a ChannelReport.

    With notes it goes on where an earlier one was cut. `asked` is set when all have been asked as often as usual, and
    answers are waited for.

    PermissionError where this process may not open the link layer.
    """
    try:
        link = open_link(interface)
    except PermissionError:
        raise
    except OSError as error:
        yield from _broken_off(interface, error, 0)
        return
    sweeping = _Sweep(link, interface, gate, Passes(addresses, notes), asked or threading.Event())
    try:
        yield from sweeping.run()
        sweeping.take(_MOST_HELD)  # what came while this program stood still is not late
    except OSError as error:
        yield from sweeping.read()
        yield from _broken_off(interface, error, sweeping.sent)
    else:
        yield from sweeping.read(looks=False)
        reason = f"{interface.name}: interrupted" if gate.stopped.is_set() else None
        yield ChannelReport(name="arp", status="partial" if reason else "done", reason=reason, sent=sweeping.sent)
    finally:
        let_go(link)


class _Sweep:
    """The running state of one sweep."""

    def __init__(self, link: Link, interface: Interface, gate: Gate, passes: Passes, asked: threading.Event) -> None:
        self.link = link
        self.interface = interface
        self.gate = gate
        self.clock = Clock()
        self.passes = passes
        self.asked = asked
        self.silent = passes.silent
        self.heard: Counter[str] = Counter()
        self.burst = Burst(link, build_request(interface), _TARGET)
        self.taken: deque[tuple[float, float, bytes]] = (
            deque()
        )  # frames with when they came, by this sweep's clock and by everybody's
        self.heard_at = 0.0  # the last packet of somebody else, by this sweep's clock
        self.sent = 0

    def run(self) -> Iterator[Event]:
        answered = self.passes.answered
        until = 0.0
        while len(answered) < PASSES or (may_hide(answered) and len(answered) < MOST_PASSES):
            yield from self.ask_all(self.passes.begin())
            until = until or self.clock() + TAIL_S
            if len(answered) + 1 >= PASSES:
                self.asked.set()
            yield from self.await_quiet(QUIET_S if len(answered) + 1 < PASSES else LAST_QUIET_S)
            if self.silent and len(answered) + 1 >= PASSES:
                yield from self.listen(until - self.clock())
            if self.gate.stopped.is_set():
                return
            self.passes.end()
            if not self.silent:  # there is nobody left to wait for
                break
        yield from self.tell_loss(sum(answered[1:]))

    def ask_all(self, addresses: list[str]) -> Iterator[Event]:
        """One pass, at the gate's pace: as many at once as it lets through at once."""
        place = 0
        while place < len(addresses):
            due, delay_s = self.gate.due(addresses[place : place + MOST])
            yield from self.listen(delay_s)
            if self.gate.stopped.is_set():
                return
            yield from self.ask(addresses[place : place + due])
            place += due
            self.passes.came_to(addresses[place - 1])

    def await_quiet(self, quiet_s: float) -> Iterator[Reply]:
        """Listen until nothing has come for so long, or longer where answers come late; a second at most."""
        started = self.clock()
        yield from self.read()
        while not self.gate.stopped.is_set():
            heard = max(started, self.heard_at)
            until = min(started + TAIL_S, max(heard + quiet_s, started + AS_LATE * (heard - started)))
            until = until if self.silent else heard + ALL_S
            left_s = until - self.clock()
            if readable([self.link], min(left_s, _PATIENCE_S)):
                self.take(_AT_ONCE)
                yield from self.read()
            if left_s <= 0:
                return

    def tell_loss(self, late: int) -> Iterator[Gap]:
        """Devices that answered only when asked again."""
        if late > 0:
            devices = "one device" if late == 1 else f"{late} devices"
            detail = f"{self.interface.name}: {devices} answered ARP only when asked again"
            yield Gap(kind="lossy", detail=detail, address=self.interface.address)

    def ask(self, addresses: Sequence[str]) -> Iterator[Event]:
        """Send a request to each of these that may be asked."""
        targets, tries = list(map(socket.inet_aton, addresses)), 0
        if not self.gate.admits_all(targets):
            targets = yield from self.admitted(addresses)
        while targets and tries < _FULL_TRIES:
            try:
                sent = self.burst.send(targets)
            except OSError as error:
                if error.errno not in _FULL:
                    raise
                tries += 1
                yield from self.listen(_FULL_S)
            else:
                self.sent, targets, tries = self.sent + sent, targets[sent:], 0
        if targets:
            raise OSError(errno.ENOBUFS, "the send queue stays full")

    def admitted(self, addresses: Sequence[str]) -> Generator[Problem, None, list[bytes]]:
        """Those of these that the gate lets through, as they stand in packets; of the others a problem tells."""
        through = []
        for address in addresses:
            try:
                self.gate.admit(address)
            except PermissionError as error:
                self.silent.discard(address)
                detail = str(error)
                yield Problem(stage="find", channel="arp", address=address, status="out_of_scope", detail=detail)
            else:
                through.append(socket.inet_aton(address))
        return through

    def listen(self, seconds: float) -> Iterator[Reply]:
        """Take what comes in so many seconds, and read it, where there is time for that."""
        until = self.clock() + seconds
        while not self.gate.stopped.is_set():
            left_s = until - self.clock()
            if readable([self.link], min(left_s, _PATIENCE_S)):
                self.take(_AT_ONCE)
            if seconds or self.holds_enough():
                yield from self.read()
            if left_s <= 0:
                return

    def holds_enough(self) -> bool:
        """Whether what was taken must be read now, though requests can go out without a pause."""
        return bool(self.taken) and (
            len(self.taken) >= _MOST_HELD or self.clock() - self.taken[0][0] >= _LONGEST_HELD_S
        )

    def take(self, most: int) -> None:
        """Take the frames that have come, and note when."""
        now, heard_at = self.clock(), time.time()
        for _ in range(most):
            try:
                self.taken.append((now, heard_at, self.link.recv(_SNAPLEN)))
            except BlockingIOError:
                return

    def read(self, *, looks: bool = True) -> Iterator[Reply]:
        """Read the frames that were taken: all of them, before others have work with the first, and we have to wait."""
        yield from list(self._read(len(self.taken) // _TURN if looks else 0))  # and no more: a storm never ends

    def _read(self, looks: int) -> Iterator[Reply]:
        for number in count(1):
            if not self.taken:
                return
            if looks and not number % _TURN:
                looks -= 1
                self.take(_AT_ONCE)
            came_at, heard_at, frame = self.taken.popleft()
            reply = read_frame(frame, self.interface, heard_at)
            if reply:
                self.heard_at = max(self.heard_at, came_at)
                self.silent.discard(reply.address)
                self.heard[reply.address] += 1
                if self.heard[reply.address] <= PACKETS_PER_SOURCE:
                    yield reply


def may_hide(answered: Sequence[int]) -> bool:
    """Whether another pass is worth it: the last one brought somebody, or loss may hide somebody still."""
    return answered[-1] > 0 or hidden(answered) >= FEW


def hidden(answered: Sequence[int]) -> float:
    """How many devices are still silent because packets were lost, from how many answered in each pass so far.

    A device that answers, and misses a pass by chance, misses the next one by the same chance.
    """
    chance = min(0.5, answered[1] / answered[0]) if answered[0] else 0.5
    return float(sum(answered[:2])) * chance ** len(answered) if answered[1] else 0.0


def _broken_off(interface: Interface, error: OSError, sent: int) -> Iterator[Event]:
    detail = f"{interface.name}: {error.strerror or error}"
    yield Problem(stage="find", channel="arp", address=interface.address, status="unreachable", detail=detail)
    yield Gap(kind="interface", detail=f"the ARP sweep broke off on {detail}", address=interface.address)
    yield ChannelReport(name="arp", status="partial" if sent else "failed", reason=detail, sent=sent)


def read_frame(frame: bytes, interface: Interface, heard_at: float = 0.0) -> Reply | None:
    """An ARP packet of somebody else; the sender's address is the reply's."""
    arp = frame[_HEADER.size : _HEADER.size + _OWN_BYTES]
    if len(arp) < _OWN_BYTES or frame[12:14] != b"\x08\x06" or arp[:6] != b"\x00\x01\x08\x00\x06\x04":
        return None
    mac = frame[6:12].hex(":")
    address = socket.inet_ntoa(arp[14:18])
    if mac == interface.mac or address == interface.address:
        return None
    return Reply(
        channel="arp",
        transport="link",
        address="" if address == "0.0.0.0" else address,  # noqa: S104  an ARP probe: RFC 5227
        payload=arp,
        heard_at=heard_at,
        mac=mac,
        destination=socket.inet_ntoa(arp[24:28]),
        interface=interface.name,
    )
