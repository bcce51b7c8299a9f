"""The first phase of a live run: all finding channels on all interfaces, and unicast probes where no multicast goes.

Each finding channel runs in a thread of its own per interface; one device answers all of them at once, but is only
ever connected to afterwards (ask.py). What has been asked, by ARP as well, is heard out while devices are visited: waiting
for slow answers costs nothing then, and who has answered late, or named more, is asked when that has come.
"""

import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import islice

from netaudit.discovery import CHANNELS, arp
from netaudit.discovery.attached import holds
from netaudit.discovery.channel import Channel, Question
from netaudit.discovery.course import Course, Job
from netaudit.discovery.jobs import begin, hear_until, run_jobs
from netaudit.discovery.listen import listening
from netaudit.discovery.patience import PROBE_PACE_S
from netaudit.discovery.shuffle import shuffled
from netaudit.discovery.visit import VISIT_CHANNELS
from netaudit.model import ChannelReport, Event, Gap, Subnet
from netaudit.wire.container import container_bridge
from netaudit.wire.interfaces import Interface

NEIGHBOUR_BATCH = 256  # neighbours that are probed by one volley: the kernel must resolve them, and its table is small
UNICAST_BATCH = 65_536  # addresses that are probed by one volley: a larger scope costs time, not memory
FIND, SILENT = "find", "silent"  # how the ledger calls what asks everybody, and the probes of the silent
# By then the first questions of all channels have had their answers: by WS-Discovery after up to 0.5 s (APP_MAX_DELAY), by
# mDNS after 0.1 s and 0.12 s more, by makers' own at once. Later repetitions reach whom loss had kept silent while others
# are visited; who is silent until then is asked by unicast meanwhile.
ASKED_S = 0.55


def find(course: Course) -> Iterator[Event]:
    """Ask the attached networks by every finding channel at once, and what lies beyond them address by address.

    Multicast is asked, others are listened to, and late answers to ARP are waited for beyond the end of this phase.
    """
    for neighbour in arp.read_table():
        if course.live.scope.bars(neighbour.address):
            course.hearsay.bar(neighbour)
    jobs = [job for link in course.attached.links for job in _jobs_on(course, link)]
    distant = (a for a in course.attached.beyond(course.multicast_networks()) if ":" not in a)
    if "known before" not in course.live.ledger.ended:
        yield from _known_before(course)
        course.live.ledger.end("known before")
    course.began_at = course.clock()
    awaited = [job for job in jobs if _is_awaited(*job)]
    begin(course, [job for job in jobs if not _is_awaited(*job)], FIND)
    batch = tuple(islice(distant, UNICAST_BATCH))
    yield from run_jobs(course, [*awaited, *_reaching_jobs(course, batch, PROBE_PACE_S)], FIND)
    while (batch := tuple(islice(distant, UNICAST_BATCH))) and not course.live.gate.stopped.is_set():
        yield from run_jobs(course, _reaching_jobs(course, batch, PROBE_PACE_S), FIND)
    yield from hear_until(course, lambda: _has_asked(course))


def probe_silent(course: Course) -> Iterator[Event]:
    """Probe once, by unicast, who is alive and was silent to every multicast; the answers come while others are visited."""
    if not may_probe(course):
        return
    networks = course.multicast_networks()
    heard = course.discovered()
    silent = iter([a for a in course.alive if a not in heard and any(holds(n, a) for n in networks)])
    while (batch := tuple(islice(silent, NEIGHBOUR_BATCH))) and not course.live.gate.stopped.is_set():
        course.live.gate.stopped.wait(max(course.room.wait_s(address) for address in batch))
        numbers = probe(course, batch)
        if len(batch) == NEIGHBOUR_BATCH:  # and there are more
            yield from hear_until(course, partial(numbers.isdisjoint, course.under_way))
    course.asked_at = course.asked_at or course.clock()


def probe(course: Course, addresses: tuple[str, ...]) -> frozenset[int]:
    """Begin to ask these neighbours by unicast; the numbers of the jobs."""
    jobs = _reaching_jobs(course, addresses)
    course.asked_at = course.clock() + len(jobs) * len(addresses) / course.live.gate.rate_pps
    return begin(course, jobs, SILENT)


def may_probe(course: Course) -> bool:
    """Whether there is a channel by which single addresses are asked."""
    return any(channel.reach and channel.name in course.live.channels for channel in CHANNELS)


def is_sweeping(course: Course) -> bool:
    """Whether answers to the ARP sweep may still come."""
    return bool(sweeping(course))


def sweeping(course: Course) -> frozenset[Interface]:
    """The links whose ARP sweep is under way."""
    jobs = course.under_way.values()
    return frozenset(q.link for channel, q in jobs if channel.name == "arp" and q.part == FIND)


def _is_awaited(channel: Channel, question: Question) -> bool:
    """Whether this is waited for before anything else is done: an ARP sweep, and listening where nothing is asked."""
    return channel.name == "arp" or question.alone


def _has_asked(course: Course) -> bool:
    """Whether multicast has been asked often enough for what it tells to be known before a device is visited.

    Where the run is continued, the answers to the first questions may be lost: then the last one is waited for as well.
    """
    asking = any(not q.listen_s for channel, q in course.under_way.values() if channel.name != "arp")
    return not asking or (not course.live.ledger.cuts and course.clock() >= course.began_at + ASKED_S)


def unicast_again(course: Course, addresses: tuple[str, ...], part: str) -> Iterator[Event]:
    """Probe these addresses by unicast, once by each channel in each part of the run."""
    jobs = _reaching_jobs(course, addresses)
    yield from run_jobs(course, [(channel, replace(question, enough=None)) for channel, question in jobs], part)


