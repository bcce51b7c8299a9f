import gzip
import io
import os
import threading
import zlib

import pytest

from netaudit.records import window
from netaudit.records.window import FileWindow, Window, open_window, read_chunks, unpack_head

TEXT = bytes(range(256)) * 400


def collected(data):
    """What came before the end or the error, and the error."""
    pieces, chunks = [], read_chunks(io.BytesIO(data))
    while True:
        try:
            pieces.append(next(chunks))
        except StopIteration:
            return b"".join(pieces), None
        except EOFError as error:
            return b"".join(pieces), str(error)


def noise(size):
    """Bytes that do not pack well."""
    return b"".join(zlib.crc32(n.to_bytes(4)).to_bytes(4) for n in range(size // 4))


@pytest.mark.parametrize("data", [b"", b"x", TEXT, TEXT * 50])
def test_plain_file_comes_as_it_is(data):
    assert (data, None) == collected(data)


@pytest.mark.parametrize("data", [b"", b"x", TEXT, TEXT * 50, noise(3 << 20)])
def test_packed_file_comes_unpacked(data):
    assert (data, None) == collected(gzip.compress(data))


def test_members_follow_each_other():
    packed = gzip.compress(b"one ") + gzip.compress(b"") + gzip.compress(b"two")

    assert collected(packed) == (b"one two", None)


def test_zeros_behind_the_last_member_are_padding():
    packed = gzip.compress(b"one") + bytes(200_000)

    assert collected(packed) == (b"one", None)


def test_packed_file_that_is_cut_off_gives_what_is_there():
    data = noise(1 << 20)
    got, error = collected(gzip.compress(data)[:-20_000])

    assert data.startswith(got)
    assert len(got) > 900_000
    assert error == "its gzip stream is cut off"


def test_damaged_check_sum_loses_no_content():
    packed = bytearray(gzip.compress(TEXT))
    packed[-8] ^= 0xFF
    got, error = collected(bytes(packed))

    assert got == TEXT
    assert "its gzip stream is damaged" in error


def test_stream_that_grows_without_measure_is_stopped(monkeypatch):
    monkeypatch.setattr(window, "_EXPANSION_IS_FREE", 1 << 20)
    got, error = collected(gzip.compress(bytes(64 << 20)))

    assert len(got) < 16 << 20
    assert "grows more than 200 times" in error


def test_window_reads_on_only_as_far_as_needed():
    taken = []
    view = Window(taken.append(piece) or piece for piece in [b"abc", b"def", b"ghi"])

    assert view.need(4)
    assert taken == [b"abc", b"def"]
    assert view.buffer[view.at : view.limit] == b"abcdef"


def test_window_keeps_its_place_in_the_file():
    view = Window(iter([b"abc", b"def", b"ghi"]))
    view.need(3)
    view.at += 2
    view.need(3)

    assert view.offset == 2
    assert view.buffer[view.at : view.limit] == b"cdef"


def test_window_says_where_the_file_ends():
    view = Window(iter([b"abcdef"]))
    view.need(6)
    view.at = 4

    with pytest.raises(EOFError, match="in the middle of the block at byte 4"):
        view.demand(3, "the block")


def test_header_behind_the_last_byte_reads_as_zeros():
    view = Window(iter([b"abc"]))
    view.need(3)

    assert view.buffer[view.limit :] == bytes(128)


def walked(view, step):
    """All that a window shows, taken in steps of so many bytes."""
    found, places = [], []
    while view.need(step):
        places.append(view.offset)
        found.append(view.buffer[view.at : view.at + step])
        view.at += step
    return b"".join([*found, view.buffer[view.at : view.limit]]), places


@pytest.mark.parametrize("step", [1, 7, 16, 1000, 5000])
@pytest.mark.parametrize("size", [0, 1, 127, 128, 129, 999, 1000, 1001, 1128, 9999])
def test_window_on_a_file_shows_what_one_on_its_pieces_shows(monkeypatch, tmp_path, size, step):
    monkeypatch.setattr(window, "_PIECE_SIZE", 1000)
    path = tmp_path / "file"
    path.write_bytes(TEXT[:size])
    with path.open("rb") as stream:
        view = open_window(stream)

        assert isinstance(view, FileWindow)
        assert walked(view, step) == walked(Window(iter([TEXT[:size]] if size else [])), step)


def test_header_behind_the_last_byte_of_a_file_reads_as_zeros(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    with path.open("rb") as stream:
        view = open_window(stream)

        assert not view.need(4)
        assert view.buffer[view.limit :] == bytes(128)


def test_window_on_a_packed_file_shows_what_was_packed(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(TEXT))
    with path.open("rb") as stream:
        assert walked(open_window(stream), 16)[0] == TEXT


def test_window_on_a_pipe_shows_what_comes(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(TEXT,))
    writer.start()
    with path.open("rb") as stream:
        found, _ = walked(open_window(stream), 16)
    writer.join()

    assert found == TEXT


def test_head_is_unpacked_as_far_as_it_goes():
    assert unpack_head(b"plain") == b"plain"
    assert unpack_head(gzip.compress(b"packed")) == b"packed"
    assert unpack_head(b"\x1f\x8bnonsense") == b""
