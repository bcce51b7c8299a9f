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
    sheet_of,
    squeeze,
    stretch,
    trace_of,
    unpack,
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


def test_inventory_that_is_in_another_order_comes_back_in_it():
    turned = replace(WHOLE, assets=WHOLE.assets[::-1])
    packed = pack(turned)
    members = [(read_core(core_of(a)), read_trace(trace_of(a))) for a in WHOLE.assets]

    assert unpack(packed.head, members, sheet_of(packed, TRACED[::-1]), packed.sha256) == turned


def test_inventory_that_was_changed_is_refused():
    packed = pack(WHOLE)
    members = [(read_core(core_of(a)), read_trace(trace_of(a))) for a in WHOLE.assets]
    sheet = sheet_of(packed, TRACED)

    assert unpack(packed.head, members, sheet, packed.sha256) == WHOLE
    with pytest.raises(ValueError, match="was changed"):
        unpack(packed.head, members[1:], sheet, packed.sha256)


@pytest.mark.parametrize("data", [b"", b"x", squeeze(b"text")[:-1]])
def test_damaged_part_is_refused(data):
    assert stretch(squeeze(b"text")) == b"text"
    with pytest.raises(ValueError, match="damaged"):
        stretch(data)
