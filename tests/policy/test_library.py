"""Packs are read strictly: a mistake is one line that names the file and the rule."""

import pytest

from netaudit.policy import load_policies
from netaudit.policy.library import funding_words, read_policy, shipped_directory

PACK = (shipped_directory() / "CA-QC-2023.toml").read_text(encoding="utf-8")


def mistake(old, new):
    assert old in PACK
    with pytest.raises(ValueError, match=r"^mine\.toml: ") as error:
        read_policy(PACK.replace(old, new, 1).encode(), "mine.toml")
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("severity       =", "severty        =", "severty"),
        ('"prohibited"', '"forbidden"', "forbidden"),
        ("acquired_after = 2023-12-21", 'acquired_after = "soon"', "encoded date"),
        ('value = "2023-12-22"', 'value = "22 December"', "matching regex"),
        ('value = "2023-12-22"', 'value = "2023-13"', "'2023-13' is no date"),
        ('"hikvision", "dahua"', '"hikvison", "dahua"', "unknown family 'hikvison'"),
        ('id             = "acquired-before"', 'id             = "acquired-after-the-cut-off"', "two rules"),
        ('prohibits      = ["new-deployment", "use"]', "prohibits      = []", "prohibits nothing"),
        ('status        = "in-force"', 'status        = "ended"', "dates.ended"),
        ('{ value = "2023-12-21", note = "the day that divides old equipment from new" }', "{}", "neither value nor"),
        ('owner_effect   = "finding"', 'owner_effect   = "breach"', "breach"),
        ('outcome      = "in-breach"', 'outcome      = "illegal"', "illegal"),
        ("id            =", "id = = ", "line 1"),
    ],
)
def test_a_mistake_is_told(old, new, told):
    assert told in mistake(old, new)


def test_a_rule_against_buying_alone_must_say_how_the_day_is_known():
    text = PACK.replace('["new-deployment", "use"]', '["buy"]', 1)
    text = text.replace("applies_if     = { acquired_after = 2023-12-21 }\n", "", 1)

    with pytest.raises(ValueError, match="proves use"):
        read_policy(text.encode(), "mine.toml")


def test_a_policy_of_ones_own_takes_the_place_of_a_shipped_one(tmp_path):
    (tmp_path / "mine.toml").write_text(PACK.replace("Quebec: public bodies", "Our reading: public bodies"), "utf-8")

    known = load_policies([tmp_path])

    assert known.by_id["CA-QC-2023"].title.startswith("Our reading")
    assert known.own == {"CA-QC-2023"}
    assert known.sha256 != load_policies().sha256


def test_an_id_stands_in_one_file_of_a_directory(tmp_path):
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(PACK, "utf-8")

    with pytest.raises(ValueError, match=r"b\.toml: id CA-QC-2023 stands in a\.toml too"):
        load_policies([tmp_path])


def test_a_directory_that_is_none_is_told(tmp_path):
    with pytest.raises(ValueError, match="no such directory"):
        load_policies([tmp_path / "nowhere"])


def test_an_unknown_policy_is_told():
    with pytest.raises(ValueError, match="policies list"):
        load_policies().select(["NOPE"])


def test_the_words_for_money_are_those_of_the_policies():
    assert {"federal-award", "own"} <= set(funding_words(load_policies()))
