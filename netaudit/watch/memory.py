"""What the watch remembers of a site between rounds: since when a scheduled time counts, and what was tried."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import msgspec

from netaudit.inventory import replacing

MOST_ATTEMPTS = 2  # of one scheduled time: a scan that dies each time must not come over the devices every minute
_AHEAD = timedelta(days=1)  # less is a clock that was set right by a little: no scheduled time is to come twice


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """One site's memory."""

    since: datetime  # scheduled times after this count
    began: datetime | None = None  # the attempt that has not ended
    attempts: int = 0
    told: str = ""  # when the last run began whose changes were told, RFC 3339

    def begun(self, now: datetime) -> "Memory":
        """The memory once a scan has begun."""
        return msgspec.structs.replace(self, began=now, attempts=self.attempts + 1)

    def ended(self, told: str = "") -> "Memory":
        """The memory once it has ended, however it went."""
        return Memory(since=self.began or self.since, told=told or self.told)


def recall(folder: Path, site: str, now: datetime) -> Memory:
    """What is remembered of a site; one seen for the first time waits for its next scheduled time.

    So does one that was scanned by a clock which was far ahead then: it would wait until that time comes.
    """
    try:
        memory = msgspec.json.decode(_place(folder, site).read_bytes(), type=Memory)
    except (FileNotFoundError, ValueError):  # new, or damaged: scanning later is better than scanning at once
        memory = Memory(since=now)
    else:
        if memory.since <= now + _AHEAD:
            return memory
        memory = msgspec.structs.replace(memory, since=now)
    remember(folder, site, memory)
    return memory


def remember(folder: Path, site: str, memory: Memory) -> None:
    """Keep what is remembered of a site, whole or not at all."""
    with replacing(_place(folder, site)) as stream:
        stream.write(msgspec.json.encode(memory))


def named(site: str) -> str:
    """A file name for a site, whatever it is called, that a person recognises."""
    plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in site)[:40]
    return f"{plain}-{sha256(site.encode()).hexdigest()[:8]}"


def moment() -> datetime:
    """The time now, to the second, in UTC."""
    return datetime.now(UTC).replace(microsecond=0)


def _place(folder: Path, site: str) -> Path:
    return folder / f"{named(site)}.json"
