import zlib

import pytest

from netaudit.records.chain import GZIP_HEADER, ChainWriter, is_chained, read_lines, read_seal, read_tail


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "lines"
    writer = ChainWriter(path)
    for number in range(3000):
        writer.add(b'{"number":%d,"filling":"%s"}' % (number, b"x" * 200))
    writer.end(b'{"before":"%s"}' % writer.seal().encode())
    writer.close()
    return path


def test_lines_are_read_in_order_and_without_the_tail(path):
    lines = list(read_lines(path, read_tail(path)))

    assert [number for number, _ in lines] == list(range(1, 3001))
    assert lines[2999][1].startswith(b'{"number":2999,')


def test_the_tail_names_the_hash_of_what_stands_before_it(path):
    tail = read_tail(path)

    assert tail.body == b'{"before":"%s"}' % read_seal(path, tail).encode()


def test_a_change_in_filled_up_bits_breaks_the_seal_only(tmp_path):
    path = tmp_path / "lines"
    writer = ChainWriter(path)
    writer.add(b"{}")
    writer.end(b"{}" + writer.seal().encode())
    writer.close()
    tail, data = read_tail(path), path.read_bytes()
    sealed, overlooked = read_seal(path, tail), 0
    for position in range(len(GZIP_HEADER), len(data) - len(tail.member)):
        for bit in range(8):
            path.write_bytes(data[:position] + bytes([data[position] ^ 1 << bit]) + data[position + 1 :])
            try:
                list(read_lines(path, tail))
            except ValueError:
                continue
            overlooked += 1

            assert read_seal(path, tail) != sealed

    assert overlooked > 0


def test_a_file_without_tail_has_none(path):
    path.write_bytes(path.read_bytes()[:-1])

    assert read_tail(path) is None


def test_memory_stays_small_for_text_that_packs_well(tmp_path):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    path = tmp_path / "bomb"
    path.write_bytes(GZIP_HEADER + packer.compress(b"\n" * (64 << 20)) + packer.flush())

    with pytest.raises(ValueError, match="line 1: changed"):
        list(read_lines(path, None))


@pytest.mark.parametrize("head", [b"", b"{", b"\x1f\x8b", GZIP_HEADER, b"\x1f\x8b" + b"\xff" * 40])
def test_other_heads_are_not_chained(head):
    assert not is_chained(head)
