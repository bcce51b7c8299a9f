"""What identifying a large site costs: 10,000 devices with 60,000 observations, matched and settled on one core.

    python tests/benchmarks/matching.py

Beside it, in the same run, runs a plain loop that tries every pattern of a field on every value of that field and does
nothing else. A third of the values are found on one device only, as hardware addresses and serial numbers are; the rest
are the examples of the fingerprints, near misses included. The same devices also go from a line of JSON to a line of
JSON, as `netaudit identify` has them. Then: loading all fingerprints, and a hostile value.
"""

import json
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.timing import least

from netaudit import single
from netaudit.assemble import identify_device
from netaudit.identify import match as matching
from netaudit.identify.fingerprints import Fingerprint, Library, load_library, shipped_directory
from netaudit.model import Device, Observation

DEVICES, PER_DEVICE = 10_000, 6
ALONE = 2  # of a device's observations: its hardware address and its serial number are nobody else's
RUNS = 5
PLAIN, HOSTILE = 4_096, 65_536  # characters of the long values
HOSTILE_TEXTS = ("a", "0", "-", " ", "/", "DS-2CD", "Login to ", '="', "\n", "\\x00", "((((", "a0-", "IPC-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Seconds of a processor, the least of several runs."""

    load: float
    parse: float  # the files of the fingerprints as TOML, and nothing else
    match: float
    identify: float
    lines: float  # the same from JSON to JSON
    loop: float
    plain: float  # the dearest of the long values, in all fields
    hostile: float  # the same text, sixteen times as long


def main() -> int:
    """Print the figures."""
    found = measure()
    print(f"{DEVICES} devices, {DEVICES * PER_DEVICE} observations, {load_library().count} fingerprints")
    print(f"load          {found.load:.3f} s, {found.load / found.parse:.2f} times as long as to read the TOML")
    print(f"plain loop    {found.loop:.3f} s")
    print(f"match         {found.match:.3f} s, {found.match / found.loop:.2f} times as long as the loop")
    print(f"with settle   {found.identify:.3f} s, {found.identify / found.loop:.2f} times as long as the loop")
    print(f"JSON to JSON  {found.lines:.3f} s, {found.lines / found.loop:.2f} times as long as the loop")
    print(
        f"long values   {1000 * found.plain:.2f} ms for {PLAIN} characters, {1000 * found.hostile:.2f} ms for {HOSTILE}"
    )
    return 0


def measure(devices: int = DEVICES) -> Figures:
    """All figures. The loop goes first: it compiles the patterns, and neither side is to pay for that."""
    library = load_library()
    site = list(make_site(library, devices))
    try_every_pattern(site, library)
    load, parse = least(RUNS, load_library, parse_all)
    written = [line_of(device) for device in site]
    match, identify, lines, loop = least(
        RUNS,
        lambda: match_all(site, library),
        lambda: identify_all(site, library),
        lambda: answer_all(written, library),
        lambda: try_every_pattern(site, library),
    )
    return Figures(
        load=load,
        parse=parse,
        match=match,
        identify=identify,
        lines=lines,
        loop=loop,
        plain=_dearest(library, PLAIN),
        hostile=_dearest(library, HOSTILE),
    )


def make_site(library: Library, devices: int) -> Iterator[Device]:
    """Devices whose observations follow from their number alone."""
    prefixes = cycle(sorted(prefix for field, prefix in library.by_prefix if len(prefix) == 6))
    texts = cycle(
        [
            (field, text)
            for fingerprint in library.fingerprints
            for field in fingerprint.fields
            for text in _texts(fingerprint)
        ]
    )
    for number in range(devices):
        digits = f"{next(prefixes)}{number:06x}"
        mac = ":".join(digits[n : n + 2] for n in range(0, 12, 2))
        alone = [("mac.address", mac), ("http.realm", f"Login to 4H01D66PAJ{number:05X}")]
        pairs = [*alone, *(next(texts) for _ in range(PER_DEVICE - ALONE))]
        seen = tuple(Observation(channel=field.partition(".")[0], field=field, value=text) for field, text in pairs)
        yield Device(id=str(number), observations=seen)


def _texts(fingerprint: Fingerprint) -> list[str]:
    return [example.text for example in (*fingerprint.matches, *fingerprint.rejects)]


def parse_all() -> None:
    """What cannot be saved of loading."""
    for path in sorted(shipped_directory().glob("*.toml")):
        tomllib.loads(path.read_text(encoding="utf-8"))


def match_all(site: list[Device], library: Library) -> None:
    """The first half of what a run does, from an empty memory."""
    matching._hits.cache_clear()
    for device in site:
        matching.match(device, library)


def identify_all(site: list[Device], library: Library) -> None:
    """What a run does, from an empty memory."""
    matching._hits.cache_clear()
    for device in site:
        identify_device(device, library)


def line_of(device: Device) -> bytes:
    """A device as `identify` takes it."""
    observations = [{"field": o.field, "value": o.value} for o in device.observations]
    return json.dumps({"id": device.id, "observations": observations}).encode() + b"\n"


def answer_all(lines: list[bytes], library: Library) -> None:
    """What `identify` does, from an empty memory."""
    matching._hits.cache_clear()
    single._told.cache_clear()
    for _ in single.identify_lines(lines, library):
        pass


def try_every_pattern(site: list[Device], library: Library) -> None:
    """Every pattern of its field on every value."""
    patterns = {field: [f.regex for f in members] for field, members in library.by_field.items()}
    for device in site:
        for seen in device.observations:
            for pattern in patterns.get(seen.field, ()):
                pattern.match(seen.value)


def _dearest(library: Library, length: int) -> float:
    """The time that the dearest hostile text of this length takes in all fields together."""
    works = [lambda text=text: _match_everywhere(library, (text * length)[:length]) for text in HOSTILE_TEXTS]
    return max(least(RUNS, *works))


def _match_everywhere(library: Library, text: str) -> None:
    matching._hits.cache_clear()
    seen = tuple(Observation(channel="", field=field, value=text) for field in library.by_field)
    matching.match(Device(id="hostile", observations=seen), library)


if __name__ == "__main__":
    sys.exit(main())
