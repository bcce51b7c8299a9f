"""The last phase of a live run: whether every device that answered still does.

Each is asked once, in the gentlest way there is: by ARP on a link that was swept, else by one connection to a port that
had answered. A device that is silent to ARP is given the connection as a second chance, before it is called silent.
"""

from collections.abc import Generator, Iterator

from netaudit.discovery.again import CONNECT_S
from netaudit.discovery.attached import holds
from netaudit.discovery.course import Course
from netaudit.discovery.find import sweep_these
from netaudit.discovery.visit import VISIT_CHANNELS
from netaudit.model import Event, Gap, HarmCheck, Reply
from netaudit.wire.steps import Connect, Conversation
from netaudit.wire.tcp import IN_FLIGHT, converse

_ALIVE = frozenset({"ok", "refused"})


def check_harm(course: Course) -> Iterator[Event]:
    """Ask every device once more, and tell who answers no longer; nothing where no device was connected to."""
    if not course.live.channels & VISIT_CHANNELS or course.live.gate.stopped.is_set():
        return
    by_arp = _on_swept_links(course)
    answered: set[str] = set()
    for event in sweep_these(course, by_arp):
        if isinstance(event, Reply) and event.channel == "arp":
            answered.add(event.address)
        yield event
    rest = {a: p for a, p in course.open_ports.items() if a not in answered and a not in course.left_alone}
    answered |= yield from _by_connection(course, rest)
    yield from course.tell_connections()
    if not course.live.gate.stopped.is_set():
        yield from _tell(course, frozenset(by_arp) | rest.keys(), answered)


def _tell(course: Course, checked: frozenset[str] | set[str], answered: set[str]) -> Iterator[Event]:
    silent = tuple(a for a in course.alive if a in checked and a not in answered)
    detail = "it had answered, and did so no more at the end of the run: see whether it still works"
    yield from (Gap(kind="fell_silent", detail=detail, address=address) for address in silent)
    yield HarmCheck(checked=len(checked), unchecked=len(course.alive) - len(checked), silent=silent)


def _on_swept_links(course: Course) -> tuple[str, ...]:
    """Devices whose link was swept, and that ARP had found there."""
    networks = [link.network for link in course.attached.links if link in course.swept]
    heard = course.heard.get("arp", set())
    return tuple(a for a in course.alive if a in heard and any(holds(n, a) for n in networks))


def _by_connection(course: Course, ports: dict[str, int]) -> Generator[Event, None, set[str]]:
    """One connection each, in which nothing is sent; gives back who took it, or refused it in good order."""
    answered: set[str] = set()
    wanted = ((address, _connect(address, port, answered)) for address, port in ports.items())
    yield from converse(wanted, course.live.gate, IN_FLIGHT)
    return answered


def _connect(address: str, port: int, answered: set[str]) -> Conversation:
    outcome = yield Connect(port, CONNECT_S)
    if outcome.status in _ALIVE:
        answered.add(address)
