"""Greetings: what TELNET (RFC 854), FTP (RFC 959) and SSH (RFC 4253) say first. They are heard, never answered."""

import re
from collections.abc import Iterator

from netaudit.discovery.channel import Channel, Request, observe
from netaudit.discovery.text import clean, decode
from netaudit.model import Observation, Reply

MAX_BYTES = 4096
MAX_SSH_LINES = 32
# IAC: a subnegotiation up to IAC SE, an option with its verb, a doubled IAC, another command; RFC 854, RFC 855.
_TELNET_OPTION = re.compile(rb"\xff(?:\xfa[^\xff]*(?:\xff[^\xf0][^\xff]*)*(?:\xff\xf0)?|[\xfb-\xfe].?|.?)", re.DOTALL)
_FTP_REPLY = re.compile(r"[1-5]\d\d[ -]")


def read_telnet(reply: Reply) -> Iterator[Observation]:
    """The text of a greeting, on one line."""
    text = decode(_TELNET_OPTION.sub(b"", reply.payload[:MAX_BYTES]))
    yield from observe(reply, "telnet.banner", _one_line(text))


def read_ftp(reply: Reply) -> Iterator[Observation]:
    """The text of the first reply without its code, on one line."""
    lines = decode(reply.payload[:MAX_BYTES]).splitlines()
    greeting = [line for line in lines if line.strip()]
    if not greeting or not (_FTP_REPLY.match(greeting[0]) or reply.transport == "given"):
        raise ValueError("no FTP greeting: it begins with no reply code")
    code = greeting[0][:3]
    words = [line[4:] if line.startswith((f"{code} ", f"{code}-")) and code.isdigit() else line for line in greeting]
    yield from observe(reply, "ftp.banner", _one_line(" ".join(words)))


def read_ssh(reply: Reply) -> Iterator[Observation]:
    """The identification string; lines before it are allowed (RFC 4253 section 4.2)."""
    lines = reply.payload[:MAX_BYTES].decode("latin-1").splitlines()[:MAX_SSH_LINES]
    identification = next((line for line in lines if line.startswith("SSH-")), None)
    if identification is None:
        raise ValueError("no SSH identification string")
    yield from observe(reply, "ssh.banner", clean(identification, 255))


def _one_line(text: str) -> str:
    return " ".join(clean(text).split())


def _knows_ssh(reply: Reply) -> bool:
    return reply.transport == "tcp" and reply.payload.startswith(b"SSH-")


def _knows_telnet(reply: Reply) -> bool:
    return reply.transport == "tcp" and re.match(rb"\xff[\xfb-\xfe]", reply.payload) is not None


def _request(port: int) -> Request:
    return Request(
        what="a connection in which nothing is sent",
        build=lambda: b"",
        to="each device",
        transport="tcp",
        ports=(port,),
        most=1,
        when="only where --channels names the channel; closed after one second",
        source="RFC 9293",
    )


_SENDS = "one connection, nothing in it, and only where --channels names this channel"

TELNET = Channel(
    name="telnet",
    title="Telnet greeting",
    read=read_telnet,
    hears=(("tcp", 23), ("tcp", 2323)),
    knows=_knows_telnet,
    fields=("telnet.banner",),
    sends=_SENDS,
    requests=(_request(23),),
    by_name_only=True,
)
FTP = Channel(
    name="ftp",
    title="FTP greeting",
    read=read_ftp,
    hears=(("tcp", 21),),
    fields=("ftp.banner",),
    sends=_SENDS,
    requests=(_request(21),),
    by_name_only=True,
)
SSH = Channel(
    name="ssh",
    title="SSH identification string",
    read=read_ssh,
    hears=(("tcp", 22),),
    knows=_knows_ssh,
    fields=("ssh.banner",),
    sends=_SENDS,
    requests=(_request(22),),
    by_name_only=True,
)
