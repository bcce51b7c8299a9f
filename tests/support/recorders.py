"""What records, and what is worth keeping of it; and programs that run in a namespace for a while."""

import contextlib
import gzip
import os
import shlex
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.origin import Origin
from support.sniffer import Frame, sniff

GRACE_S = 1.0  # that programs and recorders get to start, and packets to arrive
WANTED = {b"\x08\x06", b"\x80\x33", b"\x08\x00"}  # ARP, raw SADP, IPv4
TRANSPORTS = {6, 17}  # TCP and UDP: what else a kernel sends of itself says nothing of a device
SECTION, INTERFACE = 0x0A0D0D0A, 1
MACHINE = {SECTION: {2, 3}, INTERFACE: {12}}  # options that name the recording machine: shb_hardware, shb_os; if_os


@contextmanager
def recorded(origin: Origin, folder: Path, namespace: str, interface: str) -> Iterator[None]:
    """Record the interface into the folder's file until the context ends; a bundle is written by the scan itself."""
    if origin.file == "run.bundle":
        yield
        return
    with tempfile.TemporaryDirectory() as place:
        plain = Path(place, origin.file.removesuffix(".gz"))
        if origin.recorder:
            plain.touch(mode=0o666)
            with running(namespace, origin.recorder.replace("{file}", str(plain))):
                time.sleep(GRACE_S)
                yield
        else:
            with sniff(namespace, interface) as sniffer:
                yield
            sniffer.frames[:] = filter(_matters, sniffer.frames)
            sniffer.write(plain)
        content = _anonymous(plain.read_bytes())
    packed = gzip.compress(content, 9, mtime=0) if origin.file.endswith(".gz") else content
    (folder / origin.file).write_bytes(packed)


def filled(program: str, folder: Path, address: str) -> str:
    """A program with what it may name filled in."""
    values = {"{python}": sys.executable, "{folder}": shlex.quote(str(folder.resolve())), "{address}": address}
    for name, value in values.items():
        program = program.replace(name, value)
    return program


@contextmanager
def running(namespace: str, program: str) -> Iterator[None]:
    """A shell program in a namespace, ended with all that it started."""
    argv = ["ip", "netns", "exec", namespace, "sh", "-c", program]
    with subprocess.Popen(argv, start_new_session=True) as process:
        try:
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)


def _matters(frame: Frame) -> bool:
    kind, protocol = frame.payload[12:14], frame.payload[23]
    return kind in WANTED and (kind != b"\x08\x00" or protocol in TRANSPORTS)


def _anonymous(content: bytes) -> bytes:
    """A pcapng file without the name of the machine; any other as it is."""
    if not content.startswith(struct.pack("<I", SECTION)):
        return content
    result, at = bytearray(content), 0
    while at < len(content):
        kind, size = struct.unpack_from("<II", content, at)
        if kind in MACHINE:
            _blank(result, MACHINE[kind], at + (24 if kind == SECTION else 16), at + size - 4)
        at += size
    return bytes(result)


def _blank(content: bytearray, codes: set[int], at: int, end: int) -> None:
    while at < end:
        code, size = struct.unpack_from("<HH", content, at)
        if code in codes:
            content[at + 4 : at + 4 + size] = b"-" * size
        at += 4 + size + -size % 4
