"""Makes docs/reference/supported.md from what there is: the fingerprints, and the golden inventories of the captures."""

import json
from collections import Counter
from functools import cache
from pathlib import Path

from netaudit.discovery import CHANNELS
from netaudit.identify.fingerprints import load_library
from netaudit.vocabulary import KINDS

CAPTURES = Path(__file__).parents[1] / "captures"

HEAD = """\
# What is supported

Made from `fingerprints/` and from the recordings in `tests/captures`; `pytest --accept tests/test_docs.py` writes it anew.

- **Fingerprints**: how many speak for it. Each has a source and examples that run as tests.
- **Captures**: in how many recordings a replay finds it, or evidence by it; a test holds the inventory of each.

Where there is none of them, the page says so: without a capture, no recording shows it at work.
The recordings are of emulated devices and of programs, not of cameras: [limits](../limits.md) says what that leaves open.
"""


def supported():
    """docs/reference/supported.md."""
    library, captures = load_library(), _captures()
    names = library.names
    spoken = Counter(family for fingerprint in library.fingerprints for family in _families(fingerprint, names))
    kinds = Counter(kind for f in library.fingerprints for kind in _claimed("kind", f, names))
    families = ([f"`{f}`", names.families[f], spoken[f], captures["family", f]] for f in sorted(names.families))
    labels = sorted(names.makers, key=str.casefold)
    brands = ([label, _makers(label, names), captures["brand", label]] for label in labels)
    kinds_known = ([f"`{kind}`", kinds[kind], captures["kind", kind]] for kind in KINDS if kind != "unknown")
    return "\n".join(
        [
            HEAD,
            _table("Makers", ["family", "maker", "fingerprints", "captures"], families),
            _table("Brands", ["label on the box", "made by", "captures"], brands),
            _table("Kinds of device", ["kind", "fingerprints", "captures"], kinds_known),
            _table("Channels", ["channel", "what it is", "asked by a scan", "fingerprints", "captures"],
                   (_channel(channel, library, captures) for channel in CHANNELS)),
        ]
    )  # fmt: skip


@cache
def _captures():
    """(what, which) -> the number of captures in whose golden inventory it occurs."""
    found = Counter()
    for path in sorted(CAPTURES.rglob("inventory.json")):
        inventory = json.loads(path.read_text())
        identified = [asset for asset in inventory["assets"] if asset["family"] != "unknown"]
        found.update({(what, asset[what]) for asset in identified for what in ("family", "brand", "kind")})
        found.update({("kind", "other") for asset in inventory["assets"] if asset["kind"] == "other"})
        found.update({("channel", proof["channel"]) for asset in inventory["assets"] for proof in asset["evidence"]})
    return found


def _families(fingerprint, names):
    """The families that a fingerprint can name: asserted, or cut out of the answer and looked up."""
    found = set(_claimed("family", fingerprint, names))
    for example in fingerprint.matches:
        if text := example.yields.get("family"):
            for spelling in (*names.families, *names.families.values()):
                hit = fingerprint.regex.match(example.text.replace(text, spelling))
                found.add(names.normal("family", hit["family"] or "") if hit else None)
    return found - {None}


def _claimed(attribute, fingerprint, names):
    cut_out = {names.normal(attribute, example.yields.get(attribute, "")) for example in fingerprint.matches}
    return {value for name, value in fingerprint.asserts if name == attribute} | cut_out - {None, ""}


def _makers(label, names):
    makers = [f"{names.families[m.family]} ({m.relation}, {m.sure})" for m in names.brands[label].makers]
    return "; ".join(makers) or "not known; the label says nothing of the maker"


def _channel(channel, library, captures):
    fingerprints = sum(not set(f.fields).isdisjoint(channel.fields) for f in library.fingerprints)
    asked = "yes" if channel.sends else "no: read only"
    return [f"`{channel.name}`", channel.title, asked, fingerprints, captures["channel", channel.name]]


def _table(title, columns, rows):
    lines = [f"## {title}", "", _row(columns), _row(["---"] * len(columns))]
    return "\n".join([*lines, *(_row([_shown(cell) for cell in row]) for row in rows), ""])


def _row(cells):
    return f"| {' | '.join(cells)} |"


def _shown(cell):
    return cell.replace("|", "\\|") if isinstance(cell, str) else str(cell or "none")
