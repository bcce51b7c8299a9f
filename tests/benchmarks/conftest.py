"""A labelled corpus of a few lines, and the large one where there is one."""

import json

import pytest
from benchmarks.corpus import find_corpus, read_corpus, read_devices

from netaudit.identify.fingerprints import load_library

# id, source, group, family, brand, field, value
LINES = [
    ("h1", "a/a", "hik", "hikvision", "Hikvision", "mac.address", "44:19:b6:00:00:01"),
    ("h2", "a/a", "hik", "hikvision", "Hikvision", "http.server", "webserver"),
    ("d1", "b/b", "dah", "dahua", "Lorex", "rtsp.server", "Dahua Rtsp Server"),
    ("e1", "c/c", "else", "none", "Axis Communications", "http.server", "nginx"),
    ("e2", "c/c", "vague", "none", None, "http.title", "AXIS"),
]


@pytest.fixture
def corpus(tmp_path):
    lines = [{"id": name, "observations": [{"field": f, "value": v}]} for name, *_, f, v in LINES]
    truths = [
        {"id": name, "source": {"repo": source}, "group": group, "family": family, "brand": brand}
        for name, source, group, family, brand, _, _ in LINES
    ]
    (tmp_path / "few.jsonl").write_text("\n".join(map(json.dumps, lines)))
    (tmp_path / "few.truth.jsonl").write_text("\n".join(map(json.dumps, truths)))
    return tmp_path


@pytest.fixture(scope="session")
def library():
    return load_library()


@pytest.fixture(scope="session")
def large(library):
    """(lines, devices) of the large corpus."""
    folder = find_corpus()
    if folder is None:
        pytest.skip("no labelled corpus: NETAUDIT_CORPUS names none, and none stands beside the project")
    return read_corpus(folder, library), read_devices(folder, library)