def sweep_again(course: Course, links: list[Interface]) -> Iterator[Event]:
    """Ask, on these links, the addresses that were silent to ARP."""
    heard = course.heard.get("arp", set())
    silent = {link: tuple(a for a in course.attached.neighbours(link) if a not in heard) for link in links}
    yield from run_jobs(course, _sweeps(course, silent), "again")


def sweep_these(course: Course, addresses: tuple[str, ...]) -> Iterator[Event]:
    """Ask these addresses by ARP, each on its link."""
    wanted = {link: tuple(a for a in addresses if holds(link.network, a)) for link in course.attached.links}
    yield from run_jobs(course, _sweeps(course, wanted))


def _jobs_on(course: Course, link: Interface) -> Iterator[Job]:
    """What is asked, or listened for, on one attached network."""
    gate = course.live.gate
    for channel in CHANNELS:
        if channel.find is None or channel.name not in course.live.channels:
            continue
        if channel.name == "arp" and link.has_link_layer:
            asked = threading.Event() if course.live.channels & VISIT_CHANNELS else None
            addresses = tuple(course.attached.neighbours(link))
            yield channel, Question(gate=gate, interface=link, addresses=addresses, asked=asked)
        elif channel.name != "arp" and link.multicast:
            yield from ((channel, question) for question in _questions(course, channel, link))
    if course.live.listen_s and course.attached.leads(link):
        alone = not course.live.channels
        enough = None if alone or course.live.listens_on else course.heard_enough
        question = Question(
            gate=gate, interface=link, listen_s=course.live.listen_s, alone=alone, enough=enough,
            excluding=bool(course.live.scope.excluded),
        )  # fmt: skip
        yield from listening(question, course.live.channels)


def _questions(course: Course, channel: Channel, link: Interface) -> Iterator[Question]:
    """What one channel asks on one network; over IPv6 once per interface, and only where it has an address."""
    excluding = bool(course.live.scope.excluded)
    if 4 in channel.families:
        yield Question(gate=course.live.gate, interface=link, excluding=excluding, enough=course.answered)
    if 6 in channel.families and link.link_local and course.attached.leads(link):
        yield Question(gate=course.live.gate, interface=link, ipv6=True, excluding=excluding, enough=course.answered)


def _sweeps(course: Course, wanted: dict[Interface, tuple[str, ...]]) -> list[Job]:
    arp = [c for c in CHANNELS if c.name == "arp"]
    return [
        (channel, Question(gate=course.live.gate, interface=link, addresses=addresses))
        for link, addresses in wanted.items()
        for channel in arp
        if addresses and link in course.swept
    ]


def _reaching_jobs(course: Course, addresses: tuple[str, ...], pace_s: float = 0.0) -> list[Job]:
    """All channels ask these addresses in the same order: a router looks for each of them once."""
    asked = tuple(shuffled(addresses))
    question = Question(gate=course.live.gate, addresses=asked, enough=course.answered, pace_s=pace_s)
    reaching = (c for c in CHANNELS if c.reach and c.name in course.live.channels)
    return [(channel, question) for channel in reaching] if addresses else []


def _known_before(course: Course) -> Iterator[Event]:
    """What is known before the first packet: which networks there are, and where which channel cannot work."""
    attached = course.attached
    networks = [i.network for i in course.live.interfaces if i.loopback or i in attached.links]
    distant = attached.count_beyond(networks)
    yield from _subnets(course)
    if distant:
        yield from _enclosed(course)
        detail = f"{distant:,} addresses are not on an attached network ({next(attached.beyond(networks), '')} "
        detail += "and others): there is no ARP and no multicast across a router; devices that answer neither "
        detail += "unicast probes nor the asked TCP ports are not seen"
        yield Gap(kind="routed", detail=detail)
    for name in sorted({"arp", "mdns", "ssdp"} & course.live.channels):
        if not attached.links:
            reason = "no target is on an attached network" if distant else "loopback has no link to discover on"
            yield ChannelReport(name=name, status="skipped", reason=reason)
    for link in attached.links:
        yield from _skipped(course, link)


def _subnets(course: Course) -> Iterator[Subnet]:
    attached = course.attached
    for link in attached.links:
        addresses = attached.count_neighbours(link)
        yield Subnet(network=str(link.network), interface=link.name, addresses=addresses)
    elsewhere = attached.count_beyond([link.network for link in attached.links])
    if elsewhere:
        yield Subnet(network="", addresses=elsewhere)


def _enclosed(course: Course) -> Iterator[Gap]:
    """A bridged container sees its bridge, and nothing of the network outside by ARP or multicast."""
    bridged = container_bridge(course.live.interfaces)
    if bridged:
        detail = f"{bridged.name} is a container's bridge: ARP and multicast do not reach the cameras' network from "
        detail += "here; run the container on the host's network (--network host)"
        yield Gap(kind="container", detail=detail)


def _skipped(course: Course, link: Interface) -> Iterator[ChannelReport]:
    """The channels that cannot ask this network, with the reason."""
    network = str(link.network)
    for channel in CHANNELS:
        if channel.find is None or channel.name not in course.live.channels:
            continue
        if channel.name == "arp" and not link.has_link_layer:
            reason = f"{link.name} has no such link layer"
            yield ChannelReport(name="arp", status="skipped", reason=reason, network=network)
        elif channel.name != "arp" and not link.multicast:
            reason = (
                f"{link.name} has no such link layer" if channel.reach is None else "no multicast: asked by unicast"
            )
            yield ChannelReport(name=channel.name, status="skipped", reason=reason, network=network)
        elif 4 not in channel.families and not link.link_local:
            reason = f"{link.name} has no IPv6 address"
            yield ChannelReport(name=channel.name, status="skipped", reason=reason, network=network)
