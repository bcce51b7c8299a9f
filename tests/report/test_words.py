from dataclasses import replace

import pytest
from support.inventories import DOUBTFUL, EMPTY, NAMELESS, PRINTER, RECORDER, RELABEL, SMALL, asset

from netaudit.inventory import document
from netaudit.model import ChannelTotal, Coverage, Gap
from netaudit.report import words
from netaudit.vocabulary import GAPS, KINDS, STATUSES


def told(example):
    return document(replace(EMPTY, assets=(example,))).assets[0]


def test_every_word_of_the_vocabulary_has_its_plain_words():
    assert set(words.KIND_WORDS) == set(KINDS)
    assert set(words.GAP_WORDS) == set(GAPS)
    assert set(words.STATUS_WORDS) == STATUSES


@pytest.mark.parametrize(
    ("example", "expected"),
    [
        (RELABEL, "Hikvision-made camera, sold as Annke"),
        (RECORDER, "Dahua recorder"),
        (DOUBTFUL, "possibly Dahua-made device"),
        (NAMELESS, "device, maker not established"),
        (asset("x", "", brand="Acme", kind="camera"), "camera, labelled Acme, maker not established"),
        (asset("x", "", family="axis", verdict="probable"), "probably axis-made device"),
        (
            asset("x", "", family="dahua", verdict="probable", manufacturer="Dahua", brand="Lorex", kind="recorder"),
            "probably Dahua-made recorder, sold as Lorex",
        ),
    ],
)
def test_a_device_is_named_by_maker_and_seller(example, expected):
    assert words.what_is(told(example)) == expected


@pytest.mark.parametrize(
    ("example", "expected"),
    [(RELABEL, True), (DOUBTFUL, True), (NAMELESS, True), (PRINTER, False), (asset("x", "10.0.0.1"), False)],
)
def test_what_may_be_a_camera_counts_as_one(example, expected):
    assert words.looks_like_camera(told(example)) is expected


@pytest.mark.parametrize(
    ("certainty", "expected"), [(1.0, "99.9 %"), (0.9, "90 %"), (0.555, "55.5 %"), (0.0, "0 %"), (0.9996, "99.9 %")]
)
def test_nothing_is_told_as_quite_certain(certainty, expected):
    assert words.percent(certainty) == expected


def test_an_asset_without_address_is_called_by_its_mac_or_id():
    assert words.address_of(told(asset("id-1", "", macs=("44:19:b6:00:00:01",)))) == "44:19:b6:00:00:01"
    assert words.address_of(told(asset("id-1", ""))) == "id-1"


@pytest.mark.parametrize(
    ("coverage", "expected"),
    [
        ({}, False),
        ({"gaps": (Gap(kind="routed", detail="x"),)}, False),
        ({"gaps": (Gap(kind="interrupted", detail="x"),)}, True),
        ({"channels": (ChannelTotal(name="arp", status="failed", reason=None, sent=0, received=0),)}, True),
        ({"channels": (ChannelTotal(name="arp", status="skipped", reason=None, sent=0, received=0),)}, False),
    ],
)
def test_a_run_is_incomplete_when_it_should_have_seen_more(coverage, expected):
    found = document(replace(SMALL, coverage=Coverage(addresses_in_scope=1, addresses_answering=0, **coverage)))

    assert words.incomplete(found) is expected
