from collections import Counter
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.mutation import mutated
from support.packets import arp, ethernet, ipv4, ipv6, udp

from netaudit.discovery import BY_NAME, UDP_PORTS, listen
from netaudit.discovery.channel import EXAMPLE_INTERFACE, Question
from netaudit.discovery.listen import GROUPS, MESSAGES_PER_SOURCE, Sieve, listening
from netaudit.model import ChannelReport, Gap, Problem, Reply
from netaudit.records.replies import replies_of_frames
from netaudit.wire.gate import Gate
from netaudit.wire.readiness import Bell

CAMERA, OTHER = "44:19:b6:00:00:01", "44:19:b6:00:00:02"
NOTIFY = b"NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\nUSN: uuid:1\r\n\r\n"
LLDP = ethernet(0x88CC, b"\x02\x02\x07x" + bytes(42), source=CAMERA)
ASKS = ethernet(0x0806, arp("192.0.2.7", sender_mac=CAMERA, operation=1), source=CAMERA)
ANNOUNCES = ethernet(0x0800, ipv4(17, udp(1900, 1900, NOTIFY), source="192.0.2.7"), source=CAMERA)


class Ear:
    """A packet socket that plays what would be heard."""

    def __init__(self, frames=(), dropped=0):
        self.frames, self.dropped, self.heard = frames, dropped, len(frames)
        self.options = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def listen(self, seconds, gate, *, to_us):
        self.options, self.gate = (seconds, to_us), gate
        yield from ((1.0 + number, frame) for number, frame in enumerate(self.frames))


def question(*, alone=False, **rest):
    return Question(
        gate=Gate(lambda _: True, rate_pps=1000), interface=EXAMPLE_INTERFACE, listen_s=9, alone=alone, **rest
    )


def heard(monkeypatch, ear, **rest):
    """All events of listening with this packet socket."""
    opened = []

    def open_socket(interface, wanted, *, all_hosts):
        opened.append((interface, wanted, all_hosts))
        if isinstance(ear, OSError):
            raise ear
        return ear

    monkeypatch.setattr(listen, "PacketSocket", open_socket)
    monkeypatch.setattr(listen, "may_hear_frames", lambda: True)
    ((channel, asked),) = listening(question(**rest), frozenset())
    events = list(channel.find(asked))
    assert opened == [(EXAMPLE_INTERFACE, listen.WANTED, rest.get("alone", False))]
    return events


@pytest.mark.parametrize("excluding", [True, False])
def test_frames_become_replies_of_their_channels(monkeypatch, excluding):
    ear = Ear([LLDP, ASKS, ANNOUNCES])
    *replies, report = heard(monkeypatch, ear, excluding=excluding)
    if not excluding:
        replies = [*replies[1:], replies[0]]

    assert [(r.channel, r.address, r.mac) for r in replies] == [
        ("arp", "192.0.2.7", CAMERA),
        ("ssdp", "192.0.2.7", CAMERA),
        ("lldp", "", CAMERA),  # who names no host comes last, where somebody is excluded
    ]
    assert report == ChannelReport(name="listen", status="done", reason="eth0: heard 3 frames in 0 s, 0 dropped")


@pytest.mark.parametrize(("alone", "options"), [(True, (9, True)), (False, (9, False))])
def test_what_is_sent_to_us_is_heard_only_where_nothing_is_asked(monkeypatch, alone, options):
    ear = Ear()
    heard(monkeypatch, ear, alone=alone)

    assert ear.options == options


def test_listening_that_may_be_ended_early_is_done_all_the_same(monkeypatch):
    ear, enough = Ear([LLDP]), Bell()
    enough.set()
    report = heard(monkeypatch, ear, enough=enough)[-1]

    assert (ear.gate.stopped, report.status) == (enough, "done")


def test_repetitions_and_our_own_frames_are_left_out(monkeypatch):
    own = ethernet(0x0806, arp("192.0.2.10", sender_mac=EXAMPLE_INTERFACE.mac), source=EXAMPLE_INTERFACE.mac)
    events = heard(monkeypatch, Ear([ASKS, own, ASKS, ASKS]))

    assert len([e for e in events if isinstance(e, Reply)]) == 1


def test_what_the_kernel_dropped_and_what_was_cut_is_told(monkeypatch):
    events = heard(monkeypatch, Ear([ethernet(0x0806, arp()[:20])], dropped=3))

    assert [(e.kind, e.detail) for e in events if isinstance(e, Gap)] == [
        ("dropped_packets", "eth0: listen: the kernel dropped 3 frames: its buffer was full")
    ]
    assert [(e.status, e.channel) for e in events if isinstance(e, Problem)] == [("malformed", "listen")]
    assert events[-1].reason == "eth0: heard one frame in 0 s, 3 dropped"


def test_an_interface_that_fails_is_told(monkeypatch):
    problem, report = heard(monkeypatch, OSError(19, "No such device"))

    assert (problem.status, report.status, report.reason) == ("unreachable", "failed", "eth0: No such device")


# --- without packet sockets -------------------------------------------------------------------------------------------


@pytest.fixture
def volleys(monkeypatch):
    """What would be listened to: the volleys that are fired."""
    fired = []

    def fire(volley, _gate):
        fired.append(volley)
        return iter(())

    monkeypatch.setattr(listen, "fire", fire)
    monkeypatch.setattr(listen, "may_hear_frames", lambda: False)
    return fired


def run(jobs):
    return [event for channel, asked in jobs for event in channel.find(asked)]


