"""The page of findings: what counts comes first, what is missing is grouped, and no word of a device acts."""

import io

import pytest
from support.policies import DEPARTMENT, TEST, TODAY, camera, inventory

from netaudit.policy import Finding, Findings, evaluate, table


def page(found):
    stream = io.StringIO()
    table.write(
        Findings(
            as_of="2026-11-22",
            inventory="run-1",
            organisation=None,
            policies=(),
            findings=tuple(found),
            tool="netaudit",
        ),
        stream,
    )
    return stream.getvalue()


def test_what_stands_against_the_organisation_comes_first():
    devices = camera(), camera("b", "10.0.0.2", family="unknown")
    text = page(evaluate(inventory(*devices), (TEST,), DEPARTMENT, None, TODAY))

    assert text.index("Against the organisation") < text.index("Not evaluated") < text.index("Not applicable")
    assert "due" in text
    assert text.rstrip().endswith("It is not legal advice.")


def test_one_missing_fact_of_many_devices_is_one_line():
    devices = [camera(f"d{n}", f"10.0.0.{n}") for n in range(1, 51)]
    text = page(evaluate(inventory(*devices), (TEST,), DEPARTMENT, None, TODAY))

    assert text.count("site sensitivity") == 1
    assert "and 45 more" in text


def test_one_gap_of_many_devices_names_each():
    gaps = [
        Finding(kind="coverage", outcome="not-evaluated", because=("16 channels",), as_of="2026-11-22", address=address)
        for address in ("10.0.0.1", "10.0.0.2")
    ]

    assert "10.0.0.1, 10.0.0.2" in page(gaps)


def test_nothing_to_judge_is_said():
    assert "nothing to judge" in page(())


@pytest.mark.parametrize("spite", ["\x1b[31m", "[red]", "\u202e", ":smile:"])
def test_text_of_others_is_text(spite):
    found = Finding(kind="rule", outcome="in-breach", because=(f"x{spite}y",), as_of="2026-11-22", address=spite)
    text = page([found])

    assert "\x1b" not in text
    assert "\u202e" not in text
    assert ("[red]" in text) is (spite == "[red]")
    assert (":smile:" in text) is (spite == ":smile:")
