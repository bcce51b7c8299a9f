"""The house rules that can be measured: short functions and files, a test file for each, quick help, no leftovers."""

import ast
import statistics
import subprocess
import sys
from pathlib import Path

import pytest
from support.commands import run

from netaudit.cli import VERBS
from netaudit.discovery import CHANNELS
from netaudit.vocabulary import FIELDS

ROOT = Path(__file__).parents[1]
PACKAGE, TESTS = ROOT / "netaudit", ROOT / "tests"
FILES = sorted(PACKAGE.rglob("*.py"))

MEDIAN_FUNCTION_LINES = 10
LONGEST_FUNCTION_LINES = 60
LONGEST_FILE_LINES = 400
VAGUE = {"utils", "util", "helpers", "helper", "common", "base", "manager", "handler", "core", "misc"}

# Files without a test file of their own, with the place where they are tested.
TESTED_ELSEWHERE = {
    "__main__.py": "cli/test_cli.py",
    "cli/__init__.py": "cli/test_cli.py",
    "cli/instead.py": "cli/test_comply.py",  # what comply does besides, here and below
    "cli/proof.py": "cli/test_comply.py",
    "discovery/__init__.py": "discovery/test_routing.py",
    "discovery/standing.py": "discovery/test_course.py",  # shapes only
    "discovery/visiting/__init__.py": "discovery/test_visit.py",
    "report/__init__.py": "report/test_formats.py",
    "report/htmldoc/__init__.py": "report/htmldoc/test_page.py",
    "__init__.py": "test_api.py",
    "demo/__init__.py": "demo/test_device.py",  # names only, here and below
    "identify/__init__.py": "identify/test_match.py",
    "history/__init__.py": "history/test_store.py",
    "history/shape.py": "history/test_store.py",  # shapes only
    "history/snapshots.py": "history/test_timeline.py",  # how its runs are read, here and in tracks
    "history/tracks.py": "history/test_timeline.py",
    "inventory/__init__.py": "inventory/test_jsonfile.py",
    "policy/__init__.py": "policy/test_evaluate.py",
    "policy/answers.py": "policy/test_checks.py",
    "policy/facts.py": "policy/test_organisation.py",  # shapes only, here and in rules
    "policy/makers.py": "policy/test_judge.py",
    "policy/rules.py": "policy/test_library.py",
    "policy/templates.py": "policy/test_organisation.py",
    "policy/verdict.py": "policy/test_findings.py",
    "policy/words.py": "policy/test_library.py",
    "discovery/login/__init__.py": "discovery/login/test_phase.py",  # and what these two hold, where they are used
    "discovery/login/means.py": "discovery/login/test_phase.py",
    "discovery/login/desk.py": "discovery/login/test_caller.py",
    "records/__init__.py": "records/test_bundle.py",
    "scrubbing/__init__.py": "scrubbing/test_scrub.py",
    "tell/__init__.py": "tell/test_outbox.py",
    "watch/__init__.py": "watch/test_schedule.py",
    "wire/__init__.py": "wire/test_tcp.py",
}

# What no channel reads: values that only others have at hand, and give to `identify`.
GIVEN_ONLY = {"sip.user_agent", "dns.name"}

SLOW = (
    "apprise",
    "prometheus_client",
    "requests",
    "scapy",
    "zeroconf",
    "cryptography",
    "rich",
    "msgspec",
    "defusedxml",
    "aiooui",
    "psutil",
    "sqlalchemy",
)


def place(path):
    return path.relative_to(PACKAGE).as_posix()


def functions():
    """(lines, where) of every function."""
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                yield node.end_lineno - node.lineno + 1, f"{place(path)}:{node.lineno} {node.name}"


def test_half_of_all_functions_are_short():
    assert statistics.median(lines for lines, _ in functions()) <= MEDIAN_FUNCTION_LINES


def test_no_function_is_long():
    assert [where for lines, where in functions() if lines > LONGEST_FUNCTION_LINES] == []


def test_no_file_is_long():
    assert [place(path) for path in FILES if len(path.read_text().splitlines()) > LONGEST_FILE_LINES] == []


@pytest.mark.parametrize("path", FILES, ids=place)
def test_each_file_has_its_test_file(path):
    own = Path(place(path)).with_name(f"test_{path.name}")
    expected = TESTED_ELSEWHERE.get(place(path), own.as_posix())

    assert (TESTS / expected).is_file(), f"write tests/{expected}"


def test_list_of_what_is_tested_elsewhere_is_no_longer_than_needed():
    assert sorted(set(TESTED_ELSEWHERE) - {place(path) for path in FILES}) == []


@pytest.mark.parametrize("path", FILES, ids=place)
def test_each_file_says_what_it_is_for(path):
    text = ast.get_docstring(ast.parse(path.read_text())) or ""

    assert len(text) > 20
    assert text.splitlines()[0].endswith((".", ":", ",")) or len(text.splitlines()) > 1


def test_no_name_is_vague():
    everything = [path for folder in (PACKAGE, TESTS) for path in folder.rglob("*")]

    assert [str(path) for path in everything if path.stem in VAGUE] == []


def test_every_field_is_read_by_a_channel_or_only_given():
    read = {field for channel in CHANNELS for field in channel.fields}

    assert read <= set(FIELDS)
    assert set(FIELDS) - read == GIVEN_ONLY


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_each_verb_ends_with_an_example(verb):
    text = run(verb, "--help").text
    words = text.partition("\nOptions:")[0].strip().splitlines()

    assert words[-1].strip().startswith("Example: ") or "Example: " in words[-2]
    assert f"netaudit {verb}" in text.partition("Example: ")[2]


def test_help_imports_nothing_slow():
    program = (
        "import sys\nfrom netaudit.cli import main\n"
        "try:\n    main(['--help'])\nfinally:\n    print(*sys.modules, file=sys.stderr)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {module.split(".")[0] for module in ended.stderr.split()}

    assert "click" in loaded
    assert sorted(loaded & set(SLOW)) == []


def test_package_imports_nothing_of_its_own():
    program = "import sys, netaudit; print(*(m for m in sys.modules if m.startswith('netaudit.')))"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ended.stdout.split() == []
