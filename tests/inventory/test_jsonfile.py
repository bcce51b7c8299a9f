import json
import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.inventories import ACTING, EMPTY, SMALL, SPITE, crowd, hostile

from netaudit.inventory import (
    decode,
    document,
    encode,
    encode_lines,
    encode_parts,
    escape,
    portions,
    read,
    replacing,
    write,
)

DOCUMENTS = [document(EMPTY), document(SMALL), hostile()]


@pytest.mark.parametrize("doc", DOCUMENTS, ids=["empty", "small", "hostile"])
def test_what_is_encoded_is_decoded(doc):
    data = encode(doc)

    assert decode(data) == doc
    assert encode(decode(data)) == data


def test_keys_are_sorted_lines_indented_and_ended():
    data = encode(document(SMALL))
    expected = json.dumps(json.loads(data), ensure_ascii=False, indent=2, sort_keys=True) + "\n"

    assert data.decode() == expected


def test_letters_of_all_languages_stand_as_they_are():
    data = encode(document(EMPTY)).replace(b'"site": null', '"site": "Zürich, 東京"'.encode())

    assert encode(decode(data)) == data


def test_nothing_that_acts_on_a_terminal_stands_in_the_json():
    text = encode(hostile()).decode()

    assert [c for c in ACTING if c in text] == []
    assert json.loads(text)["assets"][9]["model"] == SPITE[9]


def test_one_asset_is_one_line_for_every_reader():
    lines = b"".join(encode_lines(hostile().assets)).decode().splitlines(keepends=True)

    assert [len(line.splitlines()) for line in lines] == [1] * len(SPITE)
    assert json.loads(lines[9])["model"] == SPITE[9]


def test_lines_are_the_same_however_many_there_are():
    every = hostile().assets * 60
    alone = [line for asset in every for line in encode_lines([asset])]

    assert len(every) > 512
    assert b"".join(encode_lines(every)) == b"".join(alone)


@pytest.mark.parametrize("number", [0, 1, 511, 512, 513, 1500])
def test_parts_are_the_same_bytes_however_many_there_are(number):
    every = hostile().assets * 130
    doc = replace(hostile(), assets=every[:number])

    assert b"".join(encode_parts(doc, doc.assets)) == encode(doc)
    assert [len(some) for some in portions(doc.assets)] == [512] * (number // 512) + [number % 512] * (number % 512 > 0)


@given(st.text())
def test_escaping_changes_no_meaning(text):
    escaped = escape(json.dumps(text, ensure_ascii=False).encode("utf-8", "replace"))

    assert json.loads(escaped) == text.encode("utf-8", "replace").decode()


def test_unknown_keys_are_ignored():
    told = json.loads(encode(document(SMALL)))
    told["assets"][0]["risk"] = {"deep": [1]}
    told["new"] = 1

    assert decode(json.dumps(told).encode()) == document(SMALL)


def test_a_key_that_is_absent_stays_absent():
    told = json.loads(encode(document(SMALL)))
    del told["assets"][0]["serial"]
    again = json.loads(encode(decode(json.dumps(told).encode())))

    assert again == told


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "truncated"),
        (b"{", "truncated"),
        (b"[]", "Expected `object`"),
        (b"\xff\xfe{", "not an inventory"),
        (b"{}", "schema is ''"),
        (b'{"schema":"netaudit.inventory/2"}', "schema is 'netaudit.inventory/2'"),
        (b'{"schema":"\\u001b[31m\\n"}', r"schema is '\\x1b\[31m\\n'"),
        (b'{"schema":"netaudit.inventory/1"}', "missing required field `run`"),
        (b"[" * 100_000, "not an inventory"),
        (b'{"x":' + b"[" * 100_000, "not an inventory"),
    ],
)
def test_what_is_no_inventory_is_refused_in_one_line(data, message):
    with pytest.raises(ValueError, match=message) as refusal:
        decode(data)

    assert len(str(refusal.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("path", "value"),
    [("verdict", "clean"), ("kind", "toaster"), ("certainty", 1.5), ("macs", ["44-19-B6-00-00-01"]), ("family", "A B")],
)
def test_words_outside_the_contract_are_refused(path, value):
    told = json.loads(encode(document(SMALL)))
    told["assets"][0][path] = value

    with pytest.raises(ValueError, match=rf"\$\.assets\[0\]\.{path}"):
        decode(json.dumps(told).encode())


def test_an_inventory_cut_anywhere_is_refused():
    data = encode(document(SMALL)).rstrip()

    for size in range(0, len(data), 7):
        with pytest.raises(ValueError, match="not an inventory"):
            decode(data[:size])


def test_ten_thousand_assets_are_written_and_read(tmp_path):
    doc = crowd(10_000)
    write(doc, tmp_path / "inventory.json")

    assert decode((tmp_path / "inventory.json").read_bytes()) == doc


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "inventory.json"
    path.write_bytes(b"old")

    with pytest.raises(TypeError), replacing(path) as stream:
        stream.write("no bytes")

    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("inventory.json", b"old")]


def test_a_file_keeps_its_rights_and_its_link(tmp_path):
    (tmp_path / "deep").mkdir()
    goal, link = tmp_path / "deep" / "inventory.json", tmp_path / "latest.json"
    goal.write_bytes(b"")
    goal.chmod(0o600)
    link.symlink_to(goal)
    write(document(EMPTY), link)

    assert link.is_symlink()
    assert stat.S_IMODE(goal.stat().st_mode) == 0o600
    assert decode(goal.read_bytes()) == document(EMPTY)


def test_what_is_no_file_is_written_to_and_never_replaced():
    write(document(EMPTY), os.devnull)

    assert not os.path.isfile(os.devnull)  # noqa: PTH113 (a device, not a path of ours)


def test_an_error_names_the_file_that_the_user_named(tmp_path):
    path = tmp_path / "missing" / "inventory.json"

    with pytest.raises(FileNotFoundError) as refusal:
        write(document(EMPTY), path)

    assert refusal.value.filename == str(path)


def test_file_is_read_as_it_was_written(tmp_path):
    doc = document(SMALL)
    write(doc, tmp_path / "inventory.json")

    assert read(tmp_path / "inventory.json") == doc


def test_file_that_is_no_inventory_is_named(tmp_path):
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(ValueError, match=r"other\.json: not an inventory"):
        read(tmp_path / "other.json")
