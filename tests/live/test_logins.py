"""A scan with credentials, from the command line to what devices saw and to every file that was written."""

import json
import re
from pathlib import Path

import pytest
from support.commands import run, start
from support.logins import CANARY, emulated, logins_of

import netaudit
from netaudit.inventory import read

NAMES = ("hikvision-recorder", "dahua-recorder", "uniview-dome", "hikvision-locked", "lighttpd")
QUICK = ("--profile", "standard", "--rate", "10000", "--channels", "wsd,sadp,dhip,http,tls,tcp")
WITH_LOGIN = {"hikvision-recorder": 3, "dahua-recorder": 4, "uniview-dome": 4}


@pytest.fixture(autouse=True)
def _state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for channel in ("sadp", "dhip", "wsd"):  # loopback is quicker than a network
        monkeypatch.setattr(f"netaudit.discovery.{channel}._LISTEN_S", 0.4)
    monkeypatch.setattr("netaudit.discovery.plan.PORTS", (8080, 8443))


def credentials(folder, password=CANARY):
    path = folder / "credentials.toml"
    path.touch(mode=0o600)
    path.write_text(f'[[login]]\ndefault = true\nuser = "canary-auditor"\npassword = "{password}"\n')
    return path


@pytest.fixture(scope="module")
def devices():
    with emulated(*NAMES, user="canary-auditor") as emulation:
        yield emulation


def scanned(devices, folder, *more, name="inventory"):
    """(how a scan ended, its inventory, for each device the logins that it saw)."""
    before = {played.device.name: len(logins_of(played)) for played in devices.devices}
    targets = [played.address for played in devices.devices]
    outputs = [f"{form}={folder / name}.{form}" for form in ("json", "jsonl", "csv", "table")]
    ended = run("scan", *targets, *QUICK, "-v", "--debug", *(w for o in outputs for w in ("-o", o)), *more)
    saw = {played.device.name: len(logins_of(played)) - before[played.device.name] for played in devices.devices}
    return ended, read(folder / f"{name}.json"), {name: count for name, count in saw.items() if count}


def gaps(inventory, kind):
    return [gap for gap in inventory.coverage.gaps if gap.kind == kind]


def everything(folder, *endings):
    """All bytes that a run has left anywhere, packed files unpacked."""
    import gzip

    texts = [ended.out + ended.err.encode() for ended in endings]
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "credentials.toml":
            data = path.read_bytes()
            texts.append(gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data)
    return b"\n".join(texts)


def test_cameras_behind_recorders_are_found_and_no_gap_is_left(devices, tmp_path):
    bundle = tmp_path / "evidence.bundle"
    ended, inventory, saw = scanned(devices, tmp_path, "--credentials", credentials(tmp_path), "--record", bundle)
    again = run("replay", bundle, "-o", "json")
    behind = [asset for asset in inventory.assets if asset.behind]
    told = everything(tmp_path, ended, again)

    assert saw == WITH_LOGIN
    assert len(behind) == 32
    assert gaps(inventory, "recorder_children") == []
    assert {g.address for g in gaps(inventory, "login")} <= {devices["hikvision-locked"].address}
    assert again.out == (tmp_path / "inventory.json").read_bytes()
    assert {played.most_open for played in devices.devices} <= {0, 1}
    for secret in (CANARY, "canary-auditor", "recorder-user", "PasswordDigest", "response=", 'username="'):
        assert secret.encode() not in told, secret


def test_without_credentials_nobody_gets_a_login(devices, tmp_path):
    _, inventory, saw = scanned(devices, tmp_path)

    assert saw == {}
    assert len(gaps(inventory, "recorder_children")) == 2
    assert not (tmp_path / "state").exists()


def test_programs_can_give_credentials_too(devices, tmp_path):
    target = devices["hikvision-recorder"].address
    found = netaudit.scan(target, profile="standard", channels=["sadp", "http"], credentials=credentials(tmp_path))

    assert sum(asset.behind is not None for asset in found.assets) == 16
    assert (tmp_path / "state" / "netaudit" / "refused-logins.json").is_file()


def test_wrong_password_is_one_try_and_none_in_the_next_run(devices, tmp_path):
    wrong = credentials(tmp_path, f"{CANARY}-wrong")
    first, _, saw = scanned(devices, tmp_path, "--credentials", wrong)
    second, inventory, saw_again = scanned(devices, tmp_path, "--credentials", wrong)
    _, _, retried = scanned(devices, tmp_path, "--credentials", wrong, "--retry-logins")
    told = everything(tmp_path, first, second)

    assert first.code == second.code == 4
    assert saw == retried == dict.fromkeys(WITH_LOGIN, 1)
    assert saw_again == {}
    assert sum("--retry-logins" in gap.detail for gap in gaps(inventory, "login")) == len(WITH_LOGIN)
    assert CANARY.encode() not in told
    assert b"canary-auditor" not in told


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda path: path.chmod(0o644), "chmod 600"),
        (lambda path: path.write_text(f'[[login]]\npassword = "{CANARY}"\n'), "user"),
        (lambda path: path.write_text(f'[[login]]\nuser = "x"\npassword = "{CANARY}'), "no TOML"),
        (lambda path: path.write_text(f'[[login]]\nuser = "x"\ndefault = "{CANARY}"\n'), "default"),
    ],
)
def test_mistakes_in_the_file_are_one_line_and_tell_no_secret(devices, tmp_path, change, said):
    path = credentials(tmp_path)
    change(path)
    plain = run("scan", devices.devices[0].address, *QUICK, "--credentials", path)
    debug = run("scan", devices.devices[0].address, *QUICK, "--credentials", path, "--debug")

    assert plain.code == debug.code == 2
    assert said in plain.error
    assert CANARY not in debug.err


def test_retry_without_credentials_is_wrong_usage():
    assert run("scan", "127.0.0.1", "--retry-logins").code == 2


def test_passive_profile_and_credentials_contradict_each_other(tmp_path):
    ended = run("scan", "127.0.0.1", "--profile", "passive", "--credentials", credentials(tmp_path))

    assert ended.code == 2
    assert "passive" in ended.error


def test_notes_that_cannot_be_written_end_the_scan_before_it_begins(devices, tmp_path):
    (tmp_path / "state").write_text("a file, not a folder")
    ended = run("scan", devices.devices[0].address, *QUICK, "--credentials", credentials(tmp_path))

    assert ended.code == 2
    assert "state" in ended.error


def test_command_line_and_environment_of_the_program_hold_no_password(devices, tmp_path):
    target = devices["hikvision-recorder"].address
    with start("scan", target, "-q", *QUICK, "-o", "json", "--credentials", credentials(tmp_path)) as program:
        shown = b""
        while program.poll() is None and not shown:
            shown = Path(f"/proc/{program.pid}/cmdline").read_bytes()
        environment = Path(f"/proc/{program.pid}/environ").read_bytes()
        out, _ = program.communicate(timeout=60)

    assert b"--credentials" in shown
    assert CANARY.encode() not in shown + environment
    assert len(json.loads(out)["assets"]) == 17
    assert not re.search(CANARY.encode(), out)
