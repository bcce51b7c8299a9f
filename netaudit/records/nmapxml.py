"""nmap's XML as a stream: one host after the other, with its ports and what scripts found (nmap.dtd 1.05).

Nothing is kept of a host but what is asked for here, and no tree is built: a file of any size needs the same memory.
The document is as hostile as the devices whose words it holds: entities are refused, and sizes and counts are capped.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import ParseError  # the type only: defusedxml does the parsing

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

CHUNK_BYTES: Final = 64 << 10
MAX_HOST_BYTES: Final = 32 << 20  # from one host to the next; all ports of a device with scripts are 20 MiB
MAX_DEPTH: Final = 32
MAX_TEXT: Final = 64 << 10  # characters of one text or attribute
MAX_PORTS: Final = 2 * 65_536
MAX_SCRIPTS: Final = 1024  # of one host
MAX_VALUES: Final = 256  # of one script
MAX_NAMES: Final = 16  # of one host, as of its addresses


@dataclass(slots=True)
class Script:
    """What one script found: its text, and its values as (path of keys, value); what has no key has ""."""

    name: str
    output: str
    values: list[tuple[tuple[str, ...], str]] = field(default_factory=list)


@dataclass(slots=True)
class Port:
    """A port with its state, and nmap's record of what an unknown service sent."""

    transport: str = ""
    number: int = 0
    state: str = ""
    tunnel: str = ""
    fingerprint: str = ""
    scripts: list[Script] = field(default_factory=list)


@dataclass(slots=True)
class Host:
    """All that nmap tells of one host that is taken here."""

    state: str = ""
    reason: str = ""
    ended_at: str = ""
    addresses: list[tuple[str, str]] = field(default_factory=list)  # (type, address)
    names: list[tuple[str, str]] = field(default_factory=list)  # (type, name)
    ports: list[Port] = field(default_factory=list)


@dataclass(slots=True)
class Document:
    """What stands outside of hosts; complete once all hosts were read."""

    started_at: str = ""
    finished_at: str = ""
    cut: str = ""  # why the document ends early; empty where it is whole


def read_hosts(path: Path, document: Document) -> Iterator[Host]:
    """The hosts of an XML file, in their order; `document` is filled on the way.

    ValueError, one line with the file's name, where it is no XML of nmap's, or more than any nmap writes.
    A file that was cut off gives what came before; `document.cut` says where.
    """
    target = _Target(document)
    parser = DefusedXMLParser(target=target)
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                target.count(len(chunk))
                parser.feed(chunk)
                yield from target.taken()
        parser.close()
    except DefusedXmlException:
        raise ValueError(f"{path}: it declares entities, which nmap never does: it is not read") from None
    except ParseError as error:
        yield from target.taken()
        document.cut = _cut(path, target, error)
    except ValueError as error:
        raise ValueError(f"{path}: {error}: give the file that `nmap -oX` wrote") from None


def _cut(path: Path, target: "_Target", error: ParseError) -> str:
    if not target.seen:
        raise ValueError(f"{path}: not nmap's XML ({error}): give the file that `nmap -oX` wrote") from None
    return f"{path.name}: {error}: the file ends early, or is damaged there"


@dataclass(slots=True)
class _Target:
    """What the parser tells of elements; as xml.etree's TreeBuilder, without the tree."""

    document: Document
    seen: bool = False
    read_bytes: int = 0  # since the end of the last host
    open: list[str] = field(default_factory=list)  # the elements that are not closed yet
    host: Host | None = None
    port: Port | None = None
    script: Script | None = None
    keys: list[str] = field(default_factory=list)  # of the tables within a script that are open, and of its value
    text: list[str] = field(default_factory=list)
    scripts: int = 0
    ready: deque[Host] = field(default_factory=deque)

    def count(self, size: int) -> None:
        """So many bytes come next; ValueError where no host has ended for too long."""
        self.read_bytes += size
        if self.read_bytes > MAX_HOST_BYTES:
            raise ValueError(f"more than {MAX_HOST_BYTES >> 20} MiB without the end of a host")

    def taken(self) -> Iterator[Host]:
        """The hosts that have ended since."""
        while self.ready:
            yield self.ready.popleft()

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        if not self.open and tag != "nmaprun":
            raise ValueError("not nmap's XML: its root is no nmaprun")
        if len(self.open) >= MAX_DEPTH:
            raise ValueError("nested more deeply than nmap's XML is")
        self.open.append(tag)
        self.seen = True
        shown = {name: value[:MAX_TEXT] for name, value in attributes.items()}
        if self.script is not None:
            self._start_value(tag, shown)
        elif self.host is None:
            self._start_outside(tag, shown)
        else:
            self._start_within(self.host, tag, shown)

    def end(self, tag: str) -> None:
        """An element ends."""
        self.open.pop()
        if self.script is not None:
            self._end_value(self.script, tag)
        elif tag == "port":
            self.port = None
        elif tag == "host" and self.host is not None:
            self.ready.append(self.host)
            self.host, self.scripts, self.read_bytes = None, 0, 0

    def data(self, text: str) -> None:
        """Text within an element, or a part of it."""
        if self.script is not None and self.open[-1] == "elem" and len(self.text) < MAX_VALUES:
            self.text.append(text[:MAX_TEXT])

    def close(self) -> None:
        """The document is over."""

    def _start_outside(self, tag: str, given: Mapping[str, str]) -> None:
        if tag == "nmaprun":
            self.document.started_at = given.get("start", "")
        elif tag == "finished":
            self.document.finished_at = given.get("time", "")
        elif tag == "host":
            self.host = Host(ended_at=given.get("endtime", "") or given.get("starttime", ""))

    def _start_within(self, host: Host, tag: str, given: Mapping[str, str]) -> None:
        if tag == "status":
            host.state, host.reason = given.get("state", ""), given.get("reason", "")
        elif tag == "address" and len(host.addresses) < MAX_NAMES:
            host.addresses.append((given.get("addrtype", ""), given.get("addr", "")))
        elif tag == "hostname" and len(host.names) < MAX_NAMES:
            host.names.append((given.get("type", ""), given.get("name", "")))
        elif tag == "port" and len(host.ports) < MAX_PORTS:
            self.port = Port(transport=given.get("protocol", ""), number=_number(given.get("portid", "")))
            host.ports.append(self.port)
        elif tag == "script" and self.scripts < MAX_SCRIPTS:
            self.scripts += 1
            self.script = Script(given.get("id", ""), given.get("output", ""))
            if self.port is not None:
                self.port.scripts.append(self.script)
        elif self.port is not None:
            _fill(self.port, tag, given)

    def _start_value(self, tag: str, given: Mapping[str, str]) -> None:
        self.text.clear()
        self.keys.append(given.get("key", "") if tag in {"elem", "table"} else "")

    def _end_value(self, script: Script, tag: str) -> None:
        if tag == "script":
            self.script = None
            self.keys.clear()
            return
        if tag == "elem" and len(script.values) < MAX_VALUES:
            script.values.append((tuple(self.keys), "".join(self.text)))
        self.text.clear()
        self.keys.pop()


def _fill(port: Port, tag: str, given: Mapping[str, str]) -> None:
    if tag == "state":
        port.state = given.get("state", "")
    elif tag == "service":
        port.tunnel, port.fingerprint = given.get("tunnel", ""), given.get("servicefp", "")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 5 else 0
