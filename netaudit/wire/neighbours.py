"""The kernel's own table of neighbours: what ARP has already learnt, readable by everybody.

Without the right to open raw sockets this is how hardware addresses are learnt: connects make the kernel resolve, and
the table is read afterwards. Linux keeps it in /proc/net/arp (proc(5)).
"""

import time
from collections.abc import Iterator
from pathlib import Path

from netaudit.model import Reply

TABLE = Path("/proc/net/arp")
_ETHERNET = "0x1"  # ARPHRD_ETHER, linux/if_arp.h
_COMPLETE = 0x2  # ATF_COM, the same


def read_neighbours(table: Path = TABLE) -> Iterator[Reply]:
    """A Reply for each complete entry, its line as the payload; nothing where there is no such table."""
    try:
        lines = table.read_text(encoding="ascii", errors="replace").splitlines()[1:]
    except OSError:
        return
    now = time.time()
    for line in lines:
        columns = line.split()
        if len(columns) == 6 and columns[1] == _ETHERNET and int(columns[2], 16) & _COMPLETE:
            yield Reply(
                channel="arp",
                transport="table",
                address=columns[0],
                payload=line.encode("ascii", "replace"),
                heard_at=now,
                mac=columns[3].lower(),
                interface=columns[5],
            )
