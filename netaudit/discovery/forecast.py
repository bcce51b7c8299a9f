"""How long a live run still takes, reckoned from how it stands. Pure: the clock is handed in.

The rest of the run is gone through phase by phase: what is to come takes what reckoning.py says, and what goes on just
now counts by the pace that it has shown.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import log

from netaudit.discovery import reckoning
from netaudit.discovery.course import MUTE_S
from netaudit.discovery.patience import PATIENT_CONNECT_S, UNKNOWN_IN_FLIGHT
from netaudit.discovery.reckoning import Company
from netaudit.discovery.standing import Prospect, Standing
from netaudit.wire.tcp import IN_FLIGHT

PHASES = (
    "find", "probe_silent", "ask", "visit_latecomers", "look_again", "log_in", "hear_out", "check_harm", "",
)  # fmt: skip
FIREWALLED = 0.035  # of the devices that answer no discovery, so many let connections wait, and are asked once more
FIRST_ANSWERS = 0.02  # of a sweep, after which its answers tell how many there will be
SEEN_S = 0.4  # after which whoever is to be seen was seen
ASKED_BESIDE = 64  # packets of other channels than ARP
SEEN_PACE_S = 3.0  # after which a sweep shows its pace
BEFORE_DIALLING = frozenset({"find", "probe_silent", "ask"})
DIALLING = "asking the silent"  # the stage of visits to addresses of which nothing is known
LEAST_S = 0.1  # of anything that is not over

# What a phase takes, but for those that wait for something that an earlier one has begun.
_TAKES: dict[str, Callable[[Prospect, Company], float]] = {
    "find": reckoning.finding_s,
    "probe_silent": reckoning.probing_s,
    "log_in": reckoning.logging_in_s,
    "check_harm": reckoning.checking_s,
    "": reckoning.identifying_s,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Seconds that a run still takes: most likely, and without and with a second look where that is open."""

    left_s: float
    least_s: float
    most_s: float


