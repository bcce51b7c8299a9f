"""A capture reads the same whether packets are passed many at once or one by one."""

import random

import pytest
from support.packets import ACK, FIN, RST, SYN, ethernet, ipv4, ipv6, pcap_file, pcapng_file, tcp, udp, vlan

from netaudit.records import strides
from netaudit.records.capture import read_capture
from netaudit.records.frames import read_pcap
from netaudit.records.interest import Ignored, Interest
from netaudit.records.ports import UDP_PORTS
from netaudit.records.window import Window

PORTS = frozenset({3702})
READ = b"the first frame of a window is always given out"
VIDEO = ethernet(0x0800, ipv4(17, udp(5004, 9999, bytes(100))))
DATA = ethernet(0x0800, ipv4(6, tcp(554, 40000, payload=bytes(100))))
KEY = bytes.fromhex("c000020a c0000214 022a 9c40")  # 192.0.2.10:554 to 192.0.2.20:40000
STEPS_TO_LEARN = 600  # more than are looked at one by one, at first


def with_options(frame, words):
    """A frame of TCP whose header says that it has so many words of four bytes."""
    size = 20 + words * 4
    return frame[:16] + size.to_bytes(2) + frame[18:46] + bytes([words << 4]) + frame[47:54] + bytes(words * 4 - 20)


def read(frames, interest):
    """What is given out of these frames, but for READ."""
    found = read_pcap(Window(iter([pcap_file(frames)])), interest)
    kept = (buffer[start:end] for buffer, start, end, *_ in found)
    return [frame for frame in kept if frame != READ]


def lesson(frame):
    """Frames after which it is known."""
    return [READ, *[frame] * STEPS_TO_LEARN, READ]


@pytest.fixture
def steps(monkeypatch):
    """How many packets were looked at one by one."""
    counted = []
    note = strides.Strides.note
    monkeypatch.setattr(strides.Strides, "note", lambda *given: (counted.append(1), note(*given)))
    return counted


@pytest.mark.parametrize("frame", [VIDEO, DATA, with_options(tcp_ack := DATA[:54], 5), with_options(tcp_ack, 8)])
@pytest.mark.parametrize(
    "write",
    [
        pcap_file,
        pcapng_file,
        lambda frames: pcap_file(frames, ">"),
        lambda frames: pcap_file(frames, modified=True),
        lambda frames: pcapng_file(frames, ">"),
    ],
)
def test_packets_like_those_before_are_passed_at_once(tmp_path, steps, write, frame):
    reset = DATA[:47] + bytes([RST]) + DATA[48:]  # from here on its direction is ignored
    path = tmp_path / "some.pcap"
    path.write_bytes(write([DATA, reset, *[frame] * 2000, reset, *[frame] * 5000]))
    list(read_capture(path, UDP_PORTS))

    assert strides._FIRST_DUE <= len(steps) < 3000


def test_port_that_is_listened_to_later_is_read_from_then_on():
    interest = Interest(ports=PORTS, listening=set(PORTS))
    frames = iter(read_pcap(Window(iter([pcap_file([*lesson(VIDEO), VIDEO, READ, VIDEO])])), interest))
    for _ in range(3):
        next(frames)
    interest.listening.add(9999)

    assert [buffer[start:end] for buffer, start, end, *_ in frames] == [VIDEO]


def test_direction_that_is_dropped_is_read_from_then_on():
    interest = Interest(ports=PORTS, ignored=Ignored.fromkeys([KEY]))
    frames = iter(read_pcap(Window(iter([pcap_file([*lesson(DATA), DATA, READ, DATA])])), interest))
    for _ in range(3):
        next(frames)
    interest.ignored.drop(KEY)

    assert [buffer[start:end] for buffer, start, end, *_ in frames] == [DATA]


@pytest.mark.parametrize("flags", [SYN, FIN | ACK, RST, SYN | ACK])
def test_ends_of_a_known_connection_are_read(flags):
    end = DATA[:47] + bytes([flags]) + DATA[48:]
    interest = Interest(ports=PORTS, ignored=Ignored.fromkeys([KEY]))

    assert read([*lesson(DATA), DATA, end, DATA], interest) == [end]


