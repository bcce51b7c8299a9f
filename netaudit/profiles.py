"""The profiles of a scan: how fast, how gently, and the most that one device gets, as data.

The figures are published in docs/reference/what-is-sent.md, and a scan of emulated devices is held against them packet
by packet (tests/live/test_budget.py). None of them may be raised without both.
"""

from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The most that one device gets in one run: ARP requests, datagrams, and TCP segments but bare acknowledgements.

    How many of these there are is up to what the device sends: one for two of its segments, of 80 KiB per answer at most.
    """

    connections: int  # TCP connections begun, one at a time
    packets: int
    size_bytes: int  # of these packets, from the IP header on; of ARP 28 bytes each


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How a scan behaves; options of the command line change single figures of it."""

    name: str
    title: str
    rate_pps: float  # packets and connections a second, all devices together
    spacing_s: float  # between two questions to one device, whatever the channel
    channels: frozenset[str] | None  # None: all that can be asked; empty: nothing is sent
    listen_s: float  # how long others are listened to, while questions are asked
    quiet_s: float  # when all are visited, late answers are listened for until nothing has come for so long
    again_after_s: float  # a device that was late is asked once more, not sooner than this
    again_pps: float  # packets and connections a second of that second look
    budget: Budget

    @property
    def sends(self) -> bool:
        """Whether anything is sent at all."""
        return self.channels is None or bool(self.channels)


# What the limits of a visit add up to (docs/protocols.md): 12 ports, a second handshake on 4 of them, 7 more requests on
# connections of their own, 12 ports again in the second look, the last check.
_CONNECTIONS = 12 + 4 + 7 + 12 + 1
_PACKETS_EACH = 6  # SYN, ACK with a request or two, handshake, FIN
_OTHERS = 16  # ARP requests of two sweeps and two checks, datagrams, and the kernel's own ARP
_BUDGET = Budget(
    connections=_CONNECTIONS,
    packets=_CONNECTIONS * _PACKETS_EACH + _OTHERS,
    size_bytes=_CONNECTIONS * 600 + _OTHERS * 128,
)

PROFILES = {
    profile.name: profile
    for profile in (
        Profile(
            name="passive",
            title="listens, and sends nothing",
            rate_pps=1.0,
            spacing_s=0.0,
            channels=frozenset(),
            listen_s=300.0,
            quiet_s=inf,
            again_after_s=0.0,
            again_pps=1.0,
            budget=Budget(connections=0, packets=0, size_bytes=0),
        ),
        Profile(
            name="gentle",
            title="asks slowly: for networks with old or unknown devices",
            rate_pps=200.0,
            spacing_s=0.2,
            channels=None,
            listen_s=5.0,
            quiet_s=inf,
            again_after_s=60.0,
            again_pps=20.0,
            budget=_BUDGET,
        ),
        Profile(
            name="standard",
            title="asks faster, each device no more than gentle does",
            rate_pps=1000.0,
            spacing_s=0.1,
            channels=None,
            listen_s=5.0,
            quiet_s=1.0,
            again_after_s=5.0,
            again_pps=50.0,
            budget=_BUDGET,
        ),
    )
}
