"""Listening: what others say on an attached network, heard without asking anybody.

With the right to raw sockets one packet socket per interface hears everything, and opening it sends nothing; its
frames take the same way as those of a capture. Without that right the groups of the discovery protocols are joined,
which the kernel announces by IGMP and MLD, and what needs frames is not heard: the coverage says so.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

from netaudit.discovery import UDP_PORTS, dhip, mdns, route, sadp, ssdp, wsd
from netaudit.discovery.channel import Channel, Question
from netaudit.discovery.framed import losses
from netaudit.discovery.hearsay import LISTEN as NAME
from netaudit.discovery.hearsay import nameless_last
from netaudit.model import ChannelReport, Event, Gap, Observation, Problem, Reply
from netaudit.wire.bpf import ARP, LLDP, SADP, Wanted
from netaudit.wire.gate import Gate
from netaudit.wire.interfaces import Interface
from netaudit.wire.packets import PacketSocket, may_hear_frames
from netaudit.wire.udp import Volley, fire

MESSAGES_PER_SOURCE = 64  # different ones, of one channel
MOST_MESSAGES = 262_144
WANTED = Wanted(ethertypes=(ARP, SADP, LLDP), cdp=True, igmp=True, icmpv6=True, udp_ports=UDP_PORTS)
# (channel, port, groups): where devices announce themselves.
GROUPS = (
    (mdns.MDNS, mdns.PORT, (mdns.GROUP, mdns.GROUP_IPV6)),
    (ssdp.SSDP, ssdp.PORT, (ssdp.GROUP,)),
    (wsd.WSD, wsd.PORT, (wsd.GROUP, wsd.GROUP_IPV6)),
    (sadp.SADP, sadp.PORT, (sadp.GROUP,)),
    (dhip.DHIP, dhip.PORT, (dhip.GROUP,)),
)
FRAMES_ONLY = "ARP, DHCP, LLDP, CDP, IGMP, MLD, raw SADP and what is sent to single hosts"


def listening(question: Question, asked: frozenset[str]) -> Iterator[tuple[Channel, Question]]:
    """The jobs that listen on the link of a question; `asked` are the channels that hear their groups themselves."""
    if question.link.has_link_layer and may_hear_frames():
        yield _channel(_hear_frames), question
        return
    unheard = [entry for entry in GROUPS if entry[0].name not in asked and question.link.multicast]
    yield _channel(partial(_without_frames, names=tuple(channel.name for channel, _, _ in unheard))), question
    for channel, port, groups in unheard:
        for group in groups:
            if ":" not in group:
                yield replace(channel, find=partial(_hear_group, channel.name, port, group)), question
            elif question.link.link_local:
                over_ipv6 = replace(question, ipv6=True)
                yield replace(channel, find=partial(_hear_group, channel.name, port, group)), over_ipv6


def _channel(find: Callable[[Question], Iterator[Event]]) -> Channel:
    return Channel(name=NAME, title="what others send, heard without asking", read=_read, find=find)


def _read(reply: Reply) -> Iterator[Observation]:
    """By the channel of its protocol: this is none."""
    channel = route(replace(reply, channel=""))
    if channel:
        yield from channel.read(replace(reply, channel=channel.name))


def _hear_frames(question: Question) -> Iterator[Event]:
    """Every frame that somebody here can read, for the time of the question."""
    link = question.link
    try:
        with PacketSocket(link, WANTED, all_hosts=question.alone) as ear:
            yield from _heard(question, ear)
    except OSError as error:
        detail = f"{link.name}: {error.strerror or error}"
        yield Problem(stage="find", channel=NAME, address=link.address, status="unreachable", detail=detail)
        yield ChannelReport(name=NAME, status="failed", reason=detail)


def _heard(question: Question, ear: PacketSocket) -> Iterator[Event]:
    from netaudit.records.replies import replies_of_frames  # noqa: PLC0415  not needed before the first question

    link, sieve, skipped, began = question.link, Sieve(), Counter[str](), time.monotonic()
    until = (
        Gate(lambda _: False, rate_pps=1.0, silent=True, stopped=question.enough) if question.enough else question.gate
    )
    frames = ear.listen(question.listen_s, until, to_us=question.alone)
    replies = _routed(replies_of_frames(frames, link.name, UDP_PORTS, skipped))
    kept = (reply for reply in replies if reply.mac != link.mac and sieve.keeps(reply))
    yield from nameless_last(kept, excluding=question.excluding)
    yield from sieve.told(link)
    yield from losses(NAME, question, ear, skipped)
    stopped = question.gate.stopped.is_set()
    reason = f"{link.name}: heard {_frames(ear.heard)} in {_seconds(time.monotonic() - began)}, {ear.dropped} dropped"
    yield ChannelReport(
        name=NAME, status="partial" if stopped else "done", reason=reason + (", interrupted" if stopped else "")
    )


def _routed(replies: Iterable[Reply]) -> Iterator[Reply]:
    for reply in replies:
        channel = route(reply)
        if channel:
            yield replace(reply, channel=channel.name)


class Sieve:
    """Lets each message through once, and so many of one sender and channel."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str, str | None, str]] = set()
        self._by_source: Counter[tuple[str, str]] = Counter()
        self._too_many = 0

    def keeps(self, reply: Reply) -> bool:
        """Whether this message is new, and not one too many."""
        key = (reply.channel, reply.address, reply.mac, reply.digest)
        if key in self._seen:
            return False
        source = (reply.channel, reply.address or reply.mac or "")
        if len(self._seen) >= MOST_MESSAGES or self._by_source[source] >= MESSAGES_PER_SOURCE:
            self._too_many += reply.channel != "arp"  # who asks for all its neighbours says nothing new
            return False
        self._by_source[source] += 1
        self._seen.add(key)
        return True

    def told(self, link: Interface) -> Iterator[Gap]:
        """What was not kept, where that may matter."""
        if self._too_many:
            limit = f"{MESSAGES_PER_SOURCE} different messages of one sender and channel"
            detail = f"{link.name}: {NAME}: {self._too_many} messages were thrown away: more than {limit}, or a flood"
            yield Gap(kind="dropped_packets", detail=detail, address=link.address)


def _without_frames(question: Question, names: tuple[str, ...]) -> Iterator[Event]:
    """What is lost where no frames can be heard; the groups are heard by jobs of their own."""
    link = question.link
    heard = f"the groups of {', '.join(names)} were joined" if names else "no group was joined"
    reason = f"{link.name}: no frames can be heard here, {heard}; not heard: {FRAMES_ONLY}"
    if question.alone:
        detail = f"listening on {reason} (root or CAP_NET_RAW on Linux can); the kernel announced the joining by IGMP "
        yield Gap(kind="no_link_layer", detail=detail + "and MLD, nothing else was sent", address=link.address)
    # Beside questions listening is more than was ever promised: a run is not incomplete for the lack of it.
    yield ChannelReport(name=NAME, status="partial" if question.alone else "skipped", reason=reason)


def _hear_group(name: str, port: int, group: str, question: Question) -> Iterator[Event]:
    """What is sent to one group; nothing is sent to it."""
    source = (question.link.link_local if question.ipv6 else question.link.address) or ""
    volley = Volley(
        channel=name, port=port, shots=(), destinations=(), listen_s=question.listen_s, source=source,
        interface=question.link.name, group=group,
    )  # fmt: skip
    yield from fire(volley, question.gate)


def _frames(count: int) -> str:
    return "one frame" if count == 1 else f"{count:,} frames"


def _seconds(seconds: float) -> str:
    return f"{seconds:.0f} s"
