"""netaudit history reread: stored replies, today's fingerprints, no device touched, the run as it was."""

import json

import pytest
from support.commands import run
from support.recorded import recorded

from netaudit.inventory import read

RULE = """
field = "http.title"

[[fingerprint]]
id = "TEST"
"""


@pytest.fixture
def place(tmp_path):
    made = recorded()
    assert run("history", "add", made.inventory, "--bundle", made.bundle, "--history", tmp_path / "h.db").code == 0
    return tmp_path / "h.db"


def test_same_fingerprints_change_nothing(place):
    ended = run("history", "reread", "--history", place)

    assert (ended.code, ended.text) == (0, "1 recordings read, 0 devices with another verdict or name\n")


def test_other_fingerprints_are_told_and_the_run_stays(place, tmp_path):
    camera = next(asset for asset in read(recorded().inventory).assets if asset.family == "hikvision")
    model = next(e for e in camera.evidence if e.field == "sadp.device_description")
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "sadp.device_description.toml").write_text(
        'field = "sadp.device_description"\n\n[[fingerprint]]\nid = "own-label"\ntitle = "our own label"\n'
        f'pattern = \'^{model.value}$\'\nasserts = {{ brand = "Annke" }}\nstrength = "proof"\nsources = ["label, 2026-01-01"]\n\n'
        f'  [[fingerprint.matches]]\n  text = "{model.value}"\n\n  [[fingerprint.rejects]]\n  text = "x"\n  why = "another"\n'
    )
    ended = run("history", "reread", "--fingerprints", folder, "--history", place)

    assert ended.code == 1, ended.err
    assert f"{camera.addresses[0]}  " in ended.text
    assert "brand: " in ended.text
    shown = run("history", "show", "latest", "-o", "json", "--history", place)
    assert shown.out == recorded().inventory.read_bytes()
    told = json.loads(run("history", "show", camera.id, "-o", "json", "--history", place).out)
    assert [change["because"] for change in told["changes"]] == ["the recording was read again"]


def test_run_without_recording_is_4(tmp_path):
    run("history", "add", recorded().inventory, "--history", tmp_path / "h.db")
    ended = run("history", "reread", "--history", tmp_path / "h.db")

    assert ended.code == 4
    assert "no recording is kept" in ended.err
