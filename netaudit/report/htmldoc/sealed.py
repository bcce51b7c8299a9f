"""What makes the page safe to open: its one script and one stylesheet, named by hash in a Content-Security-Policy.

CSP Level 3: with `default-src 'none'` the page loads nothing from anywhere, and runs nothing but the script whose hash
it names; Trusted Types take from that script the means to turn text into markup. Data stands in blocks that are no
scripts, with every `<` escaped, so that no text can end a block (HTML, section 4.12.1.3).
"""

from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

import msgspec
from markupsafe import Markup

HOME: Final = files(__package__ or "")
SCRIPTS: Final = ("state.js", "data.js", "dom.js", "table.js", "facets.js", "device.js", "main.js")
STYLES: Final = ("tokens.css", "page.css", "pictures.css", "table.css", "device.css", "print.css")

_ESCAPES: Final = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


@lru_cache(maxsize=1)
def script() -> str:
    """The page's script: its files one after the other, in a scope of their own."""
    parts = "\n".join(_text("script", name) for name in SCRIPTS)
    return f'\n(() => {{\n"use strict";\n{parts}}})();\n'


@lru_cache(maxsize=1)
def style() -> str:
    """The page's stylesheet."""
    return "\n" + "\n".join(_text("style", name) for name in STYLES)


def policy() -> str:
    """The Content-Security-Policy of the page."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_hash(script())}'",
            f"style-src '{_hash(style())}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def embed(data: Any) -> Markup:
    """Data as JSON that can stand in a script element, whatever texts it holds."""
    text = msgspec.json.encode(data).decode()
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return Markup(text)  # noqa: S704  nothing in it can end the element: see _ESCAPES


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _text(folder: str, name: str) -> str:
    return HOME.joinpath(folder, name).read_text(encoding="utf-8")
