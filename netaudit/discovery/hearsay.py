"""What must not count twice, or at all: messages that two sockets heard, and those of excluded devices.

A message to a group comes to whoever asked that group and to whoever listens to the whole link; it is one message.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address

from netaudit.model import Reply

LISTEN = "listen"  # the name under which what others send is heard
MOST_REMEMBERED = 65_536
MOST_HELD = 10_000  # replies that wait for the end; more are a flood, and do not wait

_Message = tuple[str, str, int, str]


@dataclass(slots=True)
class Hearsay:
    """What was heard by asking and by listening, and which hardware addresses belong to excluded devices."""

    _first: dict[_Message, bool] = field(default_factory=dict)  # whether it was listening that heard it first
    _barred: set[str] = field(default_factory=set)

    def bar(self, reply: Reply) -> None:
        """Note the hardware address of an excluded device, as the link layer says it."""
        if reply.channel == "arp" and reply.mac:
            self._barred.add(reply.mac)

    def forget(self) -> None:
        """Listening is over: what is answered from now on is an answer, even if it was heard before."""
        self._first.clear()

    def refuses(self, reply: Reply, *, listened: bool) -> bool:
        """Whether the other way of hearing has told this already, or an excluded device sent it without its address."""
        if reply.mac in self._barred and _names_no_host(reply.address):
            return True
        if reply.transport not in {"udp", "link", "ip"}:
            return False
        if len(self._first) >= MOST_REMEMBERED:
            self._first.clear()
        message = (reply.channel, reply.address, reply.port, reply.digest)
        return self._first.setdefault(message, listened) != listened


def nameless_last(replies: Iterable[Reply], *, excluding: bool) -> Iterator[Reply]:
    """Replies as they come; those that name no host when all is over, where that tells whether they are excluded."""
    if not excluding:
        yield from replies
        return
    held: list[Reply] = []
    for reply in replies:
        if _names_no_host(reply.address) and len(held) < MOST_HELD:
            held.append(reply)
        else:
            yield reply
    yield from held


def _names_no_host(address: str) -> bool:
    """Whether this tells nothing of who is in scope: no address, or one that only the link knows."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return True
    return parsed.is_unspecified or (isinstance(parsed, IPv6Address) and parsed.is_link_local)
