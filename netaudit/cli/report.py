"""netaudit report: any output format from an inventory."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from netaudit.cli.options import beside, check_outputs, language_option, output_option, write_outputs
from netaudit.cli.storing import open_history

if TYPE_CHECKING:
    from netaudit.report import Past

A_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("inventory", required=False, type=click.Path(dir_okay=False, path_type=Path))
@output_option
@language_option
@click.option("--findings", type=A_FILE, help="Show in html what `netaudit comply -o json` found.")
@click.option(
    "--progress", type=A_FILE, help="Show in html how the phase-out goes: `netaudit history progress -o json`."
)
@click.option(
    "--history",
    "where",
    metavar="URL|FILE",
    help="Show in html what became of each device: a file, or postgresql://USER@HOST/DATABASE.",
)
@click.option("--formats", "list_formats", is_flag=True, help="List the formats.")
@click.option("--schema", "print_schema", is_flag=True, help="Print the JSON Schema of inventories.")
def report(
    *,
    inventory: Path | None,
    outputs: tuple[str, ...],
    findings: Path | None,
    progress: Path | None,
    where: str | None,
    list_formats: bool,
    print_schema: bool,
) -> int:
    """Write an INVENTORY in any format.

    \b
    Example: netaudit report inventory.json -o html=cameras.html -o csv=cameras.csv
    """
    from netaudit.inventory import encode_schema, survey
    from netaudit.report import FORMATS, formats

    if list_formats:
        for form in formats():
            click.echo(f"{form.name:<10} {form.title}")
    elif print_schema:
        sys.stdout.buffer.write(encode_schema())
    elif inventory is None:
        raise click.UsageError("name an inventory: the JSON file that `netaudit scan -o json=FILE` writes")
    else:
        pairs = check_outputs(outputs)
        if not any(FORMATS[name].takes_beside for name, _ in pairs) and (findings or progress or where):
            raise click.UsageError("--findings, --progress and --history are for html: add -o html=FILE")
        with_it = replace(
            beside(pairs),
            findings=findings.read_bytes() if findings else None,
            progress=progress.read_bytes() if progress else None,
            past=_past(where) if where else {},
        )
        write_outputs(survey(inventory), pairs, with_it)
    return 0


def _past(where: str) -> "dict[str, Past]":
    """What a history knows, under every id that a device ever had."""
    from netaudit.history import follow
    from netaudit.history.words import what_changed
    from netaudit.report import Past

    with open_history(where) as opened:
        timeline = follow(opened)
    changes: dict[str, list[tuple[str, str, str]]] = {}
    for change in timeline.changes:
        changes.setdefault(change.device, []).append((change.at, change.kind, what_changed(change)))
    return {
        name: Past(first_seen=device.first_seen, last_seen=device.last_seen, changes=tuple(changes.get(device.id, ())))
        for device in sorted(timeline.devices, key=lambda device: device.last_seen)
        for name in device.aliases
    }
