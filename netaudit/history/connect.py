"""Where a history stands, and how it is opened: a file of SQLite with a write-ahead log, or a PostgreSQL server.

A transaction either lands whole or not at all, also when the program is killed in its middle (SQLite: sqlite.org/wal).
"""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from platformdirs import user_data_path
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from netaudit.history.tables import CURRENT, migrate, version_of

WAIT_S: Final = 60  # for another process that is storing
_BUSY_S: Final = 0.02  # after which a file that others are setting up is looked at again
LOCK: Final = 0x6E657461  # "neta": whoever migrates a PostgreSQL history holds this advisory lock
WRITES: Final = "netaudit_writes"


def default_path() -> Path:
    """The file of the history where none is named: in the platform's data folder."""
    return user_data_path("netaudit", appauthor=False) / "history.db"


def place_of(where: str | os.PathLike[str] | None) -> URL:
    """The address of a history: None for the default, a file, or a URL. ValueError on a URL that is none of ours."""
    text = os.fspath(where) if where is not None else str(default_path())
    if "://" not in text:
        return URL.create("sqlite", database=str(Path(text).expanduser().absolute()))
    try:
        url = make_url(text)
    except ArgumentError:
        raise ValueError("--history: not a URL: write postgresql://USER@HOST/DATABASE, or name a file") from None
    kind = url.get_backend_name()
    if kind in {"postgresql", "postgres"}:
        return url.set(drivername="postgresql+psycopg")
    if kind == "sqlite" and url.database:
        return url
    raise ValueError(f"--history: {kind}: a history is a file, or postgresql://USER@HOST/DATABASE")


def connect(url: URL, *, create: bool) -> Engine:
    """The engine of a history whose tables are current. Without `create` it has to be there; an OSError says if not."""
    if url.get_backend_name() == "sqlite":
        _prepare_file(Path(url.database or ""), create=create)
    engine = _engine(url)
    with ExitStack() as on_error, told(url):
        on_error.callback(engine.dispose)
        while _migrated(engine):
            pass
        on_error.pop_all()
    return engine


def _prepare_file(path: Path, *, create: bool) -> None:
    """A file that only its owner may read: an inventory of cameras is sensitive."""
    if path.exists():
        return
    if not create:
        raise ValueError(f"{path}: there is no history yet: store a run with `netaudit scan --store` or `history add`")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


def _engine(url: URL) -> Engine:
    try:
        if url.get_backend_name() != "sqlite":
            return create_engine(url, pool_pre_ping=True)
    except ModuleNotFoundError:
        raise ValueError("--history: PostgreSQL needs a driver: pip install 'netaudit[postgres]'") from None
    except NoSuchModuleError as error:
        raise ValueError(f"--history: {error}") from None
    engine = create_engine(url, connect_args={"timeout": WAIT_S})
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(link: Any, record: object) -> None:
    """SQLite as it should be: our own transactions, so that changes of tables are in them too, and a log ahead."""
    link.isolation_level = None
    cursor = link.cursor()
    _write_ahead(cursor)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Go over to the log, once for a file: SQLite does not wait for others where they do the same (sqlite3_busy_handler)."""
    over_at = time.monotonic() + WAIT_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= over_at:
                raise
            time.sleep(_BUSY_S)
        else:
            return


def _begin(link: Connection) -> None:
    writes = link.get_execution_options().get(WRITES)
    link.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _migrated(engine: Engine) -> bool:
    with engine.connect() as link:  # reading does not wait for those who write
        if version_of(link) == CURRENT:
            return False
    with writing(engine) as link:
        if engine.dialect.name == "postgresql":
            link.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        return migrate(link)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: whole or not at all. Others who write wait for it."""
    with engine.connect().execution_options(**{WRITES: True}) as link, link.begin():
        yield link


@contextmanager
def told(url: URL) -> Iterator[None]:
    """Errors of the database as one line that names it, without its password."""
    try:
        yield
    except DBAPIError as error:
        name = url.database if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)
        raise ValueError(
            f"{name}: {str(error.orig).strip().splitlines()[0]}: is it a history, and can it be used?"
        ) from None
