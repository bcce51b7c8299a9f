"""What the system's errors say of a connection: as words of vocabulary.STATUSES, and as text (errno(3), connect(2))."""

import errno
from typing import Final

_STATUSES: Final = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "closed",
    errno.EPIPE: "closed",
    errno.ECONNABORTED: "closed",
    errno.ETIMEDOUT: "timeout",
    errno.EACCES: "permission",
    errno.EPERM: "permission",
}
_HERE: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL})


def status_of(code: int) -> str:
    """The word for a system error."""
    return _STATUSES.get(code, "unreachable")


def told(code: int) -> str:
    """The name of a system error, and whether it lies with this machine."""
    name = errno.errorcode.get(code, str(code))
    return f"{name} on this machine" if code in _HERE else name
