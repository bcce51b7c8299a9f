"""The import rule of docs/architecture.md: imports point down only, and foreign libraries stay behind their files."""

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "netaudit"
FILES = sorted(PACKAGE.rglob("*.py"))

# Room (a folder, or a file without folder) -> layer. `netaudit` itself is the version and the names for programs.
LAYERS = {
    "netaudit": 0,
    "model": 1, "vocabulary": 1, "plain": 1, "profiles": 1, "quiet": 1,
    "wire": 2, "records": 2, "inventory": 2, "coverage": 2, "subnets": 2, "scope": 2, "registry": 2, "page": 2, "naming": 2, "credentials": 2,
    "discovery": 3, "identify": 3, "policy": 3, "report": 3, "tell": 3, "history": 3,
    "assemble": 4, "imports": 4, "runs": 4, "scrubbing": 4, "recognise": 4, "recorded": 4, "resume": 4, "single": 4, "doctor": 4,
    "demo": 5, "api": 5, "watch": 5,
    "cli": 6, "__main__": 7,
}  # fmt: skip
NO_ARROWS_BETWEEN = {"discovery", "identify", "policy", "report", "tell", "history"}
NEVER = {
    "wire": set(LAYERS) - {"wire", "model"},
    "identify": {"wire", "records"},
    "policy": {"wire", "records"},
    "report": {"wire", "records"},
    "history": {"wire"},
}
LOGIN = {f"discovery/login/{name}.py" for name in ("caller", "once", "onvif")}
HOMES = {  # library -> the files and rooms that may import it
    "aiooui": {"registry"},
    "cryptography": {"discovery/certificates.py", "demo", "policy/signing.py"},
    "msgspec": {
        "identify",
        "records",
        "inventory",
        "policy",
        "report",
        "single",
        "resume",
        "demo",
        "tell",
        "watch",
        "history",
        "credentials",
    },
    "apprise": {"tell/services.py"},
    "prometheus_client": {"tell/metrics.py"},
    "cronsim": {"watch"},
    "xlsxwriter": {"report/xlsxdoc.py"},
    "babel": {"report/htmldoc/languages.py"},
    "jinja2": {"report/htmldoc/__init__.py"},
    "markupsafe": {"report/htmldoc/__init__.py", "report/htmldoc/languages.py", "report/htmldoc/sealed.py"},
    "requests": {"tell/webhook.py", "wire/session.py", *LOGIN},
    "onvif": {"discovery/login/onvif.py"},
    "zeep": {"discovery/login/onvif.py"},
    "scapy": {"wire/arpsocket.py"},
    "zeroconf": {"discovery/mdns.py"},
    "click": {"cli"},
    "rich": {"cli", "page", "report/table.py", "policy/table.py", "history/table.py"},
    "filelock": {"watch", "discovery/login/lockout.py"},
    "openpyxl": {"policy/sheet.py"},
    "defusedxml": {"discovery/markup.py", "records/nmapxml.py"},
    "mmh3": {"discovery/http.py"},
    "sqlalchemy": {"history"},
    "platformdirs": {"discovery/login/lockout.py", "history", "watch", "cli"},
    "psutil": {"wire/interfaces.py"},
}


def room_of(module):
    """The room of a module of netaudit: netaudit.wire.tcp -> wire."""
    return module.split(".")[1] if "." in module else module


def imported(tree):
    """Every module that is imported anywhere in a file, for types only or not, as (name, node)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            submodules = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from ((name if _is_module(name) else node.module, node) for name in submodules)


def _is_module(name):
    path = PACKAGE.parent.joinpath(*name.split("."))
    return name.startswith("netaudit.") and (path.is_dir() or path.with_suffix(".py").is_file())


def parsed(path):
    return ast.parse(path.read_text())


def place(path):
    return path.relative_to(PACKAGE).as_posix()


def home(path):
    """The room of a file."""
    first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "netaudit" if first == "__init__" else first


@pytest.mark.parametrize("path", FILES, ids=place)
def test_imports_point_down(path):
    here = home(path)
    if here == "netaudit":
        pytest.skip("names for programs, each imported when it is used")
    rooms = {room_of(name) for name, _ in imported(parsed(path)) if name.split(".")[0] == "netaudit"} - {here}
    climbing = {room for room in rooms if LAYERS[room] > LAYERS[here]}
    across = rooms & NO_ARROWS_BETWEEN if here in NO_ARROWS_BETWEEN else set()

    assert climbing == set(), f"{place(path)} imports from a layer above"
    assert across == set(), f"{place(path)} imports from a neighbour"
    assert rooms & NEVER.get(here, set()) == set(), f"{place(path)} must not know these"


@pytest.mark.parametrize("path", FILES, ids=place)
def test_foreign_libraries_stay_behind_their_files(path):
    libraries = {name.split(".")[0] for name, _ in imported(parsed(path))} - sys.stdlib_module_names - {"netaudit"}
    strangers = {library for library in libraries if not HOMES.get(library, set()) & {home(path), place(path)}}

    assert strangers == set()


@pytest.mark.parametrize("path", FILES, ids=place)
def test_the_whole_of_scapy_is_never_imported(path):
    assert "scapy.all" not in {name for name, _ in imported(parsed(path))}


@pytest.mark.parametrize("path", [p for p in FILES if LAYERS.get(home(p)) == 1], ids=place)
def test_nouns_and_words_know_the_standard_library_only(path):
    assert {name.split(".")[0] for name, _ in imported(parsed(path))} <= sys.stdlib_module_names


@pytest.mark.parametrize("path", FILES, ids=place)
def test_no_exception_is_caught_by_the_dozen(path):
    caught = [n.type for n in ast.walk(parsed(path)) if isinstance(n, ast.ExceptHandler)]
    names = [ast.unparse(kind) if kind else "everything" for kind in caught]

    assert "Exception" not in names
    assert "everything" not in names
    assert place(path) == "discovery/jobs.py" or "BaseException" not in names  # there it is raised again elsewhere


def test_every_room_has_its_layer():
    assert {home(path) for path in FILES} <= set(LAYERS)


def test_the_rule_would_notice():
    tree = ast.parse("def f():\n    from netaudit.cli import scan\n    import scapy.all\n")

    assert {name for name, _ in imported(tree)} == {"netaudit.cli.scan", "scapy.all"}
