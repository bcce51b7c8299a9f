"""One device explained: what netaudit says of it, on what evidence, against what, and what would make it certain."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from textwrap import wrap
from typing import Final, TextIO

from msgspec import UnsetType

from netaudit.inventory import AssetDocument, EvidenceDocument, Surveyed
from netaudit.plain import counted, shorten, writable
from netaudit.registry import registrant
from netaudit.report.advice import advice, around, unseen
from netaudit.report.words import Say, in_english, maker_of, named, what_is
from netaudit.vocabulary import STRENGTHS

WIDTH: Final = 100
VALUE_CHARS: Final = 1000
NAME_CHARS: Final = 100  # of a channel, a field, a fingerprint
DUMP_ROWS: Final = 4
DUMP_ROW: Final = 16
SEEN_CHARS: Final = 4  # shorter values stand in many places by chance
VERDICT_WORDS: Final = {
    "confirmed": "Confirmed: made by {maker}. Certainty {certainty}.",
    "probable": "Probably made by {maker}. Certainty {certainty}; the evidence is good, but no proof.",
    "possible": "Possibly made by {maker}. Certainty {certainty}; this needs another look.",
    "unknown": "Who made this device is not established. That clears it of nothing.",
}

SIDE_WORDS: Final = {
    "hints": "What points to a maker, and not strongly enough",
    "for": "Evidence for it",
    "against": "Evidence against it",
    "else": "What else is known",
}


def find(document: Surveyed, name: str) -> AssetDocument:
    """The asset with this id, address or MAC; ValueError where there is none, or more than one."""
    mac = re.sub("[^0-9a-f]", "", name.lower())
    found = [a for a in document.assets if name in {a.id, *a.addresses}]
    if not found and len(mac) == 12:
        found = [a for a in document.assets if mac in {m.replace(":", "") for m in a.macs}]
    if len(found) == 1:
        return found[0]
    if not found:
        raise ValueError(f"no device in this inventory has the id, address or MAC {shorten(name, 80)!r}")
    raise ValueError(f"{len(found)} devices have {shorten(name, 80)!r}: name one by its id: {_ids(found)}")


def explain(
    document: Surveyed,
    asset: AssetDocument,
    stream: TextIO,
    replies: Mapping[str, bytes] | None = None,
    titles: Mapping[str, str] | None = None,
) -> None:
    """Write a page on one device.

    Beside the evidence are shown replies (digest -> bytes, from a bundle) and titles (fingerprint -> what it means).
    """
    page = "".join(f"{line.rstrip()}\n" for line in _page(document, asset, replies or {}, titles or {}))
    stream.write(writable(page, stream))


def _ids(assets: Iterable[AssetDocument]) -> str:
    return shorten(", ".join(a.id for a in assets), 200)


def _page(
    document: Surveyed, asset: AssetDocument, replies: Mapping[str, bytes], titles: Mapping[str, str]
) -> Iterator[str]:
    yield from _who(document, asset)
    yield from _section("Verdict", wrap(verdict_of(asset), WIDTH))
    for title, evidence in sides(asset):
        yield from _section(title, _evidence(evidence, replies, titles))
    yield from _section(
        "What does not fit together", (line for c in asset.conflicts for line in _item(shorten(c, VALUE_CHARS)))
    )
    place = around(document)
    yield from _section("What could not be seen of it", (line for u in unseen(place, asset) for line in _item(u)))
    title = "What would tell more" if asset.verdict == "confirmed" else "What would make it certain"
    yield from _section(title, (line for a in advice(place, asset) for line in _item(a)))


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield ""
        yield title
        yield from (f"  {line}" for line in found)


def _who(document: Surveyed, asset: AssetDocument) -> Iterator[str]:
    yield from wrap(what_is(asset), WIDTH)
    ports = ", ".join(f"{p.port}/{p.transport} {p.service}" for p in asset.ports)
    facts = {
        "id": asset.id,
        "address": ", ".join(asset.addresses),
        "MAC": ", ".join(_registered(mac) for mac in asset.macs),
        "name": ", ".join(asset.hostnames),
        "model": _with(asset.model, asset.line, asset.generation),
        "firmware": _with(asset.firmware, f"built {asset.firmware_date}" if asset.firmware_date else None),
        "serial": _with(asset.serial, f"made {asset.produced}" if asset.produced else None),
        "behind": named(document).get(asset.behind or ""),
        "services": ports,
        "cameras": f"{asset.children.declared} declared, {asset.children.inspected} inspected"
        if asset.children.declared
        else "",
    }
    yield from (f"  {name:<9} {shorten(value, VALUE_CHARS)}" for name, value in facts.items() if value)


def _registered(mac: str) -> str:
    return _with(mac, f"registered to {name}" if (name := registrant(mac)) else None)


def _with(value: str | UnsetType | None, *details: str | UnsetType | None) -> str:
    """The value with what is known beside it: "DS-2CD2143G2-I (EasyIP, G2)"."""
    known = ", ".join(str(detail) for detail in details if detail)
    return f"{value or 'not known'} ({known})" if known else str(value or "")


def verdict_of(asset: AssetDocument, say: Say = in_english) -> str:
    """What netaudit says of an asset's maker, and what that rests on."""
    words = say(VERDICT_WORDS[asset.verdict], maker=maker_of(asset), certainty=asset.certainty)
    channels = sorted(
        {shorten(e.channel, NAME_CHARS) for e in asset.evidence if e.supports.get("family") == asset.family}
    )
    if not channels:
        return words
    rests = say("It rests on what was read over {channels}.", channels=", ".join(channels))
    return f"{words} {rests}"


