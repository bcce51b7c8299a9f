from dataclasses import replace

from support.inventories import SMALL
from support.pages import scene

from netaudit.model import Gap
from netaudit.report.htmldoc.unseen import LISTED, channel_rows, failures, gap_groups


def test_gaps_stand_by_kind_with_their_cure():
    groups = gap_groups(scene(SMALL))

    assert {group.number for group in groups} == {1}
    assert [group for group in groups if not (group.title and group.cure)] == []


def test_what_makes_a_run_incomplete_comes_first():
    cut = Gap(kind="interrupted", detail="the run was interrupted: what it had not reached by then is missing")
    groups = gap_groups(scene(replace(SMALL, coverage=replace(SMALL.coverage, gaps=(*SMALL.coverage.gaps, cut)))))

    assert [group.grave for group in groups] == [True, False, False, False]


def test_a_gap_leads_to_its_device_where_that_is_in_the_inventory():
    places = {group.places[0][:2] for group in gap_groups(scene(SMALL))}

    assert places == {("", ""), ("10.0.0.7", "mac-7"), ("10.0.0.70", "mac-70")}


def test_very_many_gaps_are_counted():
    gaps = tuple(Gap(kind="routed", detail=str(n)) for n in range(1000))
    group = gap_groups(scene(replace(SMALL, coverage=replace(SMALL.coverage, gaps=gaps))))[0]

    assert (group.number, len(group.places)) == (1000, LISTED)


def test_gaps_and_reasons_are_told_in_french():
    french = scene(SMALL, "fr")

    assert "16 canaux déclarés, 0 examinés" in {group.places[0][2] for group in gap_groups(french)}
    assert channel_rows(french)[0].reason == "pas le droit d'ouvrir un socket brut"


def test_channels_that_failed_come_first():
    assert [row.status for row in channel_rows(scene(SMALL))] == ["failed", "done", "skipped"]


def test_failures_are_counted_by_channel():
    assert failures(scene(SMALL)) == [(1, "http", "login needed"), (1, "http", "no answer in time")]
