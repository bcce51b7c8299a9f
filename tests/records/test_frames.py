import pytest
from support.packets import pcap_file

from netaudit.records.frames import MAX_FRAME_SIZE, Interface, read_pcap
from netaudit.records.window import Window

FRAMES = [b"first", b"", b"the third", bytes(2000)]


def frames(data, chunk=1 << 20):
    """(content, time) of each frame; the text of the error, if there is one, last."""
    pieces = iter([data[at : at + chunk] for at in range(0, len(data), chunk)])
    found = []
    try:
        for buffer, start, end, high, low, interface in read_pcap(Window(pieces)):
            found.append((buffer[start:end], interface.heard_at(high, low)))
    except EOFError as error:
        found.append(str(error))
    return found


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("nanosecond", [False, True])
def test_both_byte_orders_and_resolutions(byteorder, nanosecond):
    data = pcap_file(FRAMES, byteorder, nanosecond=nanosecond)
    expected = [(frame, 1_700_000_000.5 + number) for number, frame in enumerate(FRAMES)]

    assert expected == frames(data)


@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_modified_header_is_eight_bytes_longer(byteorder):
    assert [f for f, _ in frames(pcap_file([b"first", b"second"], byteorder, modified=True))] == [b"first", b"second"]


@pytest.mark.parametrize("chunk", [1, 7, 16, 40, 1999])
def test_windows_may_fall_anywhere(chunk):
    data = pcap_file(FRAMES)

    assert frames(data) == frames(data, chunk)


@pytest.mark.parametrize("lost", [1, 2000, 2001, 2015])
def test_file_that_is_cut_off_says_where(lost):
    data = pcap_file(FRAMES)
    found = frames(data[:-lost])

    assert FRAMES[:3] == [frame for frame, _ in found[:-1]]
    assert found[-1].startswith("the file ends in the middle of the packet at byte 86")


def test_header_that_is_cut_off():
    assert frames(pcap_file([])[:-1]) == ["the file ends in the middle of the header at byte 0"]


def test_size_that_cannot_be_is_damage():
    data = pcap_file([b"good"]) + bytes(8) + (MAX_FRAME_SIZE + 1).to_bytes(4, "little") * 2 + bytes(MAX_FRAME_SIZE + 9)
    found = frames(data)

    assert found[0][0] == b"good"
    assert found[1] == "the packet at byte 44 claims 262145 bytes: the file is damaged there"


def test_upper_half_of_the_link_type_is_not_part_of_it():
    data = pcap_file([b"x"], linktype=0x14000001)
    interfaces = [frame[5] for frame in read_pcap(Window(iter([data])))]

    assert [interface.link for interface in interfaces] == [1]


def test_date_that_cannot_be_is_unknown():
    interface = Interface(link=1, ticks=1, weight=2**32)

    assert interface.heard_at(0, 1_700_000_000) == 1_700_000_000.0
    assert interface.heard_at(2**32 - 1, 0) == 0.0
