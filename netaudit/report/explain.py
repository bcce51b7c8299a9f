"""One device explained: what netaudit says of it, on what evidence, against what, and what would make it certain."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from textwrap import wrap
from typing import Final, TextIO

from msgspec import UnsetType

from netaudit.inventory import AssetDocument, Document, EvidenceDocument
from netaudit.plain import counted, shorten, visible, writable
from netaudit.registry import registrant
from netaudit.report.words import (
    GAP_WORDS,
    STATUS_WORDS,
    maker_of,
    named,
    percent,
    what_is,
)

WIDTH: Final = 100
VALUE_CHARS: Final = 1000
DUMP_ROWS: Final = 4
DUMP_ROW: Final = 16
SEEN_CHARS: Final = 4  # shorter values stand in many places by chance
PROBLEMS_TOLD: Final = 20

MAKERS_OWN: Final = frozenset({"sadp", "dhip"})  # discovery that only the maker's own devices answer, by multicast
WITH_LOGIN: Final = frozenset({"isapi", "magicbox", "onvif", "http", "https"})
OUT_OF_REACH: Final = frozenset({"routed", "no_link_layer", "port_taken"})  # gaps that hide a maker's own discovery

VERDICT_WORDS: Final = {
    "confirmed": "Confirmed: made by {maker}. Certainty {certainty}.",
    "probable": "Probably made by {maker}. Certainty {certainty}; the evidence is good, but no proof.",
    "possible": "Possibly made by {maker}. Certainty {certainty}; this needs another look.",
    "unknown": "Who made this device is not established. That clears it of nothing.",
}


def find(document: Document, name: str) -> AssetDocument:
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
    document: Document,
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
    document: Document, asset: AssetDocument, replies: Mapping[str, bytes], titles: Mapping[str, str]
) -> Iterator[str]:
    yield from _who(document, asset)
    yield from _section("Verdict", _verdict(asset))
    for title, evidence in _sides(asset):
        yield from _section(title, _evidence(evidence, replies, titles))
    yield from _section("What does not fit together", (line for c in asset.conflicts for line in _item(visible(c))))
    yield from _section("What could not be seen of it", _unseen(document, asset))
    title = "What would tell more" if asset.verdict == "confirmed" else "What would make it certain"
    yield from _section(title, (line for a in _advice(document, asset) for line in _item(a)))


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield ""
        yield title
        yield from (f"  {line}" for line in found)


def _who(document: Document, asset: AssetDocument) -> Iterator[str]:
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


def _verdict(asset: AssetDocument) -> Iterator[str]:
    words = VERDICT_WORDS[asset.verdict].format(maker=maker_of(asset), certainty=percent(asset.certainty))
    channels = sorted({e.channel for e in asset.evidence if e.supports.get("family") == asset.family})
    rests = f" It rests on what was read over {', '.join(channels)}." if channels else ""
    yield from wrap(words + visible(rests), WIDTH)


def _sides(asset: AssetDocument) -> Iterator[tuple[str, list[EvidenceDocument]]]:
    """The evidence for the verdict, against it, and on other questions, each in order of strength."""

    def those(wanted: Callable[[str | None], bool]) -> list[EvidenceDocument]:
        return [e for e in asset.evidence if wanted(e.supports.get("family"))]

    if asset.family == "unknown":
        yield "What points to a maker, and not strongly enough", those(lambda family: family is not None)
    else:
        yield "Evidence for it", those(lambda family: family == asset.family)
        yield "Evidence against it", those(lambda family: family not in {None, asset.family})
    yield "What else is known", those(lambda family: family is None)


def _evidence(
    evidence: Iterable[EvidenceDocument], replies: Mapping[str, bytes], titles: Mapping[str, str]
) -> Iterator[str]:
    for number, one in enumerate(evidence, 1):
        supports = ", ".join(f"{attribute} = {value}" for attribute, value in sorted(one.supports.items()))
        yield f"{number:>2}. {one.strength}: {visible(one.field)} = {shorten(one.value, VALUE_CHARS)}"
        says = shorten(supports, VALUE_CHARS) or "many makers have it, it proves nothing"
        if title := titles.get(one.fingerprint):
            yield f"    {shorten(title, VALUE_CHARS)}"
        yield f"    fingerprint {visible(one.fingerprint)} says: {says}"
        yield f"    heard over {visible(one.channel)} at {one.seen_at}; reply {one.reply or 'not kept'}"
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


def _unseen(document: Document, asset: AssetDocument) -> Iterator[str]:
    for gap in document.coverage.gaps:
        if gap.asset == asset.id or gap.address in asset.addresses:
            yield from _item(f"{GAP_WORDS.get(gap.kind, visible(gap.kind))}: {shorten(gap.detail, VALUE_CHARS)}")
    problems = [p for p in document.problems if p.address in asset.addresses]
    for problem in problems[:PROBLEMS_TOLD]:
        told = f"{problem.channel or problem.stage}: {STATUS_WORDS[problem.status]} ({problem.detail})"
        yield from _item(shorten(told, VALUE_CHARS))
    if len(problems) > PROBLEMS_TOLD:
        yield from _item(f"and {counted(len(problems) - PROBLEMS_TOLD, 'problem')} more")


def _advice(document: Document, asset: AssetDocument) -> Iterator[str]:
    """What to do next, chosen by what is missing."""
    settled = asset.verdict == "confirmed"
    if asset.behind and not asset.ports:
        yield "It was not heard itself: what is known of it stands in the recorder's list. Scan the network it is on."
    if document.run.feed != "live":
        yield "Scan it live: a recording shows what crossed the wire in its time, and nothing was asked."
    elif not settled:
        yield from _discovery_advice(document, asset)
    if any(g.kind == "locked" and g.asset == asset.id for g in document.coverage.gaps):
        yield "It says that it is locked: leave it alone for half an hour, then scan again."
    else:
        yield from _login_advice(document, asset)
    if settled and asset.children.declared > asset.children.inspected:
        yield "The cameras behind it were not seen: scan their network, or list them with a read-only login."
    if not settled:
        contradiction = " The evidence contradicts itself, so this decides." if asset.conflicts else ""
        yield f"Look at the label on its housing, the FCC id on it, or the purchase record.{contradiction}"


def _discovery_advice(document: Document, asset: AssetDocument) -> Iterator[str]:
    if {e.channel for e in asset.evidence} & MAKERS_OWN:
        return
    if not asset.macs or any(g.kind in OUT_OF_REACH for g in document.coverage.gaps):
        yield (
            "Scan from inside its VLAN, so that the makers' own discovery (SADP, DHIP) and its hardware address can "
            "be heard: they do not cross routers, and need the right to use the network card."
        )
    for channel in document.coverage.channels:
        if channel.name in MAKERS_OWN and channel.status != "done":
            reason = f" ({shorten(channel.reason, 200)})" if channel.reason else ""
            yield f"Let the channel {channel.name} run: it was {visible(channel.status)}{reason}."


def _login_advice(document: Document, asset: AssetDocument) -> Iterator[str]:
    missing = [name for name in ("model", "firmware", "serial") if not getattr(asset, name)]
    gain = [*(["who made it"] if asset.verdict != "confirmed" else []), *(f"its {name}" for name in missing)]
    asks = any(p.address in asset.addresses and p.status == "auth" for p in document.problems)
    if gain and (asks or any(p.service in WITH_LOGIN for p in asset.ports)):
        yield f"Its own web page, behind a login that you have, can tell {', '.join(gain)}."