@dataclass(slots=True)
class Forecast:
    """What has been told of one run by now; times are seconds from its beginning."""

    standing: Standing = field(default_factory=lambda: Standing(stage="", done=0, total=0))
    told_at: float = 0.0
    entered: dict[str, float] = field(default_factory=dict)  # phase -> when it began
    stage_at: float = 0.0  # when the present stage, or its present volley, began
    sent: int = 0  # packets of this phase, before the present volley
    held_s: float = 0.0  # seconds that visits of this stage took so far, all together
    begun_at: float = 0.0  # when the last of them was begun
    first: int = 0  # devices that had answered when the first pass of a sweep was over
    second: int = 0  # and those that answered the second one only: packets are lost
    far_at_first: int = 0  # devices not near, before addresses were dialled
    late_at: float = 0.0  # when somebody was last found to be late

    def take(self, standing: Standing, at_s: float) -> None:
        """Learn how the run stands at this time."""
        before = self.standing
        if standing.phase not in self.entered:
            self.entered[standing.phase], self.sent = at_s, 0
        if (standing.phase, standing.stage) != (before.phase, before.stage):
            self.stage_at = self.begun_at = at_s
            self.held_s = 0.0
        elif standing.done < before.done:
            self.sent += before.done
            self.stage_at = at_s
        self.held_s += before.in_flight * (at_s - self.told_at)
        if standing.done + standing.in_flight > before.done + before.in_flight:
            self.begun_at = at_s
        if standing.phase in BEFORE_DIALLING and standing.stage != DIALLING:
            self.far_at_first = standing.alive - standing.near
        if standing.late > before.late:
            self.late_at = at_s
        self._count_passes(standing)
        self.standing, self.told_at = standing, at_s

    def _count_passes(self, s: Standing) -> None:
        """Who answers only when asked again has lost a packet: that is known before the sweep's end."""
        if s.phase == "find" and not s.prospect.probed and s.done > s.prospect.swept + ASKED_BESIDE:
            self.first = self.first or s.near
            self.second = s.near - self.first

    def estimate(self, at_s: float) -> Estimate | None:
        """How long the run still takes at this time; None where nothing is known yet."""
        if not self.entered or self.standing.phase not in PHASES:
            return None
        least, most = self._left_s(at_s, late=False), self._left_s(at_s, late=True)
        if self.standing.mute or not self._may_be_late(at_s):
            most = least
        return Estimate(left_s=most if self._expects_late(at_s) else least, least_s=least, most_s=most)

    def _company(self, *, late: bool) -> Company:
        """Whom the run is going to meet: those met so far, and as many of the others."""
        s, p = self.standing, self.standing.prospect
        asked = (p.swept + p.probed * p.reaching) if s.phase == "find" else 0
        share = min(1.0, (self.sent + s.done) / asked) if asked and s.stage == "finding" else 1.0
        more = 1.0 / max(share, FIRST_ANSWERS)
        near, far = (s.near, max(0, int((s.alive - s.near) * more))) if s.dialled else (max(s.near, s.alive), 0)
        silent = int(s.silent * more)
        mute = s.mute or (max(1, int(silent * FIREWALLED)) if late else 0)
        return Company(
            near=near - s.silent + silent,
            far=far,
            silent=silent,
            hidden=self._hidden(silent, far),
            unknown=max(0, s.dialled - far),
            late=max(s.late, mute),
            mute=mute,
            resent=s.resent,
            lossy=s.lossy or self.second > 0,
        )

    def _hidden(self, silent: int, far: int) -> int:
        s = self.standing
        if s.phase in BEFORE_DIALLING and s.stage != DIALLING:
            return reckoning.hidden(s.near, silent, far)
        supposed = reckoning.hidden(s.near, silent, self.far_at_first)
        found = max(0, far - self.far_at_first)
        return max(supposed, found) if s.stage == DIALLING else found

    def _may_be_late(self, at_s: float) -> bool:
        """Whether it is open still if anybody will be late."""
        s = self.standing
        if s.phase in {"find", "probe_silent"}:
            return s.prospect.visits
        return s.phase == "ask" and (s.dialled > 0 or not self._has_seen_all(at_s))

    def _has_seen_all(self, at_s: float) -> bool:
        """Whether every device of this stage has had the time to take a connection."""
        s = self.standing
        shown_after_s = (2 * PATIENT_CONNECT_S if s.lossy else MUTE_S) + SEEN_S
        return s.done + s.in_flight >= s.total and at_s >= self.begun_at + shown_after_s

    def _expects_late(self, at_s: float) -> bool:
        """Whether somebody is expected to be late, by how many there are who may be, or by what was seen."""
        s, met = self.standing, self._company(late=False)
        asked_all = s.phase not in {"find", "probe_silent"} and (s.stage == DIALLING or self._has_seen_all(at_s))
        if met.mute or asked_all:
            return met.late > 0
        return (met.silent + met.hidden) * FIREWALLED > log(2)  # then there is one more likely than none

    def _left_s(self, at_s: float, *, late: bool) -> float:
        """Go through the rest of the run."""
        met, phase = self._company(late=late), self.standing.phase
        begins = dict(self.entered)
        now_s = at_s + max(LEAST_S, self._present_s(at_s, met))
        for coming in PHASES[PHASES.index(phase) + 1 :]:
            if coming not in self.standing.prospect.ended:
                begins[coming] = now_s
                now_s = self._over_at(coming, begins, met)
        return max(LEAST_S, now_s - at_s)

    def _over_at(self, phase: str, begins: dict[str, float], met: Company) -> float:
        """When a phase will be over that begins then."""
        p, begin = self.standing.prospect, begins[phase]
        if phase == "look_again":
            return self._looked_again_at(begins, met)
        if phase == "visit_latecomers":
            asked = "find" in begins and "ask" in begins
            return max(begin, reckoning.heard_out_s(p, met, begins["find"], begins["ask"]) if asked else 0.0)
        if phase == "ask":
            visited_s = begin + reckoning.visiting_s(p, met)
            crowded_s = self._places_from(begins) + reckoning.crowded_s(p, met)
            return max(visited_s, crowded_s, self._swept_at(begins)) + reckoning.dialling_s(p, met)
        if phase == "hear_out":
            return max(begin, p.listen_s)
        return begin + _TAKES[phase](p, met)

    def _looked_again_at(self, begins: dict[str, float], met: Company) -> float:
        p, begin = self.standing.prospect, begins["look_again"]
        if not reckoning.looks_again(p, met):
            return begin
        last_late = self.late_at - PATIENT_CONNECT_S if self.late_at else begins.get("ask", 0.0)
        from_then = max(begin, last_late + (p.again_after_s or 0.0))
        sweep_s, probes_s = reckoning.sweeping_again_s(p, met), reckoning.probing_again_s(p, met)
        return from_then + sweep_s + probes_s + reckoning.late_visits_s(p, met)

    def _present_s(self, at_s: float, met: Company) -> float:
        """What the present phase still takes."""
        s = self.standing
        if s.phase == "find":
            return self._finding_s(at_s, met)
        if s.phase == "ask" and s.stage:
            return self._asking_s(at_s, met)
        if s.phase == "look_again" and s.stage:
            return self._looking_s(at_s, met)
        if s.phase == "log_in" and s.done:
            return (s.total - s.done) * (at_s - self.stage_at) / s.done
        return self._over_at(s.phase, self.entered, met) - at_s

    def _finding_s(self, at_s: float, met: Company) -> float:
        p, since_s = self.standing.prospect, at_s - self.entered["find"]
        whole_s = reckoning.finding_s(p, met)
        packets, sent = reckoning.packets_to_find(p, met), self.sent + self.standing.done
        if not p.asks or sent >= packets * 0.99:
            return whole_s - since_s
        slower = (
            max(1.0, since_s * p.rate_pps / sent) if sent > FIRST_ANSWERS * packets and since_s > SEEN_PACE_S else 1.0
        )
        waits_s = min(reckoning.PROBES_S, whole_s - packets / p.rate_pps)
        return max(whole_s - since_s, (packets - sent) / p.rate_pps * slower + waits_s)

    def _asking_s(self, at_s: float, met: Company) -> float:
        s, p = self.standing, self.standing.prospect
        if s.stage == DIALLING:
            return self._dialling_s(at_s, met)
        known_s = self._visits_s(at_s, reckoning.quick_visit_s(p), reckoning.slowest_visit_s(p, met))
        crowded_s = reckoning.crowded_s(p, met)
        if crowded_s:  # the visits wait for room, and their pace says nothing
            known_s = max(LEAST_S, self._places_from(self.entered) + crowded_s - at_s)
        return max(known_s, self._swept_at(self.entered) - at_s) + reckoning.dialling_s(p, met)

    def _swept_at(self, begins: dict[str, float]) -> float:
        """When the sweep is over, whose late answers are awaited while devices are visited."""
        return begins["find"] + reckoning.swept_s(self.standing.prospect) if "find" in begins else 0.0

    def _places_from(self, begins: dict[str, float]) -> float:
        """When the first neighbours were probed, or visited."""
        return begins.get("probe_silent", begins["ask"])

    def _visits_s(self, at_s: float, usual_s: float, slowest_s: float) -> float:
        """Visits of which some are over, some under way, and some to come: those to come take as long as the others."""
        s = self.standing
        weight = s.done / (s.done + IN_FLIGHT)
        shown_s = self.held_s / (s.done + s.in_flight / 2) if s.done else usual_s
        pace = reckoning.visits_a_second(s.prospect, (1 - weight) * usual_s + weight * shown_s)
        to_begin = max(0, s.total - s.done - s.in_flight)
        waiting = max(0, to_begin - (IN_FLIGHT - s.in_flight))
        return waiting / pace + max(LEAST_S, slowest_s - (0.0 if to_begin else at_s - self.begun_at))

    def _dialling_s(self, at_s: float, met: Company) -> float:
        """Visits to addresses of which nothing is known: those to come begin at the pace of the others."""
        s, p = self.standing, self.standing.prospect
        begun, usual_s = s.done + s.in_flight, 1 / reckoning.dialled_a_second(p, met)
        weight = s.done / (s.done + UNKNOWN_IN_FLIGHT)
        shown_s = (at_s - self.stage_at) / begun if s.done else usual_s
        to_begin = max(0, s.total - begun)
        vain_s = reckoning.vain_visit_s(p, met) if s.total else 0.0
        each_s = (1 - weight) * usual_s + weight * shown_s
        coming_s = reckoning.dialling_begun_s(p, to_begin, each_s, s.in_flight)
        return coming_s + max(LEAST_S, vain_s - (0.0 if to_begin else at_s - self.begun_at))

    def _looking_s(self, at_s: float, met: Company) -> float:
        s, p, since_s = self.standing, self.standing.prospect, at_s - self.stage_at
        sweep_s, probes_s = reckoning.sweeping_again_s(p, met), reckoning.probing_again_s(p, met)
        visits_s = reckoning.late_visits_s(p, met)
        if s.stage == "waiting for the late":
            return s.total - since_s + sweep_s + probes_s + visits_s
        if s.stage == "finding" and sweep_s and not self.sent:  # the first volley of two
            return max(sweep_s - since_s, (s.total - s.done) / reckoning.again_pps(p)) + probes_s + visits_s
        if s.stage == "finding":
            return max(probes_s - since_s, (s.total - s.done) / reckoning.again_pps(p)) + visits_s
        return visits_s - since_s
