"""Progress is for terminals; elsewhere a long run is told of in a line now and then."""

import io
import sys

import pytest

from netaudit.cli.progress import Progress, time_left
from netaudit.discovery.forecast import Estimate
from netaudit.discovery.standing import Prospect, Standing

LISTENS = Prospect(listen_s=3600.0)


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


class Watch:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self):
        return self.now


def test_terminal_sees_the_whole_run_with_the_time_left(monkeypatch):
    stream, watch = Terminal(), Watch()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    with Progress(quiet=False, clock=watch) as progress:
        progress.show(Standing(stage="listening", done=0, total=3600, phase="find", prospect=LISTENS))
        progress.bar.refresh()
        watch.now = 1800.0
        progress.show(Standing(stage="listening", done=1800, total=3600, phase="find", prospect=LISTENS))
    text = stream.getvalue()

    assert text.index("estimating the time left") < text.index("about 30 min left")
    assert "1,800/3,600" in text


def test_without_a_terminal_a_long_run_tells_how_it_stands_less_and_less_often(capsys):
    watch = Watch()
    with Progress(quiet=False, clock=watch) as progress:
        for minute in range(60):
            watch.now = 60.0 * minute
            told = Standing(stage="listening", done=60 * minute, total=3600, phase="find", alive=12, prospect=LISTENS)
            progress.show(told)
    first, *_, last = lines = capsys.readouterr().err.splitlines()

    assert len(lines) == 4
    assert first == "netaudit: listening, 300 of 3,600; 12 devices answered so far; about 55 min left"
    assert last == "netaudit: listening, 2,400 of 3,600; 12 devices answered so far; about 20 min left"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "about 5 s left"), (12, "about 10 s left"), (44, "about 45 s left"), (58, "about 1 min left"), (89, "about 1 min left"),
        (170, "about 3 min left"), (89 * 60, "about 89 min left"), (2 * 3600, "about 2 h left"), (9400, "about 2 h 40 min left"),
    ],
)  # fmt: skip
def test_time_left_is_told_no_more_exactly_than_it_is_known(seconds, text):
    assert time_left(Estimate(left_s=seconds, least_s=seconds, most_s=seconds)) == text


def test_what_is_open_is_told():
    assert time_left(Estimate(left_s=20, least_s=20, most_s=85)) == "20 s to 1 min left"
    assert time_left(None) == "estimating the time left"
