"""A caller: one device, asked by GET with one login over one connection; what it answers, and when to stop.

The first refusal ends it: 401 and 403, a word of a lock, 503, a redirect. What is recorded of a request is without the
login, what is recorded of an answer without the password, should a device repeat it.
"""

from collections.abc import Callable, Iterator
from itertools import chain

from requests.exceptions import RequestException

from netaudit.discovery.login.desk import Desk, Fate, Stop
from netaudit.discovery.login.once import Once, lock_sign
from netaudit.model import Reply
from netaudit.wire.line import Site
from netaudit.wire.session import PinnedSession, Unanswered


class Caller:
    """Asks one device by GET: these paths in their order. Of each answer `keep` says what may be recorded."""

    def __init__(
        self, desk: Desk, channel: str, paths: tuple[str, ...], most_bytes: int, keep: Callable[[bytes], bytes]
    ) -> None:
        self.desk, self.channel, self.paths = desk, channel, paths
        self.session = PinnedSession(desk.line, desk.site, most_bytes, keep)
        self.login = Once(desk.credential, desk.claim)
        self.fate = Fate.UNSENT

    def ask(self) -> Iterator[Reply]:
        """Each answer as it may be kept, in order; Stop where one is refused."""
        return map(self.get, self.paths)

    def get(self, path: str) -> Reply:
        """The answer, as far as it may be kept; Stop where it is none."""
        try:
            self.session.get(f"{self.desk.site.origin}{path}", auth=self.login)
        except Unanswered as failure:
            self._judge_login(None)
            raise Stop(failure.status, f"{path}: {failure.detail}") from None
        except RequestException:
            self._judge_login(None)
            raise Stop("malformed", f"{path}: no answer that requests understands") from None
        last = self.session.last
        before = self.fate
        self._judge_login(last.code)
        _stop_at(last.code, last.body, path, self.login, before)
        return redacted(self.desk, self.channel, self.session, build_request(self.desk.site, path, self.login))

    def _judge_login(self, code: int | None) -> None:
        if not self.login.sent or self.fate is Fate.TAKEN:
            return
        if code is None or code >= 500:
            self.fate = Fate.UNKNOWN
        else:
            self.fate = Fate.REFUSED if code in {401, 403} else Fate.TAKEN


def _stop_at(code: int, body: bytes, path: str, login: Once, before: Fate) -> None:
    if 200 <= code < 300:
        return
    if sign := lock_sign(body):
        raise Stop("auth", sign, locked=True)
    if code == 401:
        if login.withheld:
            raise Stop("auth", f"{login.withheld}: no login was sent")
        what = "it asks for the login again" if before is Fate.TAKEN else "it refuses the login"
        raise Stop("auth", f"{path}: {what}: not tried again")
    if code == 403:
        what = "the account may not read this" if before is Fate.TAKEN else "it refuses the login (403)"
        raise Stop("auth", f"{path}: {what}")
    if code == 503:
        raise Stop("closed", f"{path}: 503, the device is overloaded: left alone")
    if 300 <= code < 400:
        raise Stop("malformed", f"{path}: it points to another place ({code}), which is not followed")
    raise Stop("malformed", f"{path}: it answers {code}")


def build_request(site: Site, path: str, login: Once | None = None) -> bytes:
    """What was asked, as it is recorded: without the login."""
    lines = (f"GET {path} HTTP/1.1", f"Host: {site.host}", "User-Agent: netaudit", "Accept: */*")
    hidden = ("Authorization: REDACTED",) if login and login.sent else ()
    return "".join(f"{line}\r\n" for line in chain(lines, hidden, ("",))).encode("ascii")


def redacted(desk: Desk, channel: str, session: PinnedSession, request: bytes) -> Reply:
    """The last answer of a session, as it may be recorded."""
    last = session.last
    return Reply(
        channel=channel,
        transport="tls" if desk.site.certificate else "tcp",
        address=desk.site.address,
        port=desk.site.port,
        payload=desk.credential.password.scrubbed(last.body),
        heard_at=last.at,
        destination=last.local[0],
        destination_port=last.local[1],
        request=request,
        asked=desk.site.address,
    )
