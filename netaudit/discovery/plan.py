"""What the next question should be: targets for a visit, from what discovery has heard of each address. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from netaudit.discovery.named import DEVICE_SERVICE, is_description, port_of, service_path, url_of
from netaudit.discovery.visit import MOST_PORTS, PORTS, SECURE_PORTS, SILENT_PORTS
from netaudit.model import Observation, Target

# A port that a device names itself: how it is asked. In mdns.port the service type stands before the port.
_WEB = frozenset({"sadp.http_port", "dhip.http_port", "_http._tcp", "_cgi._tcp", "_psia._tcp", "_axis-video._tcp"})
_SECURE = frozenset({"sadp.https_port", "_https._tcp", "_vapix-https._tcp"})
_STREAM = frozenset({"_rtsp._tcp"})
_SILENT = frozenset({"sadp.command_port", "sadp.sdk_tls_port", "dhip.port"})
_SERVICE, _DESCRIPTION = "wsd.xaddr", "ssdp.location"
MOST_NAMED = 2  # of one field: who names more has no ports to name
MOST_NAMED_PORTS = 6  # of one device: named ports must not crowd the usual ones out
# A device that told its serial number by its maker's own protocol has told all that is asked for elsewhere.
_TELLS_ALL = {"sadp.device_sn": "sadp", "dhip.serial_no": "dhip"}
_AXIS_MACS = ("00:40:8c", "ac:cc:8e", "b8:a4:4f", "e8:27:25")  # IEEE registry: Axis Communications AB
_AXIS_SERVICES = ("_axis-video._tcp", "_axis-nvr._tcp", "_vapix-http")
_HINTS = frozenset(
    {
        *_WEB, *_SECURE, *_SILENT, *_TELLS_ALL, _SERVICE, _DESCRIPTION,
        "mdns.port", "mdns.service", "mac.address", "onvif.scope", "wsd.types", "sadp.locked",
    }
)  # fmt: skip
_ONVIF_TYPES = ("NetworkVideo", "RecordingDevice")  # NetworkVideoTransmitter, -Storage, -Display, -Analytics


@dataclass(slots=True)
class _Said:
    """What one address said."""

    ports: dict[str, dict[int, str]] = field(default_factory=dict)  # by field: port -> path, where a URL was named
    known_by: set[str] = field(default_factory=set)
    serves_onvif: bool = False

    def keep(self, name: str, port: int, path: str = "") -> None:
        known = self.ports.setdefault(name, {})
        if port and len(known) < MOST_NAMED:
            known.setdefault(port, path)

    def named(self, fields: frozenset[str]) -> set[int]:
        return {port for name in fields for port in self.ports.get(name, ())}

    def paths(self, name: str) -> tuple[tuple[int, str], ...]:
        return tuple(self.ports.get(name, {}).items())


class Hints:
    """What devices said of their own ports and state, by source address."""

    def __init__(self) -> None:
        self._said: dict[str, _Said] = {}
        self.fresh: set[str] = set()  # addresses that have said something since they were made a target
        self.locked: set[str] = set()

    def learn(self, observations: Iterable[Observation]) -> None:
        """Keep what the observations of one reply say of ports, services and locks."""
        every = tuple(o for o in observations if o.field in _HINTS)
        onvif = any(_is_onvif(observation) for observation in every)
        for observation in every:
            if observation.field != "mac.address" or _is_axis(observation):  # most of a network has no more to say
                self._learn(observation, onvif=onvif)

    def _learn(self, o: Observation, *, onvif: bool) -> None:
        said = self._said.setdefault(o.address, _Said())
        self.fresh.add(o.address)
        said.serves_onvif |= onvif
        if o.field in _WEB | _SECURE | _SILENT:
            said.keep(o.field, port_of(o.value))
        elif o.field == "mdns.port":
            service, _, port = o.value.partition(" ")
            said.keep(service.lower(), port_of(port))
        elif o.field in {_SERVICE, _DESCRIPTION}:
            _keep_url(said, o, onvif=onvif)
        elif (o.field, o.value) == ("sadp.locked", "yes"):
            self.locked.add(o.address)
        elif o.field in _TELLS_ALL:
            said.known_by.add(_TELLS_ALL[o.field])
        elif _is_axis(o):
            said.known_by.add("axis")

    def target(self, address: str) -> Target:
        """The visit that this address should get: the ports it named first, then the usual ones."""
        said = self._said.get(address, _Said())
        self.fresh.discard(address)
        web, secure, silent, streams = (said.named(kind) for kind in (_WEB, _SECURE, _SILENT, _STREAM))
        services = said.paths(_SERVICE) or (((80, DEVICE_SERVICE),) if said.serves_onvif else ())
        services = tuple((port, path) for port, path in services if port not in silent)
        description = next((named for named in said.paths(_DESCRIPTION) if named[0] not in silent), None)
        documents = {port for port, _ in (*services, *((description,) if description else ()))}
        named = [*sorted(web), *sorted(secure), *sorted(documents), *sorted(streams), *sorted(silent)]
        silent |= SILENT_PORTS - web - secure - documents - streams
        return Target(
            address=address,
            ports=tuple(dict.fromkeys((*tuple(dict.fromkeys(named))[:MOST_NAMED_PORTS], *PORTS)))[:MOST_PORTS],
            silent_ports=frozenset(silent),
            secure_ports=frozenset(secure | (SECURE_PORTS - web)) - silent,
            stream_ports=frozenset(streams - web - secure - documents),
            bare_ports=frozenset(documents - web - secure - (set(PORTS) - SILENT_PORTS)),
            services=services,
            description=description,
            known_by=frozenset(said.known_by),
        )


def _keep_url(said: _Said, o: Observation, *, onvif: bool) -> None:
    """A URL on the device itself, of a kind that is asked; TLS on it makes its port a secured one."""
    url = url_of(o.value, o.address)
    if url is None or not (onvif if o.field == _SERVICE else is_description(url.path)):
        return
    said.keep(o.field, url.port, service_path(url.path) if o.field == _SERVICE else url.path)
    if url.secured:
        said.keep("_https._tcp", url.port)


def _is_onvif(o: Observation) -> bool:
    """Whether this says that its device serves ONVIF: printers and computers answer WS-Discovery as well."""
    if o.field == "onvif.scope":
        return o.value.startswith("onvif://")
    if o.field == _SERVICE:
        return "/onvif/" in o.value
    return o.field == "wsd.types" and any(word.startswith(_ONVIF_TYPES) for word in o.value.split())


def _is_axis(o: Observation) -> bool:
    return (o.field == "mac.address" and o.value.startswith(_AXIS_MACS)) or (
        o.field == "mdns.service" and o.value.startswith(_AXIS_SERVICES)
    )


def renewed(before: Target, now: Target, passed: Iterable[int]) -> Target | None:
    """What a visit that was begun as `before` takes up of what its device has named meanwhile; None: nothing.

    Documents at ports that have had their turn are left to `named_since`.
    """
    gone = frozenset(passed)
    services = before.services or tuple(named for named in now.services if named[0] not in gone)
    late = now.description if now.description and now.description[0] not in gone else None
    target = replace(now, services=services, description=before.description or late)
    return None if target == before else target


def named_since(before: Target, now: Target) -> Target | None:
    """The documents that a device has named since it was visited as `before`; None where that is nothing new.

    They are asked at ports that were visited, without TLS. Other ports are not visited any more: a device gets a dozen.
    """
    description = now.description if before.description is None else None
    services = () if before.services else now.services
    documents = {port for port, _ in (*services, *((description,) if description else ()))}
    ports = tuple(sorted(documents & frozenset(before.ports) - now.secure_ports))
    bare = now.bare_ports | frozenset(ports)
    return replace(now, ports=ports, services=services, description=description, bare_ports=bare) if ports else None
