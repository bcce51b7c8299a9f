"""Whether a firewall on this machine drops datagrams that come in unasked. Reads nftables' rules, changes nothing.

An answer to a multicast question comes from an address that nothing was sent to, so that a firewall does not take it
for an answer, and a closed one throws it away. iptables and ufw of today stand in nftables' rules too (nft(8), JSON as
in libnftables-json(5)).
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_PATIENCE_S = 5.0
_MOST_BYTES = 16 * 1024 * 1024
_INET = frozenset({"ip", "inet"})


@dataclass(frozen=True, slots=True)
class Firewall:
    """What is known of this machine's firewall."""

    known: bool  # False: the rules could not be read
    detail: str
    closed: str = ""  # the chain that drops what nobody asked for


def read_firewall() -> Firewall:
    """What the rules of this machine do with datagrams that come in unasked."""
    program = shutil.which("nft")
    if program is None:
        return Firewall(known=False, detail="there is no nft(8) here to read a firewall's rules with")
    try:
        done = subprocess.run(  # noqa: S603  a fixed command, without a word of the user's
            [program, "-j", "list", "ruleset"], capture_output=True, timeout=_PATIENCE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return Firewall(known=False, detail="nft(8) does not answer")
    if done.returncode or len(done.stdout) > _MOST_BYTES:
        return Firewall(known=False, detail="the firewall's rules may not be read without root")
    return judge(done.stdout)


def judge(rules: bytes) -> Firewall:
    """The same from the rules as nft(8) tells them in JSON."""
    try:
        entries = list(_entries(json.loads(rules)))
    except (ValueError, RecursionError):
        return Firewall(known=False, detail="nft(8) tells the firewall's rules in a way that is not known")
    chains = [value for kind, value in entries if kind == "chain" and _is_input(value)]
    written = [value for kind, value in entries if kind == "rule"]
    for chain in chains:
        rules_of = [rule for rule in written if _place(rule) == (*_place(chain)[:2], chain.get("name"))]
        if _drops(chain, rules_of) and not any(_lets_udp_in(rule) for rule in rules_of):
            name = f"{chain.get('family')} {chain.get('table')} {chain.get('name')}"
            return Firewall(known=True, detail=f"chain {name} drops what it does not know", closed=name)
    return Firewall(
        known=True, detail=f"{len(chains)} chains look at what comes in, and none drops all it does not know"
    )


def _entries(told: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for entry in told.get("nftables", []) if isinstance(told, dict) else []:
        for kind, value in entry.items() if isinstance(entry, dict) else ():
            if isinstance(value, dict):
                yield kind, value


def _place(entry: dict[str, Any]) -> tuple[object, object, object]:
    return entry.get("family"), entry.get("table"), entry.get("chain", entry.get("name"))


def _is_input(chain: dict[str, Any]) -> bool:
    return chain.get("hook") == "input" and chain.get("family") in _INET


def _drops(chain: dict[str, Any], rules: list[dict[str, Any]]) -> bool:
    """By its policy, or by a last rule that fits everything."""
    return chain.get("policy") == "drop" or any(
        _verdict(rule) in {"drop", "reject"} and not _asks(rule) for rule in rules
    )


def _lets_udp_in(rule: dict[str, Any]) -> bool:
    """Whether a rule accepts UDP whatever its port: from everywhere, or from some network."""
    text = json.dumps(_asks(rule))
    return _verdict(rule) == "accept" and '"udp"' in text and "port" not in text


def _asks(rule: dict[str, Any]) -> list[Any]:
    """The conditions of a rule."""
    return [e for e in rule.get("expr", []) if isinstance(e, dict) and "match" in e]


def _verdict(rule: dict[str, Any]) -> str:
    words = {word for e in rule.get("expr", []) if isinstance(e, dict) for word in e}
    return next((word for word in ("accept", "drop", "reject") if word in words), "")
