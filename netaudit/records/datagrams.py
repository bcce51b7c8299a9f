"""The UDP datagrams of a capture that somebody here can read (RFC 768).

Those are the ones from or to a port of interest, and the answers to what was sent there: a device may answer from a
port of its own choice, and then only the port that it answers to tells.
"""

from collections import OrderedDict
from struct import Struct

from netaudit.model import Reply
from netaudit.records.addresses import address_text
from netaudit.records.interest import Interest
from netaudit.records.packets import CUT, Packet

_ANSWER_S = 60.0  # later, the asker's port serves for something else, e.g. for video through QUIC
_MAX_ASKERS = 10_000

_HEADER = Struct(">HHH").unpack_from
_HEADER_SIZE = 8


class Datagrams:
    """Who asked, and when."""

    def __init__(self, interest: Interest) -> None:
        self._interest = interest
        self._asked_at: OrderedDict[bytes, float] = OrderedDict()  # by packed address and port

    def add(self, packet: Packet) -> Reply | None:
        """The datagram as a reply, if it is of interest. ValueError if it is malformed, then."""
        body = packet.body
        if len(body) < _HEADER_SIZE:
            raise ValueError(CUT if packet.missing else "with a malformed UDP header")
        source, target, size = _HEADER(body)
        if not self._is_wanted(packet, source, target):
            return None
        size = size or len(body)  # 0: left to the network card, or longer than 64 KiB
        if not _HEADER_SIZE <= size <= len(body):
            raise ValueError(CUT if packet.missing else "with a malformed UDP header")
        return _reply(packet, source, target, body[_HEADER_SIZE:size]) if size > _HEADER_SIZE else None

    def _is_wanted(self, packet: Packet, source: int, target: int) -> bool:
        ports = self._interest.ports
        if source in ports:
            return True
        if target in ports:
            self._note_asker(packet, source)
            return True
        asked_at = self._asked_at.get(packet.target + packet.body[2:4])
        return asked_at is not None and abs(packet.heard_at - asked_at) <= _ANSWER_S

    def _note_asker(self, packet: Packet, port: int) -> None:
        self._interest.listening.add(port)
        key = packet.source + packet.body[:2]
        self._asked_at[key] = packet.heard_at
        self._asked_at.move_to_end(key)
        if len(self._asked_at) > _MAX_ASKERS:
            self._asked_at.popitem(last=False)


def _reply(packet: Packet, source: int, target: int, payload: bytes) -> Reply:
    return Reply(
        transport="udp",
        address=address_text(packet.source, packet.interface),
        port=source,
        payload=payload,
        heard_at=packet.heard_at,
        mac=packet.mac.hex(":") or None,
        destination=address_text(packet.target, packet.interface),
        destination_port=target,
        interface=packet.interface,
    )
