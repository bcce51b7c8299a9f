"""netaudit comply: an inventory against policies, its exit codes and its formats."""

import csv
import io
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import jsonschema
import pytest
from support.commands import run
from support.inventories import ACTING, SMALL, hostile
from support.policies import camera, inventory

from netaudit.cli.comply import FORMATS
from netaudit.inventory import document, write

PACKS = Path(__file__).parents[1] / "policy" / "packs"
AGENCY = 'name = "Agency"\nentity_types = ["federal-agency"]\njurisdictions = ["CA"]\n'
SCHOOL = 'entity_types = ["public-school"]\njurisdictions = ["CA-QC"]\n'
FEDERAL, QUEBEC = ("--policy", "CA-FED-USE-2025"), ("--policy", "CA-QC-2023")


@pytest.fixture
def given(tmp_path):
    """Write an inventory of these devices, and files beside it."""

    def written(*devices, **files):
        write(inventory(*devices), tmp_path / "inventory.json")
        for name, text in files.items():
            (tmp_path / name.replace("_", ".")).write_text(text, "utf-8")
        return tmp_path

    return written


def comply(folder, *options):
    known = [
        option
        for name, option in (("organisation.toml", "--organisation"), ("register.csv", "--register"))
        if (folder / name).exists()
        for option in (option, folder / name)
    ]
    return run("comply", folder / "inventory.json", *known, "--as-of", "2026-11-22", *options)


@pytest.mark.parametrize(
    ("devices", "register", "options", "code"),
    [
        ((camera(family="axis"),), "2024", FEDERAL, 0),
        ((camera(),), "2024", FEDERAL, 1),
        ((camera(),), "2024", (*FEDERAL, "--fail-on", "prohibited"), 1),
        ((camera(),), "2024", (*FEDERAL, "--as-of", "2024-01-01"), 0),
        ((camera(verdict="possible"),), "2024", FEDERAL, 4),
        ((camera(family="unknown"),), "2024", FEDERAL, 4),
        ((camera(), camera("b", "10.0.0.1", family="unknown")), "2024", FEDERAL, 1),
        ((), "2024", FEDERAL, 4),
    ],
)
def test_exit_codes_of_an_agency(given, devices, register, options, code):
    folder = given(*devices, organisation_toml=AGENCY, register_csv=f"address,acquired\n10.0.0.1,{register}\n")
    (folder / "register.csv").unlink()

    assert comply(folder, *options).code == code


@pytest.mark.parametrize(("acquired", "code"), [("2024-01-01", 1), ("2020", 4), ("", 4), ("2023-12", 4)])
def test_exit_codes_of_a_school_by_the_day_of_acquisition(given, acquired, code):
    folder = given(camera(), organisation_toml=SCHOOL, register_csv=f"address,acquired\n10.0.0.1,{acquired}\n")

    assert comply(folder, *QUEBEC).code == code


def test_conditions_that_are_proven_leave_nothing_open(given):
    met = "risk-assessment;no-internet;firewall;functions-off;storage-locked"
    folder = given(camera(), organisation_toml=SCHOOL, register_csv=f'address,acquired,met\n10.0.0.1,2020,"{met}"\n')

    assert comply(folder, *QUEBEC).code == 0


def test_a_missing_day_is_named(given):
    folder = given(camera(), organisation_toml=SCHOOL)
    ended = comply(folder, *QUEBEC, "-o", "json")

    assert {tuple(f["missing"]) for f in json.loads(ended.out)["findings"]} == {("acquisition date",)}


def test_findings_under_the_threshold_do_not_fail(given):
    folder = given(camera())
    options = ("--policy", "XX-TEST", "--policies", PACKS, "--fail-on")

    assert comply(folder, *options, "phase-out").code == 1
    assert comply(folder, *options, "prohibited").code == 4


def test_with_a_profile_what_is_on_and_binds_is_taken(given):
    ended = comply(given(camera(), organisation_toml=AGENCY), "-o", "json")
    used = {policy["id"] for policy in json.loads(ended.out)["policies"]}

    assert {"CA-FED-USE-2025", "CA-FED-LEGACY-2025"} <= used
    assert used & {"CA-QC-2023", "US-FCC-22-84"} == set()  # one binds others, one is background


def test_the_json_keeps_its_schema_and_says_what_it_is(given):
    schema = json.loads(run("comply", "--schema").out)
    ended = comply(given(camera(), camera("b", "10.0.0.2", family="dahua")), *FEDERAL, *QUEBEC, "-o", "json")
    found = json.loads(ended.out)

    jsonschema.Draft202012Validator(schema).validate(found)
    assert "not legal advice" in found["notice"]
    assert found["organisation"] is None
    assert len(found["findings"]) == 6


def test_the_csv_has_a_row_for_each_finding(given):
    ended = comply(given(camera()), *FEDERAL, "-o", "csv")
    (row,) = csv.DictReader(io.StringIO(ended.out.decode("utf-8-sig")))

    assert (row["policy"], row["outcome"], row["address"]) == ("CA-FED-USE-2025", "in-breach", "10.0.0.1")


def test_the_table_says_what_it_assumes_and_that_it_is_no_advice(given):
    text = comply(given(camera()), *FEDERAL).text

    assert "as if the organisation were bound" in text
    assert "not legal advice" in text
    assert "10.0.0.1" in text


