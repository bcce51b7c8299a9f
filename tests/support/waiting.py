"""Waiting for facts, where a sleep would hope for them: for what others do, and for the moment at which a device is asked."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from support.namespaces import inside

from netaudit.demo import Seen
from netaudit.model import Reply
from netaudit.records.bundle import read_bundle

PATIENCE_S = 60.0  # nothing that is waited for takes a tenth of it, unless it never comes
LISTENING, UNCONNECTED = "0A", "07"  # TCP_LISTEN, TCP_CLOSE of linux/tcp_states.h: of a TCP and of a UDP server


def wait_until(happened: Callable[[], object], what: str = "what was waited for") -> None:
    """Return when this is so; AssertionError where it does not come to pass."""
    until = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < until, f"{what} has not come"
        time.sleep(0.02)


def serves(namespace: str, *ports: tuple[str, int]) -> bool:
    """Whether all of these ports ("tcp" or "udp", number) are open in a namespace: proc_net_tcp(5)."""
    with inside(namespace):
        return set(ports) <= set(_open_ports())


def has_heard(bundle: Path) -> bool:
    """Whether a scan that records there has taken an answer by now."""
    try:
        return any(isinstance(event, Reply) for event in read_bundle(bundle).events)
    except (OSError, ValueError):  # it has not begun
        return False


class Acting(list[Seen]):
    """What a device has seen; between each question and its answer something is done, for which the device waits."""

    def __init__(self, act: Callable[[Seen], object]) -> None:
        super().__init__()
        self._act = act

    def append(self, seen: Seen) -> None:
        super().append(seen)
        self._act(seen)


def _open_ports() -> Iterator[tuple[str, int]]:
    for kind, wanted in (("tcp", LISTENING), ("udp", UNCONNECTED)):
        for file in (Path("/proc/thread-self/net", kind), Path("/proc/thread-self/net", f"{kind}6")):
            lines = file.read_text().splitlines()[1:] if file.exists() else []
            for _, own, _, state, *_ in map(str.split, lines):
                if state == wanted:
                    yield kind, int(own.rpartition(":")[2], 16)
