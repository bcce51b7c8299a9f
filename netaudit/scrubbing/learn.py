"""What in a recording names a device, a place or a person: learnt by reading it, as an inventory is made of it. Pure.

Words that the identity of a device rests on are kept, but for the serial numbers and hardware addresses in them.
"""

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final
from urllib.parse import quote

from netaudit.assemble import Heard, identify_device
from netaudit.identify.correlate import correlate
from netaudit.identify.fingerprints import Library
from netaudit.identify.keys import SERIAL_FIELDS, serial_key
from netaudit.identify.match import match
from netaudit.model import Device, Event, Match, Observation, Reply
from netaudit.naming import maker_serial
from netaudit.scrubbing.pseudonyms import Pseudonyms
from netaudit.vocabulary import SHARED_UUIDS, VIRTUAL_MACS, is_placeholder

SERIALS: Final = SERIAL_FIELDS | {"vapix.serial", "lldp.serial"}
NAMES: Final = frozenset(
    {
        "mdns.host", "mdns.instance", "dhcp.hostname", "onvif.hostname", "dhip.machine_name", "magicbox.name",
        "upnp.friendly_name", "lldp.system_name", "cdp.device_id", "dns.name", "isapi.device_name",
    }
)  # fmt: skip
UUIDS: Final = frozenset({"wsd.endpoint", "upnp.udn"})
_OTHER_TEXTS: Final = frozenset({"rtsp.realm", "http.realm", "mdns.host"})  # hold a serial number at best
SHORTEST_SERIAL: Final = 5
SHORTEST_NAME: Final = 4  # characters; a shorter one would be found in words that are none
MOST_ALIKE: Final = 2  # different bytes; an address of so few stands in bytes that are none
_SCOPES: Final = ("/name/", "/location/")


