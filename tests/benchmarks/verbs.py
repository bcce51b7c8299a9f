"""What the verbs without a network cost, as whole processes: --help, identify, comply and diff; and those that read a
large inventory.

python tests/benchmarks/verbs.py [RUNS]
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.long_history import runs as scanned
from benchmarks.matching import line_of, make_site
from benchmarks.processes import Contest, Cost, compete, markdown, run
from msgspec.structs import replace
from support.inventories import crowd

from netaudit.identify.fingerprints import load_library
from netaudit.inventory import AssetDocument, encode, encode_parts

RUNS, DEVICES, ASSETS, COMPARED = 5, 10_000, 100_000, 14_400
OVER = 4  # times that each device has its four pieces of evidence: as many as real ones have, and no two alike
NETAUDIT = (sys.executable, "-m", "netaudit")


def main(words: list[str]) -> int:
    """Print the table."""
    runs = int(words[0]) if words else RUNS
    print(f"{markdown(measure(runs))}\n{markdown(measure_stored(runs))}")
    return 0


def measure(runs: int, devices: int = DEVICES, assets: int = ASSETS, compared: int = COMPARED) -> Contest:
    """Each verb on so many devices, and a bare interpreter beside them."""
    with tempfile.TemporaryDirectory() as folder:
        site, inventory = Path(folder, "site.jsonl"), Path(folder, "inventory.json")
        write_site(site, devices)
        inventory.write_bytes(encode(crowd(assets)))
        before, after = write_scans(Path(folder), compared)
        contenders = {
            "netaudit --help": lambda: run([*NETAUDIT, "--help"]),
            "python -c pass": lambda: run([sys.executable, "-c", "pass"]),
            f"netaudit identify, {devices:,} devices": lambda: run([*NETAUDIT, "identify", str(site)]),
            f"netaudit comply, {assets:,} assets": lambda: run(
                [*NETAUDIT, "comply", str(inventory), "--policy", "CA-QC-2023", "-o", "table"]
            ),
            f"netaudit diff, {compared:,} assets twice": lambda: run([*NETAUDIT, "diff", str(before), str(after)]),
        }
        return compete("Verbs without a network", contenders, runs=runs, found=found)


def measure_stored(runs: int, devices: int = COMPARED) -> Contest:
    """Each verb that reads an inventory, on one of so many cameras."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        inventory, _ = map(str, write_scans(place, devices))
        words = {
            "report -o csv": ["report", inventory, "-o", "csv"],
            "report -o table": ["report", inventory, "-o", "table"],
            "report -o html": ["report", inventory, "-o", f"html={place / 'r.html'}"],
            "report -o xlsx": ["report", inventory, "-o", f"xlsx={place / 'r.xlsx'}"],
            "explain": ["explain", inventory, "10.0.0.17"],
            "comply": ["comply", inventory, "--policy", "CA-QC-2023", "-o", "table"],
        }
        contenders = {f"netaudit {name}": lambda given=given: run([*NETAUDIT, *given]) for name, given in words.items()}
        contenders["netaudit history add"] = lambda: run(
            [*NETAUDIT, "history", "add", inventory, "--history", str(Path(tempfile.mkdtemp(dir=place), "h.db"))]
        )
        size = Path(inventory).stat().st_size / 1e6
        title = f"Verbs that read an inventory of {devices:,} cameras, {size:,.0f} MB"
        return compete(title, contenders, runs=runs, found=found)


def write_site(path: Path, devices: int) -> None:
    """Devices as `identify` takes them, six observations each."""
    with path.open("wb") as stream:
        stream.writelines(line_of(device) for device in make_site(load_library(), devices))


def write_scans(folder: Path, devices: int) -> tuple[Path, Path]:
    """Two inventories of so many cameras, a hundredth of which is another in the second: 7 KB for each."""
    paths = folder / "before.json", folder / "after.json"
    for path, document in zip(paths, scanned(2, devices), strict=True):
        with path.open("wb") as stream:
            stream.writelines(encode_parts(document, map(_full, document.assets)))
    return paths


def _full(asset: AssetDocument) -> AssetDocument:
    evidence = (replace(e, value=f"{e.value} {turn}") for turn in range(OVER) for e in asset.evidence)
    return replace(asset, evidence=tuple(evidence))


def found(_name: str, cost: Cost) -> str:
    """How much was said."""
    return f"{len(cost.output.splitlines()):,} lines"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
