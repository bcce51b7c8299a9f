"""Histories to test with: each test that takes `place` runs with SQLite and with a real PostgreSQL server."""

import itertools

import pytest
import sqlalchemy
from support.postgres import find_programs, serving

NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def server():
    """The URL of a PostgreSQL server; skips where there is none."""
    programs = find_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server: install the package postgresql")
    pytest.importorskip("psycopg", reason="no driver for PostgreSQL: install netaudit[postgres]")
    with serving(programs) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    """Where a history that is not there yet may stand."""
    if request.param == "sqlite":
        return str(tmp_path / "history.db")
    return database(request.getfixturevalue("server"))


def database(server):
    """The URL of a place of its own on the server: a schema, which is made sooner than a database."""
    name = f"test{next(NUMBERS)}"
    engine = sqlalchemy.create_engine(
        server.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as link:
        link.exec_driver_sql(f"CREATE SCHEMA {name}")
    engine.dispose()
    return f"{server}&options=-csearch_path%3D{name}"
