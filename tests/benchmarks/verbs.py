"""What the verbs without a network cost, as whole processes: --help, identify and comply.

python tests/benchmarks/verbs.py [RUNS]
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.matching import line_of, make_site
from benchmarks.processes import Contest, Cost, compete, markdown, run
from support.inventories import crowd

from netaudit.identify.fingerprints import load_library
from netaudit.inventory.jsonfile import encode

RUNS, DEVICES, ASSETS = 5, 10_000, 100_000
NETAUDIT = (sys.executable, "-m", "netaudit")


def main(words: list[str]) -> int:
    """Print the table."""
    print(markdown(measure(int(words[0]) if words else RUNS)))
    return 0


def measure(runs: int, devices: int = DEVICES, assets: int = ASSETS) -> Contest:
    """Each verb on so many devices, and a bare interpreter beside them."""
    with tempfile.TemporaryDirectory() as folder:
        site, inventory = Path(folder, "site.jsonl"), Path(folder, "inventory.json")
        write_site(site, devices)
        inventory.write_bytes(encode(crowd(assets)))
        contenders = {
            "netaudit --help": lambda: run([*NETAUDIT, "--help"]),
            "python -c pass": lambda: run([sys.executable, "-c", "pass"]),
            f"netaudit identify, {devices:,} devices": lambda: run([*NETAUDIT, "identify", str(site)]),
            f"netaudit comply, {assets:,} assets": lambda: run(
                [*NETAUDIT, "comply", str(inventory), "--policy", "CA-QC-2023", "-o", "table"]
            ),
        }
        return compete("Verbs without a network", contenders, runs=runs, found=found)


def write_site(path: Path, devices: int) -> None:
    """Devices as `identify` takes them, six observations each."""
    with path.open("wb") as stream:
        stream.writelines(line_of(device) for device in make_site(load_library(), devices))


def found(_name: str, cost: Cost) -> str:
    """How much was said."""
    return f"{len(cost.output.splitlines()):,} lines"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
