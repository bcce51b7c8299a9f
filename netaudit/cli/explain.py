"""netaudit explain: why netaudit says what it says of one device, down to the bytes."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from netaudit.cli.report import read

if TYPE_CHECKING:
    from netaudit.inventory import AssetDocument, Document


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
    from netaudit.inventory import decode
    from netaudit.report.explain import explain as write_page

    document = decode(read(inventory))
    for asset in _found(document, device):
        write_page(document, asset, sys.stdout, _payloads(bundle) if bundle else {})
    return 0


def _found(document: "Document", device: str) -> "list[AssetDocument]":
    """The assets of this id, address or hardware address: a contested address has two."""
    wanted = device.lower().replace("-", ":")
    found = [a for a in document.assets if device == a.id or device in a.addresses or wanted in a.macs]
    if not found:
        raise ValueError(
            f"{device}: no device of this id, address or MAC is in the inventory; its devices are listed "
            "by `netaudit report INVENTORY`"
        )
    return found


def _payloads(bundle: Path) -> dict[str, bytes]:
    """The bytes of each recorded reply, by the digest that evidence names."""
    from netaudit.model import Reply
    from netaudit.records.bundle import read_bundle

    return {event.digest: event.payload for event in read_bundle(bundle).events if isinstance(event, Reply)}
