import pytest
from benchmarks.corpus import OTHER, find_corpus, read_corpus, read_devices


def test_lines_carry_their_truth_and_what_was_matched(corpus, library):
    rows = {row.name: row for row in read_corpus(corpus, library)}

    assert rows["few/h1"].family == "hikvision"
    assert rows["few/h1"].source == "a/a"
    assert rows["few/h1"].identity.family == "hikvision"
    assert rows["few/h2"].identity.family == "unknown"


def test_lines_of_one_group_are_one_device(corpus, library):
    devices = {row.name: row for row in read_devices(corpus, library)}

    assert sorted(devices) == ["few/dah", "few/else", "few/hik", "few/vague"]
    assert "webserver" in devices["few/hik"].text
    assert devices["few/hik"].identity.family == "hikvision"


@pytest.mark.parametrize(("row", "told", "right"), [
    ("few/e1", "axis", True),
    ("few/e1", "bosch", False),
    ("few/e1", "dahua", False),
    ("few/e2", "axis", None),
    ("few/e2", "dahua", False),
    ("few/d1", "dahua", True),
])  # fmt: skip
def test_maker_is_judged_as_far_as_the_truth_goes(corpus, library, row, told, right):
    rows = {found.name: found for found in read_corpus(corpus, library)}

    assert rows[row].right(told) is right


def test_label_without_a_maker_is_vague(corpus, library):
    rows = {row.name: row for row in read_corpus(corpus, library)}

    assert rows["few/e2"].family == OTHER
    assert rows["few/e1"].family == "axis"


def test_row_without_its_fingerprints_says_nothing(corpus, library):
    row = next(row for row in read_corpus(corpus, library) if row.name == "few/d1")

    blind = row.without(frozenset(hit.fingerprint for hit in row.matches))

    assert row.identity.family == "dahua"
    assert blind.identity.family == "unknown"


def test_names_in_web_addresses_are_not_the_devices_own(corpus, library):
    path = corpus / "few.jsonl"
    path.write_text(path.read_text().replace("webserver", "http://www.hikvision.com onvif://www.onvif.org/name/Annke"))

    row = next(row for row in read_corpus(corpus, library) if row.name == "few/h2")

    assert "hikvision" not in row.prose
    assert "Annke" in row.prose


def test_named_folder_comes_first(monkeypatch, tmp_path):
    monkeypatch.setenv("NETAUDIT_CORPUS", str(tmp_path))

    assert find_corpus() == tmp_path


def test_folder_that_is_not_there_is_no_corpus(monkeypatch, tmp_path):
    monkeypatch.setenv("NETAUDIT_CORPUS", str(tmp_path / "gone"))

    assert find_corpus() is None
