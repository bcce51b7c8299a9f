"""netaudit: find network cameras and recorders, say who really made them, and show the evidence.

For programs:

    import netaudit

    found = netaudit.scan("192.0.2.0/24", record="evidence.bundle")
    netaudit.write_inventory(found, "inventory.json")
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netaudit.api import read_inventory, replay, scan, write_inventory
    from netaudit.identify.fingerprints import load_library
    from netaudit.policy import evaluate, load_policies
    from netaudit.single import identify_line, identify_lines

__version__ = "0.1.0"

__all__ = [
    "__version__",
    "evaluate",
    "identify_line",
    "identify_lines",
    "load_library",
    "load_policies",
    "read_inventory",
    "replay",
    "scan",
    "write_inventory",
]

# Where each name stands: imported when it is first used, so that `netaudit --help` answers at once.
_HOMES = {
    "evaluate": "netaudit.policy",
    "identify_line": "netaudit.single",
    "identify_lines": "netaudit.single",
    "load_library": "netaudit.identify.fingerprints",
    "load_policies": "netaudit.policy",
    "read_inventory": "netaudit.api",
    "replay": "netaudit.api",
    "scan": "netaudit.api",
    "write_inventory": "netaudit.api",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
