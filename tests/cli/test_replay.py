"""netaudit replay: the same inventory from a file, or one line that says why not."""

import json

import pytest
from support import packets
from support.commands import run
from support.recorded import recorded

from netaudit.inventory import decode

SADP = b'<?xml version="1.0"?><ProbeMatch><DeviceSN>DS-2CD2043G0-I20190115AAWRC12345678</DeviceSN></ProbeMatch>'
FRAME = packets.udp_frame(37020, 37020, SADP)


def written(path, content):
    path.write_bytes(content)
    return path


def test_bundle_gives_the_same_bytes_as_its_scan():
    ended = run("replay", recorded().bundle, "-o", "json")

    assert (ended.code, ended.err) == (0, "")
    assert ended.out == recorded().inventory.read_bytes()


def test_capture_gives_an_inventory(tmp_path):
    ended = run("replay", written(tmp_path / "a.pcap", packets.pcap_file([FRAME])), "-o", "json")
    found = json.loads(ended.out)

    assert ended.code == 0
    assert [asset["addresses"] for asset in found["assets"]] == [[packets.CAMERA]]
    assert found["run"]["feed"] == "capture"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "the file is empty"),
        (b"hello, world\n", "neither a capture"),
        (b"PK\x03\x04" + bytes(100), "neither a capture"),
        (b"\x1f\x8b\x08", "neither a capture"),
        (b'{"schema": "netaudit.inventory/1"}', "neither a capture"),
        (packets.pcap_file([FRAME], linktype=147), "link type 147 is not read"),
    ],
    ids=["empty", "text", "zip", "gzip", "inventory", "link type"],
)
def test_foreign_file_is_one_line_that_names_it(tmp_path, content, error):
    path = written(tmp_path / "file", content)
    ended = run("replay", path)

    assert ended.code == 2
    assert error in ended.error
    assert "file" in ended.error


@pytest.mark.parametrize("words", [("/no/such/file",), ("/no/such/file", "--from", "bundle"), ("/",)])
def test_file_that_cannot_be_read_is_one_line(words):
    assert run("replay", *words).code == 2
    assert words[0] in run("replay", *words).error


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_changed_byte_is_refused(tmp_path, part):
    content = bytearray(recorded().bundle.read_bytes())
    content[int(len(content) * part)] ^= 1
    ended = run("replay", written(tmp_path / "b", content))

    assert ended.code == 2
    assert ended.error.startswith("netaudit: b, line ") or "byte was changed" in ended.error


def test_bundle_that_was_cut_off_is_read_as_far_as_it_goes(tmp_path):
    content = recorded().bundle.read_bytes()
    ended = run("replay", written(tmp_path / "b", content[: len(content) * 3 // 4]), "-o", "json")
    found = decode(ended.out)

    assert ended.code == 4
    assert ended.err.startswith("netaudit: the bundle b was cut off after line ")
    assert "truncated_input" in {gap.kind for gap in found.coverage.gaps}
    assert 0 < len(found.assets) <= 3


def test_capture_that_was_cut_off_is_4(tmp_path):
    ended = run("replay", written(tmp_path / "a", packets.pcap_file([FRAME, FRAME])[:-5]))

    assert ended.code == 4
    assert ended.err.startswith("netaudit: a: ")


def test_capture_with_nothing_to_read_is_3_and_never_silence(tmp_path):
    ended = run("replay", written(tmp_path / "a", packets.pcap_file([packets.udp_frame(9, 9, b"x")])), "-o", "csv")

    assert ended.code == 3
    assert "nothing was heard" in ended.err


def test_quiet_says_nothing(tmp_path):
    ended = run("replay", written(tmp_path / "a", packets.pcap_file([FRAME, FRAME])[:-5]), "-q", "-o", "csv")

    assert (ended.code, ended.err) == (4, "")


@pytest.mark.parametrize("kept", [7, 20, 30, -5], ids=["in the magic", "in the header", "in a record", "in the packet"])
def test_capture_that_was_cut_off_before_anything_is_an_error_of_one_line(tmp_path, kept):
    ended = run("replay", written(tmp_path / "a", packets.pcap_file([FRAME])[:kept]), "-o", "csv")

    assert ended.code == 2
    assert "nothing in it could be read" in ended.error or "neither a capture" in ended.error


def test_kind_can_be_said():
    assert run("replay", recorded().bundle, "--from", "bundle", "-o", "csv").code == 0
    assert "not a packet capture" in run("replay", recorded().bundle, "--from", "capture").error
    assert "'--from'" in run("replay", recorded().bundle, "--from", "tape").error


def test_two_bundles_are_two_runs():
    assert "by itself" in run("replay", recorded().bundle, recorded().bundle).error


def test_verbose_tells_each_problem_on_a_line_of_stderr(tmp_path):
    nonsense = written(tmp_path / "a.pcap", packets.pcap_file([FRAME, packets.udp_frame(37020, 37020, b"?")]))

    assert run("replay", nonsense, "-o", "json").err == ""
    assert "sadp malformed" in run("replay", nonsense, "-v", "-o", "json").err
    assert run("replay", nonsense, "-v", "-q", "-o", "json").err == ""


def test_a_page_is_in_the_language_asked_for_and_says_what_fingerprints_mean(tmp_path):
    ended = run("replay", recorded().bundle, "-o", f"html={tmp_path / 'x.html'}", "--lang", "fr")
    page = (tmp_path / "x.html").read_text()

    assert ended.code == 0
    assert '<html lang="fr-CA"' in page
    assert "Answers SADP, Hikvision's own discovery" in page


def test_a_language_without_a_page_is_wrong_usage():
    assert "add -o html=FILE" in run("replay", recorded().bundle, "--lang", "fr").error
