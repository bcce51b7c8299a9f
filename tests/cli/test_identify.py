"""netaudit identify: lines in, lines out, as they come."""

import json

from support.commands import run, start

DAHUA = b'{"id": "a", "observations": [{"field": "rtsp.server", "value": "Dahua Rtsp Server"}]}\n'


def test_lines_of_stdin_are_answered():
    ended = run("identify", stdin=DAHUA + b"\nbroken\n")
    first, second = map(json.loads, ended.out.splitlines())

    assert (ended.code, ended.err) == (0, "")
    assert (first["id"], first["family"]) == ("a", "dahua")
    assert (second["id"], second["verdict"], len(second["problems"])) == (None, "unknown", 1)


def test_lines_of_a_file_are_answered(tmp_path):
    (tmp_path / "lines").write_bytes(DAHUA)

    assert run("identify", tmp_path / "lines").out == run("identify", "-", stdin=DAHUA).out


def test_nothing_in_nothing_out():
    assert (run("identify").code, run("identify").out) == (0, b"")


def test_fingerprints_of_ones_own_count(tmp_path):
    (tmp_path / "http.server.toml").write_text(
        'field = "http.server"\n[[fingerprint]]\nid = "my-server"\ntitle = "Mine"\npattern = \'^Mine/\'\n'
        'asserts = { family = "dahua" }\nstrength = "strong"\nsources = ["me, 2026-01-31"]\n'
        '[[fingerprint.matches]]\ntext = "Mine/1"\n[[fingerprint.rejects]]\ntext = "Yours"\nwhy = "not mine"\n'
    )
    line = b'{"observations": [{"field": "http.server", "value": "Mine/1"}]}\n'
    (evidence,) = json.loads(run("identify", "--fingerprints", tmp_path, stdin=line).out)["evidence"]

    assert evidence["fingerprint"] == "my-server"


def test_file_that_is_not_there_is_one_line():
    ended = run("identify", "/no/such/file")

    assert ended.code == 2
    assert "/no/such/file" in ended.error


def test_each_line_is_answered_before_the_next_is_given():
    with start("identify") as program:
        for number in range(3):
            program.stdin.write(b'{"id": %d}\n' % number)
            program.stdin.flush()

            assert json.loads(program.stdout.readline())["id"] == number
        program.stdin.close()

    assert program.returncode == 0


def test_ten_thousand_lines_are_answered_in_order():
    lines = b"".join(DAHUA.replace(b'"a"', b"%d" % number) for number in range(10_000))
    ended = run("identify", stdin=lines)

    assert [json.loads(line)["id"] for line in ended.out.splitlines()] == list(range(10_000))


def test_reader_that_leaves_is_no_error():
    with start("identify") as program:
        program.stdout.close()
        program.stdin.write(DAHUA)
        program.stdin.close()
        error = program.stderr.read()

    assert (program.returncode, error) == (0, b"")
