"""Channel: one way of learning, a protocol with its reader. Each file of this folder ends in one."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network

from netaudit.discovery.ledger import Ledger, Shooting
from netaudit.model import Event, Observation, Reply
from netaudit.wire.gate import Gate
from netaudit.wire.interfaces import Interface
from netaudit.wire.readiness import Bell
from netaudit.wire.udp import Volley

EXAMPLE = "192.0.2.7"  # whom the examples are addressed to (RFC 5737)
EXAMPLE_INTERFACE = Interface(  # whom examples of frames come from
    "eth0", "192.0.2.10", IPv4Network("192.0.2.0/24"), "02:00:00:00:00:01", None, loopback=False, multicast=True,
    link_local="fe80::1%eth0",
)  # fmt: skip
Shots = tuple[tuple[float, bytes], ...]  # (seconds after the start, datagram)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """All that one asking may use: a whole network by multicast from one interface, or addresses one by one."""

    gate: Gate
    interface: Interface | None = None  # None: unicast only
    addresses: tuple[str, ...] = ()  # what ARP sweeps, or where unicast probes go
    ipv6: bool = False  # asked over IPv6, from the interface's link-local address
    listen_s: float = 0.0  # how long to hear what others send
    enough: Bell | None = None  # set when listening, also for answers, may end before its time
    asked: threading.Event | None = None  # set when all has been asked, and nobody need wait for the answers idly
    excluding: bool = False  # somebody is excluded: what names no host waits until it is known who that is
    pace_s: float = 0.0  # between two addresses, at least, where a router has to look for each
    alone: bool = False  # nothing is asked meanwhile: what others are answered is heard too
    ledger: Ledger | None = None  # where what is sent is noted
    part: str = ""  # of the run, to tell its notes apart

    @property
    def link(self) -> Interface:
        """The interface of a question to a whole network."""
        assert self.interface is not None  # noqa: S101
        return self.interface

    def to_all(
        self,
        channel: str,
        port: int,
        group: str,
        shots: Shots,
        listen_s: float,
        *,
        more: tuple[str, ...] = (),
        ttl: int = 1,
    ) -> Volley:
        """The volley that asks the network by multicast, and at more destinations, and listens to the group too."""
        source = (self.link.link_local if self.ipv6 else self.link.address) or ""
        return Volley(
            channel=channel, port=port, shots=shots, destinations=(group, *more), listen_s=listen_s, ttl=ttl,
            source=source, interface=self.link.name, group=group, notes=self.notes(channel, port, source),
            enough=self.enough,
        )  # fmt: skip

    def to_each(self, channel: str, port: int, request: bytes, listen_s: float) -> Volley:
        """The volley that asks the addresses once each."""
        shots = ((0.0, request),)
        return Volley(
            channel=channel, port=port, shots=shots, destinations=self.addresses, listen_s=listen_s,
            pace_s=self.pace_s, notes=self.notes(channel, port), enough=self.enough,
        )  # fmt: skip

    def notes(self, channel: str, port: int = 0, source: str = "") -> Shooting | None:
        """Where the datagrams of a volley, or frames, which have no port, are noted, if they are."""
        if self.ledger is None:
            return None
        interface = self.interface.name if self.interface else ""
        return Shooting(
            ledger=self.ledger, part=self.part, channel=channel, port=port, interface=interface, source=source
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One form of what a channel sends. All of them together are all that netaudit sends without credentials."""

    what: str  # "GET /favicon.ico"
    build: Callable[[], bytes] | None  # one example, to EXAMPLE; None: no bytes of ours
    to: str  # "group 239.255.255.250", "each address", "each device"
    transport: str  # "link", "udp", "tcp", "tls" (TCP where the device has TLS)
    ports: tuple[int, ...]  # where it goes to; empty where devices name the port, or there is none
    most: int  # per device and run; per interface and run where it goes to a group
    when: str  # the condition, in words
    source: str  # why it is known and harmless: a standard with its section, or a maker's document


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A protocol: where its replies come from, how they are told apart, and how they are read."""

    name: str  # as in inventories and in `identify`
    title: str  # one line for `netaudit channels`
    read: Callable[[Reply], Iterator[Observation]]  # pure; ValueError on nonsense
    hears: tuple[tuple[str, int], ...] = ()  # ("udp", 3702): either end of a reply has this port
    knows: Callable[[Reply], bool] | None = None  # tells a reply by its bytes, whatever its port
    fields: tuple[str, ...] = ()  # what read may yield, of vocabulary.FIELDS
    sends: str = ""  # what an active run sends, in words; empty for channels that only listen or read
    requests: tuple[Request, ...] = ()  # the same, form by form
    by_name_only: bool = False  # not asked by default: only where the user names it
    families: tuple[int, ...] = (4,)  # of IP: over which `find` asks
    find: Callable[[Question], Iterator[Event]] | None = None  # asks the network that an interface is attached to
    reach: Callable[[Question], Iterator[Event]] | None = None  # asks single addresses by unicast datagram


def to_all_and_each(
    what: str, build: Callable[[], bytes], port: int, everybody: str, times: int
) -> tuple[Request, ...]:
    """The datagram of a maker's own protocol: to the group, and to single addresses that the group does not reach."""
    return tuple(
        Request(
            what=what, build=build, to=to, transport="udp", ports=(port,), most=most, when=when,
            source="read from several implementations, and answers published",
        )
        for to, most, when in (
            (everybody, times, "per interface"),
            ("each address", 1, "behind a router, or silent to every multicast"),
        )
    )  # fmt: skip


def observe(reply: Reply, field: str, value: str | None, part: str = "") -> Iterator[Observation]:
    """One observation of this reply, or of a part of the device that sent it; none where there is no value."""
    text = (value or "").strip()
    if text:
        yield Observation(
            channel=reply.channel,
            field=field,
            value=text,
            address=reply.address,
            mac=reply.mac,
            transport=reply.transport,
            port=reply.port,
            seen_at=reply.heard_at,
            reply=reply.digest,
            part=part,
        )
