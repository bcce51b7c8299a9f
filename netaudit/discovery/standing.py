"""How a live run stands: what it set out to do, how far it is, and what it knows by now of what is still to come."""

from dataclasses import dataclass, field
from math import inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What a run sets out to do, as far as it is known before its first packet."""

    rate_pps: float = 1.0  # packets and connections a second
    spacing_s: float = 0.0  # between two questions to one device
    listen_s: float = 0.0
    asks: bool = False  # anything at all; else the run only listens
    swept: int = 0  # addresses that are asked by ARP
    probed: int = 0  # addresses that are asked by unicast, beyond the networks that multicast reaches
    reaching: int = 0  # channels that ask single addresses by unicast
    visits: bool = False  # devices are asked over TCP
    quiet_s: float = inf  # late answers are awaited until nothing has come for so long
    places: int = 1 << 20  # neighbours that the kernel can remember for us at a time
    again_after_s: float | None = None  # a late device is asked once more after this; None: it is not
    again_pps: float = 1.0  # packets and connections a second of that second look
    logins: bool = False
    ended: frozenset[str] = frozenset()  # phases that the run which this one continues had brought to their end
    gone_s: float = 0.0  # that the longest of the visits had taken by then which were cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a run is, told to whoever watches it."""

    stage: str  # "finding", "asking", …: words for people; empty where a phase begins
    done: int
    total: int
    phase: str = ""  # the name of its function in live.PHASES; empty: nothing is asked any more
    alive: int = 0  # addresses in scope that answered
    near: int = 0  # of these, to ARP
    silent: int = 0  # of these, to none of the discovery protocols
    dialled: int = 0  # addresses of which only a connection can tell
    in_flight: int = 0  # devices that are visited just now
    late: int = 0  # devices that will be asked once more, as far as is known
    mute: int = 0  # devices that seem to take no connection at all
    lossy: bool = False  # a link of ours loses packets
    resent: int = 0  # connects across a router that had to be sent again
    prospect: Prospect = field(default_factory=Prospect)
