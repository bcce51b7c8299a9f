"""Correlate: which observations speak of one device. Pure, and the same for any order of the observations.

Within a run an address is one device, unless ARP names two for it. Addresses are joined by strong keys only: a
hardware address or a serial number; or by an endpoint UUID and a certificate together. A name never joins: sixteen
cameras may all be called "IP Camera". A key that too many hold is a clone, a sample or a router, and joins nothing.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256

from netaudit.model import Device, Observation
from netaudit.vocabulary import is_placeholder

MOST_ADDRESSES_PER_MAC = 8  # beyond this a MAC is a router, a proxy (RFC 1027) or an access point
MOST_MACS_PER_SERIAL = 4  # a recorder has two or three network ports; more is a serial that was cloned
KEY_ORDER = ("serial", "mac", "uuid", "certificate", "frame", "address")

# Prefixes that many hold: gSOAP's sample endpoint, the all-zero UUID; virtual router addresses (RFC 5798 section 7.3).
_SHARED_UUIDS = ("2419d68a2dd221b2a205", "0" * 20)
_VIRTUAL_MACS = ("00:00:5e:00:01:", "00:00:5e:00:02:", "00:00:0c:07:ac:")
_HIKVISION_SERIAL = re.compile(r"(?:19|20)\d{6}[A-Z]{2,4}[A-Z]?\d{8,9}")  # date, region, tail; the model is cut off
_DAHUA_REALM = re.compile(r"^Login to ([0-9A-Z]{6,9}P[A-Z][0-9A-Z]{5,8})$")
_SERIAL_FIELDS = frozenset(
    {
        "sadp.device_sn", "dhip.serial_no", "isapi.serial_number", "onvif.serial", "upnp.serial_number",
        "magicbox.serial_number", "rtsp.realm", "http.realm", "mdns.host",
    }
)  # fmt: skip
_HOST_FIELDS = frozenset({"mdns.host", "dhcp.hostname", "onvif.hostname"})
_EUI64 = re.compile(r"^fe80::([0-9a-f]{1,4}):([0-9a-f]{1,2})ff:fe([0-9a-f]{2}):([0-9a-f]{1,4})(?:%.*)?$")


@dataclass(slots=True)
class _Node:
    """The observations of one address, or of one claimant of a contested one."""

    address: str
    observations: list[Observation] = field(default_factory=list)
    macs: Counter[str] = field(default_factory=Counter)
    keys: set[str] = field(default_factory=set)


def correlate(observations: Iterable[Observation]) -> tuple[Device, ...]:
    """The devices behind these observations, in the order of their ids."""
    every = sorted(set(observations), key=_order)
    shared = shared_macs(every)
    nodes = _nodes(every, shared)
    for node in nodes.values():
        node.keys = set(_keys(node, shared))
    _drop_overused(list(nodes.values()))
    groups = _join(list(nodes.values()))
    return tuple(sorted((_device(group) for group in groups), key=lambda d: (d.id, d.addresses)))


def shared_macs(observations: Iterable[Observation]) -> dict[str, tuple[str, ...]]:
    """Hardware addresses that answer ARP for many addresses, or for several devices, with those addresses."""
    claims: dict[str, set[str]] = defaultdict(set)
    own: dict[str, set[str]] = defaultdict(set)
    for o in observations:
        if o.field == "mac.address":
            (claims[o.value] if o.channel == "arp" else own[o.address]).add(
                o.address if o.channel == "arp" else o.value
            )
    return {
        mac: tuple(sorted(addresses))
        for mac, addresses in claims.items()
        if mac.startswith(_VIRTUAL_MACS)
        or len(addresses) > MOST_ADDRESSES_PER_MAC
        or len({m for a in addresses for m in own.get(a, ()) if m != mac}) > 1
    }


def is_universal(mac: str) -> bool:
    """Whether a hardware address was given out by a registrant: neither a group's nor locally administered."""
    return not int(mac[:2], 16) & 0b11  # IEEE 802-2014 section 8.2


