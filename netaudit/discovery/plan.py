"""What the next question should be: targets for a visit, from what discovery has heard of each address. Pure."""

from collections.abc import Iterable, Iterator

from netaudit.discovery.visit import MOST_PORTS, PORTS, SECURE_PORTS, SILENT_PORTS
from netaudit.model import Observation, Target

# A port that a device names itself: how it is asked.
_WEB = {"sadp.http_port", "dhip.http_port"}
_SECURE = {"sadp.https_port"}
_SILENT = {"sadp.command_port", "sadp.sdk_tls_port", "dhip.port"}
MOST_NAMED = 2  # of one field: who names more has no ports to name, and must not crowd the usual ones out
# Never asked, whatever a device names: no camera serves its pages there, and another machine's service might be hurt.
_FOREIGN = frozenset({22, 23, 25, 53, 110, 143, 389, 445, 3306, 5432, 6379, 27017})


class Hints:
    """What devices said of their own ports and state, by source address."""

    def __init__(self) -> None:
        self._ports: dict[str, dict[str, set[int]]] = {}
        self.locked: set[str] = set()

    def learn(self, observations: Iterable[Observation]) -> None:
        """Keep what these observations say of ports and locks."""
        for observation in observations:
            if observation.field in _WEB | _SECURE | _SILENT:
                self._keep(observation, _port(observation.value))
            elif (observation.field, observation.value) == ("sadp.locked", "yes"):
                self.locked.add(observation.address)

    def _keep(self, observation: Observation, port: int) -> None:
        ports = self._ports.setdefault(observation.address, {}).setdefault(observation.field, set())
        if port and len(ports) < MOST_NAMED:
            ports.add(port)

    def target(self, address: str) -> Target:
        """The visit that this address should get: the ports it named first, then the usual ones."""
        web, secure, silent = (self._named(address, fields) for fields in (_WEB, _SECURE, _SILENT))
        ordered = [*sorted(web), *sorted(secure), *sorted(silent), *PORTS]
        return Target(
            address=address,
            ports=tuple(dict.fromkeys(ordered))[:MOST_PORTS],
            silent_ports=frozenset(silent | (SILENT_PORTS - web - secure)),
            secure_ports=frozenset(secure | (SECURE_PORTS - web)) - silent,
        )

    def _named(self, address: str, fields: set[str]) -> set[int]:
        known = self._ports.get(address, {})
        return set().union(*(known.get(field, set()) for field in fields))


def _port(text: str) -> int:
    """A port that may be asked, or 0."""
    number = int(text) if len(text) <= 5 and text.isascii() and text.isdigit() else 0
    return number if 0 < number < 65536 and number not in _FOREIGN else 0


def targets(addresses: Iterable[str], hints: Hints) -> Iterator[Target]:
    """A Target for each address, except those that said that they are locked."""
    return (hints.target(address) for address in addresses if address not in hints.locked)
