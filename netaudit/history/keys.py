"""The keys by which a device is known again in another run, and what two assets cannot both be. Pure.

The rules are those of correlation within a run (`netaudit/naming.py`): what names nobody joins nobody. An id that was
made of an address says no more than the address.
"""

from functools import lru_cache
from typing import Final

from netaudit.inventory import AssetDocument
from netaudit.naming import device_id, names_a_device, serial_name, tells_apart

ROUNDS: Final = ("id", "serial", "mac")  # in this order devices are looked for; then by address
REMEMBERED: Final = 65_536  # devices


def serials_of(asset: AssetDocument) -> frozenset[str]:
    """What its serial number names it by: one name, or none."""
    return _serials(asset.serial if isinstance(asset.serial, str) else "")


def macs_of(asset: AssetDocument) -> frozenset[str]:
    """Its hardware addresses, those of nobody left out."""
    return _macs(asset.macs)


def keys_of(asset: AssetDocument) -> tuple[str, ...]:
    """All keys that follow a device wherever it goes, strongest first."""
    return _keys(asset.id, asset.addresses, serials_of(asset), asset.macs)


# A timeline asks for the same keys again and again.
@lru_cache(maxsize=REMEMBERED)
def _keys(name: str, addresses: tuple[str, ...], serials: frozenset[str], macs: tuple[str, ...]) -> tuple[str, ...]:
    ids = () if _is_place(name, addresses) else (f"id:{name}",)
    return (*ids, *(f"serial:{serial}" for serial in sorted(serials)), *(f"mac:{mac}" for mac in sorted(_macs(macs))))


@lru_cache(maxsize=REMEMBERED)
def _serials(text: str) -> frozenset[str]:
    return frozenset({serial_name(text)} - {""})


@lru_cache(maxsize=REMEMBERED)
def _macs(macs: tuple[str, ...]) -> frozenset[str]:
    return frozenset(mac for mac in macs if names_a_device(mac))


@lru_cache(maxsize=REMEMBERED)
def _is_place(name: str, addresses: tuple[str, ...]) -> bool:
    """Whether an id names only the place where its device was seen."""
    return name in {device_id(f"address:{address}") for address in addresses}


def in_words(key: str) -> str:
    """A key as it is told: "serial number …"."""
    kind, _, name = key.partition(":")
    return f"{_WORDS.get(kind, kind)} {name}"


_WORDS: Final = {"mac": "hardware address", "serial": "serial number", "address": "network address"}


def proof(before: AssetDocument, after: AssetDocument) -> str:
    """The strongest key that two sightings share, a serial number or hardware address first; empty where there is none."""
    common = set(keys_of(before)) & set(keys_of(after))
    ranked = sorted(common, key=lambda key: (key.startswith("id:"), key.startswith("mac:"), key))
    addresses = [f"address:{a}" for a in after.addresses if a in before.addresses]
    return next(iter((*ranked, *addresses)), "")


def contradiction(before: AssetDocument, after: AssetDocument) -> str:
    """Why two sightings that share no more than an address are two devices; empty where nothing speaks against one."""
    if tells_apart((serials_of(before), serials_of(after))):
        return "another serial number"
    if tells_apart((macs_of(before), macs_of(after))):
        return "another hardware address"
    if tells_apart({a.family} - {"unknown"} for a in (before, after)):
        return "another maker"
    if before.behind != after.behind:
        return "another recorder, or none"
    if tells_apart(_models(before, after)) and _named(before) != _named(after):
        return "another model, and of the two only one gives itself a name"
    return ""


def is_another(before: AssetDocument, after: AssetDocument) -> bool:
    """Whether two sightings are two devices, whatever hardware address they share: then it is a router's, or a clone."""
    if not tells_apart((serials_of(before), serials_of(after))):
        return False
    return tells_apart(_models(before, after)) or tells_apart({a.family} - {"unknown"} for a in (before, after))


def _models(before: AssetDocument, after: AssetDocument) -> tuple[set[str], ...]:
    return tuple({str(a.model)} if a.model else set() for a in (before, after))


def _named(asset: AssetDocument) -> bool:
    return bool(serials_of(asset) or macs_of(asset))
