"""netaudit report: any output format from an inventory."""

import sys
from pathlib import Path

import click

from netaudit.cli.options import check_outputs, output_option, write_outputs


@click.command()
@click.argument("inventory", required=False, type=click.Path(dir_okay=False, path_type=Path))
@output_option
@click.option("--formats", "list_formats", is_flag=True, help="List the formats.")
@click.option("--schema", "print_schema", is_flag=True, help="Print the JSON Schema of inventories.")
def report(inventory: Path | None, outputs: tuple[str, ...], list_formats: bool, print_schema: bool) -> int:
    """Write an INVENTORY in any format.

    \b
    Example: netaudit report inventory.json -o csv=cameras.csv
    """
    from netaudit.inventory import encode_schema, read
    from netaudit.report import formats

    if list_formats:
        for form in formats():
            click.echo(f"{form.name:<10} {form.title}")
    elif print_schema:
        sys.stdout.buffer.write(encode_schema())
    elif inventory is None:
        raise click.UsageError("name an inventory: the JSON file that `netaudit scan -o json=FILE` writes")
    else:
        write_outputs(read(inventory), check_outputs(outputs))
    return 0