def test_several_outputs_go_where_they_are_told(given):
    folder = given(camera())
    ended = comply(
        folder, *FEDERAL, "-o", f"json={folder / 'f.json'}", "-o", f"table={folder / 'f.txt'}", "-o", "csv=-"
    )

    assert json.loads((folder / "f.json").read_text("utf-8"))["as_of"] == "2026-11-22"
    assert "in-breach" in (folder / "f.txt").read_text("utf-8")
    assert ended.out.startswith(b"\xef\xbb\xbfkind,")


@pytest.mark.parametrize("form", FORMATS)
def test_what_a_device_says_never_acts(tmp_path, form):
    write(hostile(), tmp_path / "inventory.json")
    text = comply(tmp_path, *FEDERAL, "-o", form).out.decode("utf-8-sig")

    assert not set(ACTING) & set(text)


def test_it_works_on_an_inventory_of_the_scanner(tmp_path):
    write(document(SMALL), tmp_path / "inventory.json")

    assert comply(tmp_path, *FEDERAL).code in {1, 4}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "say who you are"),
        (("--policy", "NOPE"), "no policy of this id"),
        ((*FEDERAL, "--fail-on", "bad"), "--fail-on bad"),
        ((*FEDERAL, "-o", "xml"), "no such format"),
        ((*FEDERAL, "-o", "json=/nowhere/x"), "no file can be written"),
        ((*FEDERAL, "--register", "/nowhere.csv"), "/nowhere.csv"),
        ((*FEDERAL, "--as-of", "soon"), "soon"),
    ],
)
def test_wrong_usage_is_one_line(given, options, told):
    ended = comply(given(camera()), *options)

    assert ended.code == 2
    assert told in ended.error


def test_a_bad_inventory_is_one_line(tmp_path):
    (tmp_path / "inventory.json").write_text("{}")
    ended = comply(tmp_path, *FEDERAL)

    assert ended.code == 2
    assert "not an inventory" in ended.error


def test_init_writes_templates_once(tmp_path):
    assert run("comply", "--init", tmp_path / "new").code == 0
    assert run("comply", "--init", tmp_path / "new").code == 2
    assert (tmp_path / "new" / "organisation.toml").is_file()


@pytest.mark.skipif(not shutil.which("jq"), reason="needs jq")
def test_the_pipe_of_the_documentation_works(given):
    ended = comply(given(camera()), *FEDERAL, "-o", "json")
    page = (Path(__file__).parents[2] / "docs" / "policies.md").read_text("utf-8")
    program = page.partition("| jq -r '")[2].partition("'")[0]
    lines = subprocess.run(["jq", "-r", program], input=ended.out, capture_output=True, check=True).stdout

    assert lines == b"10.0.0.1\tCA-FED-USE-2025/buy-or-use\tin-breach\n"


def test_an_evidence_pack_is_written_signed_and_verified(given):
    folder = given(camera(), organisation_toml=AGENCY)
    key, pack = folder / "key.pem", folder / "evidence.zip"
    made = run("comply", "--new-key", key)
    kept = comply(folder, *FEDERAL, "--evidence", pack, "--sign", key)
    good = run("comply", "verify", pack, "--signer", f"{key}.pub")
    pack.write_bytes(pack.read_bytes().replace(b"in-breach", b"in-breacH", 1))
    bad = run("comply", "verify", pack)

    assert (made.code, kept.code, good.code, bad.code) == (0, 1, 0, 1)
    assert "whole and unchanged; signed by" in good.text
    assert "not an evidence pack: Bad CRC-32 for file 'findings.json'" in bad.text


def test_the_pack_holds_the_policies_the_inputs_and_the_replies(tmp_path):
    captured = Path(__file__).parents[1] / "captures" / "lan-of-many-bundle"
    bundle = next(path for path in captured.iterdir() if path.suffix == ".bundle")
    (tmp_path / "organisation.toml").write_text(AGENCY, "utf-8")
    shutil.copy(captured / "inventory.json", tmp_path)
    comply(tmp_path, *FEDERAL, "--evidence", tmp_path / "evidence.zip", "--bundle", bundle)
    with zipfile.ZipFile(tmp_path / "evidence.zip") as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))

    assert {"policies/CA-FED-USE-2025.toml", "inputs/1-organisation.toml"} <= set(names)
    assert len([name for name in names if name.startswith("replies/")]) > 5
    assert manifest["missing_replies"] == []
    assert run("comply", "verify", tmp_path / "evidence.zip").code == 0


def test_an_organisation_that_nothing_binds_is_told(given):
    ended = comply(given(camera(), organisation_toml='entity_types = ["retailer"]\njurisdictions = ["US"]'))

    assert ended.code == 2
    assert "none that is on binds this organisation" in ended.error


def test_an_inventory_of_another_layout_comes_to_the_same(given):
    folder = given(camera(), camera("b", "10.0.0.2", family="axis"))
    done = comply(folder, *FEDERAL, "-o", "json")
    plain = json.loads((folder / "inventory.json").read_text())
    (folder / "inventory.json").write_text(json.dumps(plain))
    again = comply(folder, *FEDERAL, "-o", "json")

    assert (again.code, again.text) == (done.code, done.text)
    assert len(json.loads(done.text)["findings"]) == 2


def test_a_wrong_device_in_an_inventory_is_told_as_ever(given):
    folder = given(camera(), camera("b", "10.0.0.2"))
    file = folder / "inventory.json"
    file.write_text(file.read_text().replace('"id": "b"', '"id": 7'))
    done = comply(folder, *FEDERAL, "-o", "json")

    assert (done.code, done.text) == (2, "")
    assert "inventory.json: not an inventory: Expected `str`, got `int`" in done.err
