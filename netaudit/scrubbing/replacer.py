"""Replacing in bytes: many words at once, each by one that is as long, in whatever spelling they stand there. Pure.

Lengths stay, so that every length in every header stays true: of DHIP, of HTTP, of DNS labels, of UDP.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from typing import Final

from netaudit.scrubbing.pseudonyms import Pseudonyms

MAX_DEPTH: Final = 20  # of groups within groups; beyond it words are tried one by one
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/]{16,65536}={0,2}")
_EMAIL: Final = re.compile(rb"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")
_LOGIN: Final = re.compile(rb"(?i)((?:proxy-)?authorization:\s{0,8}\w{1,16}\s|set-cookie:|cookie:)([^\r\n]{1,4096})")
_PASSWORD: Final = re.compile(rb"(?i)(<(?:\w{1,32}:)?password[^>]{0,256}>)([^<]{1,256})")
_POSITION: Final = re.compile(
    rb"(?i)(<(?:\w{1,32}:)?(?:latitude|longitude|lat|lon|lng)[^>]{0,64}>\s{0,8})([-+0-9.]{1,32})"
)
_WHOLE: Final = (  # words that count where they stand alone, and what must not stand beside them
    (re.compile(rb"\d{1,3}(?:\.\d{1,3}){3}"), re.compile(rb"[0-9.]")),
    (re.compile(rb"[0-9A-Fa-f]{6}"), re.compile(rb"[0-9A-Za-z]")),
)
_SERIAL: Final = re.compile(rb"((?:19|20)\d\d[01]\d)\d\d([A-Z]{3,6})(\d{7,9})(?!\d)")


class Replacer:
    """Replaces words, and all that looks like an e-mail address, a login, a position or a maker's serial number."""

    def __init__(self, words: Mapping[bytes, bytes], names: Pseudonyms) -> None:
        if odd := [old for old, new in words.items() if len(old) != len(new)]:
            raise ValueError(f"{odd[0]!r} would be replaced by a word that is not as long")
        self._words, self._names, self._new = words, names, frozenset(words.values())
        self._pattern = re.compile(_branches(sorted(words)), re.DOTALL) if words else None

    def __call__(self, data: bytes) -> bytes:
        """The same bytes without the words; as many as before."""
        clean = self._known(data)
        clean = _BASE64.sub(self._unpacked, clean)
        clean = _SERIAL.sub(self._serial, clean)
        clean = _EMAIL.sub(self._email, clean)
        for pattern in (_LOGIN, _PASSWORD):
            clean = pattern.sub(lambda m: m[1] + re.sub(rb"[A-Za-z0-9]", b"x", m[2]), clean)
        return _POSITION.sub(lambda m: m[1] + re.sub(rb"\d", b"0", m[2]), clean)

    def text(self, value: str) -> str:
        """The same for text."""
        return self(value.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    def _known(self, data: bytes) -> bytes:
        return self._pattern.sub(self._other, data) if self._pattern else data

    def _other(self, match: re.Match[bytes]) -> bytes:
        """What takes a word's place; an address, or half a hardware address, within a longer word is none."""
        old, (start, end) = match[0], match.span()
        around = match.string[max(0, start - 1) : start] + match.string[end : end + 1]
        is_part = any(form.fullmatch(old) and more.search(around) for form, more in _WHOLE)
        return old if is_part else self._words[old]

    def _unpacked(self, match: re.Match[bytes]) -> bytes:
        """A run of Base64, without the words in what it stands for."""
        try:
            inner = base64.b64decode(match[0], validate=True)
        except binascii.Error:
            return match[0]
        clean = self._known(inner)
        return match[0] if clean == inner else base64.b64encode(clean)

    def _serial(self, match: re.Match[bytes]) -> bytes:
        whole = match[0].decode()
        known = match[0] in self._new or match[3] in self._new  # it is a pseudonym already
        return match[0] if known else self._names.serial(whole).encode()

    def _email(self, match: re.Match[bytes]) -> bytes:
        return self._names.word(match[0].decode()).encode()


def _branches(words: Iterable[bytes], depth: int = 0) -> bytes:
    """A regular expression for the longest of these sorted words, which tries each common beginning once."""
    groups: dict[bytes, list[bytes]] = {}
    for word in words:
        groups.setdefault(word[:1], []).append(word)
    return b"|".join(_branch(head, group, depth) for head, group in sorted(groups.items(), reverse=True))


def _branch(head: bytes, group: list[bytes], depth: int) -> bytes:
    if not head:
        return b""
    if len(group) == 1 or depth > MAX_DEPTH:
        return b"|".join(re.escape(word) for word in sorted(group, reverse=True))
    shared = _shared(group[0], group[-1])  # they are sorted: what these two share, all share
    return re.escape(shared) + b"(?:" + _branches([word[len(shared) :] for word in group], depth + 1) + b")"


def _shared(one: bytes, other: bytes) -> bytes:
    """The beginning that two words have in common."""
    same = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[:same]