def test_the_groups_are_joined_over_both_kinds_of_ip_and_nothing_is_sent(volleys):
    run(listening(question(alone=True), frozenset()))

    assert {(v.channel, v.port, v.group, v.source) for v in volleys} == {
        ("mdns", 5353, "224.0.0.251", "192.0.2.10"),
        ("mdns", 5353, "ff02::fb", "fe80::1%eth0"),
        ("ssdp", 1900, "239.255.255.250", "192.0.2.10"),
        ("wsd", 3702, "239.255.255.250", "192.0.2.10"),
        ("wsd", 3702, "ff02::c", "fe80::1%eth0"),
        ("sadp", 37020, "239.255.255.250", "192.0.2.10"),
        ("dhip", 37810, "239.255.255.251", "192.0.2.10"),
    }
    assert {(v.shots, v.destinations, v.listen_s, v.interface) for v in volleys} == {((), (), 9, "eth0")}


def test_without_ipv6_there_are_no_groups_of_it(volleys):
    run(listening(replace(question(), interface=replace(EXAMPLE_INTERFACE, link_local=None)), frozenset()))

    assert not [v for v in volleys if ":" in v.group]


def test_channels_that_are_asked_hear_their_groups_themselves(volleys):
    events = run(listening(question(), frozenset({"mdns", "wsd", "sadp", "dhip", "arp"})))

    assert {v.channel for v in volleys} == {"ssdp"}
    (report,) = events
    assert (report.name, report.status) == ("listen", "skipped")
    assert "the groups of ssdp were joined; not heard: ARP, DHCP, LLDP, CDP" in report.reason


def test_a_run_that_only_listens_says_what_it_could_not_hear(volleys):
    gap, report = run(listening(question(alone=True), frozenset(c.name for c, _, _ in GROUPS)))

    assert volleys == []
    assert (gap.kind, gap.address, report.status) == ("no_link_layer", "192.0.2.10", "partial")
    assert "no group was joined" in report.reason


def test_where_there_is_no_multicast_no_group_is_joined(volleys):
    tunnel = replace(question(), interface=replace(EXAMPLE_INTERFACE, mac=None, multicast=False))

    assert [event.status for event in run(listening(tunnel, frozenset()))] == ["skipped"]
    assert volleys == []


@pytest.mark.usefixtures("volleys")
def test_a_tunnel_has_no_frames_whatever_the_rights(monkeypatch):
    monkeypatch.setattr(listen, "may_hear_frames", lambda: True)
    tunnel = replace(question(), interface=replace(EXAMPLE_INTERFACE, mac=None))

    assert len(list(listening(tunnel, frozenset()))) > 1


# --- the sieve --------------------------------------------------------------------------------------------------------


def message(number, channel="mdns", address="192.0.2.7", mac=CAMERA):
    return Reply(channel=channel, transport="udp", address=address, mac=mac, payload=str(number).encode())


def test_nobody_is_heard_without_end():
    sieve = Sieve()

    assert sum(sieve.keeps(message(n)) for n in range(999)) == MESSAGES_PER_SOURCE
    assert sieve.keeps(message(1, channel="wsd"))
    assert sieve.keeps(message(1, address="192.0.2.8"))
    (gap,) = sieve.told(EXAMPLE_INTERFACE)
    assert gap.kind == "dropped_packets"
    assert f"{999 - MESSAGES_PER_SOURCE} messages were thrown away" in gap.detail


def test_who_asks_for_all_its_neighbours_says_nothing_new():
    sieve = Sieve()
    kept = sum(sieve.keeps(message(n, channel="arp")) for n in range(999))

    assert (kept, list(sieve.told(EXAMPLE_INTERFACE))) == (MESSAGES_PER_SOURCE, [])


def test_a_flood_from_forged_addresses_ends_too(monkeypatch):
    monkeypatch.setattr(listen, "MOST_MESSAGES", 10)
    sieve = Sieve()
    kept = Counter(sieve.keeps(message(n, address=f"192.0.2.{n}")) for n in range(99))

    assert kept == {True: 10, False: 89}
    assert len(list(sieve.told(EXAMPLE_INTERFACE))) == 1


def test_a_message_from_another_interface_card_is_another():
    sieve = Sieve()

    assert sieve.keeps(message(1))
    assert not sieve.keeps(message(1))
    assert sieve.keeps(message(1, mac=OTHER))


# --- malice -----------------------------------------------------------------------------------------------------------

MLD = bytes.fromhex("3a00050200000000") + bytes.fromhex("8f00000000000001 04000000 ff0200000000000000000000000000fb")
FRAMES = (
    LLDP,
    ethernet(0x88CC, b"\x02\x07\x04" + bytes(6) + b"\x10\x0c\x05\x01\xc0\x00\x02\x0a\x02\0\0\0\x02\0\0\0"),
    ethernet(
        40, bytes.fromhex("aaaa0300000c2000") + b"\x02\xb4\0\0\0\1\0\x05a\0\x02\0\x11\0\0\0\1\1\1\xcc\0\4\xc0\0\2\x0a"
    ),
    ethernet(0x0800, ipv4(2, bytes.fromhex("220000000000000104000000effffffa"), options=bytes.fromhex("94040000"))),
    ethernet(0x86DD, ipv6(0, MLD, source="fe80::1", target="ff02::16")),
    ANNOUNCES,
    ASKS,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(mutated(*FRAMES), max_size=4))
def test_no_frame_whatever_it_holds_stops_a_listener(frames):
    sieve = Sieve()
    for frame in [*frames, ASKS]:
        for heard_now in listen._routed(replies_of_frames([(1.0, frame)], "eth0", UDP_PORTS, Counter())):
            sieve.keeps(heard_now)
            with suppress(ValueError):
                assert all(
                    o.field in BY_NAME[heard_now.channel].fields for o in BY_NAME[heard_now.channel].read(heard_now)
                )
    assert not sieve.keeps(heard_now)