def sides(asset: AssetDocument) -> Iterator[tuple[str, list[EvidenceDocument]]]:
    """The evidence for the verdict, against it, and on other questions, each in order of strength.

    Of pieces that are as strong, those that say most come first.
    """

    def those(wanted: Callable[[str | None], bool]) -> list[EvidenceDocument]:
        found = (e for e in asset.evidence if wanted(e.supports.get("family")))
        return sorted(found, key=lambda e: (STRENGTHS.index(e.strength), -len(e.supports)))

    if asset.family == "unknown":
        yield SIDE_WORDS["hints"], those(lambda family: family is not None)
    else:
        yield SIDE_WORDS["for"], those(lambda family: family == asset.family)
        yield SIDE_WORDS["against"], those(lambda family: family not in {None, asset.family})
    yield SIDE_WORDS["else"], those(lambda family: family is None)


def _evidence(
    evidence: Iterable[EvidenceDocument], replies: Mapping[str, bytes], titles: Mapping[str, str]
) -> Iterator[str]:
    for number, one in enumerate(evidence, 1):
        supports = ", ".join(f"{attribute} = {value}" for attribute, value in sorted(one.supports.items()))
        yield f"{number:>2}. {one.strength}: {shorten(one.field, NAME_CHARS)} = {shorten(one.value, VALUE_CHARS)}"
        says = shorten(supports, VALUE_CHARS) or "many makers have it, it proves nothing"
        if title := titles.get(one.fingerprint):
            yield f"    {shorten(title, VALUE_CHARS)}"
        yield f"    fingerprint {shorten(one.fingerprint, NAME_CHARS)} says: {says}"
        yield f"    heard over {shorten(one.channel, NAME_CHARS)} at {one.seen_at}; reply {one.reply or 'not kept'}"
        yield from (f"      {row}" for row in dump(replies.get(one.reply or "", b""), one.value))


def dump(data: bytes, value: str) -> Iterator[str]:
    """The rows of hexadecimal and ASCII in which a value stands in a reply, or the first rows where it is not seen."""
    start = _place(data, value) // DUMP_ROW * DUMP_ROW
    end = start + DUMP_ROW * DUMP_ROWS
    for at in range(start, min(len(data), end), DUMP_ROW):
        row = data[at : at + DUMP_ROW]
        text = "".join(chr(b) if 0x20 <= b < 0x7F else "." for b in row)
        yield f"{at:08x}  {row.hex(' '):<{DUMP_ROW * 3}} |{text}|"
    if data:
        yield f"of {counted(len(data), 'byte')}"


def _place(data: bytes, value: str) -> int:
    """Where a value stands in a reply: as it is, or what follows its name; a short one as a whole element or word."""
    short = value if len(value) >= SEEN_CHARS else ""
    for form in (short, f">{value}<", f'"{value}"', f"={value}", value.partition("=")[2]):
        at = data.find(form.encode()[: DUMP_ROW * 2]) if form else -1
        if at >= 0:
            return at
    return 0


def _item(text: str) -> Iterator[str]:
    return iter(wrap(text, WIDTH, initial_indent="- ", subsequent_indent="  "))