@dataclass(slots=True)
class Learnt:
    """The words to replace, by kind, and how many names stay because they are evidence."""

    macs: set[bytes] = field(default_factory=set)
    serials: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    uuids: set[str] = field(default_factory=set)
    addresses: set[IPv4Address | IPv6Address] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)
    certificates: set[str] = field(default_factory=set)

    @property
    def counts(self) -> Counter[str]:
        """How many of each kind will be replaced."""
        every = (
            ("hardware addresses", self.macs), ("serial numbers", self.serials), ("names", self.names),
            ("identifiers", self.uuids), ("public addresses", self.addresses),
        )  # fmt: skip
        return Counter({what: len(found) for what, found in every})


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the identities of a recording rest on."""

    matches: tuple[Match, ...]
    attributes: frozenset[str]
    library: Library

    def needs(self, old: str, new: str) -> bool:
        """Whether something would be identified otherwise if this word stood there in place of the other."""
        if any(old.casefold() in text for text in self.attributes):
            return True
        return any(self._falls(m, old, new) for m in self.matches if old.casefold() in m.observation.value.casefold())

    def _falls(self, known: Match, old: str, new: str) -> bool:
        value = re.sub(re.escape(old), lambda _: new, known.observation.value, flags=re.IGNORECASE)
        found = match(Device(id="", observations=(replace(known.observation, value=value),)), self.library)
        return (known.fingerprint, known.claims) not in {(m.fingerprint, m.claims) for m in found}


def learn(events: Iterable[Event], library: Library, names: Pseudonyms, frames: Iterable[bytes] = ()) -> Learnt:
    """What these events tell, and the hardware addresses of frames; nothing is raised on odd ones."""
    heard, learnt = Heard(), Learnt()
    for event in events:
        heard.take(event)
        if isinstance(event, Reply):
            _note_reply(learnt, event)
    learnt.macs |= {mac for mac in frames if _is_devices(mac)}
    facts = heard.facts()
    evidence = _evidence(facts, library)
    for fact in facts:
        _note(learnt, fact)
        _note_serial(learnt, fact, evidence.attributes)
    for uuid in {uuid for fact in facts for uuid in _uuids(fact)}:
        if not evidence.needs(uuid, names.digits(uuid)):
            learnt.uuids.add(uuid)
    for name in {name for fact in facts for name in _names(fact)}:
        _note_name(learnt, name, names.word(name), evidence)
    return learnt


def _evidence(facts: Iterable[Observation], library: Library) -> Evidence:
    identities = [identify_device(device, library).identity for device in correlate(facts)]
    shown = ("brand", "manufacturer", "model", "firmware", "line", "generation")
    texts = {text.casefold() for i in identities for name in shown if (text := getattr(i, name))}
    return Evidence(tuple({m for i in identities for m in i.evidence}), frozenset(texts), library)


def _note_reply(learnt: Learnt, reply: Reply) -> None:
    if reply.mac:
        _note_mac(learnt, reply.mac)
    for text in (reply.address, reply.destination, reply.asked or ""):
        _note_address(learnt, text)


def _note_mac(learnt: Learnt, text: str) -> None:
    digits = text.replace(":", "").replace("-", "")
    if len(digits) == 12 and set(digits.lower()) <= set("0123456789abcdef"):
        mac = bytes.fromhex(digits)
        if _is_devices(mac):
            learnt.macs.add(mac)


def _is_devices(mac: bytes) -> bool:
    return len(mac) == 6 and not mac[0] & 1 and any(mac) and not mac.hex(":").startswith(VIRTUAL_MACS)


def _note_address(learnt: Learnt, text: str) -> None:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return
    if address.is_global and not address.is_multicast:
        learnt.addresses.add(address)


def _note(learnt: Learnt, fact: Observation) -> None:
    if fact.field == "mac.address":
        _note_mac(learnt, fact.value)
    elif fact.field == "tls.sha256":
        learnt.certificates.add(fact.value)
    if fact.field.endswith("address") or fact.field == "sadp.gateway":
        _note_address(learnt, fact.value)


def _uuids(fact: Observation) -> Iterator[str]:
    """The UUID of an endpoint, but for those that many devices share."""
    uuid = fact.value.lower().rpartition("uuid:")[2].strip() if fact.field in UUIDS else ""
    if len(uuid) >= 32 and not uuid.replace("-", "").startswith(SHARED_UUIDS):
        yield uuid


def _note_name(learnt: Learnt, name: str, new: str, evidence: Evidence) -> None:
    """A name that somebody gave; one that is a serial number or holds one is scrubbed with that."""
    plain = name.upper()
    if maker_serial(name) or plain in learnt.serials or is_placeholder(name) or len(name) < SHORTEST_NAME:
        return
    (learnt.kept if evidence.needs(name, new) else learnt.names).add(name)


def _note_serial(learnt: Learnt, fact: Observation, attributes: Iterable[str]) -> None:
    """The part of a serial number that devices agree on, or all of it; not where it is the model or its like."""
    serial = serial_key(fact)
    if not serial and fact.field in SERIALS - _OTHER_TEXTS and not is_placeholder(fact.value):
        serial = fact.value.strip()
    if not maker_serial(serial) and any(serial.casefold() in text for text in attributes):
        return
    if len(serial) >= SHORTEST_SERIAL:
        learnt.serials.add(serial)


def _names(fact: Observation) -> Iterator[str]:
    if fact.field in NAMES:
        yield fact.value.removesuffix(".").removesuffix(".local")
    elif fact.field == "onvif.scope":
        for mark in _SCOPES:
            yield from fact.value.partition(mark)[2:] if mark in fact.value else ()


def words(learnt: Learnt, names: Pseudonyms) -> dict[bytes, bytes]:
    """Every spelling of every word, with what takes its place; the first kind that claims a spelling has it."""
    found: dict[bytes, bytes] = {}
    for mac in sorted(learnt.macs):
        _add(found, _mac_spellings(mac, names.tail(mac)))
    for serial in sorted(learnt.serials):
        _add(found, _serial_spellings(serial, names))
    for uuid in sorted(learnt.uuids):
        if not any(mac.hex() in uuid for mac in learnt.macs):
            fresh = names.digits(uuid)
            _add(found, [(uuid.encode(), fresh.encode()), (uuid.upper().encode(), fresh.upper().encode())])
    for address in sorted(learnt.addresses, key=lambda a: (a.version, a.packed)):
        _add(found, _address_spellings(address, names))
    for name in sorted(learnt.names):
        _add(found, _name_spellings(name, names))
    return found


def _add(found: dict[bytes, bytes], spellings: Iterable[tuple[bytes, bytes]]) -> None:
    for old, new in spellings:
        if len(old) == len(new) and old:
            found.setdefault(old, new)


def _mac_spellings(old: bytes, new: bytes) -> Iterator[tuple[bytes, bytes]]:
    yield old, new
    for separator in ("", ":", "-", "."):
        texts = [mac.hex(separator) if separator else mac.hex() for mac in (old, new)]
        yield texts[0].encode(), texts[1].encode()
        yield texts[0].upper().encode(), texts[1].upper().encode()
        yield quote(texts[0], safe="").encode(), quote(texts[1], safe="").encode()
        yield quote(texts[0].upper(), safe="").encode(), quote(texts[1].upper(), safe="").encode()
    halves = [bytes((mac[0] ^ 2, *mac[1:3], 0xFF, 0xFE, *mac[3:])) for mac in (old, new)]
    yield halves[0], halves[1]
    yield tuple(_group_text(half) for half in halves)  # type: ignore[misc]  # there are two
    yield old[3:].hex().encode(), new[3:].hex().encode()  # as in "EZVIZ-005301"
    yield old[3:].hex().upper().encode(), new[3:].hex().upper().encode()
    yield b"\x33\x33\xff" + old[3:], b"\x33\x33\xff" + new[3:]  # RFC 2464 section 7, RFC 4291 section 2.7.1
    group = bytes.fromhex("ff0200000000000000000001ff")
    yield group + old[3:], group + new[3:]


def _group_text(half: bytes) -> bytes:
    """An interface identifier as text, without the zeros in front; both are as long but for a zero in the tail."""
    return ":".join(f"{int.from_bytes(half[i : i + 2]):x}" for i in range(0, 8, 2)).encode()


def _serial_spellings(serial: str, names: Pseudonyms) -> Iterator[tuple[bytes, bytes]]:
    fresh = names.serial(serial)
    yield from _spelt(serial, fresh)
    own = next((at for at, (a, b) in enumerate(zip(serial[8:], fresh[8:], strict=True), 8) if a != b), 0)
    if own and len(serial) - own >= 7:  # the tail stands alone in names: "DS-2CD2032-I - 486120957"
        yield from _spelt(serial[own:], fresh[own:])


def _name_spellings(name: str, names: Pseudonyms) -> Iterator[tuple[bytes, bytes]]:
    yield from _spelt(name, names.word(name))


def _spelt(old: str, new: str) -> Iterator[tuple[bytes, bytes]]:
    for a, b in ((old, new), (old.lower(), new.lower()), (old.upper(), new.upper())):
        yield a.encode("utf-8", "surrogatepass"), b.encode("utf-8", "surrogatepass")
        yield a.encode("utf-8", "surrogatepass").hex().encode(), b.encode("utf-8", "surrogatepass").hex().encode()
        yield quote(a, safe="", errors="replace").encode(), quote(b, safe="", errors="replace").encode()
        yield quote(a, safe="/:", errors="replace").encode(), quote(b, safe="/:", errors="replace").encode()
        yield html.escape(a).encode("utf-8", "surrogatepass"), html.escape(b).encode("utf-8", "surrogatepass")
        yield a.encode("utf-16-le", "surrogatepass"), b.encode("utf-16-le", "surrogatepass")


def _address_spellings(address: IPv4Address | IPv6Address, names: Pseudonyms) -> Iterator[tuple[bytes, bytes]]:
    """An address as text and as bytes. A text that no address of the ranges is as long as becomes zeros."""
    fresh = names.address4(address) if isinstance(address, IPv4Address) else names.address6(address)
    if len(set(address.packed)) > MOST_ALIKE:
        yield address.packed, fresh.packed
    old, new = str(address), str(fresh)
    if len(old) != len(new):
        new = "".join("0" if c not in ".:" else c for c in old)
    yield old.encode(), new.encode()
