"""Judges of what is written for others: each reads a format as its own reader does, and says what in it would act.

Each takes the bytes and gives their words; an AssertionError tells what a reader would do with them.
"""

import csv
import io
import json
import re
from email import message_from_bytes, policy
from html.parser import HTMLParser

from defusedxml import ElementTree
from markdown_it import MarkdownIt
from openpyxl import load_workbook

ACTS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
STARTS_FORMULA = re.compile("\\s*[=+\\-@\uff1d\uff0b\uff0d\uff20]|[\t\r]")
MOST_CELL, MOST_LINE = 32_767, 4100
OUTCOMES = {(tag, "message", "type") for tag in ("failure", "error", "skipped")}  # of a test case
csv.field_size_limit(2**24)


def text(data):
    """Plain text for a terminal, a mail or a ticket: nothing in it but what is seen, and line ends of ours."""
    found = data.decode()
    assert ACTS.findall(found) == []
    assert max(map(len, found.split("\n"))) < MOST_LINE
    return found


def jsons(data):
    """JSON (RFC 8259) that can be shown on a terminal as it is."""
    found = data.decode()
    assert ACTS.findall(found) == []
    json.loads(found)
    return found


def json_lines(data):
    """One JSON object a line."""
    for line in data.decode().splitlines():
        assert isinstance(json.loads(line), dict)
        assert ACTS.findall(line) == []
    return data.decode()


def table(data):
    """CSV as a spreadsheet opens it, with any separator that its country has: no cell is a formula or too long."""
    found = data.decode("utf-8-sig")
    assert data.startswith(b"\xef\xbb\xbf")
    assert ACTS.findall(found.replace("\r\n", "\n")) == []
    rows = list(csv.reader(io.StringIO(found, newline=""), strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}
    for separator in ",;\t|":
        cells = [cell for row in csv.reader(io.StringIO(found, newline=""), delimiter=separator) for cell in row]
        assert [cell for cell in cells if STARTS_FORMULA.match(cell)] == []
        assert max(map(len, cells)) <= MOST_CELL or separator != ","
    return found


def workbook(data):
    """A workbook: texts and numbers, no formula, no link."""
    words = []
    for sheet in load_workbook(io.BytesIO(data)).worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            assert cell.data_type in {"s", "n"}
            assert cell.hyperlink is None
            words.append(str(cell.value or ""))
    assert ACTS.findall("".join(words)) == []
    assert max(map(len, words)) <= MOST_CELL
    return "\n".join(words)


class _Elements(HTMLParser):
    """What stands in a page: elements with their attributes, scripts, links, and what is read."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.shapes, self.links, self.blocks, self.words, self.inside = set(), [], [], [], ""

    def handle_starttag(self, tag, attributes):
        self.shapes.add((tag, *sorted(name for name, _ in attributes)))
        self.links += [value or "" for name, value in attributes if name in {"href", "src", "action", "xlink:href"}]
        self.inside = tag
        if tag in {"script", "style"}:
            self.blocks.append((dict(attributes).get("type", tag), ""))

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside in {"script", "style"}:
            self.blocks[-1] = (self.blocks[-1][0], self.blocks[-1][1] + data)
        else:
            self.words.append(data)

    def handle_comment(self, data):
        self.shapes.add(("comment",))


def elements(data):
    """What stands in a page."""
    parser = _Elements()
    parser.feed(data.decode())
    parser.close()
    return parser


def page(data, calm):
    """A page of HTML that has the elements, scripts and styles of a calm one, and no other."""
    found, like = elements(data), elements(calm)
    assert found.shapes - like.shapes == set()
    assert [link for link in {*found.links} - {*like.links} if not re.match("#|https://", link)] == []
    assert [kind for kind, _ in found.blocks] == [kind for kind, _ in like.blocks]
    for (kind, block), (_, other) in zip(found.blocks, like.blocks, strict=True):
        if kind == "application/json":
            json.loads(block)
        else:
            assert block == other
    assert ACTS.findall(data.decode()) == []
    assert max(map(len, found.words)) < MOST_LINE
    return "\n".join([*found.words, *(block for kind, block in found.blocks if kind == "application/json")])


def xml(data, calm):
    """XML (a picture, a test report) of the elements and attributes that a calm one has."""
    found, like = ({(e.tag, *sorted(e.attrib)) for e in ElementTree.fromstring(d).iter()} for d in (data, calm))
    assert found - like - OUTCOMES == set()
    assert ACTS.findall(data.decode()) == []
    words = [part for e in ElementTree.fromstring(data).iter() for part in (e.text, e.tail, *e.attrib.values())]
    assert ACTS.findall("".join(filter(None, words))) == []
    return "\n".join(filter(None, words))


def markdown(data, calm):
    """Markdown (CommonMark, tables, plain addresses as links) of headings, tables and text like a calm one."""
    found = data.decode()
    assert ACTS.findall(found) == []
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    kinds, like = ({part.type for part in _parts(reader.parse(d.decode()))} for d in (data, calm))
    assert kinds - like - {"text_special"} == set()
    assert re.findall(r"(?<!\\)(?:https?:|www\.|@)[\w/]", found) == []
    return re.sub(r"\\(.)", r"\1", found)


def _parts(tokens):
    for token in tokens:
        yield token
        yield from _parts(token.children or ())


def mail(data):
    """A mail of one part, plain text, with the headers that we write and no other."""
    found = message_from_bytes(data, policy=policy.default)
    assert set(found.keys()) <= {
        "From", "To", "Subject", "Message-ID", "Auto-Submitted", "Content-Type", "Content-Transfer-Encoding",
        "MIME-Version",
    }  # fmt: skip
    assert found.get_content_type() == "text/plain"
    assert found.defects == []
    assert ACTS.findall(f"{found['Subject']}{found['Message-ID']}") == []
    return text(found.get_content().replace("\r\n", "\n").encode()) + str(found["Subject"])
