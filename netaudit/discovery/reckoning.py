"""How long each phase of a live run takes as a whole, from what it set out to do and from whom it is going to meet. Pure.

Most of it are waits of known length, and the pace that the user set. What is neither was measured of emulated devices.
"""

from dataclasses import dataclass
from math import ceil

from netaudit.discovery.again import CONNECT_S, MOST_LATE
from netaudit.discovery.again import IN_FLIGHT as LATE_IN_FLIGHT
from netaudit.discovery.find import ASKED_S, NEIGHBOUR_BATCH, UNICAST_BATCH
from netaudit.discovery.latecomers import LONGEST_DELAY_S
from netaudit.discovery.patience import (
    LOOKED_FOR,
    PATIENT_CONNECT_S,
    PROBE_PACE_S,
    UNKNOWN_IN_FLIGHT,
    Patience,
    patience_with_nobody,
)
from netaudit.discovery.standing import Prospect
from netaudit.discovery.visit import MOST_PORTS
from netaudit.discovery.visiting.state import SPACING_S
from netaudit.wire.link import TAIL_S
from netaudit.wire.room import HELD_S
from netaudit.wire.tcp import IN_FLIGHT
from netaudit.wire.trips import Trips

LATE_VISIT_S = MOST_LATE * CONNECT_S + SPACING_S  # of the second look
QUESTIONS = 14  # that a device gets in a visit: its ports, and on two or three of them a second one
ANSWERS_S = 0.7  # that a device takes for all its answers
SLOWEST_S = 1.4  # that the slowest of many takes more; of so many, half as much:
SEVERAL = 25
FIND_S = ASKED_S  # that finding takes at least
BETWEEN_S = 0.1  # the passes of a sweep; the answers to the second one are awaited while devices are visited
PROBES_S = 2.6  # that answers to unicast probes are awaited
ASKED_ALL_S = 4.3  # after which answers to multicast are awaited no more: SSDP's come last
SWEEP_S = 0.15  # that a sweep takes beside its packets, where everybody answers
LOGIN_S, LOGINS_AT_ONCE = 4.0, 8
IDENTIFY_S = 0.0012  # of one device
# Of devices so many answer discovery, where too few are near to tell; of these so many do so behind a router as well.
ANSWERING, ANSWERING_UNICAST = 0.6, 0.65
FEW = 10  # devices, of which nothing can be told
_NONE, _QUICK = (
    Trips(),
    Trips(smoothed_s=0.01, seen=1),
)  # what is supposed of answers, where none and where some were seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Whom a run is going to meet, as far as can be told."""

    near: int = 0  # devices that answer ARP
    far: int = 0  # and others
    silent: int = 0  # of the near, to every discovery protocol
    hidden: int = 0  # devices that are not near, and have answered none of them
    unknown: int = 0  # addresses of which only a connection can tell
    late: int = 0  # devices that are asked once more
    mute: int = 0  # of these, who takes no connection at all
    resent: int = 0  # connections across a router that had to be sent again
    lossy: bool = False


def finding_s(p: Prospect, met: Company) -> float:
    """All questions of the first phase, and the wait for their answers."""
    if not p.asks:
        return p.listen_s
    waits_s = (BETWEEN_S if p.visits else TAIL_S) if p.swept else 0.0
    if p.probed and p.reaching:
        waits_s = PROBES_S * ceil(p.probed / UNICAST_BATCH)
    return max(FIND_S, packets_to_find(p, met) / p.rate_pps + waits_s, p.probed * PROBE_PACE_S + waits_s)


def swept_s(p: Prospect) -> float:
    """When the last answer to a sweep is awaited no more, from its beginning."""
    return p.swept / p.rate_pps + TAIL_S if p.swept else 0.0


def packets_to_find(p: Prospect, met: Company) -> int:
    """ARP asks everybody once, and the silent twice; unicast asks once by each channel."""
    return p.swept + max(0, p.swept - met.near) + p.probed * p.reaching


def probing_s(p: Prospect, met: Company) -> float:
    """The silent neighbours by unicast, so many at a time; the answers of the last are awaited by nobody."""
    if not p.reaching:
        return 0.0
    batches = max(0, met.silent - 1) // NEIGHBOUR_BATCH
    return max(batches * (PROBES_S + NEIGHBOUR_BATCH * p.reaching / p.rate_pps), room_s(p, met.silent))


def room_s(p: Prospect, neighbours: int) -> float:
    """The wait until the last of so many has a place in the kernel's table: all places come free together, later."""
    return max(0, ceil(neighbours / p.places) - 1) * HELD_S


def quick_visit_s(p: Prospect) -> float:
    """What a visit takes where the device answers at once."""
    return QUESTIONS * p.spacing_s + ANSWERS_S


def slow_visit_s(*, others_answer: bool) -> float:
    """A visit in which every connection waits in vain: of a firewall, of a device that speaks ARP only.

    The first are waited for with patience, the others as long as the round trips of those who answer tell.
    """
    return Patience(connect_s=PATIENT_CONNECT_S).vain_s(_QUICK if others_answer else _NONE)


def slowest_visit_s(p: Prospect, met: Company) -> float:
    """What the longest of many visits takes, or still takes where it was cut when another run was stopped."""
    if met.mute:
        return max(0.0, slow_visit_s(others_answer=met.near + met.far > met.mute) - p.gone_s)
    devices = met.near + met.far
    slowest_s = SLOWEST_S * devices / (devices + SEVERAL)  # there is a slow one among many, seldom among few
    return quick_visit_s(p) + slowest_s + (PATIENT_CONNECT_S if met.late else 0.0)


