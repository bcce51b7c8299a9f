"""The migrations: each a step of its own, from the first version on, whole or not at all."""

import pytest
from sqlalchemy import create_engine, insert, inspect, update
from support.inventories import SMALL

from netaudit.history import Fact, History
from netaudit.history import tables as tables_file
from netaudit.history.connect import connect, place_of, writing
from netaudit.history.tables import CURRENT, FACT, METADATA, READING, VERSION, migrate, version_of
from netaudit.inventory import document, encode


def at_version(place, version):
    """A history of this version, with a run in it."""
    with History(place) as history:
        history.add(document(SMALL))
        with writing(history.engine) as link:
            METADATA.drop_all(link, [READING, FACT][: CURRENT - version])
            link.execute(update(VERSION).values(version=version))


@pytest.mark.parametrize("version", range(1, CURRENT + 1))
def test_history_of_each_version_is_taken_further(place, version):
    at_version(place, version)
    with History(place, create=False) as history:
        assert encode(history.load("run-1")) == encode(document(SMALL))
        assert history.note([Fact(id="1", at="2026", kind="undo", subject="x")]) == 1
        assert history.add_reading(document(SMALL))
        with history.engine.connect() as link:
            assert version_of(link) == CURRENT


def test_history_of_a_later_version_is_left_alone(place):
    at_version(place, CURRENT)
    with History(place) as history, writing(history.engine) as link:
        link.execute(update(VERSION).values(version=CURRENT + 1))

    with pytest.raises(ValueError, match=f"of version {CURRENT + 1}, and this netaudit knows {CURRENT}"):
        History(place)


def test_migration_that_fails_leaves_nothing(place, monkeypatch):
    at_version(place, 1)

    def failing(link):
        METADATA.create_all(link, [FACT])
        raise ValueError("no space left")

    monkeypatch.setattr(tables_file, "MIGRATIONS", (None, failing, None))
    with pytest.raises(ValueError, match="no space left"):
        connect(place_of(place), create=False)
    engine = create_engine(place_of(place))
    with engine.connect() as link:
        assert version_of(link) == 1
        assert not inspect(link).has_table("fact")
    engine.dispose()


def test_tables_are_as_the_migrations_make_them(tmp_path):
    engine = create_engine(place_of(tmp_path / "x"))
    with engine.begin() as link:
        while migrate(link):
            pass
        assert set(inspect(link).get_table_names()) == set(METADATA.tables)
        link.execute(insert(FACT).values(id="1", at="", kind="", subject="", object="", why="", who="", day=""))
    engine.dispose()
