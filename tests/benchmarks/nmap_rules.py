"""nmap's `nmap-service-probes` read as rules: which match lines fit a reply, and what they then say of it.

Format: "Service and Application Version Detection" in the nmap book. The patterns are Perl's (PCRE); those that Python's
`re` refuses are counted and left out. A match line of any probe is tried, which is more than nmap itself would try.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LINE = re.compile(
    r"^(?:soft)?match (?P<service>\S+) m(?P<mark>.)(?P<pattern>.*?)(?P=mark)(?P<flags>[is]*)(?P<told>\s.*|$)"
)
FIELD = re.compile(r"(?<=\s)(?:cpe:|[pvihod])(?P<mark>[/|=%@,!~])(?P<text>.*?)(?P=mark)")
GROUP = re.compile(r"\$(?:P\()?(\d)\)?")
FLAGS = {"i": re.IGNORECASE, "s": re.DOTALL}


@dataclass(frozen=True, slots=True, kw_only=True)
class NmapRules:
    """Patterns by service, each with what it tells; and how many could not be taken."""

    by_service: dict[str, list[tuple[re.Pattern[bytes], str]]]
    count: int
    refused: int


def read_nmap_rules(path: Path) -> NmapRules:
    """The rules of a file."""
    by_service: dict[str, list[tuple[re.Pattern[bytes], str]]] = {}
    count = refused = 0
    for line in path.read_text("latin-1").splitlines():
        if not (found := LINE.match(line)):
            continue
        count += 1
        try:
            pattern = re.compile(found["pattern"].encode("latin-1"), sum(FLAGS[flag] for flag in set(found["flags"])))
        except (re.error, OverflowError):
            refused += 1
            continue
        by_service.setdefault(found["service"], []).append((pattern, found["told"]))
    return NmapRules(by_service=by_service, count=count, refused=refused)


def ask_nmap(rules: NmapRules, services: tuple[str, ...], reply: bytes) -> Iterator[str]:
    """What the first rule of each service that fits the reply says: product, version, remarks, system, device, CPE."""
    for service in services:
        for pattern, told in rules.by_service.get(service, ()):
            if found := pattern.search(reply):
                yield " ".join(_fill(field["text"], found) for field in FIELD.finditer(told))
                break


def _fill(text: str, found: re.Match[bytes]) -> str:
    """The text with $1 as what the group caught."""

    def group(mark: re.Match[str]) -> str:
        number = int(mark[1])
        return (found[number] or b"").decode("latin-1") if number <= found.re.groups else ""

    return GROUP.sub(group, text)
