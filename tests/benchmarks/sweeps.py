"""An ARP sweep of a /16 as fast as it goes: netaudit beside arp-scan and masscan, few hosts alive and one in five.

    python tests/benchmarks/sweeps.py [RUNS]

A program in C (arpd.c) answers for the hosts from the other end of a veth pair, each with a hardware
address of its own. masscan wakes for packets only, so that ten small broadcasts a second come to everybody.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.processes import Contest, Cost, compete, markdown, run
from support.namespaces import inside, ip, make_namespace, remove_namespaces

NETWORK, SCANNER, NEIGHBOUR = "10.199.0.0/16", "10.199.255.254", "10.199.255.253"
FEW, ONE_IN_FIVE = 1, 200  # alive, of a thousand
RUNS = 5
NOISE = """
import socket, time
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
while True:
    sock.sendto(b"", ("10.199.255.255", 9))
    time.sleep(0.1)
"""


def main(words: list[str]) -> int:
    """Print the tables."""
    print("\n".join(markdown(contest) for contest in measure(int(words[0]) if words else RUNS)))
    return 0


def measure(runs: int, network: str = NETWORK, alive: Sequence[int] = (FEW, ONE_IN_FIVE)) -> list[Contest]:
    """A sweep of the network by everybody, for each choice of those who are alive in it."""
    contests = []
    for share in alive:
        with link(share) as namespace:
            title = f"ARP sweep of {network}, {share / 10:g} % of it alive"
            contests.append(compete(title, contenders(namespace, network), runs=runs, found=found))
    return contests


@contextmanager
def link(share: int) -> Iterator[str]:
    """A namespace with a scanner's interface, and at its other end somebody who answers for so many of a thousand."""
    names = [make_namespace("scanner"), make_namespace("hosts")]
    scanner, hosts = names
    try:
        ip(f"link add scanner netns {scanner} type veth peer name hosts netns {hosts}")
        for name, interface, address in ((scanner, "scanner", SCANNER), (hosts, "hosts", NEIGHBOUR)):
            ip("link set lo up", f"link set {interface} up", f"address add {address}/16 dev {interface}", inside=name)
        with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
            arpd = str(Path(folder, "arpd"))
            subprocess.run(["cc", "-O2", "-o", arpd, str(Path(__file__).with_name("arpd.c"))], check=True)
            for command in ([arpd, "hosts", str(share)], [sys.executable, "-c", NOISE]):
                process = subprocess.Popen(["ip", "netns", "exec", hosts, *command])
                stack.callback(process.wait)
                stack.callback(process.kill)
            yield scanner
    finally:
        remove_namespaces(names)


def contenders(namespace: str, network: str) -> Mapping[str, Callable[[], Cost]]:
    """name -> what runs it."""
    netaudit = [sys.executable, "-m", "netaudit", "scan", network, "--channels", "arp", "--rate", "1000000", "--yes"]
    commands = {
        "netaudit": [*netaudit, "--once", "--listen", "0", "-q", "-o", "jsonl"],
        "arp-scan": ["arp-scan", "-I", "scanner", "-B", "1000M", "-q", "-x", network],
        "masscan": ["masscan", "--arp", network, "--rate", "1000000", "--wait", "0", "-e", "scanner"],
    }
    return {
        name: lambda command=command: run(command, namespace=namespace, sent=lambda: packets_sent(namespace))
        for name, command in commands.items()
        if name == "netaudit" or shutil.which(name)
    }


def packets_sent(namespace: str) -> int:
    """By the scanner's interface so far."""
    with inside(namespace):
        done = Path("/proc/thread-self/net/dev").read_text(encoding="ascii")
    line = next(line for line in done.splitlines() if line.strip().startswith("scanner:"))
    return int(line.split(":")[1].split()[9])


def found(name: str, cost: Cost) -> str:
    """How many hosts a scanner names, a line each; ValueError where it names none."""
    hosts = set(re.findall(rb"10\.199\.\d+\.\d+", cost.output)) - {SCANNER.encode(), NETWORK.encode()[:-3]}
    if not hosts:
        raise ValueError(f"{name} found nobody, and ended with {cost.code}")
    return f"{len(hosts):,} hosts"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
