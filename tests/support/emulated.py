"""Emulated devices by the hundred, scanned for real on loopback: each with an address, a serial number and a MAC of its own."""

import subprocess
import sys
import tempfile
from dataclasses import replace
from itertools import count
from pathlib import Path

from support.fleet import build_fleet

from netaudit.demo import emulate, loopback_place
from netaudit.inventory import Document, read

NETWORKS = ("127.0.100", "127.0.101", "127.0.102", "127.0.103")
PER_NETWORK = 250


def scanned_fleet(devices: int) -> Document:
    """The document of a scan of so many devices, at most 1,000, by a netaudit of its own process."""
    numbers = count()

    def place(device):
        number = next(numbers)
        address = f"{NETWORKS[number // PER_NETWORK]}.{number % PER_NETWORK + 2}"
        return replace(loopback_place(device), address=address)

    fleet = [member.device for member in build_fleet(devices)]
    with tempfile.TemporaryDirectory() as folder, emulate(fleet, place) as emulation:
        inventory, targets = Path(folder, "inventory.json"), Path(folder, "targets")
        targets.write_text("\n".join(played.placement.address for played in emulation.devices))
        scan = (
            "scan",
            "-iL",
            targets,
            "--profile",
            "standard",
            "--site",
            "North campus",
            "-q",
            "-o",
            f"json={inventory}",
        )
        ended = subprocess.run([sys.executable, "-m", "netaudit", *scan], check=False)
        assert ended.returncode in (0, 4)
        return read(inventory)
