"""The profile and the waivers: strict, because a mistyped word would bind nobody and read like a clean result."""

import pytest
from support.policies import POLICIES

from netaudit.policy.organisation import in_use, read_organisation, read_waivers
from netaudit.policy.templates import TEMPLATES, write_templates

WAIVER = """
[[waiver]]
id = "W-1"
policy = "XX-TEST"
rule = "legacy"
assets = ["10.0.0.1"]
reason = "no replacement before the rebuild"
approver = ["agency-head"]
granted = 2026-01-01
until = 2027-01-01
"""


@pytest.fixture
def file(tmp_path):
    def written(text):
        path = tmp_path / "file.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def test_a_profile_is_read(file):
    profile = read_organisation(
        file('name = "D"\nentity_types = ["municipality"]\n[[site]]\nname = "here"\nnetworks = ["10.0.0.0/8"]'),
        POLICIES,
    )

    assert (profile.name, profile.site[0].networks) == ("D", ("10.0.0.0/8",))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('entity_types = ["municipalty"]', "did you mean 'municipality'"),
        ('jurisdictions = ["Canada"]', "matching regex"),
        ('entity_type = ["municipality"]', "unknown field"),
        ('[[site]]\nname = "a"\n[[site]]\nname = "a"', "'a' stands there twice"),
        ("[[site]]\nnetworks = []", "no name"),
        ('[[site]]\nname = "a"\nnetworks = ["10.0.0.0/99"]', "no network"),
        ('[[site]]\nname = "a"\nsensitivity = "secret"', "Invalid enum value"),
        ("[targets]\nXX-TESTS = 2027-01-01", "did you mean 'XX-TEST'"),
        ('policies = ["NOPE"]', "unknown policy"),
        ("= 1", "Invalid"),
    ],
)
def test_a_mistake_in_a_profile_is_told_with_its_file(file, text, told):
    with pytest.raises(ValueError, match=r"file\.toml: ") as error:
        read_organisation(file(text), POLICIES)

    assert told in str(error.value)


def test_waivers_are_read(file):
    (waiver,) = read_waivers(file(WAIVER), POLICIES)

    assert (waiver.id, waiver.rule, waiver.until.year) == ("W-1", "legacy", 2027)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"XX-TEST"', '"XX-NONE"', "no policy"),
        ('"legacy"', '"legcy"', "did you mean 'legacy'"),
        ("until = 2027", "until = 2025", "before it is granted"),
        ('assets = ["10.0.0.1"]', "assets = []", "name the assets"),
        ("granted = 2026-01-01", "", "granted"),
    ],
)
def test_a_mistake_in_a_waiver_is_told(file, old, new, told):
    with pytest.raises(ValueError, match=told):
        read_waivers(file(WAIVER.replace(old, new)), POLICIES)


def test_a_waiver_stands_there_once(file):
    with pytest.raises(ValueError, match="twice"):
        read_waivers(file(WAIVER + WAIVER), POLICIES)


def test_the_templates_are_files_that_can_be_read(tmp_path):
    write_templates(tmp_path / "new")
    profile = read_organisation(tmp_path / "new" / "organisation.toml", POLICIES)

    assert {path.name for path in (tmp_path / "new").iterdir()} == set(TEMPLATES)
    assert (profile.entity_types, profile.site) == ((), ())
    assert read_waivers(tmp_path / "new" / "waivers.toml", POLICIES) == ()


def test_the_commented_parts_of_the_templates_are_right(file, tmp_path):
    def uncommented(text):
        return "\n".join(line.removeprefix("# ") if "=" in line or "[[" in line else line for line in text.splitlines())

    profile = read_organisation(
        file(uncommented(TEMPLATES["organisation.toml"]).replace("CA-FED-LEGACY-2025", "XX-TEST")), POLICIES
    )
    waivers = uncommented(TEMPLATES["waivers.toml"]).replace("US-TX-PROHIBITED", "XX-TEST").replace('"use"', '"legacy"')

    assert profile.site[0].sensitivity == "ordinary"
    assert read_waivers(file(waivers), POLICIES)[0].compensating == ("isolated network", "no internet")


def test_templates_are_never_written_over(tmp_path):
    write_templates(tmp_path)

    with pytest.raises(ValueError, match="nothing is written over"):
        write_templates(tmp_path)


def test_the_policies_in_use_are_those_named_or_those_that_are_on(file):
    school = 'policies = ["XX-TEST"]\nentity_types = ["public-school"]\njurisdictions = ["CA-QC"]'
    profile = read_organisation(file(school), POLICIES)

    assert in_use(profile, ["CA-QC-2023"], POLICIES) == ("CA-QC-2023",)
    assert {"CA-QC-2023", "XX-TEST"} <= set(in_use(profile, (), POLICIES))
    assert set(in_use(profile, (), POLICIES)) & {"US-FCC-22-84", "CA-FED-USE-2025"} == set()
    assert in_use(None, (), POLICIES) == ()


def test_a_profile_that_does_not_say_who_it_is_leaves_nothing_out(file):
    on = {policy.id for policy in POLICIES.by_id.values() if policy.default == "on"}

    assert set(in_use(read_organisation(file(""), POLICIES), (), POLICIES)) == on


def test_a_site_of_another_body_brings_its_policies(file):
    text = '[[site]]\nname = "a"\nentity_types = ["federal-agency"]\njurisdictions = ["CA"]'
    text = f'entity_types = ["municipality"]\njurisdictions = ["CA-QC"]\n{text}'

    assert "CA-FED-USE-2025" in in_use(read_organisation(file(text), POLICIES), (), POLICIES)
