"""netaudit beside nmap's and recog's rules, over the same labelled lines.

    python tests/benchmarks/compare.py CORPUS_DIR --nmap-probes FILE --recog DIR

FILE is nmap's nmap-service-probes, DIR the `xml` directory of rapid7/recog; a peer that is not given, or not there, is
left out with a line that says so. nmap's rules get whole replies; of a single value, the smallest reply that carries
it. recog's get the values that netaudit's own readers cut out. Both get more than their own programs would give them.
A peer names a family where anything that it says of product, vendor, system or device holds the family's name.
"""

import argparse
import json
import sys
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.corpus import MEASURED, Row, read_corpus
from benchmarks.nmap_rules import NmapRules, ask_nmap, read_nmap_rules
from benchmarks.recog_rules import RecogRules, ask_recog, read_recog_rules
from benchmarks.scores import NAMED, NAMES_READ, is_held, plain

from netaudit.discovery import BY_NAME
from netaudit.identify.fingerprints import load_library
from netaudit.model import Observation, Reply

# The channels that all three have rules for, and the services whose match lines are tried on a reply of each.
SERVICES = {
    "http": ("http", "https", "http-proxy", "upnp", "rtsp"),
    "rtsp": ("rtsp", "http"),
    "telnet": ("telnet",),
    "ftp": ("ftp",),
    "ssh": ("ssh",),
    "snmp": ("snmp",),
    "ssdp": ("upnp",),
    "upnp": ("upnp", "http"),
    "sip": ("sip",),
}
# The smallest reply that carries a single value.
WRAPPED = {
    "http.server": "HTTP/1.1 200 OK\r\nServer: {}\r\n\r\n",
    "http.www_authenticate": "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: {}\r\n\r\n",
    "http.set_cookie": "HTTP/1.1 200 OK\r\nSet-Cookie: {}\r\n\r\n",
    "http.title": "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><head><title>{}</title></head></html>",
    "http.body": "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{}",
    "rtsp.server": "RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: {}\r\n\r\n",
    "rtsp.www_authenticate": "RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: {}\r\n\r\n",
    "telnet.banner": "{}\r\n",
    "ftp.banner": "{}\r\n",
    "ssh.banner": "{}\r\n",
    "snmp.sysdescr": "{}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One side of the comparison: what it says of a row, and which of the two families it names, at its own pace."""

    name: str
    says: Callable[[Row], str]
    names: Callable[[Row], set[str]]


def main(arguments: list[str]) -> int:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--nmap-probes", type=Path)
    parser.add_argument("--recog", type=Path)
    options = parser.parse_args(arguments)
    rows = read_corpus(options.corpus, load_library())
    peers = [Peer(name="netaudit", says=_own_words, names=_own_families)]
    for text in _add_peers(peers, options.nmap_probes, options.recog):
        print(text)
    shared = [row for row in rows if channels_of(row) & set(SERVICES)]
    whole = [row for row in shared if any(_replies(row))]
    for title, part in (
        ("all lines", rows),
        ("lines of the channels that all have rules for", shared),
        ("of these, whole replies", whole),
    ):
        for text in table(title, part, peers):
            print(text)
    return 0


def _add_peers(peers: list[Peer], probes: Path | None, recog: Path | None) -> Iterator[str]:
    if probes and probes.is_file():
        nmap = read_nmap_rules(probes)
        yield f"nmap: {nmap.count} match lines, {nmap.refused} that Python's re refuses"
        peers.append(_peer("nmap", lambda row: _nmap_says(nmap, row)))
    else:
        yield "nmap: left out, no --nmap-probes FILE"
    if recog and recog.is_dir():
        rules = read_recog_rules(recog)
        yield f"recog: {rules.count} fingerprints of the fields compared, {rules.refused} that Python's re refuses"
        peers.append(_peer("recog", lambda row: _recog_says(rules, row)))
    else:
        yield "recog: left out, no --recog DIR"


def _peer(name: str, says: Callable[[Row], str]) -> Peer:
    return Peer(name=name, says=says, names=lambda row: {f for f in MEASURED if f in says(row).casefold()})


def table(title: str, rows: list[Row], peers: list[Peer]) -> Iterator[str]:
    """How much each peer names, whom it names wrongly, and what it reads."""
    yield f"\n{title}: {len(rows)}"
    for peer in peers:
        named = [(row, peer.names(row)) for row in rows]
        parts = [f"says something of {sum(bool(peer.says(row)) for row in rows)}"]
        parts += [_recall(family, named) for family in MEASURED]
        wrong = [(row, found) for row, found in named if found - {row.family}]
        parts.append(f"wrongly accused {len(wrong)}")
        for name in NAMES_READ:
            due = [row for row in rows if row.family in MEASURED and is_held(row, name)]
            read = sum(plain(row.truth[name]) in plain(peer.says(row)) for row in due)
            parts.append(f"{name} {read} of {len(due)}")
        yield f"  {peer.name:9} " + "; ".join(parts)
        yield from (
            f"      {row.name} is {row.family}, {row.truth.get('brand')}: {peer.says(row)!r}" for row, _ in wrong
        )


def _recall(family: str, named: list[tuple[Row, set[str]]]) -> str:
    due = [family in found for row, found in named if row.family == family and row.counts]
    return f"{family} {sum(due)} of {len(due)} ({fmean(due or [0]):.3f})"


def _own_words(row: Row) -> str:
    told = row.identity
    return " ".join(filter(None, (told.manufacturer, told.brand, told.model, told.firmware)))


def _own_families(row: Row) -> set[str]:
    return {row.identity.family} & set(MEASURED) if row.identity.verdict in NAMED else set()


def _nmap_says(rules: NmapRules, row: Row) -> str:
    answers = (ask_nmap(rules, SERVICES.get(channel, ()), reply) for channel, reply in _all_replies(row))
    return " ".join(text for answer in answers for text in answer)


def _all_replies(row: Row) -> Iterator[tuple[str, bytes]]:
    """Every reply of a line, and of every single value the smallest reply that carries it."""
    yield from _replies(row)
    for seen in _given(row):
        if seen.field in WRAPPED:
            yield seen.channel, WRAPPED[seen.field].format(seen.value).encode(errors="replace")


def _replies(row: Row) -> Iterator[tuple[str, bytes]]:
    """Every reply, its lines ended as on the wire."""
    for reply in json.loads(row.text)[0] or ():
        if "base64" in reply:
            yield reply["channel"], b64decode(reply["base64"])
        else:
            yield reply["channel"], reply["text"].replace("\r\n", "\n").replace("\n", "\r\n").encode()


def _given(row: Row) -> Iterator[Observation]:
    for seen in json.loads(row.text)[1] or ():
        yield Observation(channel=seen["field"].partition(".")[0], field=seen["field"], value=seen["value"])


def _recog_says(rules: RecogRules, row: Row) -> str:
    seen = [*_given(row), *(o for channel, reply in _replies(row) for o in _read(channel, reply))]
    return " ".join(filter(None, (ask_recog(rules, o.field, o.value) for o in seen)))


def _read(channel: str, payload: bytes) -> list[Observation]:
    try:
        return list(BY_NAME[channel].read(Reply(channel=channel, transport="given", address="", payload=payload)))
    except ValueError:
        return []


def channels_of(row: Row) -> set[str]:
    """The channels that a line has replies or values of."""
    return {channel for channel, _ in _replies(row)} | {seen.channel for seen in _given(row)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
