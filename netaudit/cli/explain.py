"""netaudit explain: why netaudit says what it says of one device, down to the bytes."""

import sys
from pathlib import Path

import click


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
    from netaudit.inventory import read
    from netaudit.report.explain import explain as write_page
    from netaudit.report.explain import find

    document = read(inventory)
    write_page(document, find(document, device), sys.stdout, _payloads(bundle) if bundle else {})
    return 0


def _payloads(bundle: Path) -> dict[str, bytes]:
    """The bytes of each recorded reply, by the digest that evidence names."""
    from netaudit.model import Reply
    from netaudit.records.bundle import read_bundle

    return {event.digest: event.payload for event in read_bundle(bundle).events if isinstance(event, Reply)}
