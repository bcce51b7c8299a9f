"""The first phase of a live run: all finding channels on all interfaces, and unicast probes where no multicast goes.

Each finding channel runs in a thread of its own per interface; one device answers all of them at once, but is only
ever connected to afterwards (ask.py).
"""

from collections.abc import Iterator
from itertools import islice

from netaudit.discovery import CHANNELS
from netaudit.discovery.attached import holds
from netaudit.discovery.channel import Channel, Question
from netaudit.discovery.course import Course
from netaudit.discovery.jobs import Job, run_jobs
from netaudit.discovery.shuffle import shuffled
from netaudit.model import ChannelReport, Event, Gap
from netaudit.wire.interfaces import Interface

UNICAST_BATCH = 65_536  # addresses that are probed by one volley: a larger scope costs time, not memory


def find(course: Course) -> Iterator[Event]:
    """Ask the attached networks by every finding channel at once, and what lies beyond them address by address."""
    jobs = [job for link in course.attached.links for job in _jobs_on(course, link)]
    distant = (a for a in course.attached.beyond(course.multicast_networks()) if ":" not in a)
    yield from _known_before(course)
    batch = tuple(islice(distant, UNICAST_BATCH))
    yield from run_jobs(course, [*jobs, *_reaching_jobs(course, batch)])
    while (batch := tuple(islice(distant, UNICAST_BATCH))) and not course.live.gate.stopped.is_set():
        yield from run_jobs(course, _reaching_jobs(course, batch))


def probe_silent(course: Course) -> Iterator[Event]:
    """Probe once, by unicast, who is alive and was silent to every multicast."""
    networks = course.multicast_networks()
    heard = set[str]().union(*(course.heard.get(channel.name, ()) for channel in _reaching(course)))
    silent = (a for a in course.alive if a not in heard and any(holds(n, a) for n in networks))
    yield from run_jobs(course, _reaching_jobs(course, tuple(silent)))


def _jobs_on(course: Course, link: Interface) -> Iterator[Job]:
    """What is asked, or listened for, on one attached network."""
    gate = course.live.gate
    for channel in CHANNELS:
        if channel.find is None or channel.name not in course.live.channels:
            continue
        if channel.name == "arp" and link.has_link_layer:
            yield channel, Question(gate=gate, interface=link, addresses=tuple(course.attached.neighbours(link)))
        elif channel.name != "arp" and link.multicast:
            yield channel, Question(gate=gate, interface=link)


def _reaching_jobs(course: Course, addresses: tuple[str, ...]) -> list[Job]:
    question = Question(gate=course.live.gate, addresses=tuple(shuffled(addresses)))
    return [(channel, question) for channel in _reaching(course)] if addresses else []


def _reaching(course: Course) -> list[Channel]:
    return [c for c in CHANNELS if c.reach and c.name in course.live.channels]


def _known_before(course: Course) -> Iterator[Event]:
    """What is known before the first packet: where which channel cannot work."""
    attached = course.attached
    networks = [i.network for i in course.live.interfaces if i.loopback or i in attached.links]
    distant = attached.count_beyond(networks)
    if distant:
        detail = f"{distant:,} addresses are not on an attached network ({next(attached.beyond(networks), '')} "
        detail += "and others): there is no ARP and no multicast across a router; devices that answer neither "
        detail += "unicast probes nor the asked TCP ports are not seen"
        yield Gap(kind="routed", detail=detail)
    for name in sorted({"arp", "mdns"} & course.live.channels):
        if not attached.links:
            reason = "no target is on an attached network" if distant else "loopback has no link to discover on"
            yield ChannelReport(name=name, status="skipped", reason=reason)
        for link in attached.links:
            if not (link.has_link_layer if name == "arp" else link.multicast):
                yield ChannelReport(name=name, status="skipped", reason=f"{link.name} has no such link layer")
