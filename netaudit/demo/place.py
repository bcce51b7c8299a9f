"""Where emulated devices are played: an address each, and how its ports are mapped."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from netaudit.demo.device import EmulatedDevice

LOOPBACK_NETWORK = "127.0.77"  # Linux answers on all of 127.0.0.0/8
UNPRIVILEGED = 8000  # added to ports below 1024: 80 becomes 8080, 443 8443, 554 8554
ELSEWHERE = 10000  # added to a port whose place such a port has taken


class EmulationError(RuntimeError):
    """The devices cannot be played on this machine, with the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where one device is played."""

    address: str
    ports: Mapping[int, int] = field(default_factory=dict)  # TCP port of the data file: port that is opened instead
    interface: str | None = None  # where multicast groups are joined; None: it hears unicast only
    enter: Callable[[], AbstractContextManager[object]] = nullcontext  # sockets are opened inside of this

    def port(self, declared: int) -> int:
        """The TCP port that is really open for one of the data file."""
        return self.ports.get(declared, declared)


def loopback_place(device: EmulatedDevice) -> Placement:
    """A place on this machine's loopback, for which no privilege is needed; what is not IP is lost there."""
    declared = [service.port for service in device.tcp]
    lifted = {port: port + UNPRIVILEGED for port in declared if port < 1024}
    moved = {port: port + ELSEWHERE for port in declared if port in lifted.values()}
    return Placement(address=f"{LOOPBACK_NETWORK}.{device.host}", ports=lifted | moved)
