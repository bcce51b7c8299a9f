"""Every demand on discovery has its answer, and everything that the page of demands names is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "demands.md"
ROWS = {int(row.split("|")[1]): row for row in PAGE.read_text().splitlines() if re.match(r"\| \d+ \|", row)}
OF_DISCOVERY = (*range(1, 33), *range(43, 59))  # A, B, C; E, F


def anchors(page):
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"(?m)^#+ (.*)$", page.read_text())
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_no_demand_on_discovery_is_left_out():
    assert tuple(sorted(ROWS)) == OF_DISCOVERY


@pytest.mark.parametrize("number", OF_DISCOVERY)
def test_what_holds_a_demand_is_there(number):
    _, _, demand, answer, held_by, _ = ROWS[number].split("|")
    tests = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", held_by)
    sections = re.findall(r"\]\(([\w./-]+\.md)#([\w-]+)\)", held_by)

    assert demand.strip()
    assert answer.strip()
    assert tests or sections
    assert [(file, name) for file, name in tests if f"def {name}(" not in (ROOT / file).read_text() and name] == []
    assert [(page, anchor) for page, anchor in sections if anchor not in anchors(PAGE.parent / page)] == []
