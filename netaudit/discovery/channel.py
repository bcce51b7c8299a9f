"""Channel: one way of learning, a protocol with its reader. Each file of this folder ends in one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from netaudit.model import Event, Observation, Reply
from netaudit.wire.gate import Gate
from netaudit.wire.interfaces import Interface


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """All that one asking may use: a whole network by multicast from one interface, or addresses one by one."""

    gate: Gate
    interface: Interface | None = None  # None: unicast only
    addresses: tuple[str, ...] = ()  # what ARP sweeps, or where unicast probes go


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
    find: Callable[[Question], Iterator[Event]] | None = None  # asks the network that an interface is attached to
    reach: Callable[[Question], Iterator[Event]] | None = None  # asks single addresses by unicast datagram


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
