"""The figures of recall.py over a corpus of a few lines, and over the large one where there is one."""

from benchmarks import recall
from benchmarks.scores import accusations


def test_figures_and_misses_are_printed(corpus, capsys):
    code = recall.main([str(corpus)])

    printed = capsys.readouterr().out
    assert code == 0
    assert "hikvision  named in 0.500 of 2 lines, 0.500 by group" in printed
    assert "dahua      named in 1.000 of 1 lines, 1.000 by group" in printed
    assert "missed few/h2 (a/a) is hikvision, Hikvision None; told unknown unknown 0.0" in printed


def test_wrong_accusation_is_printed_and_fails(corpus, capsys):
    truth = (corpus / "few.truth.jsonl").read_text().replace('"dahua"', '"none"')
    (corpus / "few.truth.jsonl").write_text(truth)

    code = recall.main([str(corpus)])

    assert code == 1
    assert "WRONG  few/d1 (b/b) is other" in capsys.readouterr().out


def test_line_that_states_its_own_label_does_not_count_for_recall(corpus, capsys):
    truth = (corpus / "few.truth.jsonl").read_text().replace('{"id": "h2",', '{"id": "h2", "stated": false,')
    (corpus / "few.truth.jsonl").write_text(truth)

    recall.main([str(corpus)])

    assert "hikvision  named in 1.000 of 1 lines" in capsys.readouterr().out


def test_large_corpus_accuses_nobody(large):
    assert [row.name for rows in large for row, _ in accusations((row, row.identity) for row in rows)] == []
