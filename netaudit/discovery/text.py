"""Text that devices send: bytes to characters, and characters to values that are safe to keep and to print."""

import codecs
import re

VALUE_LIMIT_BYTES = 1024
_MAC_MARKS = re.compile(r"[:.\s-]")
_MAC_DIGITS = re.compile(r"[0-9a-f]{12}")
_CREDENTIAL = re.compile(r"(user(?:name)?|usr|pass(?:word|wd)?|pwd)=[^&_/;?]*", re.IGNORECASE)


def decode(payload: bytes) -> str:
    """The text of these bytes, whatever a label says of it: UTF-16 by its mark, UTF-8, GB18030, or Latin-1 at last."""
    if payload[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return payload.decode("utf-16", "replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            # Not final: a text that was cut inside a character is still in its encoding.
            return codecs.getincrementaldecoder(encoding)().decode(payload)
        except UnicodeDecodeError:
            continue
    return payload.decode("latin-1")


def clean(text: str, limit_bytes: int = VALUE_LIMIT_BYTES) -> str:
    """One line without control, format or surrogate characters, at most so many bytes long in UTF-8."""
    text = text[: 2 * limit_bytes].strip()
    if len(text) <= limit_bytes and text.isascii() and text.isprintable():
        return text
    if not text.isprintable():
        text = "".join(character if character.isprintable() else " " for character in text).strip()
    return text.encode()[:limit_bytes].decode(errors="ignore").rstrip()


def yes_no(text: str) -> str:
    """A device's boolean as "yes" or "no", or nothing; "flase" stands in shipped firmware."""
    word = text.strip().lower()
    return "yes" if word in {"true", "1", "yes"} else "no" if word in {"false", "flase", "0", "no"} else ""


def mac_address(text: str) -> str:
    """A hardware address in the usual form, or nothing where this names no single interface."""
    digits = _MAC_MARKS.sub("", text[:64]).lower()
    if not _MAC_DIGITS.fullmatch(digits) or digits == "0" * 12 or int(digits[1], 16) & 1:
        return ""
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2))


def path_of(uri: str) -> str:
    """Path and query of a URI, without its host, and without the names and passwords that some makers put into it."""
    _, slashes, rest = uri.strip().partition("://")
    path = f"/{rest.partition('/')[2]}" if slashes else uri.strip()
    return _CREDENTIAL.sub(r"\1=", clean(path)) if path.startswith("/") else ""