def test_acknowledgement_with_timestamps_that_was_cut_short_is_read():
    whole = with_options(DATA[:54], 8)
    interest = Interest(ports=PORTS)
    video = VIDEO[:60]
    frames = [*lesson(video), *lesson(whole), whole, whole[:60], whole]

    assert read(frames, interest) == [whole[:60]]


def test_packets_of_many_lengths_and_connections_are_passed_at_once(steps):
    frames = [ethernet(0x0800, ipv4(17, udp(5000 + n % 101, 9999, bytes(n % 307)))) for n in range(20_000)]
    frames[::100] = [READ] * 200
    frames[-1] = wanted = ethernet(0x0800, ipv4(17, udp(5001, 3702, b"wanted")))

    assert read(frames, Interest(ports=PORTS, listening=set(PORTS))) == [wanted]
    assert strides._FIRST_DUE <= len(steps) < 4000


def test_what_is_known_is_bounded(monkeypatch):
    monkeypatch.setattr(strides, "_MOST_SHAPES", 8)
    monkeypatch.setattr(strides, "_MOST_MARKS", 8)
    made = []
    compiled = strides.re.compile
    monkeypatch.setattr(
        strides.re, "compile", lambda pattern, flags=0: (made.append(pattern), compiled(pattern, flags))[1]
    )
    frames = [
        frame
        for port in range(4000)
        for frame in (READ, *[ethernet(0x0800, ipv4(17, udp(5000 + port, 9999, bytes(20 + port % 900))))] * 3)
    ]

    assert read(frames, Interest(ports=PORTS)) == []
    assert made
    assert max(map(len, made)) < 2000


def packets(chance):
    """What crosses a wire: much of the same, and now and then something else that is nearly the same."""
    connections, sizes = chance.choice([(6, 5), (80, 200)])
    flows = [
        (f"10.0.0.{number}", "10.0.1.1", 554 if number % 2 else 5000 + number, 40_000 + number)
        for number in range(connections)
    ]
    lengths = [chance.randrange(80) for _ in range(sizes)]
    for _ in range(3000):
        source, target, port, client = chance.choice(flows)
        payload = bytes(chance.choice(lengths))
        kind = chance.randrange(40)
        flags = ACK
        if kind < 3:
            source, target, port, client = target, source, client, port
        if kind == 3:
            flags |= chance.choice([SYN, FIN, RST])
        if kind == 4:
            client = chance.choice([3702, 1900])
        if kind == 5:
            port = 3702
        sequence = chance.choice([1, 1000, 2**31])
        on_tcp = tcp(port, client, sequence, flags=flags, payload=payload)
        datagram = ipv4(17, udp(port, client, payload), source, target, fragment=0x2000 if kind == 6 else 0)
        segment = ipv4(6, on_tcp, source, target, options=bytes(4) if kind == 7 else b"")
        frame = ethernet(0x0800, datagram if kind % 2 else segment)
        if kind == 8:
            frame = vlan(frame)
        if kind == 9:
            frame = ethernet(0x86DD, ipv6(17, udp(port, client, payload)))
        if kind in (10, 11, 12):
            frame = with_options(frame[:54].ljust(54, b"\0"), 8 if kind > 10 else 5)
        if kind in (12, 13):
            frame = frame[: chance.choice([40, 54, 60])]
        yield frame


@pytest.mark.parametrize("write", [pcap_file, pcapng_file, lambda frames: pcap_file(frames, ">", modified=True)])
@pytest.mark.parametrize("seed", range(6))
def test_capture_reads_the_same_as_step_by_step(tmp_path, monkeypatch, write, seed):
    path = tmp_path / "mixed.pcap"
    path.write_bytes(write(list(packets(random.Random(seed)))))
    monkeypatch.setattr(strides, "_FIRST_DUE", 1 << 30)
    step_by_step = list(read_capture(path, UDP_PORTS))
    monkeypatch.setattr(strides, "_FIRST_DUE", 16)
    monkeypatch.setattr(strides, "_DUE", 0)

    assert list(read_capture(path, UDP_PORTS)) == step_by_step
    assert len(step_by_step) > 20
