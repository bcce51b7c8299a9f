"""Outputs of the verbs that write no inventory: which formats were asked for, and where they go."""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TextIO

import click

from netaudit.cli.options import check_path, deliver

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


def write_texts(outputs: Outputs, write: Callable[[str, TextIO], object]) -> None:
    """Write each format, all of them texts, which `write` makes."""
    deliver(outputs, write, {name for name, _ in outputs})
