"""nmap's XML as a stream: what it holds is told, what is hostile is refused, and a large file needs little memory."""

import tracemalloc

import pytest

from netaudit.records import nmapxml
from netaudit.records.nmapxml import Document, read_hosts

HOST = (
    '<host endtime="1700000100"><status state="up" reason="arp-response"/><address addr="192.0.2.7" addrtype="ipv4"/>'
    '<ports><port protocol="tcp" portid="80"><state state="open"/><service name="http" tunnel="ssl"/>'
    '<script id="http-title" output="x"><elem key="title">A &amp; B</elem>'
    '<table key="t"><elem>one</elem></table></script></port></ports></host>'
)


def written(path, body, end="</nmaprun>"):
    path.write_text(f'<?xml version="1.0"?>\n<!DOCTYPE nmaprun>\n<nmaprun start="1700000000">{body}{end}')
    return path


def hosts(path):
    document = Document()
    return list(read_hosts(path, document)), document


def test_a_host_with_its_ports_and_scripts(tmp_path):
    (host,), document = hosts(written(tmp_path / "a.xml", HOST + '<runstats><finished time="1700000200"/></runstats>'))

    assert (host.state, host.reason, host.ended_at) == ("up", "arp-response", "1700000100")
    assert host.addresses == [("ipv4", "192.0.2.7")]
    assert (host.ports[0].number, host.ports[0].state, host.ports[0].tunnel) == (80, "open", "ssl")
    assert host.ports[0].scripts[0].values == [(("title",), "A & B"), (("t", ""), "one")]
    assert (document.started_at, document.finished_at, document.cut) == ("1700000000", "1700000200", "")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("<html></html>", "root is no nmaprun"),
        ("no XML", "not nmap's XML"),
        ('<!DOCTYPE n [<!ENTITY a "a"><!ENTITY b "&a;&a;">]><nmaprun>&b;</nmaprun>', "declares entities"),
        ('<!DOCTYPE n [<!ENTITY a SYSTEM "file:///etc/passwd">]><nmaprun>&a;</nmaprun>', "declares entities"),
        ("<nmaprun>" + "<a>" * 100_000, "nested more deeply"),
    ],
    ids=["html", "text", "billion laughs", "external entity", "deep"],
)
def test_what_is_not_nmaps_is_refused_with_the_file(tmp_path, content, reason):
    path = tmp_path / "a.xml"
    path.write_text(content)

    with pytest.raises(ValueError, match=reason) as caught:
        hosts(path)
    assert str(path) in str(caught.value)


def test_a_host_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(nmapxml, "MAX_HOST_BYTES", 1 << 20)
    path = written(tmp_path / "a.xml", f"<host>{'<extraports/>' * 200_000}", "")

    with pytest.raises(ValueError, match="without the end of a host"):
        hosts(path)


def test_a_file_that_was_cut_gives_what_came_before(tmp_path):
    found, document = hosts(written(tmp_path / "a.xml", HOST * 2 + HOST[:200], ""))

    assert len(found) == 2
    assert "ends early" in document.cut


def outcome(path):
    """How reading a file ended; anything but a ValueError ends the test."""
    try:
        hosts(path)
    except ValueError:
        return "refused"
    return "read"


def test_any_cut_of_a_file_is_read_or_refused(tmp_path):
    whole, outcomes = written(tmp_path / "a.xml", HOST).read_bytes(), set()
    for end in range(0, len(whole), 7):
        path = tmp_path / "cut.xml"
        path.write_bytes(whole[:end])
        outcomes.add(outcome(path))
    assert outcomes == {"read", "refused"}


def test_a_large_file_needs_little_memory(tmp_path):
    path = written(tmp_path / "a.xml", HOST * 20_000)
    tracemalloc.start()
    try:
        count = sum(1 for _ in read_hosts(path, Document()))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert count == 20_000
    assert path.stat().st_size > 6 << 20
    assert peak < 4 << 20
