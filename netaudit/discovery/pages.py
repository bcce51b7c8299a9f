"""Web pages: what a page says of itself (title) and where it sends the reader on (meta refresh, script redirects)."""

import html
import re
from collections.abc import Iterator

from netaudit.discovery.text import clean, decode

MAX_TITLE_CHARACTERS = 256
MAX_REDIRECTS = 4
_REGEX_CHARACTERS = 4096
_REFRESH = re.compile(r"<meta[^>]{0,100}refresh[^>]{0,100}?url\s{0,8}=\s{0,8}['\"]?([^'\">\s]{1,256})", re.IGNORECASE)
_SCRIPT = re.compile(
    r"location(?:\.href)?\s{0,8}=\s{0,8}['\"]([^'\"\s]{1,256})['\"]"
    r"|location\.(?:replace|assign)\s{0,8}\(\s{0,8}['\"]([^'\"\s]{1,256})['\"]"
)
_PAGE_MARKS = (b"<html", b"<!doctype", b"<head", b"<body", b"<script", b"<title", b"<meta")
_SECRET_MARKS = (b"passw", b"passphrase", b"pwd", b"secret", b"<salt", b"username")
_IMAGE_MARKS = (b"\0\0\1\0", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"BM", b"<svg", b"RIFF")


def title(page: bytes) -> str:
    """The title, entities resolved and blanks folded; empty where there is none."""
    lower = page.lower()
    start = lower.find(b"<title")
    opened = lower.find(b">", start)
    if start < 0 or opened < 0:
        return ""
    closed = lower.find(b"</title", opened)
    # A title that was cut off ends where the page ends, or where the next tag begins.
    text = page[opened + 1 : closed] if closed >= 0 else page[opened + 1 :].partition(b"<")[0]
    words = clean(html.unescape(decode(text[: 4 * MAX_TITLE_CHARACTERS]))).split()
    return " ".join(words)[:MAX_TITLE_CHARACTERS].rstrip()


def redirects(page: bytes) -> Iterator[str]:
    """Where the page sends the reader: meta refresh, and the idioms of scripts. Reported, never followed."""
    text = decode(page[:_REGEX_CHARACTERS])
    found = [match[1] for match in _REFRESH.finditer(text)]
    found += [match[1] or match[2] for match in _SCRIPT.finditer(text)]
    targets = dict.fromkeys(clean(html.unescape(target)) for target in found)
    yield from [t for t in targets if t and not t.startswith(("#", "javascript:", "about:"))][:MAX_REDIRECTS]


def beginning(page: bytes, characters: int) -> str:
    """The first characters of a page, on one line; nothing of pictures, or of data that may hold a secret."""
    head = page[:_REGEX_CHARACTERS].lower()
    if is_image(page) or b"\0" in head:
        return ""
    # A login page has a password field. A configuration listing has passwords: of such we keep nothing.
    if not any(mark in head for mark in _PAGE_MARKS) and any(mark in page.lower() for mark in _SECRET_MARKS):
        return ""
    return clean(decode(page)[:characters], 4 * characters)


def is_image(content: bytes) -> bool:
    """Whether this begins as a picture does."""
    return content.startswith(_IMAGE_MARKS)
