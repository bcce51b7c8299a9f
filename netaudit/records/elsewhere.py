"""Work that another process of this machine does meanwhile: it begins at once, and its results come in their order.

A fork takes no other thread along, and leaves locked whatever such a thread holds (fork(2)). So where there are other
threads the work is done here, when its results are asked for; the same where there is one processor.
"""

import os
import pickle
import select
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from types import TracebackType
from typing import BinaryIO, Generic, Self, TypeVar

T = TypeVar("T")

_TOGETHER = 64  # results that are handed over in one piece
_LOOK_S = 1.0  # after which the other process looks whether the first one is there
_MOST_WAITING = 16 << 20  # bytes of results that the other process keeps while nobody takes them


class Elsewhere(Generic[T]):
    """The results of some work, once. A context, whose end is the end of the other process too."""

    def __init__(self, work: Callable[[], Iterable[T]], *, worth_it: bool = True) -> None:
        """Begin the work, elsewhere if that is possible and worth it. It gives the same results whenever it is done."""
        self._work = work
        self._pid = 0
        self._stream: BinaryIO | None = None
        if worth_it and _is_possible():
            with suppress(OSError):  # as many processes as are allowed are there
                self._pid, self._stream = _begin(work)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the other process, whatever it does."""
        if self._stream is None:
            return
        self._stream.close()
        self._stream = None
        with suppress(OSError):  # whoever ignores SIGCHLD has no children to wait for
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)

    def __iter__(self) -> Iterator[T]:
        """The results. Where the other process fails, the rest is worked out here: what the work raises is raised here."""
        given, is_over = 0, False
        while self._stream is not None and not is_over:
            try:
                results = pickle.load(self._stream)  # noqa: S301  written by this program
            except (EOFError, pickle.UnpicklingError):
                break
            yield from results
            given, is_over = given + len(results), not results
        self.close()
        if not is_over:
            yield from islice(self._work(), given, None)


def _is_possible() -> bool:
    """Whether there are processors for it, on a system where a fork is all right (not so on macOS)."""
    if not hasattr(os, "sched_getaffinity") or threading.active_count() > 1:
        return False
    return len(os.sched_getaffinity(0)) > 1


def _begin(work: Callable[[], Iterable[T]]) -> tuple[int, BinaryIO]:
    """The other process, and where its results come from: lists of them, the last one empty."""
    ours, theirs = os.pipe()
    first = os.getpid()
    try:
        pid = os.fork()
    except OSError:
        os.close(ours)
        os.close(theirs)
        raise
    if pid:
        os.close(theirs)
        return pid, os.fdopen(ours, "rb")
    try:
        os.close(ours)
        _heed_signals(first)
        _do(work, _Outlet(theirs))
    finally:
        os._exit(0)  # whatever happened: nothing of the first process is to be ended or written twice


def _heed_signals(first: int) -> None:
    """End when somebody says so, if the first process would, and not long after that one has ended, however it did."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, lambda _number, _frame: None if os.getppid() == first else os._exit(1))
    signal.setitimer(signal.ITIMER_REAL, _LOOK_S, _LOOK_S)


def _do(work: Callable[[], Iterable[T]], outlet: "_Outlet") -> None:
    results = iter(work())
    while piece := list(islice(results, _TOGETHER)):
        outlet.put(pickle.dumps(piece, pickle.HIGHEST_PROTOCOL))
    outlet.put(pickle.dumps([], pickle.HIGHEST_PROTOCOL))
    outlet.drain()


class _Outlet:
    """The writing end of a pipe: what it does not take at once is kept, up to a limit."""

    def __init__(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._waiting = bytearray()

    def put(self, piece: bytes) -> None:
        self._waiting += piece
        self.drain(_MOST_WAITING)

    def drain(self, most: int = 0) -> None:
        """Write what is taken at once; wait until no more than this is left."""
        while self._waiting:
            with suppress(BlockingIOError):
                del self._waiting[: os.write(self._descriptor, self._waiting[: select.PIPE_BUF * 16])]
                continue
            if len(self._waiting) <= most:
                return
            select.select([], [self._descriptor], [])
