"""Credentials: what the operator gives for logging in, from a file to values that cannot be printed.

The file is TOML and belongs to its owner alone. A password stands in it, or it names where the password is: a variable
of the environment, a file of its own, or a credential that systemd hands over (systemd.exec(5), $CREDENTIALS_DIRECTORY).
A login is for one host, for a network, or for all devices; the nearest one counts, and there is never a second.
"""

import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_address
from pathlib import Path
from typing import Final, Literal, NoReturn, TypeVar

import msgspec

Protocol = Literal["isapi", "dahua", "onvif", "snmp"]

LOGINS: Final[frozenset[Protocol]] = frozenset({"isapi", "dahua", "onvif"})
MOST_BYTES = 1024 * 1024
LONGEST = 128  # characters of a user name, a password or a community; devices take 16 to 64
SCRUBBED_FROM = 6  # characters; a shorter secret would be found in values that are none
_OTHERS = stat.S_IRGRP | stat.S_IWGRP | stat.S_IROTH | stat.S_IWOTH
_EVERYWHERE = IPv4Network("0.0.0.0/0")


class Secret:
    """A text that shows itself to nobody who does not ask for it by name."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself: for the wire, and for the digest that remembers a failed login."""
        return self._text

    def scrubbed(self, data: bytes) -> bytes:
        """These bytes of a device without the secret, in case that it repeats what it was told."""
        text = self._text.encode()
        return data.replace(text, b"REDACTED") if len(self._text) >= SCRUBBED_FROM else data

    def __repr__(self) -> str:
        return "Secret(REDACTED)"

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is neither copied nor pickled")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Credential:
    """One login, and whom and what it is for."""

    network: IPv4Network
    protocols: frozenset[Protocol]
    user: str
    password: Secret
    basic: bool = False  # the operator allows that the password itself is sent, where a device wants nothing better

    def __repr__(self) -> str:
        return f"Credential({place(self.network)})"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Community:
    """What SNMP has for a password (RFC 1157, RFC 1901), and whom it is for."""

    network: IPv4Network
    text: Secret
    version: Literal["1", "2c"] = "2c"

    @property
    def protocols(self) -> frozenset[Protocol]:
        """SNMP and nothing else."""
        return frozenset({"snmp"})

    def __repr__(self) -> str:
        return f"Community({place(self.network)})"


@dataclass(frozen=True, slots=True)
class Credentials:
    """All that a file gives."""

    logins: tuple[Credential, ...] = ()
    communities: tuple[Community, ...] = ()

    def login(self, address: str, protocols: Iterable[Protocol]) -> tuple[Protocol, Credential] | None:
        """The protocol and login for an address: of the nearest entry, and of its protocols the first of these."""
        wanted = tuple(protocols)
        found = _nearest((entry for entry in self.logins if entry.protocols.intersection(wanted)), address)
        return (next(p for p in wanted if p in found.protocols), found) if found else None

    def community(self, address: str) -> Community | None:
        """The community for an address, of the nearest entry."""
        return _nearest(self.communities, address)


_Entry = TypeVar("_Entry", Credential, Community)


def _nearest(entries: Iterable[_Entry], address: str) -> _Entry | None:
    parsed = ip_address(address)
    return max((e for e in entries if parsed in e.network), key=lambda e: e.network.prefixlen, default=None)


def place(network: IPv4Network) -> str:
    """Whom an entry is for, as a word."""
    return "default" if network == _EVERYWHERE else str(network).removesuffix("/32")


