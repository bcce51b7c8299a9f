"""Outputs of verbs that write no inventory."""

import click
import pytest

from netaudit.cli.outputs import read_outputs, write_texts

FORMATS = ("table", "json")


def test_first_format_is_the_default_and_files_come_first(tmp_path):
    assert read_outputs((), FORMATS) == (("table", None),)
    assert read_outputs(("json", f"table={tmp_path / 'x'}", "table=-"), FORMATS) == (
        ("table", tmp_path / "x"), ("json", None), ("table", None),
    )  # fmt: skip


@pytest.mark.parametrize("output", ["xml", "json=/no/such/folder/file"])
def test_what_cannot_be_written_is_a_usage_error(output):
    with pytest.raises(click.UsageError):
        read_outputs((output,), FORMATS)


def test_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "x"
    path.write_text("before")

    def failing(name, stream):
        stream.write("half")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        write_texts((("json", path),), failing)
    assert path.read_text() == "before"
    write_texts((("json", path),), lambda name, stream: stream.write("ä"))
    assert path.read_bytes() == "ä".encode()
