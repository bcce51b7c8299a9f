"""Whether a request carries the login of an emulated device: HTTP digest (RFC 7616), or a WS-UsernameToken.

The token is that of the WS-Security UsernameToken Profile 1.0, section 3.1: Base64(SHA-1(nonce, created, password)), and
counts only if it was created about now. Nonces of digests must be this emulation's own.
"""

import hashlib
import re
import secrets
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Callable
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Literal

import msgspec

_KEY = secrets.token_bytes(16)
_SALT = 16  # hexadecimal digits at the beginning of a nonce
_FRESH_S = 60.0
_PARAMETER = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')
_HASHES: dict[str, Callable[[bytes], str]] = {
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
    "SHA-256": lambda data: hashlib.sha256(data).hexdigest(),
}


class Login(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is let in."""

    user: str
    phrase: str
    algorithm: Literal["MD5", "SHA-256"] = "MD5"  # of its digest


def make_nonce() -> str:
    """A nonce that `lets_in` knows again."""
    return _sealed(secrets.token_hex(_SALT // 2))


def lets_in(login: Login | None, way: str, request: bytes) -> bool:
    """Whether this request carries the login, in the way that is asked for: "digest" or "token"."""
    if login is None:
        return False
    return _has_digest(login, request) if way == "digest" else _has_token(login, request)


def _sealed(salt: str) -> str:
    return salt + hashlib.sha256(_KEY + salt.encode()).hexdigest()[:_SALT]


def _has_digest(login: Login, request: bytes) -> bool:
    head = request.partition(b"\r\n\r\n")[0].decode("latin-1")
    found = re.search(r"(?im)^authorization: digest (.*)$", head)
    told = {name: quoted or bare for name, quoted, bare in _PARAMETER.findall(found[1] if found else "")}
    method, target = head.split(" ", 2)[:2]
    nonce = told.get("nonce", "")
    if told.get("username") != login.user or told.get("uri") != target or nonce != _sealed(nonce[:_SALT]):
        return False
    if told.get("algorithm", "MD5") != login.algorithm or told.get("qop") != "auth":
        return False
    digest = _HASHES[login.algorithm]
    first = digest(f"{login.user}:{told.get('realm', '')}:{login.phrase}".encode())
    second = digest(f"{method}:{target}".encode())
    middle = ":".join((nonce, told.get("nc", ""), told.get("cnonce", ""), "auth"))
    return compare_digest(digest(f"{first}:{middle}:{second}".encode()), told.get("response", ""))


def _has_token(login: Login, request: bytes) -> bool:
    told = {name: _element(request, name) for name in (b"Username", b"Password", b"Nonce", b"Created")}
    try:
        nonce, created = b64decode(told[b"Nonce"], validate=True), told[b"Created"]
        age = datetime.now(UTC) - datetime.fromisoformat(created.decode())
    except (ValueError, Error):
        return False
    expected = b64encode(hashlib.sha1(nonce + created + login.phrase.encode(), usedforsecurity=False).digest())
    fresh = abs(age.total_seconds()) < _FRESH_S
    return told[b"Username"] == login.user.encode() and fresh and compare_digest(expected, told[b"Password"])


def _element(request: bytes, name: bytes) -> bytes:
    found = re.search(rb"<(?:\w+:)?" + name + rb"(?: [^<>]*)?>([^<]{0,200})<", request)
    return found[1] if found else b""
