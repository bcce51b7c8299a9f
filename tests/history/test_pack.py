"""Inventories in parts: cores without times, and damage that is told."""

import pytest
from msgspec.structs import replace
from support.inventories import SMALL, crowd

from netaudit.history.pack import (
    GROUPS,
    core_of,
    groups_of,
    manifest_of,
    members_of,
    pack,
    read_core,
    read_trace,
    seconds,
    sheet_of,
    squeeze,
    stretch,
    trace_of,
    whole,
)
from netaudit.inventory import document

WHOLE = document(SMALL)
TRACED = [(asset, trace_of(asset), trace_of(asset)) for asset in WHOLE.assets]


def test_core_knows_no_times_and_no_replies():
    cores = b"".join(map(core_of, WHOLE.assets))

    assert b"DS-2CD2043G0-I" in cores
    assert b"2026" not in cores
    assert b"sha256" not in cores


def test_references_come_in_groups():
    packed = pack(crowd(1000))
    members = [core for piece in packed.pieces.values() for core in members_of(piece)]

    assert groups_of(manifest_of(packed.groups)) == packed.groups
    assert len(packed.groups) == GROUPS
    assert sorted(members) == sorted(packed.cores)


def test_two_assets_of_one_id_are_refused():
    with pytest.raises(ValueError, match=f"{WHOLE.assets[0].id} is the id of 2 assets"):
        pack(replace(WHOLE, assets=(*WHOLE.assets, WHOLE.assets[0])))


def test_sheet_has_only_what_the_trace_has_not():
    sheet = sheet_of(pack(WHOLE), TRACED)

    assert (sheet.differs, sheet.order) == ({}, ())


def test_asset_is_whole_again_with_its_sheet():
    sheet = sheet_of(pack(WHOLE), TRACED)
    parts = [(read_core(core_of(a)), read_trace(trace_of(a))) for a in WHOLE.assets]
    start = seconds(WHOLE.run.started_at)

    assert [whole(number, *part, sheet, start) for number, part in enumerate(parts)] == list(WHOLE.assets)
    with pytest.raises((IndexError, ValueError)):
        whole(len(parts), *parts[0], sheet, start)
    with pytest.raises((IndexError, ValueError)):
        whole(0, parts[0][0], (*parts[0][1], ("x", None)), sheet, start)


def test_order_is_kept_where_it_is_not_the_usual_one():
    turned = replace(WHOLE, assets=WHOLE.assets[::-1])

    assert pack(WHOLE).order == ()
    assert pack(turned).order == tuple(asset.id for asset in turned.assets)


@pytest.mark.parametrize("data", [b"", b"x", squeeze(b"text")[:-1]])
def test_damaged_part_is_refused(data):
    assert stretch(squeeze(b"text")) == b"text"
    with pytest.raises(ValueError, match="damaged"):
        stretch(data)
