"""A long history: how fast differences and progress come out of it, and with what a database grows.

    python -m benchmarks.long_history [RUNS] [DEVICES]      (with tests/ in PYTHONPATH)

Each run is a scan of a month's estate: a hundredth of the devices changes, of the rest only the times of the evidence
and the replies with a nonce are others, as in real scans.
"""

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from benchmarks.timing import timed
from msgspec.structs import replace as put
from support.inventories import RELABEL, RUN, crowd

from netaudit.history import History, compare_stored, follow, progress
from netaudit.inventory import AssetDocument, Document, stamp
from netaudit.inventory.collect import asset_document

DAY = 86_400
CHANGING = 100  # one device of so many, in each run


@dataclass(frozen=True)
class Figures:
    """What was measured, in seconds of the processor: others may work on the machine too."""

    store_s: float  # the last run
    diff_s: float
    progress_s: float
    bytes_per_run: float  # over the second half
    bytes_of_first: int


def runs(count: int, devices: int, *, changing: int = CHANGING, volatile: bool = True) -> Iterator[Document]:
    """Inventories, one a day. `changing` 0: nothing ever changes; `volatile`: one reply of each device has a nonce."""
    camera = asset_document(RELABEL)
    first = [
        put(camera, id=f"id-{n}", addresses=(f"10.0.{n >> 8}.{n & 255}",), macs=(_mac(n),)) for n in range(devices)
    ]
    for number in range(count):
        at = RUN.started_at + number * DAY
        assets = tuple(_later(a, n, number, at, changing, volatile=volatile) for n, a in enumerate(first))
        base = crowd(0)
        run = put(base.run, id=f"run-{number:05d}", started_at=stamp(at), finished_at=stamp(at + 60))
        yield Document(run=run, coverage=base.coverage, assets=assets, problems=base.problems)


def _mac(number: int) -> str:
    return f"44:19:b6:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"


def _later(asset: AssetDocument, number: int, run: int, at: float, changing: int, *, volatile: bool) -> AssetDocument:
    version = (run + number) // changing if changing else 0
    nonce = f"sha256:{sha256(f'{number} {run}'.encode()).hexdigest()}" if volatile else None
    evidence = tuple(
        put(e, seen_at=stamp(at + number % 60), reply=nonce if nonce and e.channel == "http" else e.reply)
        for e in asset.evidence
    )
    return put(asset, firmware=f"V{version}", evidence=evidence)


def measure(place: Path, count: int, devices: int, *, changing: int = CHANGING, volatile: bool = True) -> Figures:
    """Store so many runs, and measure what comes out."""
    sizes = {}
    with History(place) as history:
        for number, document in enumerate(runs(count, devices, changing=changing, volatile=volatile), 1):
            store_s = timed(lambda document=document: history.add(document))
            if number in {1, count // 2, count}:
                history.settle()
                sizes[number] = place.stat().st_size
        diff_s = timed(lambda: compare_stored(history, f"run-{0:05d}", f"run-{count - 1:05d}"))
        progress_s = timed(lambda: progress(follow(history)))
    growth = (sizes[count] - sizes[count // 2]) / (count - count // 2)
    return Figures(store_s, diff_s, progress_s, growth, sizes[1])


def main() -> None:
    """Print the figures of a history in which things change, and of one in which nothing does."""
    count, devices = (int(word) for word in (*sys.argv[1:], *("1000", "1000")[len(sys.argv) - 1 :]))
    for words, changing, volatile in (
        ("changing", CHANGING, True),
        ("changing, same replies", CHANGING, False),
        ("nothing changes", 0, False),
    ):
        with tempfile.TemporaryDirectory() as folder:
            found = measure(Path(folder) / "h.db", count, devices, changing=changing, volatile=volatile)
        print(f"{count} runs of {devices} devices, {words}: {found}")


if __name__ == "__main__":
    main()
