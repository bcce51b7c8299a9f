import pytest
from benchmarks.nmap_rules import ask_nmap, read_nmap_rules

PROBES = r"""
# a comment
Probe TCP GetRequest q|GET / HTTP/1.0\r\n\r\n|
match http m|^HTTP/1\.[01] \d\d\d .*\r\nServer: Maker-Webs/([\d.]+)\r\n|s p/Maker camera httpd/ v/$1/ d/webcam/ cpe:/h:maker:cam/
match http m=^http/1=i p|a/b|
softmatch rtsp m|^RTSP/1\.0 200|
match odd m|(|
"""


@pytest.fixture
def rules(tmp_path):
    (tmp_path / "probes").write_text(PROBES)
    return read_nmap_rules(tmp_path / "probes")


def test_lines_are_counted_and_refused_ones_too(rules):
    assert (rules.count, rules.refused) == (4, 1)


@pytest.mark.parametrize(("reply", "told"), [
    (b"HTTP/1.1 200 OK\r\nDate: x\r\nServer: Maker-Webs/2.1\r\n\r\n", "Maker camera httpd 2.1 webcam h:maker:cam"),
    (b"HTTP/1.1 200 OK\r\n\r\n", "a/b"),
])  # fmt: skip
def test_first_rule_that_fits_speaks(rules, reply, told):
    assert list(ask_nmap(rules, ("http",), reply)) == [told]


def test_service_without_a_word_says_nothing(rules):
    assert list(ask_nmap(rules, ("rtsp",), b"RTSP/1.0 200 OK\r\n")) == [""]
    assert list(ask_nmap(rules, ("ssh", "http"), b"SSH-2.0-x")) == []
