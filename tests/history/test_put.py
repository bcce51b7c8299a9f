"""What goes into the tables: each part once, and of each the one that was first."""

import pytest
from msgspec.structs import replace
from sqlalchemy import select
from support.inventories import SMALL, crowd

from netaudit.history.connect import connect, place_of, writing
from netaudit.history.pack import pack, stretch, trace_of
from netaudit.history.put import add, missing, put, put_parts, some_at_once
from netaudit.history.tables import ASSET, FACT, PIECE
from netaudit.inventory import document

FACT_ROW = dict.fromkeys(("id", "at", "kind", "subject", "object", "why", "who", "day"), "x")


@pytest.fixture
def link(place):
    engine = connect(place_of(place), create=True)
    with writing(engine) as opened:
        yield opened
    engine.dispose()


def test_digests_come_some_at_once_and_each_once():
    digests = [bytes([n // 256, n % 256]) for n in range(1200)]

    assert list(some_at_once(digests[::-1] + digests)) == [digests[:500], digests[500:1000], digests[1000:]]
    assert list(some_at_once(())) == []


def test_what_is_there_is_not_missing(link):
    add(link, PIECE, {b"a": {"data": b"1"}, b"b": {"data": b"2"}})

    assert missing(link, PIECE, {b"a": 1, b"c": 3}) == {b"c": 3}
    add(link, PIECE, {b"a": {"data": b"other"}})  # as another process would that was second
    assert missing(link, PIECE, {b"a": 1}) == {}


def test_row_is_put_once(link):
    assert put(link, FACT, FACT_ROW)
    assert not put(link, FACT, {**FACT_ROW, "why": "y"})


def test_parts_of_a_run_are_put_once(link):
    whole = crowd(700)
    packed = pack(whole)
    first = put_parts(link, whole, packed)

    assert missing(link, ASSET, dict.fromkeys(packed.cores)) == {}
    assert missing(link, PIECE, {**packed.pieces, first["cover"]: b"", first["manifest"]: b""}) == {}
    assert put_parts(link, whole, packed) == first


def test_the_trace_that_was_first_stays(link):
    whole = document(SMALL)
    later = replace(whole, assets=tuple(map(without_replies, whole.assets)))
    for one in (whole, later):
        put_parts(link, one, pack(one))
    traces = {digest: stretch(trace) for digest, trace in link.execute(select(ASSET.c.digest, ASSET.c.trace))}

    assert pack(later).cores == pack(whole).cores
    assert [traces[core] for core in pack(whole).cores] == [trace_of(asset) for asset in whole.assets]
    assert [trace_of(asset) for asset in later.assets] != [trace_of(asset) for asset in whole.assets]


def without_replies(asset):
    return replace(asset, evidence=tuple(replace(e, reply=None) for e in asset.evidence))
