"""netaudit fingerprints: list, show and test what is shipped and what the user added."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from netaudit.cli.options import fingerprints_option, load

if TYPE_CHECKING:
    from netaudit.identify.fingerprints import Fingerprint


@click.group()
def fingerprints() -> None:
    """The fingerprints by which devices are identified.

    \b
    Example: netaudit fingerprints test --fingerprints my-fingerprints/
    """


@fingerprints.command("list")
@click.argument("field", required=False)
@fingerprints_option
def list_all(field: str | None, directories: tuple[Path, ...]) -> int:
    """List all fingerprints, or those of one FIELD."""
    for fingerprint in load(directories).fingerprints:
        if field in {None, *fingerprint.fields}:
            click.echo(f"{fingerprint.id:<44} {fingerprint.strength:<7} {fingerprint.title}")
    return 0


@fingerprints.command()
@click.argument("name")
@fingerprints_option
def show(name: str, directories: tuple[Path, ...]) -> int:
    """Show one fingerprint: its pattern, what it asserts, its sources."""
    for fingerprint in load(directories).fingerprints:
        if fingerprint.id == name:
            for key, value in _lines(fingerprint):
                click.echo(f"{key:<9} {value}")
            return 0
    raise click.UsageError(f"{name}: no fingerprint of this id: `netaudit fingerprints list` names all")


@fingerprints.command()
@fingerprints_option
def test(directories: tuple[Path, ...]) -> int:
    """Run every example of every fingerprint; exit 1 where one does not hold."""
    from netaudit.identify.examples import failures

    library = load(directories)
    broken = list(failures(library))
    for line in broken:
        click.echo(line)
    click.echo(f"{library.count} fingerprints, {len(broken)} examples that do not hold")
    return 1 if broken else 0


def _lines(fingerprint: "Fingerprint") -> Iterator[tuple[str, str]]:
    yield "id", fingerprint.id
    yield "title", fingerprint.title
    yield "fields", ", ".join(fingerprint.fields)
    yield from [("pattern", fingerprint.pattern)] if fingerprint.pattern else []
    yield from [("prefixes", ", ".join(fingerprint.prefixes))] if fingerprint.prefixes else []
    yield "asserts", ", ".join(f"{attribute} = {value}" for attribute, value in fingerprint.asserts)
    yield "strength", fingerprint.strength
    yield from (("source", source) for source in fingerprint.sources)
    yield from (("matches", example.text) for example in fingerprint.matches)
    yield from (("rejects", f"{miss.text} ({miss.why})") for miss in fingerprint.rejects)
    yield "file", fingerprint.path
