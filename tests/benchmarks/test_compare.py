import pytest
from benchmarks import compare
from benchmarks.recog_rules import FILES

PROBES = "match rtsp m|^RTSP/1\\.0 200 OK\\r\\n.*Server: Dahua Rtsp Server\\r\\n|s p/Dahua rtspd/\n"
RULES = (
    '<fingerprints><fingerprint pattern="^nginx$"><param pos="0" name="hw.vendor" value="Hikvision"/></fingerprint>'
    "</fingerprints>"
)


@pytest.fixture
def peers(tmp_path):
    folder = tmp_path / "xml"
    folder.mkdir()
    for name in set(FILES.values()):
        (folder / f"{name}.xml").write_text(RULES)
    (tmp_path / "probes").write_text(PROBES)
    return ["--nmap-probes", str(tmp_path / "probes"), "--recog", str(folder)]


def lines(capsys):
    return [line.split() for line in capsys.readouterr().out.splitlines()]


def test_peers_are_judged_on_the_same_lines(corpus, peers, capsys):
    compare.main([str(corpus), *peers])

    told = {
        words[0]: " ".join(words[1:]) for words in reversed(lines(capsys)) if words
    }  # of all lines: they come first
    assert told["nmap"].startswith(
        "says something of 1; hikvision 0 of 2 (0.000); dahua 1 of 1 (1.000); wrongly accused 0"
    )
    assert told["recog"].startswith(
        "says something of 1; hikvision 0 of 2 (0.000); dahua 0 of 1 (0.000); wrongly accused 1"
    )
    assert "hikvision 1 of 2 (0.500); dahua 1 of 1 (1.000); wrongly accused 0" in told["netaudit"]
    assert told["few/e1"] == "is axis, Axis Communications: 'Hikvision'"


def test_peer_that_is_absent_is_left_out_with_a_line(corpus, tmp_path, capsys):
    code = compare.main([str(corpus), "--nmap-probes", str(tmp_path / "gone")])

    printed = capsys.readouterr().out
    assert code == 0
    assert "nmap: left out" in printed
    assert "recog: left out" in printed
    assert "netaudit" in printed
