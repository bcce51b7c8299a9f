"""netaudit scan: from the command line to the exit code."""

import json
import signal
import time

import pytest
from support.commands import run, start
from support.loopback import CORNER, corner_place, quick_answers
from support.recorded import devices

from netaudit import runs
from netaudit.demo import emulate
from netaudit.inventory import read
from netaudit.model import Gap

NOBODY = f"{CORNER}.200"
QUICK = ("--rate", "10000")


def gaps(path):
    return {gap.kind for gap in read(path).coverage.gaps}


def test_scan_writes_every_output_and_what_replays_is_the_same(tmp_path):
    json_file, bundle = tmp_path / "inventory.json", tmp_path / "evidence.bundle"
    with quick_answers(), emulate(devices("hikvision-dome", "lighttpd"), corner_place) as emulation:
        camera, server = (emulation[name].address for name in ("hikvision-dome", "lighttpd"))
        ended = run(
            "scan", f"{camera},62", "--exclude", server, *QUICK, "--site", "north", "-o", "jsonl", "-o", f"json={json_file}",
            "--record", bundle,
        )  # fmt: skip
        visited = list(emulation["lighttpd"].connections())
    again = run("replay", bundle, "-o", "json")
    (asset,) = ended.text.splitlines()

    assert (ended.code, visited) == (0, [])
    assert json.loads(asset)["family"] == "hikvision"
    assert ended.err.startswith("netaudit: 1 addresses in scope, 1 exclusions; at most 10000 packets a second; via ")
    assert (again.code, again.out) == (0, json_file.read_bytes())
    assert read(json_file).run.site == "north"


@pytest.mark.usefixtures("nobody_there")
def test_targets_come_from_words_files_and_stdin(tmp_path):
    (tmp_path / "targets").write_text(f"\ufeff# cameras\n{CORNER}.201 {CORNER}.202\n\n{CORNER}.203,204 # two\n")
    (tmp_path / "never").write_text(f"{CORNER}.202\n")
    ended = run(
        "scan", f"{CORNER}.205", "-", "-iL", tmp_path / "targets", "--exclude-file", tmp_path / "never", "--channels",
        "sadp", *QUICK, "-o", "json", stdin=f"{CORNER}.206\n".encode(),
    )  # fmt: skip
    found = json.loads(ended.out)

    assert found["run"]["scope"]["targets"] == [f"{CORNER}.{n}" for n in ("205", "206", "201", "202", "203,204")]
    assert found["coverage"]["addresses_in_scope"] == 5


@pytest.mark.usefixtures("nobody_there")
def test_quiet_says_nothing():
    ended = run("scan", NOBODY, "--channels", "sadp", *QUICK, "-q", "-o", "csv")

    assert (ended.code, ended.err) == (4, "")


@pytest.mark.usefixtures("nobody_there")
def test_scan_that_saw_nothing_does_not_read_like_a_clean_site():
    ended = run("scan", NOBODY, "--channels", "sadp", *QUICK, "-o", "table")

    assert ended.code == 4
    assert "nothing in scope answered anything" in ended.err
    assert "that is no proof that nobody is there" in ended.text


