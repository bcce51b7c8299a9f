"""netaudit scrub: a copy, what was done on stderr, and one line where it cannot be done."""

import pytest
from support.commands import run
from support.recorded import recorded

from netaudit.cli.scrub import default_output


def test_a_bundle_is_scrubbed_and_replays(tmp_path):
    out = tmp_path / "shared.bundle"
    ended = run("scrub", recorded().bundle, "-o", out)

    assert (ended.code, ended.out) == (0, b"")
    assert "serial numbers" in ended.err
    assert "docs/scrub.md" in ended.err
    assert run("replay", out, "-o", "json").code == run("replay", recorded().bundle, "-o", "json").code


def test_the_same_key_gives_the_same_bytes(tmp_path):
    (tmp_path / "key").write_bytes(b"k" * 32)
    outs = [tmp_path / "a.bundle", tmp_path / "b.bundle"]
    for out in outs:
        assert run("scrub", recorded().bundle, "-o", out, "--key", tmp_path / "key", "-q").err == ""

    assert outs[0].read_bytes() == outs[1].read_bytes()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"hello", "neither"), (b"", "empty"), (b"<nmaprun>", "only bundles and captures")],
)
def test_other_files_are_one_line(tmp_path, content, words):
    (tmp_path / "a").write_bytes(content)
    ended = run("scrub", tmp_path / "a", "-o", tmp_path / "b")

    assert ended.code == 2
    assert words in ended.error


def test_a_file_is_never_written_over_itself():
    ended = run("scrub", recorded().bundle, "-o", recorded().bundle)

    assert ended.code == 2
    assert "the file itself" in ended.error


@pytest.mark.parametrize(
    ("name", "copy"),
    [
        ("evidence.bundle", "evidence.scrubbed.bundle"),
        ("a.pcap", "a.scrubbed.pcapng"),
        ("a.pcap.gz", "a.scrubbed.pcapng.gz"),
        ("plain", "plain.scrubbed"),
    ],
)
def test_the_copy_stands_beside_the_file(tmp_path, name, copy):
    assert default_output(tmp_path / name) == tmp_path / copy
