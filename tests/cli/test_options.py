"""What several verbs do alike: check and write outputs, and say how a run went."""

from dataclasses import replace
from pathlib import Path

import click
import pytest
from support.inventories import EMPTY, SMALL

from netaudit.cli.options import check_outputs, conclude, write_outputs
from netaudit.inventory import document, encode
from netaudit.model import ChannelTotal, Coverage, Gap

DOC = document(SMALL)


def run_with(*channels, gaps=()):
    coverage = Coverage(addresses_in_scope=1, addresses_answering=0, channels=channels, gaps=tuple(gaps))
    return replace(EMPTY, coverage=coverage)


def channel(status="done", sent=1, reason=None):
    return ChannelTotal(name="arp", status=status, reason=reason, sent=sent, received=0)


@pytest.mark.parametrize(
    ("outputs", "pairs"),
    [
        ((), (("table", None),)),
        (("json",), (("json", None),)),
        (("json=-", "csv=x.csv"), (("json", None), ("csv", Path("x.csv")))),
        (("json=a=b.json",), (("json", Path("a=b.json")),)),
    ],
)
def test_outputs_are_formats_with_or_without_a_file(outputs, pairs):
    assert check_outputs(outputs) == pairs


@pytest.mark.parametrize("output", ["pdf", "", "=x", "json=/no/such/folder/x", "json=/"])
def test_output_that_could_not_be_written_is_refused_before_any_work(output):
    with pytest.raises(click.UsageError):
        check_outputs((output,))


def test_files_are_written_first(tmp_path, capsysbinary, monkeypatch):
    seen = []
    monkeypatch.setattr("netaudit.report.jsonlines.write", lambda *_: seen.append((tmp_path / "x.json").exists()))
    write_outputs(DOC, (("jsonl", None), ("json", tmp_path / "x.json")))

    assert seen == [True]
    assert (tmp_path / "x.json").read_bytes() == encode(DOC)


@pytest.mark.parametrize(
    ("inventory", "code", "said"),
    [
        (run_with(channel()), 0, ""),
        (run_with(channel("skipped")), 0, ""),
        (run_with(), 3, "netaudit: nothing was sent and nothing was heard: there is nothing to judge by\n"),
        (run_with(channel("partial")), 4, ""),
        (run_with(channel("failed", reason="no right")), 4, "netaudit: arp failed: no right\n"),
        (run_with(channel(), gaps=[Gap(kind="routed", detail="x")]), 0, ""),
        (run_with(channel(), gaps=[Gap(kind="interrupted", detail="x")] * 2), 4, "netaudit: x\n"),
        (run_with(channel(), gaps=[Gap(kind="interface", detail="a\x1b[2J\nb")]), 4, "netaudit: a?[2J b\n"),
    ],
)
def test_run_is_concluded_by_its_coverage(inventory, code, said, capsys):
    assert conclude(inventory, quiet=False) == code
    assert capsys.readouterr() == ("", said)
    assert conclude(inventory, quiet=True) == code
    assert capsys.readouterr() == ("", "")
