"""Towns: documents of thousands of devices, each with the evidence of a device that was really recorded or emulated.

The golden inventories of the captures give the evidence; every copy has an address, a MAC, a serial number and replies
of its own, so that nothing is shorter in a large report than it would be in a real one.
"""

from functools import lru_cache
from hashlib import sha256
from itertools import count
from pathlib import Path

import msgspec

from netaudit.inventory import Document, read

CAPTURES = Path(__file__).parents[1] / "captures"
CHILDREN = 7  # every so many devices, one stands behind the last recorder


@lru_cache(maxsize=1)
def originals():
    """The devices of the golden inventories that have evidence, and one of each other kind."""
    documents = [read(path) for path in sorted(CAPTURES.glob("*/inventory.json"))]
    return tuple(asset for document in documents for asset in document.assets if asset.evidence), documents[0]


def town(devices: int) -> Document:
    """A document of so many devices, in subnets of 200 each."""
    samples, document = originals()
    numbers = count()
    assets = tuple(
        _copy(samples[number % len(samples)], number) for number, _ in zip(numbers, range(devices), strict=False)
    )
    run = msgspec.structs.replace(document.run, feed="live", site="Town")
    coverage = msgspec.structs.replace(document.coverage, addresses_in_scope=devices * 2, addresses_answering=devices)
    return msgspec.structs.replace(document, run=run, coverage=coverage, assets=assets, problems=())


def _copy(asset, number):
    address = f"10.{number // 200 // 256}.{number // 200 % 256}.{number % 200 + 10}"
    mac = f"{(asset.macs or ('02:00:00:00:00:00',))[0][:8]}:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"
    serial = f"{asset.serial[:-6]}{number:06}" if asset.serial else asset.serial
    swaps = [(old, new) for old, new in ((asset.serial or "", serial or ""), *((m, mac) for m in asset.macs)) if old]
    return msgspec.structs.replace(
        asset,
        id=f"{sha256(str(number).encode()).hexdigest()[:16]}",
        addresses=(address,),
        macs=(mac,),
        serial=serial,
        evidence=tuple(_evidence(e, swaps, number) for e in asset.evidence),
    )


def _evidence(evidence, swaps, number):
    value = evidence.value
    for old, new in swaps:
        value = value.replace(old, new)
    reply = f"sha256:{sha256(f'{evidence.reply}{number}'.encode()).hexdigest()}" if evidence.reply else None
    return msgspec.structs.replace(evidence, value=value, reply=reply)
