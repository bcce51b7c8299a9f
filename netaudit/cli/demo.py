"""netaudit demo: emulated cameras on loopback, scanned for real."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from netaudit.cli.options import check_path, remark

if TYPE_CHECKING:
    from netaudit.demo import EmulatedDevice


@click.command()
@click.option(
    "--inventory",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("netaudit-demo.json"),
    show_default=True,
    help="Where the inventory is written.",
)
@click.option(
    "--record",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("netaudit-demo.bundle"),
    show_default=True,
    help="Where every reply is kept.",
)
@click.option("--keep", is_flag=True, help="Keep the devices running until Enter is pressed, to scan them yourself.")
def demo(inventory: Path, record: Path, keep: bool) -> int:
    """Play emulated cameras on loopback addresses and scan them for real: no root, no camera, no network.

    The scan's result is held against what the devices are; exit code 1 where anything is wrong.

    \b
    Example: netaudit demo
    """
    from netaudit.demo import EmulationError

    for path in (inventory, record):
        check_path(path)
    try:
        return _play(inventory, record, keep=keep)
    except EmulationError as error:
        raise click.ClickException(f"{error}: is another demo running? End it, and try again") from None


def _play(inventory: Path, record: Path, *, keep: bool) -> int:
    from netaudit.demo import emulate, load_devices, loopback_place
    from netaudit.demo.place import LOOPBACK_NETWORK

    devices = load_devices()
    remark(f"netaudit demo: {len(devices)} emulated devices on {LOOPBACK_NETWORK}.x of this machine, scanned for real")
    with emulate(devices, loopback_place) as emulation:
        targets = tuple(played.placement.address for played in emulation.devices)
        code = _scan(targets, inventory, record)
        if keep:
            click.prompt(f"The devices are running; scan {LOOPBACK_NETWORK}.0/24. Enter ends", default="", err=True)
    return code or _judge(
        inventory, record, [(played.device, played.placement.address) for played in emulation.devices]
    )


def _scan(targets: tuple[str, ...], inventory: Path, record: Path) -> int:
    from netaudit.cli.scan import run_scan
    from netaudit.runs import Request

    request = Request(targets=targets, profile="standard", site="demo")
    return run_scan(request, (("table", None), ("json", inventory)), (), record, quiet=False)


def _judge(inventory: Path, record: Path, devices: "list[tuple[EmulatedDevice, str]]") -> int:
    import json

    from netaudit.demo.verdicts import asset_at, mistakes

    assets = json.loads(inventory.read_bytes())["assets"]
    wrong = [m for device, address in devices for m in mistakes(device, asset_at(assets, address), on_link=False)]
    click.echo()
    for mistake in wrong:
        click.echo(f"WRONG {mistake}")
    if not wrong:
        click.echo(f"Every one of the {len(devices)} emulated devices was found to be what it is.")
    click.echo(f"The inventory is in {inventory}, every reply in {record}. Why is a device what it is? Ask:")
    click.echo(f"  netaudit explain {inventory} {devices[0][1]} --bundle {record}")
    return 1 if wrong else 0
