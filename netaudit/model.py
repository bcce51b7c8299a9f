"""The nouns: what is passed from the wire to the inventory.

All are frozen and hold tuples, know nothing of files or sockets, and import the standard library only.
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Bytes that a device sent, verbatim, with all that is known of how they came."""

    channel: str = ""  # the name of a channel; empty until the reply is routed
    transport: str  # "link", "table" (the kernel's), "ip", "udp", "tcp", "tls", or "given" (handed to identify)
    address: str  # the source address, canonical; empty where the protocol has none
    port: int = 0  # the source port
    payload: bytes
    heard_at: float = 0.0  # seconds since the epoch, UTC
    mac: str | None = None  # the source hardware address, where the link layer was seen
    destination: str = ""
    destination_port: int = 0  # of "link" the EtherType, of "ip" the protocol number, where the bytes do not tell
    interface: str | None = None
    request: bytes = b""  # what we sent to get this; empty where we only listened
    asked: str | None = None  # the address that the request was for, where it was for one
    facts: tuple[tuple[str, str], ...] = ()  # (field, value) that only the transport knew, e.g. the TLS version

    @property
    def digest(self) -> str:
        """The evidence mark of this reply: the SHA-256 of its payload."""
        return _digest(self.payload)


@lru_cache(maxsize=64)  # a reader asks once per observation of one reply
def _digest(payload: bytes) -> str:
    return f"sha256:{sha256(payload).hexdigest()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One fact read from one reply."""

    channel: str
    field: str  # one of vocabulary.FIELDS
    value: str
    address: str = ""
    mac: str | None = None  # the hardware address that the reply's frame came from
    transport: str = ""
    port: int = 0
    seen_at: float = 0.0
    reply: str = ""  # the digest of the reply
    part: str = ""  # of which device within the device that replied: a camera behind a recorder, "channel 3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One address that will be asked, and what hinted at it."""

    address: str
    ports: tuple[int, ...] = ()  # in the order in which they are asked
    silent_ports: frozenset[int] = frozenset()  # connect only: the device speaks a maker's SDK there
    secure_ports: frozenset[int] = frozenset()  # TLS comes first
    stream_ports: frozenset[int] = frozenset()  # RTSP is spoken there
    bare_ports: frozenset[int] = frozenset()  # what stands there was named: a service or a document, no start page
    services: tuple[tuple[int, str], ...] = ()  # port and path of ONVIF device services
    description: tuple[int, str] | None = None  # port and path of the UPnP description
    known_by: frozenset[str] = frozenset()  # "sadp", "dhip": it has told who it is; "axis": its address says so


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that failed: a result like any other."""

    stage: str  # "find", "ask", "read", "load"
    channel: str
    address: str
    status: str  # one of vocabulary.STATUSES
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something that could not be seen, and why."""

    kind: str  # one of vocabulary.GAPS
    detail: str
    address: str = ""  # the device or interface address concerned, where there is one
    asset: str | None = None  # filled in when the assets are known


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelReport:
    """How one channel fared on one interface, or on all."""

    name: str
    status: str  # one of vocabulary.CHANNEL_STATES
    reason: str | None = None
    sent: int = 0  # datagrams, frames or connections
    network: str = ""  # the attached network that was asked, as 10.0.0.0/24; empty: what lies elsewhere, or all


@dataclass(frozen=True, slots=True, kw_only=True)
class Subnet:
    """A network that the scope reaches into, as this machine stands to it."""

    network: str  # as 10.0.0.0/24; empty for all that is not attached
    interface: str | None = None  # the interface that is attached to it
    addresses: int = 0  # in scope, our own left out


@dataclass(frozen=True, slots=True, kw_only=True)
class HarmCheck:
    """Whether the devices that had answered still did at the end of a run."""

    checked: int = 0  # devices that were asked once more
    unchecked: int = 0  # devices that there was no gentle way to ask
    silent: tuple[str, ...] = ()  # addresses that answered no more


