"""A page of tables and sentences on a terminal, in a file or in a mail.

Without a terminal, and with NO_COLOR (no-color.org) set, nothing but text and line ends is written. Text goes in as rich
`Text`, never as markup.
"""

import os
import re
from collections.abc import Iterable
from typing import Final, TextIO

from rich.console import Console, RenderableType

from netaudit.plain import writable

WIDTH: Final = 120  # where there is no terminal to ask
_FILLING = re.compile(" +$", re.MULTILINE)  # rich fills up each line to the full width


def write(parts: Iterable[RenderableType], stream: TextIO) -> None:
    """Write the parts of a page, one below the other."""
    console = _console(stream)
    with console.capture() as page:
        for part in parts:
            console.print(part)
    stream.write(writable(_FILLING.sub("", page.get()), stream))


def _console(stream: TextIO) -> Console:
    terminal = stream.isatty()
    plain = not terminal or bool(os.environ.get("NO_COLOR"))
    return Console(
        file=stream,
        width=None if terminal else WIDTH,
        color_system=None if plain else "auto",
        highlight=False,
        markup=False,
        emoji=False,
    )
