"""What holding a large inventory against law costs: devices that are alike are judged once.

    python tests/benchmarks/judging.py

Beside it, in the same run, runs a plain loop that judges every device under every rule and does nothing else, and the
decoding of the inventory's file in one piece.
"""

import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.timing import least
from support.inventories import crowd

from netaudit.inventory import AssetDocument, Surveyed, decode, encode, open_stored
from netaudit.policy import Facts, Policy, Site, evaluate, load_policies
from netaudit.policy.answers import Case
from netaudit.policy.attribution import traits
from netaudit.policy.judge import judge

ASSETS, POLICY, DAY, RUNS = 100_000, "CA-QC-2023", date(2026, 11, 22), 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Seconds of a processor, the least of several runs."""

    whole: float  # to decode the file in one piece
    parts: float  # to go through its devices one by one
    loop: float
    evaluate: float  # and the same devices, read already


def main() -> int:
    """Print the figures."""
    found = measure()
    print(f"{ASSETS} assets, {len(_policy().rule)} rules")
    print(f"decoded in one piece    {found.whole:.3f} s")
    print(f"decoded one by one      {found.parts:.3f} s, {found.parts / found.whole:.2f} times as long")
    print(f"plain loop of judging   {found.loop:.3f} s")
    print(f"evaluated               {found.evaluate:.3f} s, {found.evaluate / found.loop:.2f} times as long")
    return 0


def measure(assets: int = ASSETS) -> Figures:
    """All figures, in turns: what else the machine does then hinders all of them alike."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "inventory.json")
        document = crowd(assets)
        path.write_bytes(encode(document))
        whole, parts, loop, found = least(
            RUNS,
            lambda: decode(path.read_bytes()),
            lambda: sum(1 for _ in open_stored(path).assets),
            lambda: judge_each(document),
            lambda: evaluate(document, (_policy(),), None, None, DAY),
        )
    return Figures(whole=whole, parts=parts, loop=loop, evaluate=found)


def judge_each(document: Surveyed) -> None:
    """Every device under every rule, whatever came of the one before."""
    policy = _policy()
    for asset in document.assets:
        _judge_one(asset, policy)


def _judge_one(asset: AssetDocument, policy: Policy) -> None:
    device, site, facts = traits(asset), Site(), Facts()
    for rule in policy.rule:
        judge(Case(policy=policy, rule=rule, device=device, as_of=DAY, organisation=None, site=site, facts=facts))


@cache
def _policy() -> Policy:
    return load_policies().by_id[POLICY]


if __name__ == "__main__":
    sys.exit(main())
