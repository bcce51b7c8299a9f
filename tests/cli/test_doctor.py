"""netaudit doctor: what it prints, and its exit code."""

import pytest
from support.commands import run

from netaudit import doctor
from netaudit.doctor import Finding

GOOD = Finding("TLS 1.0", well=True, detail="can speak with old cameras")
BAD = Finding("ARP", well=False, detail="eth0: no right to raw sockets", cure="run as root")


@pytest.mark.parametrize(("findings", "code"), [([GOOD], 0), ([GOOD, BAD], 4)])
def test_exit_code_says_whether_a_scan_would_miss_something(monkeypatch, findings, code):
    monkeypatch.setattr(doctor, "examine", lambda: iter(findings))

    assert run("doctor").code == code


def test_each_finding_is_a_line_with_its_cure(monkeypatch):
    monkeypatch.setattr(doctor, "examine", lambda: iter([GOOD, BAD]))

    assert run("doctor").text == (
        "ok   TLS 1.0: can speak with old cameras\nMISS ARP: eth0: no right to raw sockets\n     cure: run as root\n"
    )


def test_this_machine_is_examined():
    ended = run("doctor")

    assert ended.code in {0, 4}
    assert all(line.startswith(("ok   ", "MISS ", "     cure: ")) for line in ended.text.splitlines())