def contested(observations: Iterable[Observation], shared: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Addresses for which ARP names more than one hardware address, with those."""
    claims: dict[str, set[str]] = defaultdict(set)
    for o in observations:
        if o.field == "mac.address" and o.channel == "arp" and o.value not in shared and o.address:
            claims[o.address].add(o.value)
    return {address: tuple(sorted(macs)) for address, macs in claims.items() if len(macs) > 1}


def _nodes(every: list[Observation], shared: dict[str, tuple[str, ...]]) -> dict[tuple[str, str], _Node]:
    claimants = contested(every, shared)
    said = {o.reply: o.value for o in every if o.field == "mac.address" and o.channel != "arp"}
    single = _frame_macs(every, shared)
    nodes: dict[tuple[str, str], _Node] = {}
    for o in every:
        if o.channel == "arp" and o.value in shared:
            continue  # a proxy's answer: nobody is known to be there
        part = o.reply if not o.address else ""
        if o.address in claimants:
            part = _claimant(o, claimants[o.address], said)
        node = nodes.setdefault((o.address, part), _Node(o.address))
        node.observations.append(o)
        if o.field == "mac.address":
            node.macs[o.value] += 1
        elif o.mac and single.get(o.mac) == o.address and o.address not in claimants:
            node.observations.append(replace(o, field="mac.address", value=o.mac))
            node.macs[o.mac] += 1
    return nodes


def _claimant(o: Observation, macs: tuple[str, ...], said: dict[str, str]) -> str:
    """Which of the claimants of a contested address an observation belongs to; the first where nothing tells."""
    candidates = (o.value if o.field == "mac.address" else None, said.get(o.reply), o.mac)
    return next((mac for mac in candidates if mac in macs), macs[0])


def _frame_macs(every: list[Observation], shared: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """Source hardware addresses of frames that came from one address only: no router's."""
    sources: dict[str, set[str]] = defaultdict(set)
    for o in every:
        if o.mac and o.address and o.channel != "arp":
            sources[o.mac].add(o.address)
    return {mac: next(iter(a)) for mac, a in sources.items() if len(a) == 1 and mac not in shared}


def _keys(node: _Node, shared: dict[str, tuple[str, ...]]) -> Iterable[str]:
    for mac in node.macs:
        if is_universal(mac) and mac not in shared:
            yield f"mac:{mac}"
    found = _EUI64.match(node.address)
    if found:
        yield f"mac:{_eui64_mac(*found.groups())}"
    for o in node.observations:
        serial = serial_key(o) if o.field in _SERIAL_FIELDS else ""
        if serial:
            yield f"serial:{serial}"
        if o.field in {"wsd.endpoint", "upnp.udn"} and (uuid := _uuid(o.value)):
            yield f"uuid:{uuid}"
        if o.field == "tls.sha256":
            yield f"certificate:{o.value}"
    yield f"address:{node.address}" if node.address else f"frame:{node.observations[0].reply}"


def serial_key(o: Observation) -> str:
    """The part of a serial number that all channels of a device agree on; empty where it identifies nothing."""
    text = re.sub(r"\s", "", o.value).upper()
    found = _HIKVISION_SERIAL.search(text)
    if found:
        return found[0]
    if o.field in {"rtsp.realm", "http.realm"}:
        realm = _DAHUA_REALM.match(o.value.strip())
        return realm[1] if realm else ""
    if o.field == "mdns.host" or len(text) < 8 or is_placeholder(text) or len(set(text)) < 4:
        return ""
    return text


def _uuid(text: str) -> str:
    digits = re.sub(r"[^0-9a-f]", "", text.lower().rpartition("uuid:")[2])
    return digits if len(digits) == 32 and not digits.startswith(_SHARED_UUIDS) else ""


def _eui64_mac(head: str, third: str, fourth: str, tail: str) -> str:
    """The hardware address inside an interface identifier (RFC 4291 appendix A)."""
    digits = f"{int(head.zfill(4), 16) ^ 0x0200:04x}{third.zfill(2)}{fourth}{tail.zfill(4)}"
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2))


