"""When the turn of a device comes to be visited: it has said what it has to say, or has been probed and had the time.

What a device tells by discovery makes questions to it needless, so it is visited when it has been heard; but nobody
waits for the answers of others. Late answers to the ARP sweep are still listened for meanwhile: who gives one comes
last, and is probed before, as the others were, where it is silent to every multicast.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from netaudit.discovery.attached import holds
from netaudit.discovery.course import Course
from netaudit.discovery.find import NEIGHBOUR_BATCH, SILENT, is_sweeping, may_probe, probe
from netaudit.discovery.shuffle import shuffled

TOLD_S = 0.25  # after a device was heard by one more channel: who is slow may be about to be heard by another one
# A question to one device is answered at once: it waits for nobody else's answer (WS-Discovery section 2.4). What comes later
# is taken up by the visit.
PROBED_S = 0.2
LOOK_S = 0.02  # between two looks at who waits


def in_turn(course: Course) -> Iterator[str | None]:
    """Each device that has answered, once, when its turn has come; None while that of others has not.

    It ends when all have had theirs, and no answer to the sweep is waited for any more.
    """
    turns = _Turns(course)
    while True:
        due = turns.due()
        if due:
            yield from due
        elif turns.waiting or is_sweeping(course) or not turns.knows_all:
            yield None
        else:
            return


@dataclass(slots=True)
class _Turns:
    """Who waits for a turn."""

    course: Course
    looked: bool = False  # at all: who is alive by then was asked as everybody was
    seen: int = 0  # of those who are alive, so many were looked at
    waiting: dict[str, None] = field(default_factory=dict)
    far: set[str] = field(default_factory=set)  # of these, behind a router
    unprobed: set[str] = field(default_factory=set)  # came late
    held: list[tuple[float, tuple[str, ...]]] = field(default_factory=list)  # when there is room for these probes
    probed_at: dict[str, float] = field(default_factory=dict)
    now: float = 0.0  # by the clock of the course, when it was looked last: what had come by then has been heard

    @property
    def knows_all(self) -> bool:
        return self.seen == len(self.course.alive)

    def due(self) -> list[str]:
        """Those whose turn it is: neighbours last, for they may have to wait for room in the kernel's table."""
        at, now = self.course.clock(), self.now
        if at < now + LOOK_S:
            return []
        self.now = at
        self._meet()
        self._probe(now)
        probing = any(question.part == SILENT for _, question in self.course.under_way.values())
        due = [address for address in self.waiting if self._is_due(address, now, probing=probing)]
        for address in due:
            del self.waiting[address]
        return sorted(due, key=self._place)

    def _meet(self) -> None:
        course = self.course
        new = list(shuffled(islice(course.alive, self.seen, None))) if not self.knows_all else []
        self.waiting |= dict.fromkeys(new)
        self.far.update(address for address in new if not course.attached.is_near(address))
        if not self.looked:
            self.probed_at = dict.fromkeys(new, course.asked_at)
        elif may_probe(course):
            networks = course.multicast_networks()
            self.unprobed.update(a for a in new if any(holds(network, a) for network in networks))
        self.looked, self.seen = True, self.seen + len(new)

    def _probe(self, now: float) -> None:
        """Probe who came late, and is silent to multicast, when there is room."""
        course = self.course
        late = [a for a in self.unprobed if self._is_quiet(a, now)]
        self.unprobed.difference_update(late)
        silent = [a for a in late if not course.told_of(a)]
        for start in range(0, len(silent), NEIGHBOUR_BATCH):
            batch = tuple(silent[start : start + NEIGHBOUR_BATCH])
            self.held.append((now + max(course.room.wait_s(a) for a in batch), batch))
            self.probed_at |= dict.fromkeys(batch, float("inf"))
        for at, batch in [held for held in self.held if held[0] <= now]:
            self.held.remove((at, batch))
            probe(course, batch)
            self.probed_at |= dict.fromkeys(batch, course.asked_at)

    def _is_due(self, address: str, now: float, *, probing: bool) -> bool:
        if address in self.far:
            return True
        if self.course.told_of(address):
            return self._is_quiet(address, now)
        if address in self.unprobed:
            return False
        return now >= self.probed_at.get(address, 0.0) + (PROBED_S if probing else 0.0)

    def _is_quiet(self, address: str, now: float) -> bool:
        """Whether nothing new has come from there for a while; who only says what nobody can read has told nothing."""
        return now >= self.course.news.get(address, 0.0) + TOLD_S

    def _place(self, address: str) -> int:
        return 0 if address in self.far else 1 + (not self.course.told_of(address))
