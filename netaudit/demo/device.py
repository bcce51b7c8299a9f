"""The shape of `devices/*.toml`: one emulated device a file, strictly read.

Whatever a device may send stands in its file, with placeholders (`placeholders.py`) for what depends on where it is played.
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

import msgspec

from netaudit.demo.logins import Login
from netaudit.demo.placeholders import check_placeholders
from netaudit.vocabulary import KINDS, VERDICTS

MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")


class Truth(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a scan should find out. A key that is left out is not knowable, and is not compared."""

    family: str
    verdict: str  # the least that a scan with all channels must reach; "unknown": exactly that
    kind: str | None = None
    manufacturer: str | None = None
    brand: str | None = None
    model: str | None = None
    firmware: str | None = None
    serial: str | None = None
    channels: int | None = None
    by_link: tuple[str, ...] = ()  # what only multicast tells: not to be learnt over loopback, or across a router

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS or self.kind not in {None, *KINDS}:
            raise ValueError(f"unknown verdict or kind: {self.verdict}, {self.kind}")
        if strangers := set(self.by_link) - set(self.__struct_fields__):
            raise ValueError(f"unknown attributes in by_link: {', '.join(sorted(strangers))}")

    def said(self, *, on_link: bool = True) -> dict[str, str | int]:
        """The attributes that can be compared, by name; on_link: the scanner is where multicast reaches the device."""
        names = set(self.__struct_fields__) - {"by_link", *(() if on_link else self.by_link)}
        return {name: value for name in sorted(names) if (value := getattr(self, name)) is not None}


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One DNS record of an mDNS answer (RFC 1035 section 3.2): `data` is text, addresses and names as written."""

    name: str
    type: Literal["A", "PTR", "SRV", "TXT"]
    data: str
    ttl: int = 120

    def __post_init__(self) -> None:
        check_placeholders(self.name, self.data)


class Datagram(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a UDP service answers to requests that `when`, a regular expression, is found in."""

    when: str
    text: str = ""  # as it stands
    head: str = ""  # lines as in HTTP: ended by CR LF, closed by an empty one
    dhip: str = ""  # JSON; the 32-byte header is put before it
    records: tuple[Record, ...] = ()  # an mDNS answer
    to: Literal["sender", "group", "as-asked"] = "sender"  # as-asked: to the group if the question came from our port
    from_port: int | None = None  # another source port than the one that was asked; 0: any
    delay_ms: int = 0

    def __post_init__(self) -> None:
        re.compile(self.when)
        check_placeholders(self.text, self.head, self.dhip)
        if sum(map(bool, (self.text, self.head, self.dhip, self.records))) != 1:
            raise ValueError("an answer is one of text, head, dhip, records")


class UdpService(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A UDP port. Every answer that fits is sent."""

    port: int
    groups: tuple[str, ...] = ()
    answer: tuple[Datagram, ...]


class Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a TCP service answers to requests that `when`, a regular expression, is found in."""

    when: str
    head: str = ""  # lines: ended by CR LF, closed by an empty one
    body: str = ""
    text: str = ""  # as it stands, in place of head and body
    endless: bool = False  # the body is sent again and again until the other side hangs up
    drip_ms: int = 0  # one byte each so many milliseconds
    delay_ms: int = 0
    close: bool = False  # hang up after it, whatever the head says
    login: Literal["", "digest", "token"] = ""  # only requests that carry the device's login in this way get it

    def __post_init__(self) -> None:
        re.compile(self.when)
        check_placeholders(self.head, self.body, self.text)
        if bool(self.head) == bool(self.text):
            raise ValueError("an answer is either a head, with or without a body, or text")
        if self.endless and not self.body:
            raise ValueError("an endless answer needs a body to repeat")


class Tls(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A certificate, made anew at every start, and the one protocol version that is spoken."""

    version: Literal["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]
    subject: str  # RFC 4514
    issuer: str = ""  # the subject itself, if empty
    key_bits: Literal[1024, 2048] = 2048
    not_before: date
    not_after: date
    ciphers: str = "DEFAULT"  # OpenSSL's cipher list format

    def __post_init__(self) -> None:
        check_placeholders(self.subject, self.issuer)


class TcpService(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A TCP port. The first answer that fits is sent; unknown requests get 404."""

    port: int
    speaks: Literal["http", "rtsp", "nothing"] = "nothing"  # nothing: takes connections and stays silent
    greeting: str = ""  # hexadecimal: what it sends unasked
    strict: bool = False  # hangs up on what cannot become a request, instead of waiting for more
    tls: Tls | None = None
    like: int | None = None  # answers as the service on this other port does
    answer: tuple[Answer, ...] = ()

    def __post_init__(self) -> None:
        bytes.fromhex(self.greeting)
        if self.like and self.answer:
            raise ValueError(f"port {self.port} has answers, but is like another")
        if self.answer and self.speaks == "nothing":
            raise ValueError(f"port {self.port} has answers, but speaks nothing")


class EmulatedDevice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One device: what it is, and all that it would ever send."""

    name: str
    summary: str
    host: int  # the last octet of its address
    mac: str
    truth: Truth
    login: Login | None = None  # None: nobody is let in
    udp: tuple[UdpService, ...] = ()
    tcp: tuple[TcpService, ...] = ()

    def __post_init__(self) -> None:
        if not MAC.fullmatch(self.mac):
            raise ValueError(f"not a hardware address in lower case: {self.mac}")
        if not 1 <= self.host <= 254:
            raise ValueError(f"not the last octet of a host address: {self.host}")
        ports = [service.port for service in self.tcp]
        if len(set(ports)) < len(ports) or any(s.like and s.like not in ports for s in self.tcp):
            raise ValueError("a TCP port stands there twice, or is like one that does not")

    def answers(self, service: TcpService) -> tuple[Answer, ...]:
        """What a TCP service of this device answers: its own answers, or those of the one that it is like."""
        return next((other.answer for other in self.tcp if other.port == service.like), service.answer)


def load_devices(folder: Path | None = None) -> tuple[EmulatedDevice, ...]:
    """The devices described in a folder, by host number; ValueError, with the file's name, on anything odd."""
    found = (folder or files("netaudit.demo") / "devices").iterdir()
    devices = tuple(sorted((_read(file) for file in found if file.name.endswith(".toml")), key=lambda d: d.host))
    for what in ("host", "mac"):
        _refuse_doubles(what, (getattr(device, what) for device in devices))
    return devices


def _read(file: Traversable) -> EmulatedDevice:
    try:
        device = msgspec.toml.decode(file.read_bytes(), type=EmulatedDevice)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise ValueError(f"{file.name}: {error}") from error
    if file.name != f"{device.name}.toml":
        raise ValueError(f"{file.name}: is named {device.name} inside")
    return device


def _refuse_doubles(what: str, values: Iterable[object]) -> None:
    doubles = [str(value) for value, count in Counter(values).items() if count > 1]
    if doubles:
        raise ValueError(f"several emulated devices have one {what}: {', '.join(doubles)}")
