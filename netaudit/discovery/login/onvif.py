"""ONVIF's device service with a login, through onvif-zeep behind walls (ONVIF Core Specification, section 8).

The library is given a WSDL folder by name, a session that cannot leave its device, and a parsed document that all
devices share. Its camera class is not used: it makes an event subscription, follows addresses that a device names and
changes the environment. Importing it sets up logging; that is undone. What it makes of an answer is not looked at: the
bytes go to the channel's own reader.

The clock is asked first and without a login, because a token with a wrong time is a failed login (WS-Security
UsernameToken Profile 1.0, section 3.1). A device that has HTTP digest is given that; never both.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from threading import Lock
from typing import Any

import requests

from netaudit.discovery.login.caller import redacted
from netaudit.discovery.login.desk import Desk, Fate, Stop
from netaudit.discovery.login.once import Once, lock_sign
from netaudit.discovery.markup import MAX_BYTES, Element, local_name, parse, texts
from netaudit.model import Reply
from netaudit.wire.session import PinnedSession, Unanswered

CALLS = ("GetDeviceInformation", "GetScopes", "GetNetworkInterfaces", "GetHostname")
CLOCK = "GetSystemDateAndTime"
_BINDING = "{http://www.onvif.org/ver10/device/wsdl}DeviceBinding"
_LOADING = Lock()


def caller(desk: Desk) -> "Service":
    """Who asks a device at this desk."""
    return Service(desk)


class Service:
    """The device service of one device, asked with one login."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.session = PinnedSession(desk.line, desk.site, MAX_BYTES, _checked)
        self.login = Once(desk.credential, desk.claim)
        self.token: Any = None
        self.fate = Fate.UNSENT

    def ask(self) -> Iterator[Reply]:
        """Each answer, in order; Stop where one is refused."""
        with _LOADING:
            library = load()
        offset = self._offset(library)
        self.session.auth = self.login
        code = self._call(library, CALLS[0])
        if not self.login.sent and _is_refusal(code, self.session.last.body):
            self._prepare_token(library, offset)
            code = self._call(library, CALLS[0])
        yield self._reply(CALLS[0], code)
        for name in CALLS[1:]:
            yield self._reply(name, self._call(library, name))

    def _offset(self, library: "Library") -> timedelta | None:
        """How far the device's clock is ahead of ours; None where it does not tell."""
        code = self._call(library, CLOCK)
        try:
            return read_clock(self.session.last.body) - datetime.now(UTC) if code == 200 else None
        except ValueError:
            return None

    def _prepare_token(self, library: "Library", offset: timedelta | None) -> None:
        """From now on a token in each envelope, and nothing in HTTP."""
        if sign := lock_sign(self.session.last.body):
            raise Stop("auth", sign, locked=True)
        if offset is None:
            raise Stop("auth", "its clock cannot be read, and with a wrong time every login fails: none was sent")
        if held := self.login.withheld if self.login.held else self.desk.claim():
            raise Stop("auth", f"{held}: no login was sent")
        self.session.auth = None
        self.fate = Fate.UNKNOWN
        self.token = library.token(
            self.desk.credential.user,
            self.desk.credential.password.reveal(),
            dt_diff=offset,
            use_digest=True,
            created=datetime.now(UTC),
            zulu_timestamp=True,
        )

    def _call(self, library: "Library", name: str) -> int:
        """Make a call; the code of its answer. Stop where there is none."""
        last = self.session.last
        last.code, last.body, last.failure = (
            0,
            b"",
            None,
        )  # a call that is never sent must not be told by the one before
        library.call(self.session, self.desk.site.origin + self.desk.path, self.token, name)
        if last.failure:
            self._judge(None)
            raise Stop(last.failure.status, f"{name}: {last.failure.detail}")
        self._judge(last.code)
        return last.code

    def _judge(self, code: int | None) -> None:
        if self.fate is Fate.TAKEN or not (self.login.sent or self.token):
            return
        if code is None:
            self.fate = Fate.UNKNOWN
        elif 200 <= code < 300:
            self.fate = Fate.TAKEN
        else:
            self.fate = Fate.REFUSED if _is_refusal(code, self.session.last.body) else Fate.UNKNOWN

    def _reply(self, name: str, code: int) -> Reply:
        body = self.session.last.body
        if 200 <= code < 300:
            return redacted(self.desk, "onvif", self.session, build_request(self.desk, name, self))
        if sign := lock_sign(body):
            raise Stop("auth", sign, locked=True)
        if not _is_refusal(code, body):
            raise Stop("closed" if code == 503 else "malformed", f"{name}: it answers {code}")
        if self.login.withheld and not self.token:
            raise Stop("auth", f"{name}: {self.login.withheld}: no login was sent")
        again = "it refuses the login" if self.fate is Fate.REFUSED else "the account may not read this"
        raise Stop("auth", f"{name}: {again}: not tried again")


