"""netaudit history progress: the burn-down of a phase-out, against its deadlines."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from netaudit.cli.options import DONE, policies_option, remark
from netaudit.cli.outputs import read_outputs, write_texts
from netaudit.cli.storing import history_option, open_history

if TYPE_CHECKING:
    from netaudit.history import Mark, Progress

FORMATS = ("table", "json", "svg")
A_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option(
    "--family", "families", multiple=True, metavar="ID", help="Count devices of this maker. Default: hikvision, dahua."
)
@click.option(
    "--misses",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    help="Covered runs in a row without an answer.",
)
@click.option(
    "--register",
    type=A_FILE,
    help="The asset register (CSV, XLSX), or marks (TOML): what is planned, what was replaced.",
)
@click.option(
    "--deadline",
    "deadlines",
    multiple=True,
    metavar="DATE[=NAME]",
    help="A day to hold the progress against; may be repeated.",
)
@click.option(
    "--policy", "names", multiple=True, metavar="ID", help="Take the deadlines of this policy; may be repeated."
)
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Reckon from this day. Default: today."
)
@click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FORMAT[=FILE]", help="table, json or svg; may be repeated."
)
@policies_option
@history_option
def progress(
    *,
    families: tuple[str, ...],
    misses: int,
    register: Path | None,
    deadlines: tuple[str, ...],
    names: tuple[str, ...],
    as_of: datetime | None,
    outputs: tuple[str, ...],
    directories: tuple[Path, ...],
    where: str | None,
) -> int:
    """How far a phase-out has come: devices and sites that are found, confirmed, planned, replaced, and proven gone.

    A device is proven gone when so many runs in a row covered its place and it did not answer. Every figure has its unit
    and its denominator. Counts are floors: what no run covered is in none.

    \b
    Example: netaudit history progress --deadline 2027-06-30="UK sites" -o table -o svg=burn-down.svg
    """
    from netaudit.history import follow
    from netaudit.history import progress as reckon
    from netaudit.history.facts import holding
    from netaudit.history.marks import from_facts
    from netaudit.history.progress import FAMILIES

    pairs = read_outputs(outputs, FORMATS)
    days = [*(_day(text) for text in deadlines), *_of_policies(names, directories)]
    today = f"{as_of or datetime.now(UTC):%Y-%m-%d}"
    with open_history(where) as opened:
        timeline, said = follow(opened, misses), opened.facts()
    marks = [*from_facts(holding(said)), *(_marks(register) if register else ())]
    found = reckon(timeline, families=families or FAMILIES, marks=marks, deadlines=days, misses=misses, as_of=today)
    write_texts(pairs, lambda name, stream: _write(found, name, stream))
    return DONE


def _day(text: str) -> tuple[str, str]:
    day, _, name = text.partition("=")
    try:
        date.fromisoformat(day)
    except ValueError:
        raise click.UsageError(f"--deadline {text}: write YYYY-MM-DD, or YYYY-MM-DD=NAME") from None
    return (name or day, day)


def _of_policies(names: tuple[str, ...], directories: tuple[Path, ...]) -> list[tuple[str, str]]:
    """The published deadlines and milestones of policies, each with its last possible day."""
    from netaudit.policy import load_policies
    from netaudit.policy.dates import span

    chosen = load_policies(directories).select(names) if names else ()
    return [
        (f"{policy.id}: {deadline.what}", span(deadline.date.value).last.isoformat())
        for policy in chosen
        for rule in policy.rule
        for deadline in rule.deadlines
        if deadline.date.value
    ]


def _marks(path: Path) -> "list[Mark]":
    """What a register says of each device: its state, or the day for which its replacement is planned."""
    from netaudit.history import Mark
    from netaudit.history.marks import named_by_register, read_marks
    from netaudit.policy.entries import read_register

    if path.suffix.lower() == ".toml":
        return list(read_marks(path))
    register = read_register(path)
    for words in register.remarks:
        remark(f"netaudit: {words}")
    marks = []
    for entry in register.entries:
        name = named_by_register(entry.serial, entry.mac, entry.address)
        if entry.state in {"removed", "disposed"}:
            marks.append(Mark(name, "replaced"))
        elif entry.replacement:
            marks.append(Mark(name, "planned"))
    return marks


def _write(found: "Progress", name: str, stream: TextIO) -> None:
    from netaudit.history import encode, picture, table

    if name == "json":
        stream.write(encode(found).decode())
    else:
        {"table": table.write_progress, "svg": picture.draw}[name](found, stream)
