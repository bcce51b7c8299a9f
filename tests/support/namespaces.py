"""Network namespaces of Linux: made for one test, entered by one thread, removed whatever happens."""

import ctypes
import fcntl
import itertools
import os
import shutil
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

MOUNTS = Path("/run/netns")
PREFIX = "netaudit"
CLONE_NEWNET = 0x40000000
SIOCGIFFLAGS, IFF_RUNNING = 0x8913, 0x40  # linux/sockios.h, linux/if.h
UP_TRIES, UP_S = 30_000, 0.001
NUMBERS = itertools.count()


def ip(*commands: str, inside: str | None = None, force: bool = False) -> None:
    """Run commands of ip(8) as one batch, in a namespace or in the caller's; force: go on after errors."""
    where = ["-n", inside] if inside else []
    flags = ["-force"] if force else []
    batch = "\n".join(commands) + "\n"
    done = subprocess.run(
        ["ip", *where, *flags, "-batch", "-"], input=batch, capture_output=True, text=True, check=False
    )
    if done.returncode and not force:
        raise OSError(f"ip: {done.stderr.strip()} in:\n{batch}")


def make_namespace(label: str) -> str:
    """A new namespace, empty and quiet; its name tells the process that made it."""
    name = f"{PREFIX}-{os.getpid()}-{next(NUMBERS)}-{label}"
    ip(f"netns add {name}")
    with inside(name):
        for setting in ("ipv6/conf/all/disable_ipv6", "ipv6/conf/default/disable_ipv6"):
            write_setting(setting, "1")  # the kernel's own solicitations would look like something that we sent
        for setting in ("ipv4/conf/all/rp_filter", "ipv4/conf/default/rp_filter"):
            write_setting(setting, "0")  # devices with a foreign address must be heard
    return name


def remove_namespaces(names: Sequence[str]) -> None:
    """Remove namespaces, with every interface in them."""
    present = [name for name in names if (MOUNTS / name).exists()]
    if present:
        ip(*(f"netns delete {name}" for name in present), force=True)


def leftovers() -> list[str]:
    """Namespaces of earlier runs, whose process is gone."""
    found = (path.name for path in MOUNTS.glob(f"{PREFIX}-*-*-*"))
    return [name for name in found if not Path("/proc", name.split("-")[1]).exists()]


def write_setting(name: str, value: str) -> None:
    """Set a sysctl of the namespace that this thread is in; a kernel without it needs no setting."""
    file = Path("/proc/sys/net", name)
    if file.exists():
        file.write_text(value)


def speak_ipv6(name: str, interface: str, address: str = "") -> None:
    """Switch IPv6 on for an interface of a namespace, with this link-local address beside the kernel's own one."""
    with inside(name):
        for setting in ("accept_dad", "disable_ipv6"):  # nobody waits for the end of a check for doubles
            write_setting(f"ipv6/conf/all/{setting}", "0")
            write_setting(f"ipv6/conf/{interface}/{setting}", "0")
    if address:
        ip(f"address add {address}/64 dev {interface} nodad", inside=name)


def wait_until_up(interface: str) -> None:
    """Wait until an interface of this thread's namespace carries frames: until then the kernel drops them in silence."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for _ in range(UP_TRIES):
            told = fcntl.ioctl(sock, SIOCGIFFLAGS, struct.pack("16sH22x", interface.encode(), 0))
            if struct.unpack_from("H", told, 16)[0] & IFF_RUNNING:
                return
            time.sleep(UP_S)
    raise OSError(f"{interface} does not come up")


@contextmanager
def inside(name: str) -> Iterator[None]:
    """Whatever this thread opens in here belongs to the namespace; other threads stay where they are."""
    with Path("/proc/thread-self/ns/net").open() as home, (MOUNTS / name).open() as there:
        _enter(there.fileno())
        try:
            yield
        finally:
            _enter(home.fileno())


def run_in(name: str, argv: Sequence[str], **options: Any) -> subprocess.CompletedProcess[Any]:
    """Run a program inside a namespace, to its end; options as for subprocess.run."""
    return subprocess.run(["ip", "netns", "exec", name, *argv], check=False, **options)


def _enter(descriptor: int) -> None:
    if hasattr(os, "setns"):  # Python 3.12
        os.setns(descriptor, CLONE_NEWNET)
    elif ctypes.CDLL(None, use_errno=True).setns(descriptor, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "cannot enter the namespace")


def _why_not() -> str:
    if not sys.platform.startswith("linux") or os.geteuid():
        return "needs root on Linux"
    if not shutil.which("ip"):
        return "needs ip(8) of iproute2"
    try:
        remove_namespaces([make_namespace("trial")])
    except OSError as error:
        return f"no namespaces here: {error}"
    return ""


REASON = _why_not()
needs_namespaces = [pytest.mark.namespaces, pytest.mark.skipif(bool(REASON), reason=REASON)]
