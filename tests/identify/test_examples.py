"""What `netaudit fingerprints test` finds in fingerprints of one's own."""

from netaudit.identify.examples import failures
from netaudit.identify.fingerprints import load_library

TABLE = """
field = "http.server"
[[fingerprint]]
id = "own-server"
title = "A server of our own"
pattern = '^Own/(?P<firmware>\\d+)$'
asserts = {{ family = "axis" }}
strength = "medium"
sources = ["a note of ours, 2026-01"]
matches = [{{ text = "{match}", yields = {{ firmware = "{firmware}" }} }}]
rejects = [{{ text = "{reject}", why = "another server" }}]
"""


def failures_of(tmp_path, match="Own/7", firmware="7", reject="Other/7"):
    (tmp_path / "http.server.toml").write_text(TABLE.format(match=match, firmware=firmware, reject=reject))
    library = load_library((tmp_path,))
    return list(failures(library, library.fingerprints))


def test_examples_that_hold_give_no_sentence(tmp_path):
    assert failures_of(tmp_path) == []


def test_an_example_that_is_missed_is_named(tmp_path):
    assert [f.partition(":")[0] for f in failures_of(tmp_path, match="own/7")] == ["own-server"]


def test_a_wrong_yield_is_named(tmp_path):
    assert "yields {'firmware': '7'}" in failures_of(tmp_path, firmware="8")[0]


def test_a_near_miss_that_matches_is_named(tmp_path):
    assert "should not match" in failures_of(tmp_path, reject="Own/8")[0]
