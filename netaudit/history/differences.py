"""What is another about a device between two runs, and what is only not seen this time. Pure.

A value that is missing now counts as a change only where the channels that told it did their work; else what was known
is kept. So a run without the right to open a raw socket takes no hardware address away.
"""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from netaudit.history.cover import Cover, channels_of, is_ipv4
from netaudit.history.keys import serials_of
from netaudit.history.shape import Difference
from netaudit.inventory import AssetDocument, PortDocument
from netaudit.naming import tells_apart
from netaudit.vocabulary import VERDICTS

TEXTS: Final = (
    "kind", "manufacturer", "brand", "model", "line", "generation", "firmware", "firmware_date", "serial", "produced",
)  # fmt: skip
FOLLOWS: Final = {"firmware_date": "firmware"}  # told with the other, where both changed
_SERVICES: Final = {"https": "http", "tls": "tcp", "": "tcp"}


def known_now(before: AssetDocument, after: AssetDocument, cover: Cover) -> AssetDocument:
    """What is known of a device after a run: what it saw, and what it could not see as it was known before."""
    kept = {name: getattr(before, name) for name in TEXTS if _is_unasked(name, before, after, cover)}
    if _weaker(after, before) and not _told_by(before, "family") <= cover.done:
        kept |= {name: getattr(before, name) for name in ("family", "verdict", "certainty")}
    if set(after.macs) <= set(before.macs) and (not after.macs or "arp" not in cover.done):
        kept["macs"] = before.macs
    kept |= {name: getattr(before, name) for name in ("hostnames", "addresses") if not getattr(after, name)}
    missing = [
        port
        for port in before.ports
        if before.ports != after.ports and not _is_in(port, after) and _channel(port) not in cover.done
    ]
    if missing:
        kept["ports"] = tuple(sorted((*after.ports, *missing), key=lambda p: (p.transport, p.port)))
    return replace(after, **kept)


def _is_unasked(name: str, before: AssetDocument, after: AssetDocument, cover: Cover) -> bool:
    if _text(after, name) or not _text(before, name):
        return False
    return not _told_by(before, name) & cover.done


def _told_by(asset: AssetDocument, attribute: str) -> frozenset[str]:
    """The channels whose evidence told this of a device; all that it answered on, where none is named."""
    told = frozenset(e.channel for e in asset.evidence if attribute in e.supports)
    return told or channels_of(asset)


def _weaker(one: AssetDocument, other: AssetDocument) -> bool:
    lost = one.family == "unknown" != other.family
    return lost or (one.family == other.family and VERDICTS.index(one.verdict) > VERDICTS.index(other.verdict))


def _is_in(port: PortDocument, asset: AssetDocument) -> bool:
    return any((port.transport, port.port) == (p.transport, p.port) for p in asset.ports)


def _channel(port: PortDocument) -> str:
    return _SERVICES.get(port.service, port.service)


def _text(asset: AssetDocument, name: str) -> str:
    value = getattr(asset, name)
    return value if isinstance(value, str) and value != "unknown" else ""


def differences(before: AssetDocument, after: AssetDocument) -> tuple[Difference, ...]:
    """Each field that is another, but for addresses, which `is_moved` tells."""
    found = [d for d in _pairs(before, after) if d.before != d.after]
    names = {d.field for d in found}
    return tuple(d for d in found if FOLLOWS.get(d.field) not in names)


def _pairs(before: AssetDocument, after: AssetDocument) -> Iterator[Difference]:
    yield Difference("family", before.family, after.family)
    yield Difference("verdict", before.verdict, after.verdict)
    yield from (
        Difference(n, _text(before, n), _text(after, n)) for n in TEXTS if getattr(before, n) != getattr(after, n)
    )
    for name in ("macs", "hostnames"):
        if getattr(before, name) != getattr(after, name):
            yield Difference(name, ", ".join(getattr(before, name)), ", ".join(getattr(after, name)))
    if before.ports != after.ports:
        yield Difference("ports", _ports(before), _ports(after))
    yield Difference("behind", _text(before, "behind"), _text(after, "behind"))
    yield Difference("cameras declared", str(before.children.declared), str(after.children.declared))
    if before.addresses != after.addresses and not is_moved(before, after):
        yield Difference("addresses", *(", ".join(a for a in d.addresses if is_ipv4(a)) for d in (before, after)))


def _ports(asset: AssetDocument) -> str:
    return ", ".join(f"{port.port}/{port.transport}" for port in asset.ports)


def is_moved(before: AssetDocument, after: AssetDocument) -> bool:
    """Whether a device has none of its addresses any more; of IPv6 where it has no others: they come and go (RFC 8981)."""
    if before.addresses == after.addresses:
        return False
    old, new = ({a for a in d.addresses if is_ipv4(a)} for d in (before, after))
    if not (old and new):
        old, new = set(before.addresses), set(after.addresses)
    return bool(old and new) and not old & new


def conflicts(before: AssetDocument, after: AssetDocument) -> tuple[str, ...]:
    """What does not fit together, where that is new: within the run, and between the two."""
    new = tuple(text for text in after.conflicts if text not in before.conflicts)
    old, now = serials_of(before), serials_of(after)
    if tells_apart((old, now)):
        return (*new, f"its serial number was {min(old)} and is {min(now)}, at the same hardware address")
    return new
