"""An inventory's file, cut between its assets: the same devices as in one piece, or none and a ValueError."""

import json
import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.inventories import SMALL, crowd, hostile

from netaudit.inventory import Document, Stored, document, encode, open_stored, read, stored, survey, surveyed

WHOLE = [crowd(50), document(SMALL), hostile()]
BLOCKS = [1, 7, 1000, 1024 * 1024]


@pytest.fixture
def file(tmp_path):
    return tmp_path / "inventory.json"


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("whole", WHOLE, ids=["crowd", "small", "hostile"])
def test_what_is_read_in_parts_is_what_is_read_whole(file, monkeypatch, block, whole):
    monkeypatch.setattr(stored, "BLOCK_BYTES", block)
    file.write_bytes(encode(whole))
    found = open_stored(file)

    assert (found.run, found.coverage, found.problems) == (whole.run, whole.coverage, whole.problems)
    assert tuple(found.assets) == whole.assets
    assert tuple(found.assets) == whole.assets  # and once more


@given(
    st.lists(st.sampled_from(["\n    },\n    {\n", "},{", '\\"', "]", "[", "}", "\n  ],\n", "é", "x"])),
    st.integers(1, 99),
)
def test_no_text_of_a_device_looks_like_a_cut(tmp_path_factory, parts, block):
    file = tmp_path_factory.mktemp("inventory") / "inventory.json"
    text = "".join(parts)
    devices = tuple(replace(a, device=replace(a.device, hostnames=(text, "b"))) for a in SMALL.assets)
    whole = document(replace(SMALL, assets=devices))
    file.write_bytes(encode(whole))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stored, "BLOCK_BYTES", block)

        assert tuple(open_stored(file).assets) == whole.assets


def layouts():
    plain = json.loads(encode(crowd(3)))
    text = json.dumps(plain, indent=2, sort_keys=True)
    turned = dict(reversed(plain.items()))
    return {
        "compact": json.dumps(plain),
        "four blanks": json.dumps(plain, indent=4, sort_keys=True),
        "other order": json.dumps(turned, indent=2),
        "no assets": json.dumps({**plain, "assets": []}, indent=2, sort_keys=True),
        "assets twice": text[:-2] + ',\n  "assets": []\n}',
        "no schema": text.replace('"schema"', '"scheme"'),
        "another schema": text.replace("netaudit.inventory/1", "netaudit.inventory/9"),
        "cut off": text[: len(text) // 2],
        "empty": "",
        "a list": "[]",
        "no run": text.replace('"run"', '"ran"'),
        "deep": text.replace('"schema"', f'"x": {"[" * 100_000}{"]" * 100_000}, "schema"'),
    }


@pytest.mark.parametrize("name", layouts())
def test_another_layout_is_refused_before_any_device_is_told(file, name):
    file.write_text(layouts()[name])

    with pytest.raises(ValueError, match=r"\w"):
        open_stored(file)


def mistakes():
    text = encode(crowd(3)).decode()
    second = text.index('"id": "id-1"')
    return {
        "a wrong word": text.replace('"verdict": "confirmed"', '"verdict": "sure"'),
        "a device within a device": text[:second] + '"x": [\n    {\n    },\n    {\n    }\n], ' + text[second:],
        "a device too many": text.replace("\n    },\n    {\n", "\n    }\n    },\n    {\n", 1),
        "a comma too few": text.replace("\n    },\n    {\n", "\n    }\n    {\n", 1),
        "a deep one": text[:second] + f'"x": {"[" * 100_000}{"]" * 100_000}, ' + text[second:],
        "no text": text.replace('"id": "id-1"', '"id": 1'),
    }


@pytest.mark.parametrize("block", [50, 1024 * 1024])
@pytest.mark.parametrize("name", mistakes())
def test_a_wrong_cut_or_device_is_found(file, monkeypatch, name, block):
    monkeypatch.setattr(stored, "BLOCK_BYTES", block)
    file.write_text(mistakes()[name])
    try:
        found = tuple(open_stored(file).assets)
    except ValueError as error:
        found = str(error)
    try:
        whole = read(file).assets
    except ValueError:
        whole = None

    assert found == whole or (isinstance(found, str) and found)


def test_a_file_of_ours_is_surveyed_device_by_device(file):
    file.write_bytes(encode(crowd(50)))
    found = survey(file)

    assert isinstance(found, Stored)
    assert tuple(found.assets) == crowd(50).assets


@pytest.mark.parametrize("name", layouts())
def test_any_other_file_is_surveyed_in_one_piece_or_refused_as_that_is(file, name):
    file.write_text(layouts()[name])
    outcomes = [_outcome(way, file) for way in (survey, read)]

    assert outcomes[0] == outcomes[1]
    assert isinstance(outcomes[0], Document | str)


@pytest.mark.parametrize("name", mistakes())
def test_a_mistake_in_a_device_is_told_before_any_is_gone_through(file, name):
    file.write_text(mistakes()[name])
    found, expected = (_outcome(way, file) for way in (survey, read))

    assert found == expected or tuple(found.assets) == expected.assets


@pytest.mark.parametrize("name", mistakes())
def test_work_is_done_device_by_device_or_begun_again_in_one_piece(file, name):
    file.write_text(mistakes()[name])
    ways = (lambda path: surveyed([path], lambda found: tuple(found.assets)), lambda path: read(path).assets)
    found, expected = (_outcome(way, file) for way in ways)

    assert found == expected


def test_work_on_two_files_gets_both(tmp_path):
    paths = [tmp_path / "1", tmp_path / "2"]
    for number, path in enumerate(paths):
        path.write_bytes(encode(crowd(number + 1)))

    assert surveyed(paths, lambda one, two: (len(list(one.assets)), len(list(two.assets)))) == (1, 2)
    assert surveyed(paths, lambda one, two: {type(one), type(two)}) == {Stored}


def _outcome(way, file):
    try:
        return way(file)
    except ValueError as error:
        return str(error)


def test_a_file_that_changes_meanwhile_is_not_believed(file, monkeypatch):
    monkeypatch.setattr(stored, "BLOCK_BYTES", 1000)
    file.write_bytes(encode(crowd(50)))
    found = open_stored(file)
    half_way = iter(found.assets)
    next(half_way)
    file.write_bytes(encode(crowd(49)))

    with pytest.raises(ValueError, match="changed while it was read"):
        list(half_way)
    with pytest.raises(ValueError, match="changed while it was read"):
        list(found.assets)


def test_what_is_no_file_is_not_read(tmp_path):
    with pytest.raises(ValueError, match="no file"):
        open_stored(tmp_path)


def test_memory_does_not_follow_the_size_of_the_file(file, monkeypatch):
    monkeypatch.setattr(stored, "BLOCK_BYTES", 16 * 1024)
    peaks = [_peak(file, count) for count in (500, 4000)]

    assert peaks[1] < 1.5 * peaks[0]


def _peak(file, count):
    file.write_bytes(encode(crowd(count)))
    found = open_stored(file)
    tracemalloc.start()
    number = sum(1 for _ in found.assets)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert number == count
    return peak
