"""Pages: text only where nobody looks at a terminal, and no line longer than it need be."""

import io

import pytest
from rich.text import Text

from netaudit import page


class Terminal(io.StringIO):
    def isatty(self):
        return True


def written(*parts, stream=None):
    stream = stream or io.StringIO()
    page.write(parts, stream)
    return stream.getvalue()


def test_without_a_terminal_it_is_plain_text():
    assert written(Text("bold", style="bold"), Text("two")) == "bold\ntwo\n"


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_a_terminal_has_colours_unless_its_user_wants_none(monkeypatch, no_color, coloured):
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setenv("TERM", "xterm-256color")

    assert ("\x1b[" in written(Text("bold", style="bold"), stream=Terminal())) is coloured


def test_a_line_is_filled_up_with_nothing():
    assert written(Text("word   ")) == "word\n"


def test_text_is_no_markup():
    assert written("[bold]x[/bold] :smile:") == "[bold]x[/bold] :smile:\n"


def test_what_the_stream_cannot_write_is_escaped():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    page.write([Text("Zürich")], stream)
    stream.flush()

    assert stream.buffer.getvalue() == b"Z\\xfcrich\n"