class _For(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom a table of the file is for."""

    host: str | None = None
    network: str | None = None
    default: bool = False


class _Login(_For, frozen=True, kw_only=True, forbid_unknown_fields=True):
    user: str
    protocols: frozenset[Literal["isapi", "dahua", "onvif"]] = frozenset({"isapi", "dahua", "onvif"})
    basic: bool = False
    password: str | None = None
    password_env: str | None = None
    password_file: str | None = None
    password_credential: str | None = None


class _Snmp(_For, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: Literal["1", "2c"] = "2c"
    community: str | None = None
    community_env: str | None = None
    community_file: str | None = None
    community_credential: str | None = None


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    login: tuple[_Login, ...] = ()
    snmp: tuple[_Snmp, ...] = ()


def load_credentials(path: Path, environment: Mapping[str, str] = os.environ) -> Credentials:
    """The credentials of a file; ValueError, in one line without any value of it, says what to change."""
    try:
        told = msgspec.toml.decode(_read_private(path, environment), type=_File)
    except msgspec.ValidationError as error:
        raise ValueError(f"{path}: {error}: see docs/credentials.md") from None
    except (msgspec.DecodeError, UnicodeDecodeError):  # their words may quote a line of the file
        raise ValueError(f"{path}: it is no TOML: check the quotes around each value") from None
    read = _Reader(path, environment)
    found = Credentials(
        logins=tuple(read.login(table) for table in told.login),
        communities=tuple(read.community(table) for table in told.snmp),
    )
    _refuse_doubles(path, found.logins)
    _refuse_doubles(path, found.communities)
    if not found.logins and not found.communities:
        raise ValueError(f"{path}: it holds no [[login]] and no [[snmp]]: see docs/credentials.md")
    return found


def _read_private(path: Path, environment: Mapping[str, str]) -> bytes:
    """The bytes of a file that nobody else may read; what systemd hands over is looked after by systemd."""
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        handed = environment.get("CREDENTIALS_DIRECTORY")
        if os.name == "posix" and mode & _OTHERS and not (handed and path.absolute().is_relative_to(handed)):
            raise ValueError(f"{path}: others than its owner may read or change it: chmod 600 {path}")
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ValueError(f"{path}: more than {MOST_BYTES:,} bytes: is it the right file?")
    return data


@dataclass(frozen=True, slots=True)
class _Reader:
    path: Path
    environment: Mapping[str, str]

    def login(self, told: _Login) -> Credential:
        network = self.network(told)
        sources = (told.password, told.password_env, told.password_file, told.password_credential)
        if not told.protocols:
            raise self.wrong(network, "protocols is empty: some of isapi, dahua, onvif")
        if not told.user or len(told.user) > LONGEST or not told.user.isprintable() or set(told.user) & set(':"\\'):
            raise self.wrong(network, "user is empty, too long, or holds a colon, a quote or a backslash")
        return Credential(
            network=network,
            protocols=frozenset(told.protocols),
            user=told.user,
            password=self.secret(network, "password", sources),
            basic=told.basic,
        )

    def community(self, told: _Snmp) -> Community:
        network = self.network(told)
        sources = (told.community, told.community_env, told.community_file, told.community_credential)
        return Community(network=network, text=self.secret(network, "community", sources), version=told.version)

    def network(self, told: _For) -> IPv4Network:
        words = [word for word in (told.host, told.network, "0.0.0.0/0" if told.default else None) if word is not None]
        if len(words) != 1:
            raise ValueError(f"{self.path}: each entry has one of host, network and default = true")
        try:
            return IPv4Network(f"{words[0]}/32" if told.host is not None else words[0])
        except ValueError:
            raise ValueError(
                f"{self.path}: {words[0]!r} is no IPv4 address or network: write 192.0.2.7 or 192.0.2.0/24"
            ) from None

    def secret(self, network: IPv4Network, name: str, sources: Sequence[str | None]) -> Secret:
        """The secret of one entry, from the one place that it names."""
        given = [number for number, source in enumerate(sources) if source is not None]
        if len(given) != 1:
            raise self.wrong(network, f"give one of {name}, {name}_env, {name}_file and {name}_credential")
        source = sources[given[0]]
        assert source is not None  # noqa: S101
        text = (self.plain, self.from_environment, self.from_file, self.from_systemd)[given[0]](network, source)
        if not text or len(text) > LONGEST or not text.isprintable():
            raise self.wrong(
                network, f"{name} is empty, longer than {LONGEST} characters, or holds a control character"
            )
        return Secret(text)

    def plain(self, network: IPv4Network, text: str) -> str:  # noqa: ARG002
        return text

    def from_environment(self, network: IPv4Network, name: str) -> str:
        if name not in self.environment:
            raise self.wrong(network, f"the environment has no variable {name}: set it")
        return self.environment[name]

    def from_file(self, network: IPv4Network, name: str) -> str:
        try:
            return _read_private(self.path.parent / name, self.environment).decode().rstrip("\r\n")
        except UnicodeDecodeError:
            raise self.wrong(network, f"{name} is no UTF-8 text") from None

    def from_systemd(self, network: IPv4Network, name: str) -> str:
        folder = self.environment.get("CREDENTIALS_DIRECTORY")
        if not folder or Path(name).name != name:
            raise self.wrong(network, f"systemd hands over no credential {name}: LoadCredential= in the unit names it")
        return self.from_file(network, str(Path(folder, name)))

    def wrong(self, network: IPv4Network, what: str) -> ValueError:
        return ValueError(f"{self.path}: entry for {place(network)}: {what}")


def _refuse_doubles(path: Path, entries: Iterable[Credential | Community]) -> None:
    seen: set[tuple[IPv4Network, str]] = set()
    for entry in entries:
        uses: set[tuple[IPv4Network, str]] = {(entry.network, protocol) for protocol in entry.protocols}
        if uses & seen:
            words = ", ".join(sorted(protocol for _, protocol in uses & seen))
            raise ValueError(f"{path}: two entries for {place(entry.network)} and {words}: a device gets one try")
        seen |= uses
