"""Inventories in parts: cores without times, and damage that is told."""

import pytest
from support.inventories import SMALL, crowd

from netaudit.history.pack import (
    GROUPS,
    groups_of,
    manifest_of,
    members_of,
    pack,
    read_trace,
    sheet_of,
    squeeze,
    stretch,
    unpack,
)
from netaudit.inventory import document


def test_core_knows_no_times_and_no_replies():
    packed = pack(document(SMALL))

    assert b"2026" not in b"".join(core for core, _ in packed.encoded.values())
    assert b"sha256" not in b"".join(core for core, _ in packed.encoded.values())


def test_references_come_in_groups():
    packed = pack(crowd(1000))
    members = [core for piece in packed.pieces.values() for core in members_of(piece)]

    assert groups_of(manifest_of(packed.groups)) == packed.groups
    assert len(packed.groups) == GROUPS
    assert sorted(members) == sorted(packed.cores)


def test_sheet_has_only_what_the_trace_has_not():
    packed = pack(document(SMALL))
    own = {digest: trace for digest, (_, trace) in packed.encoded.items()}

    assert sheet_of(packed, own).differs == {}
    assert sheet_of(packed, own).order == ()


def test_inventory_that_was_changed_is_refused():
    packed = pack(document(SMALL))
    own = {digest: trace for digest, (_, trace) in packed.encoded.items()}
    members = [(a, read_trace(own[core])) for a, core in zip(packed.assets, packed.cores, strict=True)]
    sheet = sheet_of(packed, own)

    assert unpack(packed.head, members, sheet, packed.sha256) == document(SMALL)
    with pytest.raises(ValueError, match="was changed"):
        unpack(packed.head, members[1:], sheet, packed.sha256)


@pytest.mark.parametrize("data", [b"", b"x", squeeze(b"text")[:-1]])
def test_damaged_part_is_refused(data):
    assert stretch(squeeze(b"text")) == b"text"
    with pytest.raises(ValueError, match="damaged"):
        stretch(data)
