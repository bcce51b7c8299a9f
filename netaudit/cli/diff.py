"""netaudit diff: what is another between two inventories, or two stored runs."""

from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from netaudit.cli.options import DONE, FOUND
from netaudit.cli.outputs import read_outputs, write_texts

if TYPE_CHECKING:
    from netaudit.history import Drift, History
    from netaudit.inventory import Surveyed

FORMATS = ("table", "json", "markdown")


@click.command()
@click.argument("old")
@click.argument("new")
@click.option(
    "--history", "where", metavar="URL|FILE", help="Where stored runs are looked up. Default: the data folder."
)
@click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FORMAT[=FILE]",
    help="table, json or markdown, to a file or to stdout; may be repeated. Default: table.",
)  # fmt: skip
def diff(old: str, new: str, where: str | None, outputs: tuple[str, ...]) -> int:
    """Say what is another in NEW than in OLD: inventory files, or stored runs by id, "latest" or "latest:SITE".

    A device that did not answer is gone only where its place was covered; else it is "unseen", with the reason. Exit
    code 0: the same; 1: they differ; 2: wrong usage, or a file that cannot be read.

    \b
    Example: netaudit diff january.json february.json -o table -o markdown=changes.md
    """
    pairs = read_outputs(outputs, FORMATS)
    drift = _drift(old, new, where)
    write_texts(pairs, lambda name, stream: _write(drift, name, stream))
    return FOUND if drift.changes else DONE


def _drift(old: str, new: str, where: str | None) -> "Drift":
    from netaudit.history import History, compare, compare_stored
    from netaudit.inventory import surveyed

    names = [name for name in (old, new) if not Path(name).is_file()]
    if not names:
        return surveyed([Path(old), Path(new)], compare)
    for name in names:
        if Path(name).suffix or "/" in name:
            raise click.UsageError(f"{name}: there is no such file; name an inventory, or a run of the history")
    with History(where, create=False) as history:
        if len(names) == 2:
            return compare_stored(history, history.find(old).id, history.find(new).id)
        return compare(_read(old, history), _read(new, history), history.facts())


def _read(name: str, history: "History") -> "Surveyed":
    from netaudit.inventory import survey

    return survey(Path(name)) if Path(name).is_file() else history.survey(history.find(name).id)


def _write(drift: "Drift", name: str, stream: TextIO) -> None:
    from netaudit.history import encode, markdown, table

    if name == "json":
        stream.write(encode(drift).decode())
    else:
        {"table": table.write_drift, "markdown": markdown.write}[name](drift, stream)
