"""Who is told, and how: the `[[tell]]` tables of a watch file, strictly checked.

A secret is never written into the settings: a table names the file that holds it. Where systemd has handed over a
file of that name (`LoadCredential=`, systemd.exec(5)), that one is read.
"""

import os
import stat
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from netaudit.tell.notices import KINDS, Kind

MAX_SECRET_BYTES = 4096
Name = Annotated[str, Meta(pattern="^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]  # also the name of a folder
Port = Annotated[int, Meta(ge=1, le=65535)]


class Receiver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="by"):
    """What all receivers have: a name of their own, and the kinds of notices that they want."""

    name: Name
    on: tuple[Kind, ...] = KINDS  # type: ignore[assignment]  # the kinds are the words of the Literal
    timeout_s: Annotated[float, Meta(gt=0, le=300)] = 20.0


class Mail(Receiver, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="mail"):
    """E-mail by SMTP (RFC 5321), with STARTTLS (RFC 3207) unless it is said otherwise."""

    server: str
    sender: str
    to: tuple[str, ...]
    port: Port | None = None  # None: 587 with STARTTLS, 465 with TLS, 25 without either
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password_file: str | None = None


class Webhook(Receiver, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="webhook"):
    """A POST of JSON, signed as Standard Webhooks 1.0 says."""

    url: str
    secret_file: str | None = None  # holds "whsec_" and base64, or any text


class Service(Receiver, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="service"):
    """Any of the services that Apprise knows; its URL often holds a token, so it stands in a file."""

    url_file: str


AnyReceiver = Mail | Webhook | Service


def mistakes(receivers: tuple[AnyReceiver, ...]) -> list[str]:
    """What is wrong with these receivers beyond their shape; nothing is sent."""
    found = [
        f"receiver {r.name!r} stands there twice" for i, r in enumerate(receivers) if r.name in _names(receivers[:i])
    ]
    for receiver in receivers:
        if isinstance(receiver, Mail):
            found += _mail_mistakes(receiver)
        elif isinstance(receiver, Webhook) and not receiver.url.startswith(("https://", "http://")):
            found.append(f"receiver {receiver.name}: {receiver.url!r} is no web address")
    return found


def _names(receivers: tuple[AnyReceiver, ...]) -> set[str]:
    return {receiver.name for receiver in receivers}


def _mail_mistakes(mail: Mail) -> list[str]:
    found = [f"receiver {mail.name}: {a!r} is no mail address" for a in (mail.sender, *mail.to) if not _is_address(a)]
    if not mail.to:
        found.append(f"receiver {mail.name}: `to` names nobody")
    if mail.user and not mail.password_file:
        found.append(f"receiver {mail.name}: a user needs a password_file")
    if mail.user and mail.security == "none":
        found.append(f"receiver {mail.name}: a password does not go over a line that is not encrypted")
    return found


def _is_address(text: str) -> bool:
    name, at, domain = text.rpartition("@")
    return bool(name and at and domain) and text.isprintable() and " " not in text


def read_secret(name: str) -> str:
    """The secret in a file of its own. ValueError where it is missing, or where everybody may read it."""
    path = handed_over(name)
    try:
        if os.name == "posix" and path.stat().st_mode & stat.S_IRWXO:
            raise ValueError(f"{path}: everybody may read this secret: chmod 600 {path}")
        with path.open("rb") as stream:
            text = stream.read(MAX_SECRET_BYTES).decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: the secret cannot be read ({type(error).__name__})") from None
    if not text:
        raise ValueError(f"{path}: the file of the secret is empty")
    return text


def handed_over(name: str) -> Path:
    """Where to read the file that the settings call so: the copy that systemd handed over, if it did."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    copy = Path(folder, Path(name).name) if folder else None
    return copy if copy and copy.exists() else Path(name)


def secret_files(receivers: tuple[AnyReceiver, ...]) -> tuple[str, ...]:
    """The files that hold these receivers' secrets, each once."""
    named = (getattr(r, key, None) for r in receivers for key in ("password_file", "secret_file", "url_file"))
    return tuple(dict.fromkeys(name for name in named if name))
