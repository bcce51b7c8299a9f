"""Options that several verbs share, and what they all do with them: load fingerprints, write outputs."""

import os
import sys
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, TypeVar

import click

if TYPE_CHECKING:
    from netaudit.identify.fingerprints import Library
    from netaudit.inventory import Surveyed
    from netaudit.model import Inventory
    from netaudit.report import Beside

Command = TypeVar("Command", bound=Callable[..., object])

QUIET = "netaudit.quiet"  # noted in the context where -q was given

_LANGUAGE = "netaudit.language"
DONE, FOUND, WRONG, NOTHING_DONE, INCOMPLETE, INTERRUPTED = 0, 1, 2, 3, 4, 130


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


def language_option(function: Command) -> Command:
    """--lang, kept for `beside`."""

    def note(ctx: click.Context, option: click.Parameter, value: str) -> None:
        ctx.meta[_LANGUAGE] = value

    return click.option(
        "--lang",
        type=click.Choice(["en", "fr"]),
        default="en",
        show_default=True,
        expose_value=False,
        callback=note,
        help="The language of html.",
    )(function)


def fingerprints_option(function: Command) -> Command:
    """--fingerprints DIR, repeatable."""
    return click.option(
        "--fingerprints",
        "directories",
        multiple=True,
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        metavar="DIR",
        help="Add fingerprints of your own; one with the id of a shipped one takes its place.",
    )(function)


def policies_option(function: Command) -> Command:
    """--policies DIR, repeatable."""
    return click.option(
        "--policies",
        "directories",
        multiple=True,
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        metavar="DIR",
        help="Add policies of your own; one with the id of a shipped one takes its place.",
    )(function)


def quiet_option(function: Command) -> Command:
    """-q."""
    return click.option("-q", "--quiet", is_flag=True, help="No progress and no remarks on stderr.")(function)


def verbose_option(function: Command) -> Command:
    """-v."""
    return click.option("-v", "--verbose", is_flag=True, help="Tell every problem on stderr, one a line.")(function)


def load(directories: tuple[Path, ...]) -> "Library":
    """The fingerprints shipped, and those of these directories."""
    from netaudit.identify.fingerprints import load_library

    return load_library(directories)


def titles(directories: tuple[Path, ...] = ()) -> dict[str, str]:
    """What the fingerprints shipped, and those of these directories, mean, by id."""
    from netaudit.identify.match import titles as titles_of

    return titles_of(load(directories))


def beside(pairs: tuple[tuple[str, Path | None], ...], directories: tuple[Path, ...] = ()) -> "Beside":
    """What reports show beside any inventory: the language that was asked for, and what fingerprints mean."""
    from netaudit.report import FORMATS, NOTHING_BESIDE, Beside

    if not any(FORMATS[name].takes_beside for name, _ in pairs):
        return NOTHING_BESIDE
    return Beside(language=click.get_current_context().meta.get(_LANGUAGE, "en"), titles=titles(directories))


def check_outputs(outputs: tuple[str, ...]) -> tuple[tuple[str, Path | None], ...]:
    """(format, file or None for stdout) of each -o; a usage error where one could not be written in the end."""
    from netaudit.report import FORMATS

    pairs = []
    for output in outputs or ("table",):
        name, _, file = output.partition("=")
        if name not in FORMATS:
            raise click.UsageError(f"-o {name}: no such format; one of {', '.join(sorted(FORMATS))}")
        if not FORMATS[name].is_text and file in {"", "-"}:
            raise click.UsageError(f"-o {name}: no text for a terminal: write -o {name}=FILE")
        pairs.append((name, check_path(Path(file)) if file and file != "-" else None))
    context = click.get_current_context(silent=True)
    if (
        context
        and context.meta.get(_LANGUAGE, "en") != "en"
        and not any(FORMATS[name].takes_beside for name, _ in pairs)
    ):
        raise click.UsageError("--lang is for html: add -o html=FILE")
    return tuple(pairs)


def check_path(path: Path) -> Path:
    """The path of a file to be written; a usage error, before any work is done, where there cannot be one."""
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise click.UsageError(f"{path}: no file can be written there: name one in a folder that exists")
    return path


def write_outputs(
    document: "Surveyed", outputs: tuple[tuple[str, Path | None], ...], beside: "Beside | None" = None
) -> None:
    """Write the document in each format."""
    from netaudit.report import FORMATS, NOTHING_BESIDE

    with_it = beside or NOTHING_BESIDE
    texts = {name for name, form in FORMATS.items() if not form.binary}
    deliver(outputs, lambda name, stream: FORMATS[name].write(document, stream, with_it), texts)


def deliver(
    outputs: Iterable[tuple[str, Path | None]], write: Callable[[str, Any], object], texts: Container[str]
) -> None:
    """Let `write` make each format: files first, each replaced when all of it is written, then stdout.

    It gets the name of the format, and a stream of bytes, or of text for those that are texts.
    """
    from netaudit.inventory import replacing

    for name, path in sorted(outputs, key=lambda output: output[1] is None):
        if path is not None:
            with replacing(path) as stream, _as_text(stream) if name in texts else nullcontext(stream) as writer:
                write(name, writer)
            continue
        try:
            write(name, sys.stdout if name in texts else sys.stdout.buffer)  # a terminal has its width and colours
            sys.stdout.flush()
        except BrokenPipeError:  # the files are written, and the work went as it went
            forget_stdout()


@contextmanager
def _as_text(stream: BinaryIO) -> Iterator[IO[str]]:
    """The stream for text; it is left open."""
    text = TextIOWrapper(stream, "utf-8", errors="replace", newline="")
    try:
        yield text
    finally:
        text.detach()


def conclude(inventory: "Inventory", *, quiet: bool, verbose: bool = False) -> int:
    """Say on stderr in which ways a run is incomplete, and verbosely all that went wrong; its exit code."""
    from netaudit.coverage import is_complete, is_empty_handed
    from netaudit.vocabulary import GAPS

    coverage = inventory.coverage
    for problem in inventory.problems if verbose else ():
        where = problem.address or problem.stage
        remark(f"netaudit: {where}: {problem.channel} {problem.status}: {problem.detail}", quiet=quiet)
    failed = (f"{c.name} failed: {c.reason}" for c in coverage.channels if c.status == "failed")
    for line in (*sorted({gap.detail for gap in coverage.gaps if GAPS[gap.kind]}), *failed):
        remark(f"netaudit: {line}", quiet=quiet)
    if is_empty_handed(coverage):
        remark("netaudit: nothing was sent and nothing was heard: there is nothing to judge by", quiet=quiet)
        return NOTHING_DONE
    return DONE if is_complete(coverage) else INCOMPLETE


def remark(text: str, *, quiet: bool = False) -> None:
    """One line on stderr, if anybody reads it."""
    context = click.get_current_context(silent=True)
    if not quiet and not (context and context.meta.get(QUIET)):
        with suppress(BrokenPipeError):
            click.echo(one_line(text), err=True)


def one_line(text: str) -> str:
    """The text on one line, without characters that a terminal would obey."""
    return "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))


def forget_stdout() -> None:
    """Let what is still to be written to stdout vanish: its reader is gone."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def payloads(bundle: Path) -> dict[str, bytes]:
    """The bytes of each reply of a recording, by the digest that evidence names."""
    from netaudit.model import Reply
    from netaudit.records.bundle import read_bundle

    return {event.digest: event.payload for event in read_bundle(bundle).events if isinstance(event, Reply)}