def _is_refusal(code: int, body: bytes) -> bool:
    """Whether an answer says that a login is wanted, or wrong (Core Specification, section 5.9.1)."""
    return code in {401, 403} or (code in {400, 500} and b"notauthorized" in body.lower().replace(b" ", b""))


def build_request(desk: Desk, name: str, service: Service) -> bytes:
    """What was asked, as it is recorded: without the envelope, and without the login."""
    lines = (f"POST {desk.path} HTTP/1.1", f"Host: {desk.site.host}", "User-Agent: netaudit", "Accept: */*")
    hidden = ("Authorization: REDACTED",) if service.login.sent else ()
    token = "<UsernameToken>REDACTED</UsernameToken>" if service.token else ""
    body = f'{token}<{name} xmlns="http://www.onvif.org/ver10/device/wsdl"/>'
    return "\r\n".join((*lines, *hidden, "", body)).encode("ascii")


def read_clock(body: bytes) -> datetime:
    """The UTC time of a GetSystemDateAndTime answer; ValueError where it tells none."""
    utc = next((e for e in parse(body).iter() if local_name(e.tag) == "UTCDateTime"), None)
    if utc is None:
        raise ValueError("no UTCDateTime")
    names = ("Year", "Month", "Day", "Hour", "Minute", "Second")
    return datetime(*(_number(utc, name) for name in names), tzinfo=UTC)  # type: ignore[misc,arg-type]


def _number(element: Element, name: str) -> int:
    text = next(iter(texts(element, name)), "")
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise ValueError(f"{name} is no number")
    return int(text)


def _checked(body: bytes) -> bytes:
    """The body, once our own parser has found it harmless: what onvif-zeep parses with is less strict."""
    parse(body)
    return body


@dataclass(frozen=True, slots=True)
class Library:
    """onvif-zeep, loaded, with its device service parsed once."""

    token: Callable[..., Any]
    call: Callable[[PinnedSession, str, Any, str], None]


@cache
def load() -> Library:
    """onvif-zeep with its WSDL files; Stop where it is not installed whole."""
    try:
        onvif = _imported()
        wsdl = find_wsdl()
    except (ImportError, PackageNotFoundError, OSError) as error:
        raise Stop("permission", f"onvif-zeep is not installed, or without its WSDL files ({error})") from None
    zeep = _zeep()
    offline = requests.Session()
    offline.adapters.clear()  # what the files import stands beside them
    settings = zeep.Settings(strict=False, xml_huge_tree=False)
    document = zeep.wsdl.Document(str(wsdl), zeep.Transport(session=offline), settings=settings)

    def call(session: PinnedSession, address: str, token: Any, name: str) -> None:
        client = zeep.Client(document, wsse=token, transport=_transport(session), settings=settings)
        try:
            service = onvif.ONVIFService(address, "", "", str(wsdl), zeep_client=client, binding_name=_BINDING)
            getattr(service, name)()
        except onvif.ONVIFError:
            return  # whether there was an answer, and which, is told by the session

    return Library(onvif.client.UsernameDigestTokenDtDiff, call)


def _imported() -> Any:
    """The module, without what importing it does to logging and to the environment's loggers."""
    root, client = logging.getLogger(), logging.getLogger("zeep.client")
    before = root.level, root.handlers[:], client.level
    import onvif  # noqa: PLC0415

    root.handlers[:] = before[1]
    root.setLevel(before[0])
    client.setLevel(before[2])
    return onvif


def find_wsdl() -> Path:
    """The device service's WSDL, wherever the installer put it: its own list of files is believed, not the module."""
    files = distribution("onvif-zeep").files or ()
    found = next((Path(str(f.locate())) for f in files if f.name == "devicemgmt.wsdl"), None)
    if found is None or not found.is_file():
        raise FileNotFoundError("no devicemgmt.wsdl")
    return found


def _zeep() -> Any:
    import zeep  # noqa: PLC0415  slow, and wanted by few runs

    return zeep


def _transport(session: PinnedSession) -> Any:
    class Bare(_zeep().Transport):  # type: ignore[misc]
        """Posts over the session, and logs nothing: an envelope holds the login."""

        def post(self, address: str, message: bytes, headers: dict[str, str]) -> Any:
            one_line = b"".join(message.splitlines())  # newlines are known to be taken badly
            response = session.post(address, data=one_line, headers=headers)
            if not 200 <= response.status_code < 300:
                raise Unanswered("auth", f"it answers {response.status_code}")  # what it says is ours to read
            return response

    transport = Bare(session=session)
    session.adapters.pop("file://", None)
    session.headers.clear()
    return transport
