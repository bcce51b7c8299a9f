import io
import json

from support.inventories import EMPTY, SMALL, SPITE, hostile

from netaudit.inventory import document, encode
from netaudit.report import jsonlines


def written(doc):
    stream = io.BytesIO()
    jsonlines.write(doc, stream)
    return stream.getvalue().decode()


def test_each_line_is_one_asset_of_the_inventory():
    lines = written(document(SMALL)).splitlines()

    assert [json.loads(line) for line in lines] == json.loads(encode(document(SMALL)))["assets"]


def test_lines_are_compact_and_sorted():
    first = written(document(SMALL)).splitlines()[0]

    assert first == json.dumps(json.loads(first), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def test_no_asset_is_no_line():
    assert written(document(EMPTY)) == ""


def test_no_text_of_a_device_breaks_a_line():
    assert len(written(hostile()).splitlines()) == len(SPITE)
