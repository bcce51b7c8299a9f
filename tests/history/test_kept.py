"""Stored runs put together again: in their order, as often as one likes, and never with parts that are not theirs."""

import pytest
from msgspec.structs import replace
from support.inventories import SMALL, crowd

from netaudit.history import kept
from netaudit.history.kept import check, put_together
from netaudit.history.pack import core_of, pack, sheet_of, trace_of
from netaudit.inventory import document

WHOLE = document(SMALL)
TURNED = replace(WHOLE, assets=WHOLE.assets[::-1])


def parts_of(whole):
    """(head, sheet, digests, core and trace by digest)."""
    packed = pack(whole)
    sheet = sheet_of(packed, [(asset, trace_of(asset), trace_of(asset)) for asset in whole.assets])
    encoded = {d: (core_of(a), trace_of(a)) for d, a in zip(packed.cores, whole.assets, strict=True)}
    return packed.head, sheet, sorted(packed.cores), encoded


def stored(whole, **changed):
    head, sheet, digests, encoded = parts_of(whole)
    encoded |= changed.get("encoded", {})
    members = changed.get("members", digests)
    return put_together(head, changed.get("sheet", sheet), members, lambda some: [(d, *encoded[d]) for d in some])


@pytest.mark.parametrize("whole", [WHOLE, TURNED, crowd(0), crowd(30)], ids=["small", "turned", "empty", "crowd"])
@pytest.mark.parametrize("at_once", [1, 7, 500])
def test_a_run_comes_back_as_it_was(monkeypatch, whole, at_once):
    monkeypatch.setattr(kept, "AT_ONCE", at_once)
    run = stored(whole)

    assert (run.run, run.coverage, run.problems) == (whole.run, whole.coverage, whole.problems)
    assert tuple(run.assets) == whole.assets
    assert tuple(run.assets) == whole.assets  # and once more
    check(run, run.assets, pack(whole).sha256)


def test_a_member_too_few_is_told():
    run = stored(WHOLE, members=parts_of(WHOLE)[2][1:])

    with pytest.raises(ValueError, match=f"run {WHOLE.run.id}: what is stored of it was changed"):
        check(run, run.assets, pack(WHOLE).sha256)


@pytest.mark.parametrize("encoded", [(b"{}", b"[]"), (b"x", b"[]"), (core_of(WHOLE.assets[0]), b"[]")])
def test_parts_that_do_not_fit_are_told(encoded):
    head, sheet, digests, every = parts_of(WHOLE)
    good = put_together(head, sheet, digests, lambda some: [(d, *every[d]) for d in some])
    bad = kept.Kept(head, sheet, good.cores, lambda some: [(d, *encoded) for d in some])

    with pytest.raises(ValueError, match="what is stored of it was changed"):
        list(bad.assets)
