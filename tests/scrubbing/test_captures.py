"""Captures are written anew: as many frames, as long, at the same times, and no word is left between two packets."""

import gzip

import pytest
from support import packets

from netaudit.records.capture import read_capture
from netaudit.scrubbing import captures
from netaudit.scrubbing.captures import clean_frames, hardware_addresses, read_frames, scrub_capture
from netaudit.scrubbing.pseudonyms import Pseudonyms
from netaudit.scrubbing.replacer import Replacer

NAMES = Pseudonyms(b"k" * 32)
ARP = packets.ethernet(0x0806, packets.arp())
CLEAN = Replacer({b"Entrance": b"Abcdefgh"}, NAMES)


def frames(tmp_path, *every, write=packets.pcap_file):
    path = tmp_path / "a.pcap"
    path.write_bytes(write(list(every)))
    return read_frames(path)


def segment(sequence, payload):
    return packets.ethernet(0x0800, packets.ipv4(6, packets.tcp(80, 40000, sequence, payload=payload)))


def test_a_word_in_two_segments_is_found_and_in_a_repeated_one(tmp_path):
    kept = frames(tmp_path, segment(100, b"my Entr"), segment(107, b"ance is"), segment(100, b"my Entr"))
    cleaned = list(clean_frames(kept, CLEAN, NAMES))

    assert [c[-7:] for c in cleaned] == [b"my Abcd", b"efgh is", b"my Abcd"]
    assert [len(c) for c in cleaned] == [len(k.data) for k in kept]


def test_sequence_numbers_run_in_a_circle(tmp_path):
    kept = frames(tmp_path, segment(2**32 - 4, b"Entr"), segment(0, b"ance"))

    assert b"".join(c[-4:] for c in clean_frames(kept, CLEAN, NAMES)) == b"Abcdefgh"


def test_a_port_that_is_used_again_is_another_connection(tmp_path):
    far = 1 << 30
    kept = frames(tmp_path, segment(9, b"Entr"), segment(13, b"ance"), segment(far, b"Entr"), segment(far + 4, b"ance"))

    assert b"".join(c[-4:] for c in clean_frames(kept, CLEAN, NAMES)) == b"Abcdefgh" * 2


def test_a_word_in_two_fragments_is_found(tmp_path):
    datagram = packets.udp(3702, 3702, b"x" * 12 + b"Entrance" + b"y" * 12)
    kept = frames(tmp_path, *packets.fragments(datagram, 24))

    text = b"".join(c[34:] for c in clean_frames(kept, CLEAN, NAMES))
    assert b"Entrance" not in text
    assert b"Abcdefgh" in text


def test_public_addresses_are_moved_and_private_ones_are_not(tmp_path):
    public = packets.ethernet(0x0800, packets.ipv4(17, packets.udp(53, 53, b"x"), source="151.101.1.69"))
    (clean,) = clean_frames(frames(tmp_path, public), CLEAN, NAMES)

    assert clean[26:29] in {bytes((192, 0, 2)), bytes((198, 51, 100))}
    assert clean[30:34] == public[30:34]


@pytest.mark.parametrize("write", [packets.pcap_file, packets.pcapng_file])
@pytest.mark.parametrize("name", ["b.pcapng", "b.pcapng.gz"])
def test_times_and_frames_stay(tmp_path, write, name):
    kept = frames(tmp_path, segment(1, b"HTTP/1.1 200 OK\r\n\r\n"), ARP, write=write)
    scrub_capture(kept, tmp_path / name, CLEAN, NAMES)
    again = read_frames(tmp_path / name)

    assert [(k.nanoseconds, len(k.data), k.interface.link) for k in again] == [
        (k.nanoseconds, len(k.data), k.interface.link) for k in kept
    ]
    assert list(read_capture(tmp_path / name, frozenset())) == list(read_capture(tmp_path / "a.pcap", frozenset()))


def test_the_senders_of_frames(tmp_path):
    assert hardware_addresses(frames(tmp_path, ARP)) == {packets.mac(packets.CAMERA_MAC)}


def test_what_was_cut_off_counts_as_far_as_it_goes(tmp_path):
    path = tmp_path / "a.pcap"
    path.write_bytes(packets.pcap_file([ARP, ARP])[:-5])

    assert len(read_frames(path)) == 1


@pytest.mark.parametrize("content", [b"", b"text", gzip.compress(b"no capture")])
def test_what_is_no_capture_is_refused(tmp_path, content):
    (tmp_path / "a").write_bytes(content)

    with pytest.raises(ValueError, match="not a packet capture"):
        read_frames(tmp_path / "a")


def test_a_capture_that_is_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(captures, "MAX_CAPTURE_BYTES", 50)

    with pytest.raises(ValueError, match="in parts"):
        frames(tmp_path, ARP, ARP)


def test_damaged_frames_are_frames(tmp_path):
    whole = segment(100, b"my Entrance")
    for at in range(12, len(whole)):
        odd = bytearray(whole)
        odd[at] ^= 0xFF
        (clean,) = clean_frames(frames(tmp_path, bytes(odd)), CLEAN, NAMES)
        assert len(clean) == len(whole)
