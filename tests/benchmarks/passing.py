"""How long the dull packets of a capture take: passed many at once, and looked at one by one.

    python tests/benchmarks/passing.py [PACKETS [RUNS]]

The least processor time of so many runs, without start-up, of reading alone: video, whose packets are of few lengths
and connections, and strangers, where hardly two packets are of one connection.
"""

import random
import struct
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.captures import RECORD_HEAD, write_capture
from benchmarks.timing import least
from support.packets import ethernet, ipv4, udp

PACKETS, RUNS = 300_000, 3
NEVER = 1 << 62
DIRECTION = slice(26, 38)  # of a frame: addresses and ports


def main(words: list[str]) -> int:
    """Print the table."""
    packets, runs = (*map(int, words), *(PACKETS, RUNS)[len(words) :])
    print("| capture | many at once, us a packet | one by one, us a packet |\n| --- | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        for name, write in (("video", write_capture), ("strangers", write_strangers)):
            path = Path(folder, f"{name}.pcap")
            write(path, packets)
            at_once, one_by_one = least(runs, lambda path=path: read(path), lambda path=path: read_one_by_one(path))
            print(f"| {name} | {at_once / packets * 1e6:.2f} | {one_by_one / packets * 1e6:.2f} |")
    return 0


def read(path: Path) -> None:
    """Read all of it."""
    from netaudit.records.capture import read_capture
    from netaudit.records.ports import UDP_PORTS

    for _ in read_capture(path, UDP_PORTS):
        pass


def read_one_by_one(path: Path) -> None:
    """The same, where no packet is ever known."""
    with unlearnt():
        read(path)


@contextmanager
def unlearnt() -> Iterator[None]:
    """No expression is made meanwhile."""
    from netaudit.records import strides

    usual, strides._FIRST_DUE = strides._FIRST_DUE, NEVER
    try:
        yield
    finally:
        strides._FIRST_DUE = usual


def write_strangers(path: Path, packets: int) -> None:
    """Write datagrams of any length, each from somebody else to somebody else."""
    chance = random.Random(1)
    frames = [bytearray(ethernet(0x0800, ipv4(17, udp(1, 1, bytes(chance.randrange(60, 1400)))))) for _ in range(200)]
    with path.open("wb", buffering=1 << 20) as stream:
        stream.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1))
        for number in range(packets):
            frame = frames[number % len(frames)]
            ports = struct.pack(">HH", chance.randrange(40_000, 60_000), chance.randrange(40_000, 60_000))
            frame[DIRECTION] = chance.randbytes(8) + ports
            stream.write(RECORD_HEAD.pack(1_700_000_000, 0, len(frame), len(frame)) + frame)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
