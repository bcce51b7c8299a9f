"""What history speaks of: stored runs, operator's facts, changes and devices over time. Frozen, and ready for JSON."""

from typing import Final, Literal, TypeAlias

import msgspec

# Kinds of change, in the order in which they are shown.
ChangeKind: TypeAlias = Literal[
    "appeared",  # not there before
    "returned",  # was told as gone, and answers again
    "gone",  # its place was covered, and it did not answer
    "unseen",  # it did not answer, and its place was not covered: nothing follows from that
    "moved",  # the same device at another address; the key says how that is known
    "changed",  # what it is, or what it runs
    "conflicting",  # what cannot be true of one device
    "joined",  # two devices of the history are one
]
CHANGE_KINDS: Final[tuple[ChangeKind, ...]] = (
    "appeared", "returned", "gone", "unseen", "moved", "changed", "conflicting", "joined",
)  # fmt: skip

FactKind: TypeAlias = Literal["same", "apart", "mark", "undo"]
MarkState: TypeAlias = Literal["planned", "replaced"]
MARKS: Final[tuple[MarkState, ...]] = ("planned", "replaced")


class StoredRun(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list of runs. Times are RFC 3339 in UTC."""

    id: str
    site: str | None
    feed: str
    started_at: str
    finished_at: str
    stored_at: str
    assets: int
    sha256: str  # of the inventory's JSON as netaudit writes it
    bundle: str | None = None  # the SHA-256 of the recording that is kept beside the database
    pruned_at: str | None = None  # when evidence, problems and recording were dropped


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator said: never changed; a later fact may undo it."""

    id: str
    at: str  # when it was said, RFC 3339
    kind: FactKind
    subject: str  # a device id; for "undo" the id of a fact
    object: str = ""  # "same": another device; "apart": an asset id or a key; "mark": one of MARKS
    why: str = ""
    who: str = ""
    day: str = ""  # "mark": the day for which it is planned, or on which it was done, YYYY-MM-DD


class Difference(msgspec.Struct, frozen=True):
    """One field of a device, before and after."""

    field: str
    before: str
    after: str


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that became different with one device, told once."""

    kind: ChangeKind
    device: str  # its id over time
    run: str
    at: str
    site: str | None
    address: str  # where it is now, or was last
    name: str  # maker and model as far as known
    family: str
    verdict: str
    because: str = ""  # why it is taken for gone or unseen, what contradicts, what was joined
    key: str = ""  # what proves that it is the same device: "serial:…", "mac:…", "id:…" or "address:…"
    fields: tuple[Difference, ...] = ()


class Step(msgspec.Struct, frozen=True):
    """What was known of a device from a moment on."""

    at: str
    family: str
    verdict: str
    present: bool  # False: told as gone


class Tracked(msgspec.Struct, frozen=True, kw_only=True):
    """One device over time."""

    id: str  # the asset id under which it was seen first; it keeps it
    aliases: tuple[str, ...]  # every asset id that it ever had
    keys: tuple[str, ...]  # every key that it ever had
    site: str | None
    first_seen: str
    last_seen: str
    gone_since: str | None  # the run that told it as gone
    misses: int  # runs in a row that covered its place without an answer
    addresses: tuple[str, ...]
    name: str
    family: str
    verdict: str
    kind: str
    steps: tuple[Step, ...]


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """All devices and all changes of a history, in the order of the runs."""

    devices: tuple[Tracked, ...]
    changes: tuple[Change, ...]
    runs: tuple[tuple[str, str, str | None], ...]  # (id, started_at, site)