def test_scan_is_not_begun_in_quiet_hours():
    ended = run("scan", NOBODY, "--quiet-hours", "00:00-12:00,12:00-24:00")

    assert ended.code == 2
    assert "nothing is sent until" in ended.error


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ((), "no target given"),
        (("-",), "no target given"),
        (("10.0.0.5", "--exclude", "10.0.0.0/24"), "every target is excluded"),
        (("no such name",), "neither an address nor a host name"),
        (("10.0.0.0/8",), "say --yes"),
        (("8.8.8.8",), "say --yes"),
        ((NOBODY, "--channels", "gopher"), "--channels gopher: cannot be asked; one of arp, "),
        ((NOBODY, "--channels", "arp,-arp"), "nothing is left to ask"),
        ((NOBODY, "--channels", ""), "nothing is left to ask"),
        ((NOBODY, "-o", "pdf"), "-o pdf: no such format; one of csv, "),
        ((NOBODY, "-o", "json=/no/such/folder/x"), "/no/such/folder/x: no file can be written there"),
        ((NOBODY, "--record", "/no/such/folder/x"), "/no/such/folder/x: no file can be written there"),
        ((NOBODY, "-iL", "/no/such/file"), "/no/such/file: No such file or directory: give a text file of targets"),
        ((NOBODY, "-iL", "/"), "/: Is a directory: give a text file of targets"),
        ((NOBODY, "-i", "nosuch0"), "interface 'nosuch0' does not exist here: one of "),
        ((NOBODY, "--rate", "0"), "'--rate'"),
        ((NOBODY, "--rate", "nan"), "give 1 or more"),
        ((NOBODY, "--profile", "rude"), "'--profile'"),
        ((NOBODY, "--fingerprints", "/no/such/folder"), "'--fingerprints'"),
    ],
)
def test_wrong_usage_is_one_line_and_nothing_is_sent(words, error):
    ended = run("scan", *words)

    assert ended.code == 2
    assert error in ended.error


def test_mistake_in_own_fingerprints_is_told_before_anything_is_sent(tmp_path, monkeypatch):
    (tmp_path / "own.toml").write_text("[[fingerprint]]\nid = 1\n")
    monkeypatch.setattr(runs, "prepare", lambda *_, **__: pytest.fail("the scan went on"))
    ended = run("scan", NOBODY, "--fingerprints", tmp_path)

    assert ended.code == 2
    assert ended.error.startswith("netaudit: own.toml: fingerprint 1: ")


def test_target_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "x").write_bytes(b"\xff\xfe1\x00")

    assert "it is no text" in run("scan", "-iL", tmp_path / "x").error


def test_scan_that_can_send_nothing_is_3():
    ended = run("scan", NOBODY, "--channels", "mdns", "-o", "csv")

    assert ended.code == 3
    assert (
        ended.err.splitlines()[-1] == "netaudit: nothing was sent and nothing was heard: there is nothing to judge by"
    )


@pytest.mark.usefixtures("nobody_there")
def test_incomplete_scan_is_4_and_says_why(monkeypatch):
    gap = Gap(kind="interface", detail="interface eth7 was not used: it is down")
    monkeypatch.setattr(runs, "list_interfaces", lambda names=(): ((), (gap,)))
    ended = run("scan", NOBODY, "-i", "eth7", "--channels", "sadp", *QUICK, "-o", "csv")

    assert ended.code == 4
    assert "netaudit: interface eth7 was not used: it is down" in ended.err.splitlines()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["interrupted", "terminated"])
def test_interrupted_scan_keeps_what_it_learnt(tmp_path, number):
    json_file, bundle = tmp_path / "inventory.json", tmp_path / "evidence.bundle"
    with emulate(devices("hikvision-dome"), corner_place) as emulation:
        camera = emulation["hikvision-dome"]
        targets = (camera.address, f"{CORNER}.210-250")
        with start("scan", *targets, "-o", f"json={json_file}", "--record", bundle) as program:
            wait_until(lambda: list(camera.connections()))  # it was found, and is being visited
            program.send_signal(number)
            error = program.stderr.read().decode()
        again = run("replay", bundle, "-o", "json")

    assert program.returncode == 130
    assert "what was learnt is kept" in error
    assert "Traceback" not in error
    assert "interrupted" in gaps(json_file)
    assert [asset.family for asset in read(json_file).assets if camera.address in asset.addresses] == ["hikvision"]
    assert (again.code, again.out) == (4, json_file.read_bytes())


def wait_until(happened, patience_s=120):
    """Wait for what another program does."""
    until = time.monotonic() + patience_s
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_language_without_a_page_is_said_before_anything_is_sent():
    assert "add -o html=FILE" in run("scan", NOBODY, "--lang", "fr").error
