"""One real scan of a few emulated devices on loopback, made once for all tests that need a recording."""

import atexit
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from support.loopback import corner_place, quick_answers

from netaudit.demo import emulate, load_devices
from netaudit.identify.fingerprints import load_library
from netaudit.inventory import document, encode
from netaudit.runs import Request, prepare, scan

DEVICES = ("hikvision-dome", "dahua-recorder", "lighttpd")


def devices(*names):
    """Emulated devices by name."""
    return [device for device in load_devices() if device.name in (names or DEVICES)]


@dataclass(frozen=True)
class Recorded:
    """A scan: its bundle, its inventory as a file, and where each device stood."""

    bundle: Path
    inventory: Path
    addresses: dict


@cache
def recorded():
    """The scan of DEVICES, complete and recorded."""
    folder = Path(tempfile.mkdtemp(prefix="netaudit-recorded-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = Recorded(folder / "evidence.bundle", folder / "inventory.json", {})
    with quick_answers(), emulate(devices(), corner_place) as emulation:
        made.addresses.update({played.device.name: played.address for played in emulation.devices})
        request = Request(targets=tuple(made.addresses.values()), profile="standard", site="test")
        found = scan(prepare(request), load_library(), record=made.bundle)
    made.inventory.write_bytes(encode(document(found)))
    return made
