"""The tables of the history, and the numbered migrations that lead to them, each in one transaction.

Rows are added and never changed, but for three columns of `run` that are filled in once: `bundle`, and on pruning
`pruned_at`, with `head` and `sheet` emptied.
"""

from collections.abc import Callable
from typing import Final

from sqlalchemy import Column, Connection, Integer, LargeBinary, MetaData, Table, Text, insert, inspect, select, update

METADATA: Final = MetaData()

VERSION = Table("netaudit_history", METADATA, Column("version", Integer, nullable=False))

RUN = Table(
    "run",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("site", Text),
    Column("feed", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("finished_at", Text, nullable=False),
    Column("stored_at", Text, nullable=False),
    Column("assets", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("cover", LargeBinary, nullable=False),  # digest of a piece
    Column("manifest", LargeBinary, nullable=False),  # digest of a piece
    Column("head", LargeBinary),  # run, coverage, problems; compressed JSON
    Column("sheet", LargeBinary),
    Column("bundle", Text),
    Column("pruned_at", Text),
)
ASSET = Table(  # what a device was found to be, once for all runs that found the same
    "asset",
    METADATA,
    Column("digest", LargeBinary, primary_key=True),
    Column("core", LargeBinary, nullable=False),
    Column("trace", LargeBinary, nullable=False),
)
PIECE = Table(  # references of runs to assets, and what runs covered
    "piece",
    METADATA,
    Column("digest", LargeBinary, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
FACT = Table(
    "fact",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("day", Text, nullable=False),
)
READING = Table(  # a run's recording, read again with other fingerprints
    "reading",
    METADATA,
    Column("sha256", Text, primary_key=True),
    Column("run", Text, nullable=False),
    Column("read_at", Text, nullable=False),
    Column("manifest", LargeBinary, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("sheet", LargeBinary, nullable=False),
)


def _runs(link: Connection) -> None:
    METADATA.create_all(link, [RUN, ASSET, PIECE])


def _facts(link: Connection) -> None:
    METADATA.create_all(link, [FACT])


def _readings(link: Connection) -> None:
    METADATA.create_all(link, [READING])


MIGRATIONS: Final[tuple[Callable[[Connection], None], ...]] = (_runs, _facts, _readings)
CURRENT: Final = len(MIGRATIONS)


def version_of(link: Connection) -> int:
    """The version of the tables that are there; 0 where there are none."""
    if not inspect(link).has_table(VERSION.name):
        return 0
    return int(link.execute(select(VERSION.c.version)).scalar_one())


def migrate(link: Connection) -> bool:
    """Take the tables one version further, in the transaction that is open. False where they are current.

    ValueError where a later netaudit made them.
    """
    version = version_of(link)
    if version > CURRENT:
        raise ValueError(
            f"the history is of version {version}, and this netaudit knows {CURRENT}: use the netaudit that wrote it"
        )
    if version == CURRENT:
        return False
    MIGRATIONS[version](link)
    if version:
        link.execute(update(VERSION).values(version=version + 1))
    else:
        METADATA.create_all(link, [VERSION])
        link.execute(insert(VERSION).values(version=1))
    return True