Event = Reply | Problem | Gap | ChannelReport | Subnet | HarmCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Observations that belong to one device."""

    id: str
    addresses: tuple[str, ...] = ()
    macs: tuple[str, ...] = ()
    hostnames: tuple[str, ...] = ()
    observations: tuple[Observation, ...] = ()
    keys: tuple[str, ...] = ()  # what joined them, strongest first: "serial:…", "mac:…", "uuid:…", "address:…"
    conflicts: tuple[str, ...] = ()  # sentences: what in these observations does not fit together
    behind: str | None = None  # the id of the recorder that lists it
    children: tuple[str, ...] = ()  # the channels of which it lists a device

    @property
    def is_hearsay(self) -> bool:
        """Whether nothing was heard from the device itself: a recorder lists it, with an address that was not asked."""
        first = self.observations[0].part if self.observations else ""
        return bool(first) and all(o.part for o in self.observations)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One fingerprint that fitted one observation, and what it asserts of the device."""

    fingerprint: str
    observation: Observation
    strength: str  # one of vocabulary.STRENGTHS
    claims: tuple[tuple[str, str], ...]  # (attribute, value), attributes of vocabulary.ATTRIBUTES
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What the evidence, weighed, says a device is."""

    family: str = "unknown"
    verdict: str = "unknown"
    certainty: float = 0.0
    kind: str = "unknown"
    manufacturer: str | None = None
    brand: str | None = None
    model: str | None = None
    line: str | None = None  # the maker's product line, as its model names tell it
    generation: str | None = None  # within the line: "G2", "S3", …
    firmware: str | None = None
    firmware_date: str | None = None  # when the firmware was built, YYYY-MM-DD
    serial: str | None = None
    produced: str | None = None  # when the device was made, YYYY-MM-DD
    channels: int | None = None  # camera channels that a recorder declares
    evidence: tuple[Match, ...] = ()  # strongest first
    conflicts: tuple[str, ...] = ()


NOBODY = Identity()  # of a device of which nothing is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A device with its identity."""

    device: Device
    identity: Identity

    @property
    def ports(self) -> tuple[tuple[str, int, str], ...]:
        """(transport, port, service) of every port that answered, each once, with the service that told most."""
        services: dict[tuple[str, int], str] = {}
        for observation in self.device.observations:
            if observation.part:  # the port is the recorder's
                continue
            if observation.port and observation.field != "tcp.refused" and observation.transport in _TRANSPORTS:
                key = (_TRANSPORTS[observation.transport], observation.port)
                services[key] = max(services.get(key, ""), _service(observation), key=_worth)
        return tuple(sorted((*key, service) for key, service in services.items())) if services else ()


_TRANSPORTS = {"tcp": "tcp", "tls": "tcp", "udp": "udp"}
_LESSER_SERVICES = ("", "tcp", "tls")  # what a better known service replaces


def _worth(service: str) -> int:
    return _LESSER_SERVICES.index(service) if service in _LESSER_SERVICES else len(_LESSER_SERVICES)


def _service(observation: Observation) -> str:
    return "https" if (observation.channel, observation.transport) == ("http", "tls") else observation.channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One scan or replay: what was asked for, and with what."""

    id: str
    feed: str  # "live", "capture", "import"
    started_at: float
    finished_at: float
    targets: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    profile: str | None = None
    site: str | None = None
    version: str = ""
    addresses_in_scope: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What was in scope, what answered, and what could not be seen."""

    addresses_in_scope: int
    addresses_answering: int
    channels: tuple["ChannelTotal", ...] = ()
    gaps: tuple[Gap, ...] = ()
    subnets: tuple["SubnetTotal", ...] = ()
    harm: HarmCheck | None = None  # None: nobody looked


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTotal:
    """One channel over the whole run."""

    name: str
    status: str
    reason: str | None
    sent: int
    received: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SubnetChannel:
    """One channel in one network of the scope."""

    name: str
    status: str
    reason: str | None
    sent: int
    answering: int  # addresses
    failed: tuple[tuple[str, int], ...] = ()  # (status of a problem, addresses that had it)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubnetTotal:
    """One network of the scope over the whole run."""

    subnet: Subnet
    answering: int  # addresses in scope that answered
    only_arp: int  # of these, addresses that answered ARP and nothing else
    channels: tuple[SubnetChannel, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """All assets and problems of one run, with its coverage."""

    run: Run
    coverage: Coverage
    assets: tuple[Asset, ...] = ()
    problems: tuple[Problem, ...] = ()
    fingerprints_count: int = 0
    fingerprints_sha256: str = ""
    fingerprints_newest: str = ""  # month of their newest source, as 2026-11
    schema: str = "netaudit.inventory/1"
