"""netaudit fingerprints: what it prints, writes and returns."""

from pathlib import Path

import click
import pytest

from netaudit.cli.fingerprints import fingerprints
from netaudit.identify.fingerprints import shipped_directory

CAPTURES = Path(__file__).parents[1] / "captures"
CAPTURE = CAPTURES / "ipycam-1.3.0" / "capture.pcap.gz"
CAMERA = "10.77.0.80"

OWN = """
field = 'http.server'
[[fingerprint]]
id = '{id}'
title = 'Acme'
pattern = '^Acme$'
asserts = {{ family = 'axis' }}
strength = 'strong'
sources = ['a manual, 2024']
matches = ['{match}']
rejects = [{{ text = 'Acmex', why = 'another' }}]
"""


def run(*arguments):
    return fingerprints.main([str(a) for a in arguments], standalone_mode=False)


@pytest.fixture
def own(tmp_path):
    def write(identifier="acme-server", match="Acme", name="own.toml"):
        path = tmp_path / name
        path.write_text(OWN.format(id=identifier, match=match))
        return path

    return write


def test_list_marks_what_is_added_and_what_is_replaced(own, capsys):
    own("acme-server", name="a.toml")
    folder = own("hikvision-http-server", name="b.toml").parent

    assert run("list", "http.server", "--fingerprints", folder) == 0

    lines = capsys.readouterr().out.splitlines()
    marked = {line.split()[0]: line.partition("Acme")[2] for line in lines if "(yours" in line}
    assert marked == {"acme-server": " (yours)", "hikvision-http-server": " (yours, in place of the one shipped)"}


def test_show_tells_the_file_and_whose_it_is(own, capsys):
    assert run("show", "hikvision-http-server", "--fingerprints", own("hikvision-http-server").parent) == 0

    assert "file      own.toml (yours, in place of the one shipped)" in capsys.readouterr().out


def test_test_runs_one_file_by_itself(own, capsys):
    assert run("test", own()) == 0

    assert capsys.readouterr().out == "1 fingerprints, 0 examples that do not hold\n"


def test_test_runs_a_directory_by_itself(own, capsys):
    assert run("test", own().parent) == 0

    assert capsys.readouterr().out.startswith("1 fingerprints, ")


def test_test_of_a_file_that_is_shipped_tests_that_file(capsys):
    assert run("test", shipped_directory() / "http.server.toml") == 0

    count = shipped_directory().joinpath("http.server.toml").read_text().count("[[fingerprint]]")
    assert capsys.readouterr().out == f"{count} fingerprints, 0 examples that do not hold\n"


def test_test_fails_on_an_example_that_does_not_hold(own, capsys):
    assert run("test", own(match="acme")) == 1

    assert "acme-server: http.server = 'acme' should match, and does not" in capsys.readouterr().out


def test_a_draft_from_a_capture_loads_when_it_is_completed(tmp_path):
    draft = tmp_path / "draft.toml"

    assert run("new", CAPTURE, CAMERA, "-o", draft) == 0

    text = draft.read_text()
    draft.write_text(text.replace("# { text = '', why = '' },", "{ text = 'x', why = 'another' },"))
    assert "capture capture.pcap.gz, 20" in text
    assert run("test", draft) == 0


def test_a_draft_goes_to_stdout_and_finds_the_device_by_its_mac(capsys):
    assert run("new", CAPTURE, "02-00-5E-00-53-80") == 0

    assert capsys.readouterr().out.startswith(f"# Drafted from what {CAMERA} said.")


def test_a_file_that_exists_is_not_overwritten(tmp_path):
    draft = tmp_path / "draft.toml"
    draft.write_text("mine")

    with pytest.raises(FileExistsError):
        run("new", CAPTURE, CAMERA, "-o", draft)
    assert draft.read_text() == "mine"


def test_a_device_that_is_not_there_is_an_error():
    with pytest.raises(ValueError, match=r"^10\.9\.9\.9: no device of this id, address or MAC"):
        run("new", CAPTURE, "10.9.9.9")


def test_an_address_that_two_devices_claim_is_not_guessed_at():
    with pytest.raises(ValueError, match="2 devices have it: name one by its id"):
        run("new", CAPTURES / "_odd" / "address-conflict" / "capture.pcap.gz", "10.77.0.15")


def test_a_fingerprint_that_is_not_there_is_a_usage_error():
    with pytest.raises(click.UsageError, match="no fingerprint of this id"):
        run("show", "nobody-nothing")


def test_brands_are_listed_with_their_makers(capsys):
    assert run("brands") == 0

    lines = capsys.readouterr().out.splitlines()
    assert "Amcrest                    Dahua (relabel, certain, 2014-)" in lines
    assert [line.split()[0].casefold() for line in lines] == sorted(line.split()[0].casefold() for line in lines)


@pytest.mark.parametrize("arguments", [("brands", "ic-realtime"), ("show", "brand:IC Realtime")])
def test_brand_is_told_with_all_that_is_known(arguments, capsys):
    assert run(*arguments) == 0

    printed = capsys.readouterr().out
    assert "made by   Dahua (relabel, certain): all but the IPND line" in printed
    assert "alone     a weak hint at Dahua" in printed
    assert "source    DeathCamel58/amcrest-compatible-finder" in printed


def test_brand_that_nobody_knows_is_wrong_usage():
    with pytest.raises(click.UsageError, match="no such brand"):
        run("brands", "roadrunner")
