"""A file that lasts: one process writes it at a time, and a power failure takes no more of it than the last seconds.

The lock is that of flock(2), on the file itself: it ends with the process, however that ends. Where the system or the
file system has no such lock, nothing keeps two processes apart.
"""

import errno
import os
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO

if sys.platform != "win32":
    import fcntl

FORCED_S = 2.0  # between two times that a growing file is forced to the disk
_NO_LOCKS = frozenset({errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})
_CANNOT_FORCE = frozenset({errno.EINVAL, errno.EROFS, errno.EOPNOTSUPP})  # what is no file on a disk: fsync(2)


def open_alone(path: Path) -> BinaryIO:
    """A file to be written from its beginning, held until it is closed. ValueError where another process writes it.

    Until it is held it keeps what it has.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
    with ExitStack() as opened:
        file = opened.enter_context(os.fdopen(descriptor, "wb"))
        _lock(file, path)
        if S_ISREG(os.fstat(descriptor).st_mode):
            os.ftruncate(descriptor, 0)
        opened.pop_all()
    return file


def hold(path: Path) -> BinaryIO:
    """A file as it is, held until it is closed. ValueError where another process writes it."""
    with ExitStack() as opened:
        file = opened.enter_context(path.open("r+b"))
        _lock(file, path)
        opened.pop_all()
    return file


def check_free(path: Path) -> None:
    """ValueError where another process writes this file just now."""
    hold(path).close()


def force(descriptor: int) -> None:
    """Return when all that was written to an open file, or folder, is on the disk."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT_FORCE:
            raise


def force_names(folder: Path) -> None:
    """Return when the names in a folder are on the disk, where the system can tell."""
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            force(descriptor)
        finally:
            os.close(descriptor)


class Forcing:
    """Forces a file that grows to the disk every few seconds, in a thread of its own: whoever writes does not wait."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._grown, self._over = threading.Event(), threading.Event()
        self._error: OSError | None = None
        self._thread = threading.Thread(target=self._run, name="forcing", daemon=True)
        self._thread.start()

    def grown(self) -> None:
        """Note that there is more to be forced. OSError where the disk did not take what there was before."""
        if self._error:
            raise self._error
        self._grown.set()

    def end(self) -> None:
        """Force what there is no more, before the file is closed."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(FORCED_S):
            if self._grown.is_set():
                self._grown.clear()
                try:
                    force(self._file.fileno())
                except OSError as error:
                    self._error = error


def _lock(file: BinaryIO, path: Path) -> None:
    """Hold a file whose name is still its own: whoever had it before may have put another one in its place."""
    if sys.platform == "win32":
        return
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ValueError(_HELD.format(path.name)) from None
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
    if not os.path.samestat(os.fstat(file.fileno()), path.stat()):
        raise ValueError(_HELD.format(path.name))


_HELD = "{}: another netaudit is writing this file: wait for its end, or end it"
