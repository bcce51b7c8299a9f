from dataclasses import replace

import pytest

from netaudit.model import Gap, Observation, Reply
from netaudit.records.digest import Digest

HEARD = Reply(transport="udp", address="192.0.2.10", port=3702, payload=b"<a/>", heard_at=1.5, request=b"who")


@pytest.fixture
def digest(tmp_path):
    """The digest of what was read of a file."""

    def reckon(*events, content=b"a capture"):
        path = tmp_path / "capture.pcap"
        path.write_bytes(content)
        reckoned = Digest([path])
        for event in events:
            reckoned.take(event)
        return reckoned.text()

    return reckon


def test_same_file_that_told_the_same_has_the_same_digest(digest):
    assert digest(HEARD, Gap(kind="passive", detail="x")) == digest(HEARD, Gap(kind="passive", detail="x"))


@pytest.mark.parametrize(
    "change",
    [
        {"payload": b"<b/>"},
        {"request": b"what"},
        {"payload": b"<a/>w", "request": b"ho"},
        {"address": "192.0.2.11"},
        {"heard_at": 2.5},
        {"mac": "02:00:00:00:00:01"},
        {"facts": (("tls.version", "TLSv1.2"),)},
    ],
)
def test_evidence_that_differs_has_another(digest, change):
    assert digest(HEARD) != digest(replace(HEARD, **change))


def test_evidence_that_is_added_left_out_or_moved_has_another(digest):
    told = Observation(channel="http", field="http.server", value="App-webs/", address="192.0.2.10")

    assert len({digest(), digest(HEARD), digest(HEARD, HEARD), digest(HEARD, told), digest(told, HEARD)}) == 5


def test_files_of_another_size_or_beginning_have_another(digest):
    assert len({digest(content=content) for content in (b"one", b"two", bytes(1 << 20), bytes(1 << 21))}) == 4


def test_order_of_the_files_counts(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(b"1")
    other.write_bytes(b"2")

    assert Digest([one, other]).text() != Digest([other, one]).text()


def test_file_that_cannot_be_read_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        Digest([tmp_path / "none"])
