"""How long a visit waits for its connections; and how quickly addresses are begun where perhaps nobody is.

What limits the second is the router before them. It asks for such an address by ARP, three times and a second apart
where it is Linux (arp(7): mcast_solicit, retrans_time_ms), keeps an entry without an answer meanwhile, and holds 1,024
entries for all that it serves (gc_thresh3). How many packets come for that address in these three seconds makes no
difference: so all ports of an address are asked within them, and the next addresses are begun as those before are given up.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil

from netaudit.discovery.ledger import FIRST
from netaudit.discovery.visit import MOST_PORTS
from netaudit.discovery.visiting.state import SPACING_S, Visit
from netaudit.wire.gate import Gate
from netaudit.wire.steps import CONNECT_TIMEOUT_S
from netaudit.wire.trips import Trips

# A lost SYN is sent again by the kernel after 1 s (RFC 6298 section 2.1), and the answer to that one is still waited
# for, so that one lost packet loses no port, and no device of which only one port would tell.
PATIENT_CONNECT_S = 1.4
# Where connects to known devices had to be sent again, on the way to those of which nothing is known packets are lost.
LOSSY_CONNECT_S = 3.3  # two repetitions, after 1 s and after 3 s
FEW_RESENT = 3  # devices may be slow by themselves
FEW_LATE = 3  # ports without an answer, and none with one: a firewall, not a lost packet
# The least that a connection gets then, where answers on this network come at once: a radio that sleeps hears of it after
# three beacons of its access point at the latest, as most set it (IEEE 802.11: DTIM period, beacons 102.4 ms apart).
SILENT_CONNECT_S = 0.35

LOOKED_S = 3.0  # that a router looks for an address of nobody
LOOKED_FOR = 256  # addresses that it may be looking for at once: a quarter of what Linux holds
PROBE_PACE_S = LOOKED_S / 512  # between two of them that get datagrams only, before any is connected to: half of it
UNKNOWN_IN_FLIGHT = 384  # visits to such addresses: the last port is waited for after the router has given up
# In a hurry the first port and the last one get almost as long as until the kernel would send a second SYN: whoever is
# slow answers these, with a refusal if nothing else. Those between share what is left of the three seconds.
PATIENT_PORT_S = 0.9
USUAL_TRIPS = 1.5  # that a hurried port gets, where that is longer
LATENESS_S = 0.1  # that all steps of a visit may be late, together
CATCH_UP_S = 0.1  # that a beginning may be late, and is made up for
BACKLOG = 20  # packets that may wait for their slot when one more address is begun


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a visit waits for connections, and with how many time-outs it ends where none was ever taken."""

    connect_s: float
    most_late: int = MOST_PORTS
    stage: str = "asking"  # what progress is told under
    visit: str = FIRST  # of a device: the ledger tells them apart
    quick_s: float = 0.0  # in a hurry: for the ports between the first and the last, as long as nothing was answered
    found: Callable[[str], None] = lambda _: None  # is told the address of whoever answers

    def wait_s(self, state: Visit, port: int, late: int, trips: Trips) -> float:
        """How long this port is waited for, after so many that did not answer: who is silent is not waited for on all alike."""
        if state.alive:
            return self.connect_s
        if self.quick_s:
            return PATIENT_PORT_S if not late or port == state.target.ports[-1] else self.quick_s
        silent_s = trips.timeout_s(SILENT_CONNECT_S, CONNECT_TIMEOUT_S)
        return self.connect_s if late < FEW_LATE else min(self.connect_s, silent_s)

    def fitted(self, trips: Trips) -> "Patience":
        """The same in no greater hurry than the usual round trip to this network allows.

        The variation is left out (RFC 6298 would add it): with the slow among many quick ones it grows for all, and where
        they are everybody is asked once more.
        """
        quick_s = min(CONNECT_TIMEOUT_S, USUAL_TRIPS * trips.smoothed_s)
        return replace(self, quick_s=quick_s) if 0 < self.quick_s < quick_s else self

    def vain_s(self, trips: Trips) -> float:
        """How long the visit of an address takes where nobody is."""
        if self.quick_s:
            return 2 * PATIENT_PORT_S + (MOST_PORTS - 2) * self.fitted(trips).quick_s
        silent_s = min(self.connect_s, trips.timeout_s(SILENT_CONNECT_S, CONNECT_TIMEOUT_S))
        return FEW_LATE * self.connect_s + (MOST_PORTS - FEW_LATE) * silent_s + (MOST_PORTS - 1) * SPACING_S

    def looked_s(self, trips: Trips) -> float:
        """How long a router looks for an address where nobody is: after it has given up, it begins anew with each packet."""
        last_s = self.vain_s(trips) - (PATIENT_PORT_S if self.quick_s else SILENT_CONNECT_S)
        return LOOKED_S * ceil(last_s / LOOKED_S)


def patience_with_nobody(rate_pps: float, resent: int, *, stage: str = "asking the silent") -> Patience:
    """How addresses are asked where perhaps nobody is: no more quickly than this rate makes necessary.

    Where packets are lost nobody hurries: only repetitions find who is there.
    """
    if resent >= FEW_RESENT:
        return Patience(connect_s=LOSSY_CONNECT_S, stage=stage)
    patient = Patience(connect_s=PATIENT_CONNECT_S, stage=stage)
    affordable_s = LOOKED_FOR * MOST_PORTS / rate_pps  # that each may be looked for, and the rate is used all the same
    if affordable_s >= patient.looked_s(Trips()):
        return patient
    looked_s = max(1, affordable_s // LOOKED_S) * LOOKED_S
    quick_s = (looked_s - LATENESS_S - PATIENT_PORT_S) / (MOST_PORTS - 2)
    return Patience(connect_s=PATIENT_CONNECT_S, stage=stage, quick_s=min(quick_s, CONNECT_TIMEOUT_S))


class Looking:
    """When the next address may be begun where perhaps nobody is, for the router's sake and for that of the rate."""

    def __init__(self, gate: Gate, clock: Callable[[], float] = time.monotonic) -> None:
        self._gate = gate
        self._clock = clock
        self._until: dict[str, float] = {}  # address -> when the router will have given it up
        self._next_at = 0.0  # when the rate has room for the packets of one more

    def may_begin(self) -> bool:
        """Whether one more may be begun now."""
        now = self._clock()
        while self._until and self._until[first := next(iter(self._until))] <= now:
            del self._until[first]
        backlog_s = BACKLOG / self._gate.rate_pps
        return self._next_at <= now and len(self._until) < LOOKED_FOR and self._gate.behind_s() <= backlog_s

    def begin(self, address: str, looked_s: float) -> None:
        """Count one that is begun now, and will be looked for so long, if nobody is there."""
        now = self._clock()
        self._next_at = max(self._next_at, now - CATCH_UP_S) + MOST_PORTS / self._gate.rate_pps
        self._until[address] = now + looked_s

    def found(self, address: str) -> None:
        """Somebody is there: no router looks for him any more."""
        self._until.pop(address, None)
