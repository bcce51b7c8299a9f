from benchmarks import calibrate


def test_figures_are_printed_and_the_diagram_is_drawn(corpus, capsys, tmp_path):
    code = calibrate.main([str(corpus), "--diagram", str(tmp_path / "reliability.svg")])

    printed = capsys.readouterr().out
    assert code == 0
    assert printed.startswith("5 lines, 4 devices, 3 sources\n")
    assert "hikvision  0.500 of 2 lines" in printed
    assert "missed line, as shipped: 1\n  few/h2 (a/a) is hikvision" in printed
    assert (tmp_path / "reliability.svg").read_text().startswith("<svg")


def test_wrong_accusation_fails(corpus, capsys):
    truth = (corpus / "few.truth.jsonl").read_text().replace('"dahua"', '"none"')
    (corpus / "few.truth.jsonl").write_text(truth)

    code = calibrate.main([str(corpus)])

    assert code == 1
    assert "accused wrongly, as shipped: 2\n  few/d1 (b/b) is other" in capsys.readouterr().out
