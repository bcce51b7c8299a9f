"""The progress bar is for terminals; elsewhere there is silence."""

import io
import sys

import pytest

from netaudit.cli.progress import Progress
from netaudit.discovery.standing import Standing


class Terminal(io.StringIO):
    def isatty(self):
        return True


def shown(monkeypatch, stream, *, quiet):
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    with Progress(quiet=quiet) as progress:
        progress.show(Standing(stage="listening", done=0, total=4))
        progress.show(Standing(stage="listening", done=4, total=4))
        progress.show(Standing(stage="asking", done=1, total=2))
    return stream.getvalue()


def test_terminal_sees_each_stage_with_its_steps(monkeypatch):
    text = shown(monkeypatch, Terminal(), quiet=False)

    assert "listening" in text
    assert "4/4" in text
    assert "asking" in text


@pytest.mark.parametrize(("stream", "quiet"), [(io.StringIO(), False), (Terminal(), True)], ids=["file", "quiet"])
def test_nobody_else_sees_anything(monkeypatch, stream, quiet):
    assert shown(monkeypatch, stream, quiet=quiet) == ""


def test_long_wait_is_told_once_where_there_is_no_bar(capsys):
    with Progress(quiet=False) as progress:
        progress.show(Standing(stage="asking", done=0, total=3))
        progress.show(Standing(stage="waiting for the late", done=0, total=45))
        progress.show(Standing(stage="waiting for the late", done=1, total=45))
    with Progress(quiet=True) as progress:
        progress.show(Standing(stage="waiting for the late", done=0, total=45))

    assert capsys.readouterr().err == (
        "netaudit: waiting for the late: they are asked once more in 45 s; --once leaves that out\n"
    )