def _drop_overused(nodes: list[_Node]) -> None:
    """Take away serials and certificates that too many different devices hold."""
    holders: dict[str, set[str]] = defaultdict(set)
    for node in nodes:
        macs = sorted(key for key in node.keys if key.startswith("mac:"))
        for key in node.keys:
            if key.startswith("serial:"):
                holders[key].add(macs[0] if macs else f"address:{node.address}")
    clones = {key for key, found in holders.items() if len(found) > MOST_MACS_PER_SERIAL}
    for node in nodes:
        node.keys -= clones


def _join(nodes: list[_Node]) -> list[list[_Node]]:
    """Groups of nodes that share a joining key: union-find with the lower index as root."""
    parent = list(range(len(nodes)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    first: dict[str, int] = {}
    for number, node in enumerate(nodes):
        for key in _joining(node):
            a, b = root(first.setdefault(key, number)), root(number)
            parent[max(a, b)] = min(a, b)
    groups: dict[int, list[_Node]] = defaultdict(list)
    for number, node in enumerate(nodes):
        groups[root(number)].append(node)
    return list(groups.values())


def _joining(node: _Node) -> Iterable[str]:
    yield from (key for key in node.keys if key.startswith(("mac:", "serial:")))
    uuids = sorted(key for key in node.keys if key.startswith("uuid:"))
    certificates = sorted(key for key in node.keys if key.startswith("certificate:"))
    yield from (f"{uuid}+{certificate}" for uuid in uuids for certificate in certificates)


def _device(group: list[_Node]) -> Device:
    observations = sorted({o for node in group for o in node.observations}, key=_order)
    macs: Counter[str] = Counter()
    for node in group:
        macs.update(node.macs)
    keys = sorted({key for node in group for key in node.keys}, key=_key_order)
    anonymous = len(group) == 1 and keys[0].startswith("address:") and macs
    name = f"{keys[0]}|{min(macs)}" if anonymous else keys[0]
    return Device(
        id=sha256(name.encode()).hexdigest()[:16],
        addresses=tuple(sorted({node.address for node in group if node.address}, key=_address_order)),
        macs=tuple(mac for mac, _ in sorted(macs.items(), key=lambda item: (not is_universal(item[0]), item[0]))),
        hostnames=tuple(sorted({o.value for o in observations if o.field in _HOST_FIELDS})),
        observations=tuple(observations),
        keys=tuple(keys),
        conflicts=tuple(dict.fromkeys(_conflicts(observations, keys))),
    )


def _conflicts(observations: list[Observation], keys: list[str]) -> Iterable[str]:
    serials = [key.partition(":")[2] for key in keys if key.startswith("serial:")]
    if len(serials) > 1:
        yield f"it gives {len(serials)} different serial numbers: {', '.join(serials)}"
    link = {o.value for o in observations if o.field == "mac.address" and o.channel == "arp"}
    said = {o.value for o in observations if o.field == "mac.address" and o.channel != "arp" and o.value != o.mac}
    if link and said and not link & said:
        yield f"it says that its hardware address is {', '.join(sorted(said))}; ARP says {', '.join(sorted(link))}"
    addresses = {o.address for o in observations if o.address}
    for o in observations:
        if o.field in {"sadp.ipv4_address", "dhip.ipv4_address"} and addresses and o.value not in addresses:
            yield f"it says that its address is {o.value}; its answer came from {o.address}"


def _order(o: Observation) -> tuple[str | int | float, ...]:
    return (o.channel, o.field, o.value, o.address, o.mac or "", o.transport, o.port, o.seen_at, o.reply)


def _key_order(key: str) -> tuple[int, str]:
    return (KEY_ORDER.index(key.partition(":")[0]), key)


def _address_order(address: str) -> tuple[int, tuple[int, ...], str]:
    parts = address.split(".")
    return (0, tuple(map(int, parts)), "") if len(parts) == 4 else (1, (), address)
