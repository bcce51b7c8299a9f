"""Text that devices send: bytes to characters, and characters to values that are safe to keep and to print."""

import codecs

VALUE_LIMIT_BYTES = 1024


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
    if not text.isprintable():
        text = "".join(character if character.isprintable() else " " for character in text).strip()
    return text.encode()[:limit_bytes].decode(errors="ignore").rstrip()
