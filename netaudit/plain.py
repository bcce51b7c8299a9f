"""Plain text: what devices, files and people wrote, made harmless for a terminal, a spreadsheet or a mail.

Text of others is data. Nothing in it may act: no escape sequence, no override of direction, no line break, no formula.
"""

import re
from typing import Final, TextIO

# Characters that act on a terminal or on the order of a line instead of standing for themselves: C0, DEL and C1
# controls, marks and overrides of direction, line and paragraph separators, invisible marks, tag characters, surrogates.
C0: Final = "\x00-\x1f"
ACTING: Final = (
    "\x7f-\x9f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff"
)
UNPRINTABLE: Final = re.compile(f"[{C0}{ACTING}]")

MAX_CELL: Final = 32_000  # Excel's limit is 32,767 characters

_BREAKS = re.compile("[\t\n\r\u2028\u2029]+")
_STARTERS = "[=+\\-@\uff1d\uff0b\uff0d\uff20]"  # of a formula, with their full-width forms
_FORMULA = re.compile(f"\\s*{_STARTERS}|[\t\r]")
_FORMULA_IF_SPLIT = re.compile(f"([;,|\t][\"'\\s]*)(?={_STARTERS})")


def visible(text: str) -> str:
    r"""The text with whatever would act instead of being read as \x.. and \u.. escapes, line breaks as spaces."""
    if text.isprintable():
        return text
    return UNPRINTABLE.sub(_escape, _BREAKS.sub(" ", text))


def _escape(hit: re.Match[str]) -> str:
    code = ord(hit[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def writable(text: str, stream: TextIO) -> str:
    """The text with what the stream's encoding lacks as escapes, for terminals that do not speak UTF-8."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def shorten(text: str, limit: int) -> str:
    """The text, harmless, on one line, and no longer than the limit."""
    shown = visible(text[: limit + 1])
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 device", "61 devices"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def cell(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula, on one line, nothing in it acting on a terminal.

    Spreadsheets run a cell that begins with = + - or @ as a formula, and split a cell at the list separator of the
    country where it is opened. Such text gets an apostrophe, the mark for plain text.
    """
    mark = "'" if _FORMULA.match(text) else ""
    return mark + visible(_FORMULA_IF_SPLIT.sub(r"\1'", text[:MAX_CELL]))[:MAX_CELL]
