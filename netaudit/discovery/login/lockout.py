"""The lockout guard: what remembers from run to run that a device has refused a login.

A device that refuses a login counts it, and after a few it locks its owner out. So a login that was refused is not sent
again to that device until the operator changes it, or says so. A login is noted before it is sent: of two runs at the
same time only one sends it, and a run that was killed leaves a note that holds for half an hour.

The file knows devices by their hardware addresses and addresses, and logins by a slow keyed digest (RFC 7914).
"""

import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import scrypt
from pathlib import Path
from typing import Any

from netaudit.credentials import Credential

OPEN_S = 1800.0  # as long as devices are known to lock: after that a login whose end nobody knows may be sent again
MOST_NOTES = 20_000  # the oldest are forgotten
MOST_BYTES = 16 * 1024 * 1024
_COST = {"n": 2**14, "r": 8, "p": 1}  # 16 MiB and some 50 ms for each guess
_NAME = "refused-logins.json"


@dataclass(frozen=True, slots=True)
class Note:
    """One login that was sent to one device."""

    keys: frozenset[str]  # "mac:…", "address:…", "id:…"
    mark: str  # of the login
    refused: bool  # else nobody knows how it ended
    at: float

    def is_of(self, keys: frozenset[str], mark: str) -> bool:
        """Whether this is the same login to the same device; an address alone is another's once both show a MAC."""
        shared, named = self.keys & keys, [k for k in (*self.keys, *keys) if k.startswith("mac:")]
        strong = any(not key.startswith("address:") for key in shared)
        both = all(any(key.startswith("mac:") for key in side) for side in (self.keys, keys))
        return self.mark == mark and bool(shared) and (strong or not (named and both))

    def holds(self, now: float) -> bool:
        """Whether it still bars the login."""
        return self.refused or abs(now - self.at) < OPEN_S


@dataclass(slots=True)
class Guard:
    """The notes of one folder. Every change is made on the file, one process at a time."""

    folder: Path
    retry: bool = False  # the operator wants refused logins tried once more
    clock: Callable[[], float] = time.time
    _marks: dict[Credential, str] = field(default_factory=dict)

    def open(self) -> None:
        """Make sure that the notes can be read and written; OSError or ValueError where not."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._changing():
            pass

    def held(self, keys: frozenset[str], credential: Credential) -> str | None:
        """Why this login is not sent to this device; None where it may be."""
        salt, notes = self._read()
        return self._held(notes, keys, self._mark(credential, salt))

    def claim(self, keys: frozenset[str], credential: Credential) -> str | None:
        """Note that the login is about to be sent: None. Or why it must not be."""
        with self._changing() as (salt, notes):
            mark = self._mark(credential, salt)
            held = self._held(notes, keys, mark)
            if held is None:
                notes[:] = [n for n in notes if not n.is_of(keys, mark)]
                notes.append(Note(keys, mark, refused=False, at=self.clock()))
            return held

    def settle(self, keys: frozenset[str], credential: Credential, *, refused: bool) -> None:
        """Note how the login ended: the device refused it, or took it."""
        with self._changing() as (salt, notes):
            mark = self._mark(credential, salt)
            notes[:] = [n for n in notes if not n.is_of(keys, mark)]
            if refused:
                notes.append(Note(keys, mark, refused=True, at=self.clock()))

    def _held(self, notes: list[Note], keys: frozenset[str], mark: str) -> str | None:
        now = self.clock()
        note = next((n for n in notes if n.is_of(keys, mark) and n.holds(now)), None)
        if note is None or (self.retry and note.refused):
            return None
        when = time.strftime("%Y-%m-%d %H:%M", time.gmtime(note.at))
        if note.refused:
            return f"it refused this login on {when} UTC: correct the file, or say --retry-logins"
        return f"this login was sent on {when} UTC and its end is not known: it is not sent again for half an hour"

    def _mark(self, credential: Credential, salt: bytes) -> str:
        if credential not in self._marks:
            text = f"{credential.user}\0{credential.password.reveal()}".encode()
            self._marks[credential] = scrypt(text, salt=salt, dklen=32, **_COST).hex()
        return self._marks[credential]

    @contextmanager
    def _changing(self) -> Iterator[tuple[bytes, list[Note]]]:
        """The salt and the notes, to be changed; written when the context ends, if they were."""
        from filelock import FileLock  # noqa: PLC0415  few runs have logins

        with FileLock(self.folder / f"{_NAME}.lock", mode=0o600):
            salt, notes = self._read(make=True)
            before = list(notes)
            yield salt, notes
            if notes != before:
                self._write(salt, notes)

    def _read(self, *, make: bool = False) -> tuple[bytes, list[Note]]:
        path = self.folder / _NAME
        if not path.exists():
            salt = secrets.token_bytes(32)
            if make:
                self._write(salt, [])
                path.chmod(0o600)  # replaced files keep their rights
            return salt, []
        with path.open("rb") as file:
            return _understood(path, file.read(MOST_BYTES))

    def _write(self, salt: bytes, notes: list[Note]) -> None:
        from netaudit.inventory import replacing  # noqa: PLC0415  few runs have logins

        kept = sorted(notes, key=lambda note: note.at)[-MOST_NOTES:]
        document = {"salt": salt.hex(), "notes": [[sorted(n.keys), n.mark, n.refused, n.at] for n in kept]}
        with replacing(self.folder / _NAME) as stream:
            stream.write(json.dumps(document, indent=0).encode())


def usual_guard(*, retry: bool = False) -> Guard:
    """The guard whose notes are in this user's state folder."""
    from platformdirs import user_state_path  # noqa: PLC0415  many runs never need it

    return Guard(user_state_path("netaudit", appauthor=False), retry=retry)


def _understood(path: Path, data: bytes) -> tuple[bytes, list[Note]]:
    try:
        told: Any = json.loads(data)
        notes = [Note(frozenset(map(str, k)), str(m), refused=bool(r), at=float(a)) for k, m, r, a in told["notes"]]
        return bytes.fromhex(told["salt"]), notes
    except (ValueError, TypeError, KeyError, RecursionError):
        detail = "it remembers refused logins, and is damaged: delete it once you are sure that no login is wrong"
        raise ValueError(f"{path}: {detail}") from None
