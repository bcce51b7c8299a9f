"""Outputs of the verbs that write no inventory: which formats were asked for, and where they go."""

import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, TextIO

import click

from netaudit.cli.options import check_path, forget_stdout

Outputs = tuple[tuple[str, Path | None], ...]


def read_outputs(outputs: tuple[str, ...], formats: Collection[str]) -> Outputs:
    """(format, file or None for stdout) of each -o, files first; a usage error where one could not be written."""
    pairs = []
    for output in outputs or (next(iter(formats)),):
        name, _, file = output.partition("=")
        if name not in formats:
            raise click.UsageError(f"-o {name}: no such format; one of {', '.join(formats)}")
        pairs.append((name, check_path(Path(file)) if file and file != "-" else None))
    return tuple(sorted(pairs, key=lambda pair: pair[1] is None))


def write_texts(outputs: Outputs, write: Callable[[str, TextIO], None]) -> None:
    """Write each format, which `write` makes: files first, each replaced when all of it is written, then stdout."""
    from netaudit.inventory import replacing

    for name, path in outputs:
        if path is not None:
            with replacing(path) as stream, _as_text(stream) as text:
                write(name, text)
            continue
        try:
            write(name, sys.stdout)
            sys.stdout.flush()
        except BrokenPipeError:  # the files are written, and the verdict is what it is
            forget_stdout()


@contextmanager
def _as_text(stream: BinaryIO) -> Iterator[TextIO]:
    """The stream for text; it is left open."""
    text = TextIOWrapper(stream, "utf-8", errors="replace", newline="")
    try:
        yield text
    finally:
        text.detach()
