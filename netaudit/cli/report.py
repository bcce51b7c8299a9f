"""netaudit report: any output format from an inventory."""

import sys
from pathlib import Path

import click

from netaudit.cli.options import check_outputs, output_option, titles, write_outputs

A_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("inventory", required=False, type=click.Path(dir_okay=False, path_type=Path))
@output_option
@click.option("--lang", type=click.Choice(["en", "fr"]), default="en", show_default=True, help="The language of html.")
@click.option("--findings", type=A_FILE, help="Show in html what `netaudit comply -o json` found.")
@click.option(
    "--progress", type=A_FILE, help="Show in html how the phase-out goes: `netaudit history progress -o json`."
)
@click.option("--formats", "list_formats", is_flag=True, help="List the formats.")
@click.option("--schema", "print_schema", is_flag=True, help="Print the JSON Schema of inventories.")
def report(
    *,
    inventory: Path | None,
    outputs: tuple[str, ...],
    lang: str,
    findings: Path | None,
    progress: Path | None,
    list_formats: bool,
    print_schema: bool,
) -> int:
    """Write an INVENTORY in any format.

    \b
    Example: netaudit report inventory.json -o html=cameras.html -o csv=cameras.csv
    """
    from netaudit.inventory import encode_schema, read
    from netaudit.report import FORMATS, Beside, formats

    if list_formats:
        for form in formats():
            click.echo(f"{form.name:<10} {form.title}")
    elif print_schema:
        sys.stdout.buffer.write(encode_schema())
    elif inventory is None:
        raise click.UsageError("name an inventory: the JSON file that `netaudit scan -o json=FILE` writes")
    else:
        pairs = check_outputs(outputs)
        with_it = any(FORMATS[name].takes_beside for name, _ in pairs)
        beside = Beside(
            language=lang,
            findings=findings.read_bytes() if findings else None,
            progress=progress.read_bytes() if progress else None,
            titles=titles() if with_it else {},
        )
        if not with_it and (findings or progress or lang != "en"):
            raise click.UsageError("--lang, --findings and --progress are for html: add -o html=FILE")
        write_outputs(read(inventory), pairs, beside)
    return 0
