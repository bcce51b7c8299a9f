import struct
from collections import Counter

import pytest
from support.packets import block, interface, option, packet, pcapng_file, section

from netaudit.records.pcapng import read_pcapng
from netaudit.records.window import Window

FRAMES = [b"first", b"", b"the third", bytes(2000)]


def read(data, chunk=1 << 20):
    """The frames with their times and interfaces, what was skipped, and the text of the error, if there is one."""
    pieces = iter([data[at : at + chunk] for at in range(0, len(data), chunk)])
    found, skipped, reason = [], Counter(), None
    try:
        for buffer, start, end, high, low, where in read_pcapng(Window(pieces), skipped):
            found.append((buffer[start:end], where.heard_at(high, low), where.name, where.link))
    except EOFError as error:
        reason = str(error)
    return found, dict(skipped), reason


def times(*options, ticks):
    return [time for _, time, _, _ in read(section() + interface(options=b"".join(options)) + packet(b"x", ticks))[0]]


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("chunk", [1, 12, 33, 1 << 20])
def test_both_byte_orders_in_any_windows(byteorder, chunk):
    data = pcapng_file(FRAMES, byteorder, options=option(2, b"eth7", byteorder))
    expected = [(frame, 1_700_000_000.5 + number, "eth7", 1) for number, frame in enumerate(FRAMES)]

    assert (expected, {}, None) == read(data, chunk)


@pytest.mark.parametrize(
    ("options", "ticks"),
    [
        ([], 1_700_000_000_250_000),
        ([option(9, b"\x09")], 1_700_000_000_250_000_000),
        ([option(9, b"\x82")], 1_700_000_000 * 4 + 1),
        ([option(9, b"\x03"), option(14, struct.pack("<q", 1_600_000_000))], 100_000_000_250),
        ([option(9, b"\x06"), option(14, struct.pack("<q", -100))], 1_700_000_100_250_000),
        ([option(1, b"a comment"), option(9, b"\x06"), option(0, b"")], 1_700_000_000_250_000),
    ],
)
def test_timestamps_count_as_the_interface_says(options, ticks):
    assert times(*options, ticks=ticks) == [1_700_000_000.25]


def test_interfaces_are_numbered_in_each_section():
    first = section() + interface(1, options=option(2, b"a")) + interface(101, options=option(2, b"b"))
    second = section(">") + interface(113, options=option(2, b"c", ">"), byteorder=">")
    data = first + packet(b"x", number=1) + packet(b"y") + second + packet(b"z", byteorder=">")

    assert [(f, n, link) for f, _, n, link in read(data)[0]] == [(b"x", "b", 101), (b"y", "a", 1), (b"z", "c", 113)]


def test_simple_packets_have_no_time_and_the_first_interface():
    body = struct.pack("<I", 5) + b"hello"
    data = section() + interface(options=option(2, b"a")) + block(3, body)

    assert read(data) == ([(b"hello", 0.0, "a", 1)], {}, None)


def test_simple_packets_are_cut_at_the_snap_length():
    data = section() + interface(snaplen=4) + interface(snaplen=2) + block(3, struct.pack("<I", 9) + b"hell")

    assert [frame for frame, *_ in read(data)[0]] == [b"hell"]


@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_obsolete_packets(byteorder):
    ticks = 1_700_000_000_500_000
    head = struct.pack(byteorder + "HHIIII", 0, 9, ticks >> 32, ticks % 2**32, 5, 5)
    data = section(byteorder) + interface(byteorder=byteorder) + block(2, head + b"hello", byteorder)

    assert read(data) == ([(b"hello", 1_700_000_000.5, None, 1)], {}, None)


def test_other_blocks_are_passed_over():
    data = section() + block(4, b"names") + interface() + block(0xBAD, bytes(100)) + packet(b"x") + block(5, bytes(12))

    assert [frame for frame, *_ in read(data)[0]] == [b"x"]


def test_packet_of_an_interface_that_was_never_described_is_counted():
    data = section() + packet(b"x") + interface() + packet(b"y", number=1) + packet(b"z")
    found, skipped, reason = read(data)

    assert [frame for frame, *_ in found] == [b"z"]
    assert skipped == {"in blocks that contradict themselves": 2}
    assert reason is None


def test_old_packets_of_an_interface_that_was_never_described_are_counted():
    old = block(2, struct.pack("<HHIIII", 0, 0, 0, 0, 1, 1) + b"x")

    assert read(section() + old + block(3, struct.pack("<I", 1) + b"x")) == (
        [],
        {"in blocks that contradict themselves": 2},
        None,
    )


def test_packet_that_is_longer_than_its_block_is_counted():
    body = struct.pack("<IIIII", 0, 0, 0, 99, 99) + b"short"
    data = (
        section() + interface() + block(6, body) + block(3, struct.pack("<I", 2) + b"ok") + block(6, b"") + packet(b"x")
    )
    found, skipped, _ = read(data)

    assert [frame for frame, *_ in found] == [b"ok", b"x"]
    assert skipped == {"in blocks that contradict themselves": 1, "in blocks that are too short": 1}


@pytest.mark.parametrize("size", [0, 11, (16 << 20) + 4])
def test_block_size_that_cannot_be_is_damage(size):
    data = section() + interface() + packet(b"x") + struct.pack("<II", 6, size) + bytes(64)
    found, _, reason = read(data)

    assert [frame for frame, *_ in found] == [b"x"]
    assert reason == f"the block at byte 84 claims {size} bytes: the file is damaged there"


@pytest.mark.parametrize("lost", [1, 30, 35])
def test_file_that_is_cut_off_says_where(lost):
    found, _, reason = read((section() + interface() + packet(b"x") + packet(b"y"))[:-lost])

    assert [frame for frame, *_ in found] == [b"x"]
    assert reason == "the file ends in the middle of the block at byte 84"


def test_second_section_without_a_byte_order_is_damage():
    data = section() + interface() + packet(b"x") + b"\n\r\r\n" + bytes(24)
    found, _, reason = read(data)

    assert [frame for frame, *_ in found] == [b"x"]
    assert "has no byte order" in reason


def test_name_is_made_printable_and_short():
    data = pcapng_file([b"x"], options=option(2, b"e\x1b[31mth\x00\xff" + b"n" * 500))
    ((_, _, name, _),) = read(data)[0]

    assert name == "e[31mth\ufffd" + "n" * 56


def test_options_that_are_cut_off_are_left_out():
    data = section() + interface(options=option(2, b"eth0") + struct.pack("<HH", 9, 400)) + packet(b"x")

    assert read(data)[0] == [(b"x", 1_700_000_000.5, "eth0", 1)]


def test_interfaces_beyond_measure_are_not_kept():
    data = section() + interface() * 5000 + packet(b"x", number=4095) + packet(b"y", number=4096)

    assert [frame for frame, *_ in read(data)[0]] == [b"x"]
