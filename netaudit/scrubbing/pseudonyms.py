"""Pseudonyms: the same for the same key and value, as long as what they stand for, and in its form. Pure.

An address of the internet becomes one of the ranges for documentation (RFC 5737, RFC 3849). All others keep their form
character by character: a digit becomes a digit, a letter a letter of the same case.
"""

import hmac
import re
import string
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from typing import Final

KEY_BYTES: Final = 32
SHORTEST_TAIL: Final = 5  # characters of a serial number that are its device's own, at least

_HIKVISION: Final = re.compile(r"(.*(?:19|20)\d\d[01]\d)(\d\d)([A-Z]{2,6})(\d{7,9})(.*)", re.DOTALL)
_WIDE: Final = {2: "é", 3: "名", 4: "𠀀"}  # what stands for letters outside of ASCII, by their size in UTF-8
_RANGES: Final = {  # how long the text of an IPv4 address is: the range whose addresses can be written as long
    9: "192.0.2.", 10: "192.0.2.", 11: "192.0.2.", 12: "198.51.100.", 13: "198.51.100.", 14: "198.51.100.",
}  # fmt: skip
_DOCUMENTATION_6: Final = bytes.fromhex("20010db8")


@dataclass(slots=True)
class Pseudonyms:
    """Makes pseudonyms with one key. It remembers addresses, so that no two become one where that can be helped."""

    key: bytes
    taken: dict[str, str] = field(default_factory=dict)  # pseudonym -> address

    def tail(self, mac: bytes) -> bytes:
        """A hardware address with another tail; the maker's half stays.

        Its last two bytes have as many digits as before, so that an IPv6 address with them in it is as long.
        """
        stream, last = self._bytes("mac", mac), int.from_bytes(mac[4:])
        digits = len(f"{last:x}")
        least = int(16 ** (digits - 1)) if digits > 1 else 0
        fresh: int = least + int.from_bytes(stream[1:5]) % (int(16**digits) - least)
        return mac[:3] + bytes((stream[0] if stream[0] != mac[3] else stream[0] ^ 0x55,)) + fresh.to_bytes(2)

    def serial(self, text: str) -> str:
        """A serial number with another tail: model, month of production and region stay."""
        if parts := _HIKVISION.fullmatch(text):
            head, _, region, tail, rest = parts.groups()
            return f"{head}01{region}{self.word(tail)}{rest}"
        own = max(SHORTEST_TAIL, len(text) // 3)
        return text[:-own] + self.word(text[-own:])

    def word(self, text: str) -> str:
        """Other characters of the same kinds; what is neither letter nor digit stays."""
        stream = self._bytes("word", text.casefold().encode("utf-8", "surrogatepass"), len(text))
        fresh = "".join(_like(c, number) for c, number in zip(text, stream, strict=True))
        return fresh if fresh != text else "".join(_like(c, n + 1) for c, n in zip(text, stream, strict=True))

    def digits(self, text: str) -> str:
        """Other hexadecimal digits of the same case; the rest stays."""
        stream = self._bytes("digits", text.lower().encode(), len(text))
        return "".join(_hex_like(c, number) for c, number in zip(text, stream, strict=True))

    def address4(self, address: IPv4Address) -> IPv4Address:
        """An address of a documentation range, whose text is as long where there is one."""
        text = str(address)
        size = min(max(len(text), 9), 14)
        prefix = _RANGES[size]
        fewest = {1: 1, 2: 10, 3: 100}[size - len(prefix)]
        room = min(10 * fewest, 255) - fewest
        first = int.from_bytes(self._bytes("ipv4", address.packed)[:4])
        names = [f"{prefix}{fewest + (first + step) % room}" for step in range(room)]
        found = next((name for name in names if self.taken.get(name, text) == text), names[0])
        self.taken.setdefault(found, text)
        return IPv4Address(found)

    def address6(self, address: IPv6Address) -> IPv6Address:
        """An address of the documentation range; a half that was made from a hardware address follows it."""
        packed = address.packed
        half = self._bytes("ipv6", packed)[:8]
        if packed[11:13] == b"\xff\xfe":
            mac = self.tail(bytes((packed[8] ^ 2, *packed[9:11], *packed[13:])))
            half = bytes((mac[0] ^ 2, *mac[1:3], 0xFF, 0xFE, *mac[3:]))
        return IPv6Address(_DOCUMENTATION_6 + self._bytes("ipv6 net", packed[:8])[:4] + half)

    def _bytes(self, what: str, value: bytes, size: int = 32) -> bytes:
        blocks = (
            hmac.digest(self.key, f"{what} {number} ".encode() + value, "sha256") for number in range(size // 32 + 1)
        )
        return b"".join(blocks)[:size]


def _like(character: str, number: int) -> str:
    for kind in (string.digits, string.ascii_uppercase, string.ascii_lowercase):
        if character in kind:
            return kind[number % len(kind)]
    size = len(character.encode("utf-8", "surrogatepass"))
    return _WIDE.get(size, character) if character.isalnum() else character


def _hex_like(character: str, number: int) -> str:
    if character not in string.hexdigits:
        return character
    digit = f"{number % 16:x}"
    return digit.upper() if character.isupper() else digit
