"""The outbox: each message waits in a file per receiver until that receiver has taken it.

A message is on disk before the first attempt, so neither a failing receiver nor a killed program loses one. Messages
go out in order; a receiver that fails is left alone for a while, longer each time, and the others are served.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from netaudit.inventory import replacing
from netaudit.tell.mail import send_mail
from netaudit.tell.notices import Message
from netaudit.tell.receivers import AnyReceiver, Mail, Service, Webhook
from netaudit.tell.services import send_service
from netaudit.tell.webhook import send_webhook

FIRST_PAUSE_S = 60.0
LONGEST_PAUSE_S = 6 * 3600.0
_PAUSED = ".paused"


class _Pause(msgspec.Struct, frozen=True):
    failures: int
    until: float  # seconds since the epoch, UTC
    why: str


class Outbox:
    """Messages that wait, in a folder: one folder per receiver, one file per message."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, message: Message, receivers: Iterable[AnyReceiver]) -> None:
        """Keep a message for each of these receivers, as far as it has notices that they want."""
        for receiver in receivers:
            kept = msgspec.structs.replace(
                message, notices=tuple(notice for notice in message.notices if notice.kind in receiver.on)
            )
            if kept.notices:
                folder = self.folder / receiver.name
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                with replacing(folder / f"{_order(message)}.json") as stream:
                    stream.write(msgspec.json.encode(kept))

    def waiting(self, receiver: str) -> tuple[Path, ...]:
        """The files of the messages that wait for a receiver, oldest first."""
        return tuple(sorted((self.folder / receiver).glob("*.json")))

    def deliver(self, receivers: Iterable[AnyReceiver], now: float | None = None) -> Iterator[str]:
        """Send what waits; a sentence for each receiver that failed."""
        at = time.time() if now is None else now
        for receiver in receivers:
            pause = self._pause(receiver.name)
            if not at < pause.until <= at + LONGEST_PAUSE_S:  # longer is no pause: a clock was ahead when it began
                yield from self._serve(receiver, pause, at)

    def _serve(self, receiver: AnyReceiver, pause: _Pause, at: float) -> Iterator[str]:
        for path in self.waiting(receiver.name):
            try:
                send(receiver, msgspec.json.decode(path.read_bytes(), type=Message))
            except (OSError, ValueError) as error:
                failures = pause.failures + 1
                seconds = min(FIRST_PAUSE_S * 2 ** min(failures - 1, 16), LONGEST_PAUSE_S)
                self._write(receiver.name, _Pause(failures, at + seconds, str(error)))
                yield f"{receiver.name}: {error}; {len(self.waiting(receiver.name))} messages wait for the next attempt"
                return
            path.unlink()
        (self.folder / receiver.name / _PAUSED).unlink(missing_ok=True)

    def _pause(self, receiver: str) -> _Pause:
        try:
            return msgspec.json.decode((self.folder / receiver / _PAUSED).read_bytes(), type=_Pause)
        except (OSError, ValueError):
            return _Pause(0, 0.0, "")

    def _write(self, receiver: str, pause: _Pause) -> None:
        with replacing(self.folder / receiver / _PAUSED) as stream:
            stream.write(msgspec.json.encode(pause))


def send(receiver: AnyReceiver, message: Message) -> None:
    """Send one message now. OSError or ValueError where it was not taken."""
    _SENDERS[type(receiver)](receiver, message)


_SENDERS: Mapping[type, Callable[..., None]] = {Mail: send_mail, Webhook: send_webhook, Service: send_service}


def _order(message: Message) -> str:
    """A file name that sorts by time and names no device."""
    return "".join(c if c.isalnum() or c == "-" else "_" for c in f"{message.at}-{message.id}")
