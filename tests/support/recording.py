"""Records the captures of tests/captures, each from what its origin.toml says. docs/captures.md explains it.

Run by hand, as root, in the project's root: `PYTHONPATH=tests python -m support.recording FOLDER...`
"""

import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path

from support.namespaces import inside, ip, run_in
from support.network import Lan, Network
from support.origin import Origin, Recorded, addresses, bare, emulated, known_devices, read_origin
from support.readme import write_skeleton
from support.recorders import GRACE_S, filled, recorded, running

from netaudit.demo import EmulatedDevice, Placement, emulate

SCAN_TIMEOUT_S = 300

Programs = list[Callable[[], AbstractContextManager[None]]]


def record(folder: Path) -> None:
    """Build the network of a folder's origin.toml, record it, and write the recording there."""
    origin = read_origin(folder)
    with ExitStack() as stack:
        network = stack.enter_context(Network())
        lan = network.lan(origin.lan)
        if origin.hub:
            ip(f"link set {lan.bridge} type bridge ageing_time 0", inside=network.wire)
        places, programs = _plug_all(origin, folder, network, lan)
        stack.enter_context(emulate(places, places.__getitem__))
        with recorded(origin, folder, network.scanner, lan.interface):
            with ExitStack() as started:
                for program in programs:
                    started.enter_context(program())
                time.sleep(origin.seconds)
                _scan(origin, folder, network.scanner)
            time.sleep(GRACE_S)
    write_skeleton(folder)


def _plug_all(
    origin: Origin, folder: Path, network: Network, lan: Lan
) -> tuple[dict[EmulatedDevice, Placement], Programs]:
    """Where each emulated device stands, and what starts each program."""
    known, places, programs = known_devices(folder), {}, []
    for one in origin.device:
        if one.program:
            namespace = _plug(network, lan, one, one.name, one.mac, one.address)
            programs.append(partial(running, namespace, filled(one.program, folder, bare(one.address))))
            continue
        for device, address in emulated(one, known):
            namespace = _plug(network, lan, one, device.name, device.mac, address)
            places[device] = Placement(address=bare(address), interface="eth0", enter=partial(inside, namespace))
    return places, programs


def _plug(network: Network, lan: Lan, one: Recorded, label: str, mac: str, address: str) -> str:
    namespace = network.namespace(label)
    own = address if "/" in address else f"{address}/{lan.network.prefixlen}"
    network.plug(lan, namespace, "eth0", own, mac, "route add default dev eth0", *one.setup)
    return namespace


def _scan(origin: Origin, folder: Path, namespace: str) -> None:
    everybody = [bare(address) for one in origin.device for address in addresses(one)]
    targets = everybody if origin.scan is None else origin.scan
    if not targets:
        return
    more = ["--record", str(folder / origin.file)] if origin.file == "run.bundle" else []
    argv = [sys.executable, "-m", "netaudit", "scan", *targets, "--profile", "standard", *more, *origin.options]
    done = run_in(namespace, argv, timeout=SCAN_TIMEOUT_S)
    if done.returncode not in {0, 4}:
        raise SystemExit(f"{folder}: the scan ended with {done.returncode}")


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        record(Path(argument))
