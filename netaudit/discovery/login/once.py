"""HTTP digest, once: of several challenges the strongest, one answer to it, and none to a second one (RFC 7616).

A password itself (Basic, RFC 7617) is sent only where the operator allows it: a certificate of a camera proves nothing,
so anybody on the network could ask for it.
"""

import re
from collections.abc import Callable
from typing import Any

from requests import Response
from requests.auth import HTTPBasicAuth, HTTPDigestAuth

from netaudit.credentials import Credential
from netaudit.wire.messages import challenges

_ALGORITHMS = ("SHA-256", "MD5", "MD5-SESS")  # best first; RFC 7616 section 6.1, as far as requests knows them
_FIELDS = ("realm", "nonce", "qop", "opaque", "algorithm")
_LOCKED = re.compile(rb"lockstatus>\s*lock\s*<|\b(?:is|been|account|user|device|ip|error):?\s+(?:\w+\s+)?locked\b")
_TRIES = re.compile(rb"retrylogintime>\s*(\d{1,3})\s*<")
_JUDGED_BYTES = 4096


class Once(HTTPDigestAuth):
    """Answers one challenge of one device. `claim` is asked just before: a reason not to, or None."""

    def __init__(self, credential: Credential, claim: Callable[[], str | None]) -> None:
        super().__init__(credential.user, credential.password.reveal())
        self._basic_header = HTTPBasicAuth(credential.user, credential.password.reveal()) if credential.basic else None
        self._claim = claim
        self.sent = False  # the login has been sent
        self.withheld = ""  # why it was not
        self.held = False  # and that was the guard's reason

    def __repr__(self) -> str:
        return "Once(REDACTED)"

    def handle_401(self, r: Response, **kwargs: Any) -> Response:
        """The answer to the login; the challenge itself where none is sent."""
        if r.status_code != 401 or self.sent or self.withheld:
            return r
        chosen = strongest(r.headers.get("www-authenticate", ""))
        basic = self._basic_header if not chosen and _wants_basic(r.headers.get("www-authenticate", "")) else None
        self.withheld = _objection(r, chosen, basic=bool(basic))
        if not self.withheld and (reason := self._claim()):
            self.withheld, self.held = reason, True
        if self.withheld:
            return r
        self.sent = True
        if basic:
            return r.connection.send(basic(r.request.copy()), **kwargs)
        r.headers["www-authenticate"] = chosen
        return super().handle_401(r, **kwargs)


def _objection(r: Response, chosen: str, *, basic: bool) -> str:
    """Why this challenge is not answered; empty where it may be."""
    if sign := lock_sign(r.content):
        return sign
    if not chosen and not basic:
        if _wants_basic(r.headers.get("www-authenticate", "")):
            return "it wants the password itself (Basic): not sent, unless the entry says basic = true"
        return "it wants a login, and offers no digest that can be answered"
    return ""


def lock_sign(body: bytes) -> str:
    """What a refusal says of a lock, or of one that the next wrong login would bring; empty where nothing."""
    text = body[:_JUDGED_BYTES].lower()
    if _LOCKED.search(text):
        return "it says that logins are locked"
    left = _TRIES.search(text)
    return "one more wrong login would lock it" if left and int(left[1]) <= 1 else ""


def strongest(offered: str) -> str:
    """The best challenge of a WWW-Authenticate value that can be answered, alone; empty where there is none."""
    found: dict[str, str] = {}
    for scheme, told in challenges(offered):
        algorithm = told.get("algorithm", "MD5").upper()
        qop = {word.strip() for word in told["qop"].split(",")} if "qop" in told else {"auth"}
        if scheme.lower() == "digest" and algorithm in _ALGORITHMS and "auth" in qop and told.get("nonce"):
            kept = {"realm": "", **told, **({"qop": "auth"} if "qop" in told else {})}
            words = (f'{name}="{_quotable(kept[name])}"' for name in _FIELDS if name in kept)
            found.setdefault(algorithm, f"Digest {', '.join(words)}")
    return next((found[algorithm] for algorithm in _ALGORITHMS if algorithm in found), "")


def _quotable(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _wants_basic(offered: str) -> bool:
    return any(scheme.lower() == "basic" for scheme, _ in challenges(offered))