def visits_a_second(p: Prospect, visit_s: float) -> float:
    """How many visits to known devices can be begun."""
    return min(IN_FLIGHT / max(visit_s, 0.01), p.rate_pps / QUESTIONS)


def visiting_s(p: Prospect, met: Company) -> float:
    """Visits to known devices: until the last has begun, and is over."""
    devices = met.near + met.far
    if not p.visits or not devices:
        return 0.0
    waiting = max(0, devices - IN_FLIGHT)
    return waiting / visits_a_second(p, quick_visit_s(p)) + slowest_visit_s(p, met)


def crowded_s(p: Prospect, met: Company) -> float:
    """Probes and visits of more neighbours than the kernel has places for: the last visits wait for the last places."""
    wanted = met.near + met.silent  # who is probed first needs a place again when it is visited
    if not p.visits or wanted <= p.places:
        return 0.0
    last = (wanted - 1) % p.places + 1
    return room_s(p, wanted) + last / visits_a_second(p, quick_visit_s(p)) + slowest_visit_s(p, met)


def dialling_s(p: Prospect, met: Company) -> float:
    """Visits to addresses of which nothing is known: most are of nobody, and every connection is waited for."""
    if not p.visits or not met.unknown:
        return 0.0
    return dialling_begun_s(p, met.unknown, 1 / dialled_a_second(p, met)) + vain_visit_s(p, met)


def dialling_begun_s(p: Prospect, left: int, each_s: float, looked_for: int = 0) -> float:
    """When the last of these has begun: as many as routers may look for at the user's pace, the others each so much later."""
    waiting = max(0, left - max(0, LOOKED_FOR - looked_for))
    return max(waiting * each_s, left * MOST_PORTS / p.rate_pps)


def vain_visit_s(p: Prospect, met: Company) -> float:
    """A visit to an address of nobody: with more patience where packets were lost on the way there."""
    return patience_with_nobody(p.rate_pps, met.resent).vain_s(_QUICK if met.far else _NONE)


def dialled_a_second(p: Prospect, met: Company) -> float:
    """How many such visits are begun: as routers and the rate allow, and for devices that are there the number at once.

    Where many devices answered discovery, many more are there.
    """
    there = (min(met.unknown, met.hidden) if p.reaching else 0) / max(1, met.unknown)
    vain_s = vain_visit_s(p, met)
    visit_s = vain_s - (vain_s - quick_visit_s(p)) * there
    questions = MOST_PORTS + (QUESTIONS - MOST_PORTS) * there
    looked_s = patience_with_nobody(p.rate_pps, met.resent).looked_s(_QUICK if met.far else _NONE)
    routers = LOOKED_FOR / (looked_s * max(0.01, 1 - there))
    return min(routers, UNKNOWN_IN_FLIGHT / visit_s, p.rate_pps / questions)


def heard_out_s(p: Prospect, met: Company, find_s: float, ask_s: float) -> float:
    """When answers are awaited no more, of finding and asking that began then; a profile in a hurry awaits fewer."""
    all_over_s = max(find_s + ASKED_ALL_S, ask_s + PROBES_S if met.silent and p.reaching else 0.0)
    return min(all_over_s, max(find_s + LONGEST_DELAY_S, ask_s + p.quiet_s)) if p.swept else 0.0


def hidden(near: int, silent: int, far: int) -> int:
    """How many devices behind a router do not answer discovery, by how many do so on this side and on that."""
    answering = ANSWERING if near < FEW else max(0.1, 1 - silent / near)
    return int(far / (answering * ANSWERING_UNICAST)) - far


def looks_again(p: Prospect, met: Company) -> bool:
    """Whether there is a second look."""
    return p.again_after_s is not None and p.visits and (met.late > 0 or met.lossy)


def sweeping_again_s(p: Prospect, met: Company) -> float:
    """The addresses that were silent to ARP, where packets are lost."""
    return 2 * max(0, p.swept - met.near) / again_pps(p) + TAIL_S if met.lossy and p.swept else 0.0


def probing_again_s(p: Prospect, met: Company) -> float:
    """Devices behind a router that answered no discovery."""
    return met.hidden * p.reaching / again_pps(p) + PROBES_S if met.hidden and p.reaching else 0.0


def again_pps(p: Prospect) -> float:
    """The pace of the second look."""
    return min(p.rate_pps, p.again_pps)


def late_visits_s(p: Prospect, met: Company) -> float:
    """Visits to those who were late: whoever had answered on another port mostly answers now."""
    return max(ceil(met.mute / LATE_IN_FLIGHT) * LATE_VISIT_S, met.late * MOST_LATE / again_pps(p))


def logging_in_s(p: Prospect, met: Company) -> float:
    """Reading with a login: of whom is not known before."""
    return ceil((met.near + met.far) / LOGINS_AT_ONCE) * LOGIN_S if p.logins else 0.0


def checking_s(p: Prospect, met: Company) -> float:
    """The last check: a sweep of the devices that ARP had found, a connection to the others."""
    if not p.visits:
        return 0.0
    sweep_s = met.near / p.rate_pps + SWEEP_S + (TAIL_S if met.lossy else 0.0) if met.near else 0.0
    return sweep_s + met.far / p.rate_pps


def identifying_s(_: Prospect, met: Company) -> float:
    """What is made of it all, without the network."""
    return (met.near + met.far) * IDENTIFY_S
