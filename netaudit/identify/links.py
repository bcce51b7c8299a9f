"""Links: which hardware addresses the link layer showed for which addresses, and which of those name no device. Pure.

ARP (RFC 826) says who answers for an address. A router or proxy (RFC 1027) answers for many, a virtual router for one
that moves, and two machines may claim one address. Where no ARP was heard, the source of a frame tells as much, unless
frames of several addresses come from it: then it forwards them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from netaudit.identify.keys import SERIAL_FIELDS, serial_key
from netaudit.model import Observation
from netaudit.naming import tells_apart
from netaudit.vocabulary import VIRTUAL_MACS

MOST_ADDRESSES_PER_MAC = 8  # beyond this a MAC is a router, a proxy (RFC 1027) or an access point

Addresses = tuple[str, ...]


def is_arp(o: Observation) -> bool:
    """Whether ARP, or the kernel's table of what ARP told, says this hardware address."""
    return o.channel == "arp" and o.field == "mac.address"


def is_own_word(o: Observation) -> bool:
    """Whether a device itself says that this is its hardware address."""
    return o.field == "mac.address" and o.channel != "arp"


def shared_macs(observations: Iterable[Observation]) -> dict[str, Addresses]:
    """Hardware addresses that answer ARP for many addresses, or for several devices, with those addresses."""
    claims: dict[str, set[str]] = defaultdict(set)
    names: dict[tuple[str, str], set[str]] = defaultdict(set)  # (address, field) -> what names the device there
    for o in observations:
        if o.part:  # what a recorder says of others names nobody at its address
            continue
        if is_arp(o) and o.address:
            claims[o.value].add(o.address)
        elif name := o.value if is_own_word(o) else serial_key(o):
            names[o.address, o.field].add(name)
    return {
        mac: tuple(sorted(addresses))
        for mac, addresses in claims.items()
        if mac.startswith(VIRTUAL_MACS)
        or len(addresses) > MOST_ADDRESSES_PER_MAC
        or (len(addresses) > 1 and _serves_several(mac, addresses, names))
    }


def _serves_several(mac: str, addresses: set[str], names: Mapping[tuple[str, str], set[str]]) -> bool:
    """Whether the devices at these addresses name themselves differently, in one field of all."""
    others = [a for a in addresses if mac not in names.get((a, "mac.address"), ())]
    return any(
        tells_apart(names.get((address, field), set()) for address in others)
        for field in ("mac.address", *sorted(SERIAL_FIELDS))
    )


def contested(observations: Iterable[Observation], shared: Mapping[str, Addresses]) -> dict[str, Addresses]:
    """Addresses for which ARP names more than one hardware address, with those."""
    claims: dict[str, set[str]] = defaultdict(set)
    for o in observations:
        if is_arp(o) and o.value not in shared and o.address:
            claims[o.address].add(o.value)
    return {address: tuple(sorted(macs)) for address, macs in claims.items() if len(macs) > 1}


def frame_macs(observations: Iterable[Observation], shared: Mapping[str, Addresses]) -> dict[str, set[str]]:
    """The sources of frames from addresses that no ARP told of, where nothing else came from that source."""
    senders: dict[str, set[str]] = defaultdict(set)
    resolved = set()
    for o in observations:
        if is_arp(o):
            senders[o.value].add(o.address)
            resolved.add(o.address)
        elif o.mac and o.address:
            senders[o.mac].add(o.address)
    found: dict[str, set[str]] = defaultdict(set)
    for mac, addresses in senders.items():
        if len(addresses) == 1 and mac not in shared and not addresses <= resolved:
            found[next(iter(addresses))].add(mac)
    return found
