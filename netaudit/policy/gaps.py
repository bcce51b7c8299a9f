"""What could not be judged: under every rule, what was not seen could be what the rule is about."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal

from netaudit.inventory import AssetDocument, CoverageDocument
from netaudit.policy.facts import Organisation, Register
from netaudit.policy.findings import Finding
from netaudit.policy.register import Matched, name_of


def unseen(coverage: CoverageDocument, places: Mapping[str, str | None], as_of: date) -> Iterator[Finding]:
    """What the inventory did not see. `places` are the addresses of the devices that its gaps name."""
    for gap in coverage.gaps:
        where = gap.address if isinstance(gap.address, str) else places.get(gap.asset or "")
        yield _gap("coverage", as_of, f"{gap.kind}: {gap.detail}", f"coverage: {gap.kind}", gap.asset, where)
    for channel in coverage.channels:
        if channel.status in {"partial", "failed"}:
            words = f"channel {channel.name} {channel.status}: {channel.reason or 'no reason given'}"
            yield _gap("coverage", as_of, words, f"coverage: {channel.name}")


def nothing_seen(as_of: date) -> Finding:
    """What an inventory without devices proves."""
    return _gap("coverage", as_of, "no device was seen: that is no proof that there is none", "coverage: devices")


def absent(entries: Matched, register: Register, organisation: Organisation | None, as_of: date) -> Iterator[Finding]:
    """Entries of the register that no device was seen of, and sites of it that the profile does not know."""
    for entry in entries.unseen:
        if entry.state not in {"removed", "disposed"}:
            words = f"{name_of(entry)}: in the register, and not seen"
            yield _gap("register", as_of, words, "register: device not seen", None, entry.address)
    for name in _unknown_sites(register, organisation):
        words = f"site {name}: in the register, and not in the profile"
        yield _gap("register", as_of, words, "register: a site of the profile for each entry")


def _unknown_sites(register: Register, organisation: Organisation | None) -> list[str]:
    if organisation is None:
        return []
    known = {site.name for site in organisation.site}
    return sorted({entry.site for entry in register.entries if entry.site} - known)


def unlisted(asset: AssetDocument, as_of: date) -> Finding:
    """A device that is in no entry of the register."""
    words = "seen, and not in the register"
    return _gap("register", as_of, words, "register: no entry for the device", asset.id, place_of(asset))


def unread(entries: Matched, register: Register, as_of: date) -> Iterator[Finding]:
    """Entries that contradict each other, or that cannot be read."""
    for remark in (*entries.remarks, *register.remarks):
        yield _gap("register", as_of, remark, "register: entries that can be read, one for each device")


def place_of(asset: AssetDocument) -> str | None:
    """Where a device is to be found on the network."""
    return next(iter(asset.addresses or asset.macs), None)


def _gap(
    kind: Literal["coverage", "register"],
    as_of: date,
    words: str,
    missing: str,
    asset: str | None = None,
    address: str | None = None,
) -> Finding:
    return Finding(
        kind=kind,
        outcome="not-evaluated",
        because=(words,),
        as_of=as_of.isoformat(),
        asset=asset,
        address=address,
        missing=(missing,),
    )
