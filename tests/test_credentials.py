import copy
import json
import os
import pickle
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from support.logins import CANARY

from netaudit.credentials import Secret, load_credentials

NOTHING = {}


def written(folder, text, mode=0o600):
    path = folder / "credentials.toml"
    path.write_text(text)
    path.chmod(mode)
    return path


def login(where="default = true", more=f'password = "{CANARY}"'):
    return f'[[login]]\n{where}\nuser = "auditor"\n{more}\n'


def test_nearest_entry_counts(tmp_path):
    text = login() + login('network = "192.0.2.0/24"', 'password = "of-the-network"')
    text += login('host = "192.0.2.7"', 'password = "of-the-host"\nprotocols = ["onvif"]')
    found = load_credentials(written(tmp_path, text), NOTHING)
    told = {
        (address, protocol): found.login(address, [protocol])[1].password.reveal()
        for address in ("192.0.2.7", "192.0.2.8", "198.51.100.1")
        for protocol in ("isapi", "onvif")
    }

    assert told == {
        ("192.0.2.7", "isapi"): "of-the-network",
        ("192.0.2.7", "onvif"): "of-the-host",
        ("192.0.2.8", "isapi"): "of-the-network",
        ("192.0.2.8", "onvif"): "of-the-network",
        ("198.51.100.1", "isapi"): CANARY,
        ("198.51.100.1", "onvif"): CANARY,
    }


def test_of_several_protocols_the_nearest_entry_decides_and_then_the_order(tmp_path):
    text = login() + login('host = "192.0.2.7"', 'password = "x"\nprotocols = ["onvif"]')
    found = load_credentials(written(tmp_path, text), NOTHING)

    assert found.login("192.0.2.7", ["isapi", "onvif"])[0] == "onvif"
    assert found.login("192.0.2.8", ["isapi", "onvif"])[0] == "isapi"
    assert found.login("192.0.2.8", []) is None


def test_community(tmp_path):
    text = '[[snmp]]\nnetwork = "192.0.2.0/24"\ncommunity = "camera-read"\nversion = "1"\n'
    found = load_credentials(written(tmp_path, text), NOTHING)

    assert found.community("192.0.2.1").text.reveal() == "camera-read"
    assert found.community("192.0.2.1").version == "1"
    assert found.community("198.51.100.1") is None
    assert found.login("192.0.2.1", ["isapi"]) is None


@pytest.mark.parametrize("source", ["env", "file", "credential"])
def test_password_from_elsewhere(tmp_path, source):
    secret = tmp_path / "secret"
    secret.write_text(f"{CANARY}\n")
    secret.chmod(0o600 if source == "file" else 0o444)  # systemd looks after its own
    value = {"env": "CAMERAS", "file": "secret", "credential": "secret"}[source]
    environment = {"CAMERAS": CANARY, "CREDENTIALS_DIRECTORY": str(tmp_path if source == "credential" else "/nowhere")}
    found = load_credentials(written(tmp_path, login(more=f'password_{source} = "{value}"')), environment)

    assert found.login("192.0.2.1", ["isapi"])[1].password.reveal() == CANARY


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602])
def test_file_that_others_may_read_or_change_is_refused_with_its_cure(tmp_path, mode):
    path = written(tmp_path, login(), mode)
    with pytest.raises(ValueError, match=f"chmod 600 {path}"):
        load_credentials(path, NOTHING)


def test_what_systemd_hands_over_is_looked_after_by_systemd(tmp_path):
    path = written(tmp_path, login(), 0o440)

    assert load_credentials(path, {"CREDENTIALS_DIRECTORY": str(tmp_path)}).logins


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no .*login"),
        (f'password = "{CANARY}', "no TOML"),
        (login(more=f'passwrd = "{CANARY}"'), "unknown field `passwrd`"),
        (login(more=f'password = "{CANARY}"\npassword_env = "X"'), "give one of password"),
        (login(more=""), "give one of password"),
        (login(more='password = ""'), "password is empty"),
        (login(more=f'password = "{CANARY}\\n"'), "control character"),
        (login(more='password_env = "MISSING"'), "no variable MISSING"),
        (login(more='password_credential = "../secret"'), "systemd hands over no"),
        (login('host = "192.0.2.0/24"'), "no IPv4 address"),
        (login('network = "192.0.2.1/24"'), "no IPv4 address"),
        (login('host = "camera.example"'), "no IPv4 address"),
        (login('host = "192.0.2.1"\ndefault = true'), "one of host, network"),
        (login(""), "one of host, network"),
        (login() + login(), "two entries for default and dahua, isapi, onvif"),
        (login(more=f'password = "{CANARY}"\nprotocols = []'), "protocols is empty"),
        (login(more=f'password = "{CANARY}"\nprotocols = ["telnet"]'), "telnet"),
        (login().replace("auditor", "a:b"), "colon"),
        ('[[snmp]]\ndefault = true\ncommunity = "x"\nversion = "3"\n', "'3'"),
    ],
)
def test_mistakes_are_told_in_one_line_without_the_secret(tmp_path, text, reason):
    with pytest.raises(ValueError, match=reason) as caught:
        load_credentials(written(tmp_path, text), NOTHING)
    told = "".join(traceback.format_exception(caught.value))

    assert "\n" not in str(caught.value)
    assert CANARY not in told.replace(Path(__file__).read_text(), "")


def test_huge_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match="more than"):
        load_credentials(written(tmp_path, "#" * (1024 * 1024 + 1)), NOTHING)


@pytest.mark.parametrize("show", [repr, str, "{}".format, "{!r:>40}".format, "%s".__mod__, json.dumps])
def test_secret_shows_itself_to_nobody(tmp_path, show):
    found = load_credentials(written(tmp_path, login()), NOTHING)
    for thing in (Secret(CANARY), found.logins[0], found):
        try:
            told = show(thing)
        except TypeError as error:
            told = str(error)

        assert CANARY not in told
        assert "auditor" not in told


@pytest.mark.parametrize("take", [pickle.dumps, copy.copy, copy.deepcopy])
def test_secret_is_neither_copied_nor_pickled(take):
    with pytest.raises(TypeError, match="neither copied nor pickled"):
        take(Secret(CANARY))


def test_secret_is_taken_out_of_what_a_device_repeats():
    assert Secret(CANARY).scrubbed(f"<model>{CANARY}</model>".encode()) == b"<model>REDACTED</model>"
    assert Secret("12345").scrubbed(b"DS-12345") == b"DS-12345"


def test_program_has_no_option_for_a_password():
    shown = subprocess.run(
        [sys.executable, "-m", "netaudit", "scan", "--help"], capture_output=True, text=True, check=True, env=os.environ
    ).stdout

    assert "--credentials FILE" in shown
    assert "--password" not in shown
    assert "--user" not in shown
