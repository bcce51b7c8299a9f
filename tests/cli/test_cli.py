"""The program as a whole: help, errors of one line, exit codes, streams, and readers that leave."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.commands import run, start
from support.recorded import recorded

from netaudit import __version__
from netaudit.cli import VERBS
from netaudit.cli.options import one_line

SUBCOMMANDS = [("fingerprints", "list"), ("fingerprints", "show"), ("fingerprints", "test")]


def test_help_lists_every_verb():
    ended = run("--help")

    assert (ended.code, ended.err) == (0, "")
    assert all(f"  {verb} " in ended.text for verb in VERBS)


@pytest.mark.parametrize("words", [(verb,) for verb in VERBS] + SUBCOMMANDS, ids=" ".join)
def test_help_of_every_verb_answers_and_takes_debug(words):
    ended = run(*words, "--help")

    assert (ended.code, ended.err) == (0, "")
    assert "--debug" in ended.text


def test_version():
    assert run("--version").text == f"netaudit, version {__version__}\n"


def test_name_alone_shows_the_help_as_wrong_usage():
    ended = run()

    assert ended.code == 2
    assert "Commands:" in ended.err


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("scam",), "netaudit: No such command 'scam'"),
        (("--nosuch",), "netaudit: No such option"),
        (("scan", "--nosuch"), "netaudit: No such option"),
        (("replay",), "netaudit: Missing argument 'FILE...'"),
        (("scan", "--rate", "fast"), "netaudit: Invalid value for '--rate'"),
    ],
)
def test_wrong_usage_is_one_line_that_names_the_help(words, error):
    ended = run(*words)

    assert ended.code == 2
    assert ended.error.startswith(error)
    assert ended.error.endswith("--help)")


def test_error_of_data_is_one_line_without_traceback(tmp_path):
    ended = run("report", tmp_path / "no.json")

    assert ended.code == 2
    assert (
        ended.error
        == f"netaudit: {tmp_path}/no.json: No such file or directory: check the path, and the right to use it"
    )


@pytest.mark.parametrize(
    "words", [("--debug", "report", "{}"), ("report", "--debug", "{}"), ("report", "{}", "--debug")]
)
def test_debug_shows_the_traceback_wherever_it_stands(tmp_path, words):
    (tmp_path / "x").write_text("{}")
    ended = run(*(word.format(tmp_path / "x") for word in words))

    assert ended.code == 2
    assert "Traceback (most recent call last)" in ended.err
    assert "ValueError: " in ended.err


def test_debug_reaches_subcommands():
    assert run("fingerprints", "show", "--debug", "--help").code == 0


def test_debug_of_one_call_is_forgotten_by_the_next(tmp_path):
    run("--debug", "report", tmp_path / "no.json")

    assert "Traceback" not in run("report", tmp_path / "no.json").err


def test_error_text_cannot_act_on_a_terminal():
    assert one_line("a\x1b]0;x\x07\r\nb \u202e\x9bc") == "a?]0;x? b ??c"


def test_error_about_a_hostile_file_is_printable(tmp_path):
    (tmp_path / "x").write_text('{"schema": "\\u001b]0;owned\\u0007\\n\\u009b"}')

    assert run("report", tmp_path / "x").error.isprintable()


# As a program of its own

PROGRAMS = [[sys.executable, "-m", "netaudit"], [str(Path(sys.executable).parent / "netaudit")]]


@pytest.mark.parametrize("program", PROGRAMS, ids=["module", "script"])
def test_module_and_script_are_one_program(program):
    if not Path(program[0]).exists():
        pytest.skip("not installed as a script here")
    good = subprocess.run([*program, "--version"], capture_output=True, text=True, check=False)
    bad = subprocess.run([*program, "replay", "/no/such/file"], capture_output=True, text=True, check=False)

    assert (good.returncode, good.stdout, good.stderr) == (0, f"netaudit, version {__version__}\n", "")
    assert (bad.returncode, bad.stdout) == (2, "")
    assert bad.stderr.startswith("netaudit: /no/such/file: ")
    assert bad.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        ("fingerprints", "list"),
        ("report", "{inventory}", "-o", "json"),
        ("report", "{inventory}"),
        ("channels", "--fields"),
    ],
    ids=lambda words: words[0],
)
def test_reader_that_leaves_is_no_error(words):
    program = start(*(word.format(inventory=recorded().inventory) for word in words), stdin=subprocess.DEVNULL)
    program.stdout.close()  # before anything is written
    error = program.stderr.read().decode()
    program.stderr.close()

    assert (program.wait(120), error) == (0, "")


def test_files_are_written_although_the_reader_of_stdout_left(tmp_path):
    words = ("report", recorded().inventory, "-o", "table", "-o", f"json={tmp_path / 'again.json'}")
    program = start(*words, stdin=subprocess.DEVNULL)
    program.stdout.close()
    program.stderr.close()

    assert program.wait(120) == 0
    assert (tmp_path / "again.json").read_bytes() == recorded().inventory.read_bytes()


def test_terminal_without_unicode_gets_its_table():
    words = [sys.executable, "-m", "netaudit", "report", str(recorded().inventory)]
    ended = subprocess.run(words, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii"}, check=False)

    assert (ended.returncode, ended.stderr) == (0, b"")
    assert ended.stdout.isascii()
    assert b"DH" in ended.stdout or b"Dahua" in ended.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["interrupted", "terminated"])
def test_interrupt_of_any_verb_is_130_without_a_word(number):
    with start("identify") as program:
        program.stdin.write(b'{"id": 1}\n')
        program.stdin.flush()
        program.stdout.readline()  # now it waits for more
        program.send_signal(number)
        error = program.stderr.read()

    assert program.returncode == 130
    assert error.strip() == b""
