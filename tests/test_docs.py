"""The documentation is current: reference pages are made from the program, links lead somewhere, commands exist."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from netaudit.cli import VERBS
from netaudit.discovery import CHANNELS

ROOT = Path(__file__).parents[1]
PAGES = sorted(p for p in (ROOT / "README.md", ROOT / "fingerprints" / "README.md", *(ROOT / "docs").rglob("*.md")))


@pytest.mark.parametrize(
    ("name", "maker"),
    [
        ("cli.md", "reference.command_line"),
        ("fields.md", "reference.fields"),
        ("supported.md", "supported.supported"),
        ("what-is-sent.md", "sent.what_is_sent"),
    ],
    ids=["cli", "fields", "supported", "what-is-sent"],
)
def test_reference_is_current(name, maker, accept):
    page = ROOT / "docs" / "reference" / name
    made = in_a_fresh_interpreter(maker)
    if accept:
        page.write_text(made)

    assert page.read_text() == made, f"docs/reference/{name} is not current; run: pytest --accept tests/test_docs.py"


def in_a_fresh_interpreter(maker):
    """What it makes where no test has called a verb yet: click remembers the help option that was asked for first."""
    module, _, function = maker.partition(".")
    program = f"from support import {module}; print({module}.{function}(), end='')"
    path = os.pathsep.join((str(ROOT / "tests"), str(ROOT)))
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())

    assert [t for t in targets if not (page.parent / t).exists()] == []


def test_the_readme_names_no_verb_that_does_not_exist():
    named = set(
        re.findall(
            r"netaudit ([a-z]+)\b", "".join(re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL))
        )
    )

    assert named <= set(VERBS)


def test_every_channel_that_sends_is_in_the_list_of_requests():
    text = (ROOT / "docs" / "protocols.md").read_text().lower()

    assert [c.name for c in CHANNELS if c.sends and {"wsd": "ws-discovery"}.get(c.name, c.name) not in text] == []


def test_every_decision_has_its_three_parts():
    for page in (ROOT / "docs" / "decisions").glob("*.md"):
        text = page.read_text()

        assert re.match(r"# \d+\. ", text), page.name
        assert "**Choice.**" in text or "|" in text, page.name
