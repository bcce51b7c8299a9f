"""The texts of the HTML report for translators: gathered from the program, as a gettext template (.pot)."""

import ast
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

REPORT = Path(__file__).parents[2] / "netaudit" / "report"
KEYWORDS = {"say": None, "many": (2, 3)}


def texts():
    """Every text that the report says: a msgid, or a pair of one and many -> the files where it stands."""
    found = {}
    for path in sorted(REPORT.rglob("*.py")):
        for text in (*_said(path, "python"), *_words(path)):
            found.setdefault(text, []).append(_place(path))
    for path in sorted(REPORT.rglob("*.html")):
        for text in _said(path, "jinja2.ext:babel_extract"):
            found.setdefault(text, []).append(_place(path))
    return found


def template():
    """The template as text: no date and no line numbers, so that it changes only with what is said."""
    out = BytesIO()
    write_po(out, _catalogue({}), width=118, omit_header=True, include_lineno=False)
    return out.getvalue().decode()


def _catalogue(known):
    catalogue = Catalog(project="netaudit", charset="utf-8", fuzzy=False)
    for text, places in sorted(texts().items(), key=lambda item: (item[1][0], str(item[0]))):
        catalogue.add(text, known.get(text, ""), locations=[(place, None) for place in dict.fromkeys(places)])
    return catalogue


def _said(path, method):
    options = {"silent": "false"}
    for _, text, _, _ in extract_from_file(method, str(path), keywords=KEYWORDS, options=options):
        yield tuple(text) if isinstance(text, (list, tuple)) else text


def _words(path):
    """The texts in the constants whose names end in _WORDS."""
    for node in ast.parse(path.read_text()).body:
        target = (
            node.target
            if isinstance(node, ast.AnnAssign)
            else node.targets[0]
            if isinstance(node, ast.Assign)
            else None
        )
        if isinstance(target, ast.Name) and target.id.endswith("_WORDS"):
            value = ast.literal_eval(node.value)
            yield from value.values() if isinstance(value, dict) else value


def _place(path):
    return path.relative_to(REPORT.parents[1]).as_posix()


def add_missing(path, locale):
    """Bring a catalogue up to date: texts that are new stand in it untranslated, those that nothing says are dropped."""
    with path.open("rb") as file:
        known = {_key(message.id): message.string for message in read_po(file, locale=locale) if message.id}
    out = BytesIO()
    write_po(out, _catalogue(known), width=118, omit_header=True, include_lineno=False)
    head = path.read_text().partition("\n\n")[0]
    path.write_text(f"{head}\n\n{out.getvalue().decode()}")


def _key(text):
    return tuple(text) if isinstance(text, (list, tuple)) else text
