"""The one door out: every destination is checked against the scope here, and paced.

No other file of netaudit decides whether an address may be touched. A destination that is neither in scope nor one
of the discovery groups is refused with PermissionError, whoever asks.
"""

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence

# Link-local discovery groups (RFC 6762; WS-Discovery 2005/04; Hikvision and Dahua as in docs/protocols.md).
GROUPS = frozenset({"224.0.0.251", "239.255.255.250", "239.255.255.251", "ff02::fb", "ff02::c", "ff02::1"})
LIMITED_BROADCAST = "255.255.255.255"  # RFC 919: never forwarded
_CREDIT_S = 0.005  # a sleep ends late; so much lateness is made up for, or high rates would never be reached
_MISSED_S = 0.05  # after which a slot is lost: all who waited through a standstill would leave at once
_MOST_REMEMBERED = 65_536  # devices whose last question is remembered; then those that may be asked again are forgotten


class Gate:
    """Admits what is in scope, at no more than `rate_pps` packets or connections a second.

    Two questions to one device are at least `spacing_s` apart, whichever channels ask them. A silent gate admits nobody.
    """

    def __init__(
        self,
        allows: Callable[[str], bool],
        *,
        rate_pps: float,
        spacing_s: float = 0.0,
        silent: bool = False,
        broadcasts: frozenset[str] = frozenset(),
        stopped: threading.Event | None = None,
        area: Callable[[str], str] = lambda _: "",
        allows_all: Callable[[Sequence[bytes]], bool] = lambda _: False,
    ) -> None:
        self.stopped = stopped or threading.Event()
        self.made: Counter[str] = Counter()  # TCP connections begun, by the network that `area` names
        self.slots = 0  # packets and connections let through
        self._allows = allows
        self._allows_all = allows_all  # quicker than one by one, where it says yes
        self._silent = silent
        self._spacing_s = spacing_s
        self._broadcasts = broadcasts | {LIMITED_BROADCAST}
        self._area = area
        self._lock = threading.Lock()
        self._free_at = 0.0
        self._next_at: dict[str, float] = {}  # device -> when it may be asked again
        self.slow_down(rate_pps)

    @property
    def connections(self) -> int:
        """TCP connections begun."""
        return self.counted().total()

    def counted(self) -> Counter[str]:
        """TCP connections begun so far, by the network that `area` names; others may begin more meanwhile."""
        with self._lock:
            return Counter(self.made)

    def slow_down(self, rate_pps: float) -> None:
        """Let so many packets and connections a second through from now on."""
        self.rate_pps = rate_pps
        self._interval_s = 1.0 / rate_pps

    def behind_s(self) -> float:
        """How long a packet would have to wait that is to leave now: others wait for their slots before it."""
        with self._lock:
            return max(0.0, self._free_at - time.monotonic())

    def connected(self, address: str) -> None:
        """Count a TCP connection that was begun; the device's next slot is reckoned from when that really was."""
        with self._lock:
            self.made[self._area(address)] += 1
            if self._spacing_s:
                self._next_at[address] = max(self._next_at.get(address, 0.0), time.monotonic() + self._spacing_s)

    def admit(self, address: str) -> None:
        """PermissionError unless this address is in scope, a discovery group or a broadcast of our interfaces."""
        if self._silent:
            raise PermissionError(f"nothing is sent to {address}: this run only listens")
        if address not in GROUPS and address not in self._broadcasts and not self._allows(address):
            raise PermissionError(f"{address} is outside the scope: nothing is sent to it")

    def admits_all(self, packed: Sequence[bytes]) -> bool:
        """Whether each of these IPv4 addresses, as they stand in packets, is in scope. False: ask `admit` one by one."""
        return not self._silent and (
            self._allows_all(packed) or all(self._allows(socket.inet_ntoa(address)) for address in packed)
        )

    def is_broadcast(self, address: str) -> bool:
        """Whether this is a broadcast address that may be used here."""
        return address in self._broadcasts

    def delay(self, address: str = "") -> float:
        """Take the next slot, for a device its own next one; the seconds to wait until it comes, 0 where it has come."""
        with self._lock:
            now = time.monotonic()
            slot = at = max(self._free_at, now - _CREDIT_S)
            if self._spacing_s and address:
                at = max(slot, self._next_at.get(address, 0.0))
                self._next_at[address] = max(at, now) + self._spacing_s
                self._forget(now)
            self._free_at = slot + self._interval_s
            self.slots += 1
            return max(0.0, at - now)

    def missed(self, slot_at: float) -> bool:
        """Whether a slot that came at this time (monotonic) was missed by so much that it is given back: take another."""
        with self._lock:
            late = time.monotonic() - slot_at > _MISSED_S
            self.slots -= late
            return late

    def due(self, addresses: Sequence[str]) -> tuple[int, float]:
        """Take the next slot for the first of these devices, and for those after it whose slot has come already.

        How many have one, and the seconds to wait until the first one's comes: several, or a wait, and never both.
        """
        with self._lock:
            now = time.monotonic()
            slot = max(self._free_at, now - _CREDIT_S)
            count, first_at = 0, slot
            for address in addresses:
                at = max(slot, self._next_at.get(address, 0.0)) if self._spacing_s and address else slot
                if count and at > now:
                    break
                if self._spacing_s and address:
                    self._next_at[address] = max(at, now) + self._spacing_s
                slot += self._interval_s
                first_at = first_at if count else at
                count += 1
                if at > now:
                    break
            self._free_at = slot
            self.slots += count
            self._forget(now)
            return count, max(0.0, first_at - now)

    def _forget(self, now: float) -> None:
        if len(self._next_at) > _MOST_REMEMBERED:
            self._next_at = {address: at for address, at in self._next_at.items() if at > now}
