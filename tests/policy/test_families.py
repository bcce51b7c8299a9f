"""Makers and their labels: as netaudit spells them, and on which day whose label it was."""

from datetime import date

import pytest

from netaudit.identify.fingerprints import load_library
from netaudit.policy.families import country_of, families, standing

NAMED_BY_INSTRUMENTS_ONLY = {"dji", "samsung"}


def test_families_are_spelled_as_in_the_inventory():
    assert families().keys() - load_library().names.families.keys() <= NAMED_BY_INSTRUMENTS_ONLY


def test_every_label_has_its_source_with_a_year():
    labels = [label for family in families().values() for label in family.labels]

    assert len(labels) > 10
    assert [label.label for label in labels if "20" not in label.source] == []


@pytest.mark.parametrize(
    ("family", "label", "manufacturer", "day", "expected"),
    [
        ("hikvision", "", "", "2026-01-01", "own"),
        ("hikvision", "HIKVISION", "Hikvision", "2026-01-01", "own"),
        ("hikvision", "hilook", "Hikvision", "2026-01-01", "own"),
        ("hikvision", "EZVIZ", "Hikvision", "2026-01-01", "affiliate"),
        ("hikvision", "Annke", "Hikvision", "2026-01-01", "relabel"),
        ("dahua", "Lorex", "Dahua", "2022-06-01", "affiliate"),
        ("dahua", "Lorex", "Dahua", "2024-06-01", "former"),
        ("never-heard-of", "Acme", "Acme", "2024-06-01", "own"),
        ("never-heard-of", "Acme", "", "2024-06-01", "relabel"),
    ],
)
def test_a_label_stands_to_its_maker_as_it_did_on_the_day(family, label, manufacturer, day, expected):
    assert standing(family, label, manufacturer, date.fromisoformat(day)) == expected


def test_a_country_that_is_not_recorded_is_not_guessed():
    assert (country_of("axis"), country_of("tp-link"), country_of("never-heard-of")) == ("SE", None, None)
