import pytest
from msgspec.structs import replace

from netaudit.identify.fingerprints import load_library
from netaudit.identify.names import BrandEntry, FamilyEntry, KindEntry, Maker, NamesFile, build_names, plain

ACME = FamilyEntry(id="acme", name="Acme", aliases=("Acme Works Ltd.",))
MADE = Maker(family="acme", relation="relabel", sure="high", period="2013-")
ROAD = BrandEntry(id="Roadrunner", makers=(MADE,), aliases=("Road Runner Inc",), sources=("a box, 2024",))
NVR = KindEntry(id="recorder", aliases=("NVR",))


def names(**parts):
    return build_names([NamesFile(**parts)])


def made(*makers, sources=("a box, 2024",)):
    return BrandEntry(id="X", makers=makers, sources=sources)


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
        ({"brand": (made(sources=()),)}, "brand 'X': no sources"),
        ({"brand": (made(sources=("a box",)),)}, "brand 'X': no sources; name a public document with its date"),
        ({"family": (ACME,), "brand": (made(replace(MADE, relation="kin")),)}, "unknown relation 'kin'; one of own,"),
        ({"family": (ACME,), "brand": (made(replace(MADE, sure="99 %")),)}, "unknown sure = '99 %'; one of certain,"),
        (
            {"family": (ACME,), "brand": (made(replace(MADE, period="long ago")),)},
            "period 'long ago'; write '2013-2018'",
        ),
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


@pytest.mark.parametrize(
    ("makers", "expected"),
    [
        ((MADE,), "acme"),
        ((replace(MADE, relation="own"),), "acme"),
        ((replace(MADE, relation="subsidiary", sure="certain"),), "acme"),
        ((replace(MADE, sure="medium"),), None),
        ((replace(MADE, relation="partial"),), None),
        ((replace(MADE, relation="former", sure="certain"),), None),
        ((MADE, replace(MADE, family="other", relation="former")), None),  # which of the two is not told by the label
        ((), None),
    ],
)
def test_brand_points_to_a_maker_only_where_it_is_the_only_one_and_sure(makers, expected):
    lead = made(*makers).lead

    assert expected == (lead.family if lead else None)


def test_shipped_labels_of_several_makers_point_to_none():
    brands = load_library().names.brands

    assert [
        brands[b].lead for b in ("Honeywell", "Swann", "GSS", "CP Plus", "Speco", "Alibi", "Safire", "Montavue")
    ] == [None] * 8
    assert {brands[b].lead.family for b in ("EZVIZ", "HiLook")} == {"hikvision"}
    assert {brands[b].lead.family for b in ("Imou", "Amcrest", "EmpireTech", "Intelbras")} == {"dahua"}


@pytest.mark.parametrize("period", ["2013-", "-2018", "2013-2018", "about 2012-2023"])
def test_period_may_be_open(period):
    known = names(family=(ACME,), brand=(made(replace(MADE, period=period)),))

    assert known.brands["X"].makers[0].period == period
