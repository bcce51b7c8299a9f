"""The figures of recall.py over a corpus of a few lines, and over a large one where NETAUDIT_CORPUS names its folder."""

import json
import os
from pathlib import Path
from statistics import fmean

import pytest
from benchmarks import recall

from netaudit.identify.fingerprints import load_library

LINES = [
    ("hik", "hikvision", "mac.address", "44:19:b6:00:00:01"),
    ("hik", "hikvision", "http.server", "webserver"),
    ("dah", "dahua", "rtsp.server", "Dahua Rtsp Server"),
    ("else", "none", "http.server", "nginx"),
]


@pytest.fixture
def corpus(tmp_path):
    lines = [{"id": n, "observations": [{"field": f, "value": v}]} for n, (_, _, f, v) in enumerate(LINES)]
    truths = [{"id": n, "group": group, "family": family} for n, (group, family, _, _) in enumerate(LINES)]
    (tmp_path / "few.jsonl").write_text("\n".join(map(json.dumps, lines)))
    (tmp_path / "few.truth.jsonl").write_text("\n".join(map(json.dumps, truths)))
    return tmp_path


def test_figures_and_misses_are_printed(corpus, capsys):
    code = recall.main([str(corpus)])

    printed = capsys.readouterr().out
    assert code == 0
    assert "hikvision  recall 0.500 (2 lines), by group 0.500; precision 1.0000 (1 told)" in printed
    assert "dahua      recall 1.000 (1 lines), by group 1.000; precision 1.0000 (1 told)" in printed
    assert "missed few/1 is hikvision" in printed


def test_wrong_accusation_is_printed_and_fails(corpus, capsys):
    truth = (corpus / "few.truth.jsonl").read_text().replace('"dahua"', '"none"')
    (corpus / "few.truth.jsonl").write_text(truth)

    code = recall.main([str(corpus)])

    assert code == 1
    assert "WRONG  few/2 is none" in capsys.readouterr().out


def test_line_that_states_its_own_label_does_not_count_for_recall(corpus, capsys):
    truth = (corpus / "few.truth.jsonl").read_text().replace('{"id": 1,', '{"id": 1, "stated": false,')
    (corpus / "few.truth.jsonl").write_text(truth)

    recall.main([str(corpus)])

    assert "hikvision  recall 1.000 (1 lines)" in capsys.readouterr().out


@pytest.mark.skipif("NETAUDIT_CORPUS" not in os.environ, reason="NETAUDIT_CORPUS names no labelled corpus")
def test_large_corpus_accuses_nobody_and_is_calibrated():
    rows = list(recall.read_corpus(Path(os.environ["NETAUDIT_CORPUS"]), load_library()))
    told = [row for row in rows if row.told != "none"]

    assert [row for row in told if row.told != row.truth["family"]] == []
    for verdict in ("confirmed", "probable", "possible"):
        sure = [row.answer["certainty"] for row in told if row.answer["verdict"] == verdict]
        right = [row.told == row.truth["family"] for row in told if row.answer["verdict"] == verdict]
        assert fmean(right) >= fmean(sure) - 0.02
