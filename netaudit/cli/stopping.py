"""A run ends in good order when somebody says so: Ctrl-C, or SIGTERM from whatever had started it."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType


@contextmanager
def stoppable(words: str = "") -> Iterator[threading.Event]:
    """An event that the first SIGINT or SIGTERM sets, with these words on stderr; the second one ends the program.

    Signals come to the main thread only: in another one, nothing sets it.
    """
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt
        # From a thread: this one may be in the middle of a wait for the event, and hold its lock.
        threading.Thread(target=stopped.set, name="stopping", daemon=True).start()
        with suppress(OSError):  # not through sys.stderr: it may be in the middle of a line
            os.write(2, words.encode())

    if threading.current_thread() is not threading.main_thread():
        yield stopped
        return
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
