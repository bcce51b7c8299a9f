"""Emulated devices, described by data files, that answer like real ones: for the demo and for tests.

`load_devices` reads the data files, `emulate` plays them, a placement says where: on loopback without any privilege
(`loopback_place`), or wherever the caller can open sockets.
"""

from netaudit.demo.device import EmulatedDevice, load_devices
from netaudit.demo.emulate import Emulation, emulate
from netaudit.demo.place import EmulationError, Placement, loopback_place
from netaudit.demo.played import PlayedDevice, Seen

__all__ = [
    "EmulatedDevice",
    "Emulation",
    "EmulationError",
    "Placement",
    "PlayedDevice",
    "Seen",
    "emulate",
    "load_devices",
    "loopback_place",
]
