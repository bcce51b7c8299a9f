"""Options that several verbs share, and what they all do with them: load fingerprints, write outputs."""

import sys
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from netaudit.identify.fingerprints import Library
    from netaudit.inventory import Document

Command = TypeVar("Command", bound=Callable[..., object])

DONE, NOTHING_DONE, INCOMPLETE, INTERRUPTED = 0, 3, 4, 130


def output_option(function: Command) -> Command:
    """-o FORMAT[=FILE], repeatable."""
    return click.option(
        "-o",
        "--output",
        "outputs",
        multiple=True,
        metavar="FORMAT[=FILE]",
        help="Write this format, to a file or to stdout; may be repeated. Default: table. `netaudit report --formats`.",
    )(function)


def fingerprints_option(function: Command) -> Command:
    """--fingerprints DIR, repeatable."""
    return click.option(
        "--fingerprints",
        "directories",
        multiple=True,
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        metavar="DIR",
        help="Add fingerprints of your own to those shipped.",
    )(function)


def quiet_option(function: Command) -> Command:
    """-q."""
    return click.option("-q", "--quiet", is_flag=True, help="No progress and no remarks on stderr.")(function)


def load(directories: tuple[Path, ...]) -> "Library":
    """The fingerprints shipped, and those of these directories."""
    from netaudit.identify.fingerprints import load_library

    return load_library(directories)


def check_outputs(outputs: tuple[str, ...]) -> tuple[tuple[str, Path | None], ...]:
    """(format, file or None for stdout) of each -o; a usage error on a format that does not exist."""
    from netaudit.report import FORMATS

    pairs = []
    for output in outputs or ("table",):
        name, _, file = output.partition("=")
        if name not in FORMATS:
            raise click.UsageError(f"-o {name}: no such format; one of {', '.join(sorted(FORMATS))}")
        pairs.append((name, Path(file) if file and file != "-" else None))
    return tuple(pairs)


def write_outputs(document: "Document", outputs: tuple[tuple[str, Path | None], ...]) -> None:
    """Write the document in each format: a file is replaced when all of it is written."""
    from netaudit.inventory import replacing
    from netaudit.report import FORMATS

    for name, path in outputs:
        form = FORMATS[name]
        if path is None:
            form.write(document, sys.stdout.buffer if form.binary else sys.stdout)
            sys.stdout.flush()
        else:
            with replacing(path) as stream:
                form.write(document, stream if form.binary else TextIOWrapper(stream, "utf-8", write_through=True))


def remark(text: str, *, quiet: bool = False) -> None:
    """One line on stderr."""
    if not quiet:
        click.echo(text, err=True)
