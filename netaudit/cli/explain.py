"""netaudit explain: why netaudit says what it says of one device, down to the bytes."""

import sys
from pathlib import Path

import click

from netaudit.cli.options import payloads, titles


@click.command()
@click.argument("inventory", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("device")
@click.option(
    "--bundle", type=click.Path(dir_okay=False, path_type=Path), help="The recording: shows the bytes of each reply."
)
def explain(inventory: Path, device: str, bundle: Path | None) -> int:
    """Say why DEVICE (its id, an address or a MAC) of an INVENTORY was identified as it was.

    \b
    Example: netaudit explain inventory.json 192.0.2.17 --bundle evidence.bundle
    """
    from netaudit.inventory import surveyed
    from netaudit.report.explain import explain as write_page
    from netaudit.report.explain import find

    document, found = surveyed([inventory], lambda held: (held, find(held, device)))
    write_page(document, found, sys.stdout, payloads(bundle) if bundle else {}, titles())
    return 0
