import pytest

from netaudit.identify.fingerprints import load_library
from netaudit.identify.names import BrandEntry, FamilyEntry, KindEntry, NamesFile, build_names, plain

ACME = FamilyEntry(id="acme", name="Acme", aliases=("Acme Works Ltd.",))
ROAD = BrandEntry(id="Roadrunner", families=("acme",), aliases=("Road Runner Inc",), sources=("a box, 2024",))
NVR = KindEntry(id="recorder", aliases=("NVR",))


def names(**parts):
    return build_names([NamesFile(**parts)])


def test_case_blanks_and_punctuation_make_no_difference():
    assert plain("Acme Works, Ltd.") == plain("ACME_WORKS-LTD") == "acmeworksltd"


@pytest.mark.parametrize(
    ("attribute", "value", "expected"),
    [
        ("family", "ACME WORKS LTD", "acme"), ("family", "Coyote", None), ("manufacturer", "acme", "Acme"),
        ("manufacturer", "Coyote", "Coyote"), ("brand", "ROAD-RUNNER", "Roadrunner"), ("brand", "Coyote", "Coyote"),
        ("kind", "nvr", "recorder"), ("kind", "toaster", None), ("model", "ACME works ltd", "ACME works ltd"),
    ],
)  # fmt: skip
def test_captured_value_takes_the_one_spelling(attribute, value, expected):
    known = names(family=(ACME,), brand=(ROAD,), kind=(NVR,))

    assert expected == known.normal(attribute, value)


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"brand": (ROAD,)}, "brand 'Roadrunner': unknown family 'acme'"),
        ({"brand": (BrandEntry(id="X", sources=()),)}, "brand 'X': no sources"),
        ({"kind": (KindEntry(id="toaster"),)}, "kind 'toaster': not in the vocabulary"),
        ({"family": (ACME, FamilyEntry(id="other", name="acme"))}, "'acme' already stands for 'acme'"),
    ],
)
def test_contradiction_is_a_mistake(parts, reason):
    with pytest.raises(ValueError) as caught:
        names(**parts)

    assert reason in str(caught.value)


def test_names_of_two_files_are_one_list():
    both = build_names([NamesFile(family=(ACME,)), NamesFile(brand=(ROAD,))])

    assert both.makers["Roadrunner"] == {"acme"}


def test_every_family_that_is_shipped_has_a_brand_of_its_own_name():
    shipped = load_library().names

    assert {"Panasonic" if name == "i-PRO" else name for name in shipped.families.values()} <= shipped.makers.keys()
