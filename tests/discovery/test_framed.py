from collections import Counter
from types import SimpleNamespace

import pytest
from support.packets import ethernet

from netaudit.discovery import framed
from netaudit.discovery.channel import EXAMPLE_INTERFACE, Question
from netaudit.discovery.framed import REPLIES_PER_SOURCE, Asking, ask, losses
from netaudit.discovery.ledger import Ledger
from netaudit.model import ChannelReport, Gap, Problem, Reply
from netaudit.wire.bpf import SADP, Wanted
from netaudit.wire.gate import LIMITED_BROADCAST, Gate

ASKING = Asking(
    name="sadp_raw", shots=((0.0, b"question"),), to=LIMITED_BROADCAST, listen_s=0.1, wanted=Wanted(ethertypes=(SADP,)),
    channel="sadp", lost="nobody is found",
)  # fmt: skip
ANSWER = ethernet(SADP, b"!\x02\x01\xf6" + bytes(60), source="44:19:b6:00:00:02")


class Ear:
    """A packet socket that plays what would be heard."""

    def __init__(self, frames=(), error=None, dropped=0):
        self.frames, self.error, self.dropped, self.sent, self.heard = frames, error, dropped, 0, len(frames)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def ask(self, shots, to, listen_s, gate, notes=None):
        gate.admit(to)
        self.notes = notes
        self.sent = len(shots)
        yield from ((1.0 + number, frame) for number, frame in enumerate(self.frames))
        if self.error:
            raise self.error


def question(*, allowed=True, **more):
    return Question(gate=Gate(lambda _: allowed, rate_pps=1000), interface=EXAMPLE_INTERFACE, **more)


def asked(monkeypatch, ear, asking=ASKING, **more):
    def opened(interface, wanted):
        assert (interface, wanted) == (EXAMPLE_INTERFACE, asking.wanted)
        if isinstance(ear, OSError):
            raise ear
        return ear

    monkeypatch.setattr(framed, "PacketSocket", opened)
    return list(ask(question(**more), asking))


def test_answers_come_as_those_of_the_channel_that_reads_them(monkeypatch):
    reply, report = asked(monkeypatch, Ear([ANSWER]))

    assert (reply.channel, reply.payload, reply.request) == ("sadp", ANSWER[14:], b"question")
    assert (reply.mac, reply.interface) == ("44:19:b6:00:00:02", "eth0")
    assert report == ChannelReport(name="sadp_raw", status="done", sent=1)


def test_frames_are_noted_as_datagrams_are(monkeypatch):
    marks, ear = [], Ear()
    asked(monkeypatch, ear, ledger=Ledger(write=marks.append), part="find")
    ear.notes.sending(ASKING.to, 0, b"question")

    continued = Ledger(past=lambda: iter(marks))
    assert list(continued.retell()) == []
    asked(monkeypatch, ear, ledger=continued, part="find")
    assert [ear.notes.was_sent(ASKING.to, number) for number in (0, 1)] == [True, False]


def test_frames_whose_answers_wait_are_not_noted(monkeypatch):
    ear = Ear()
    asked(monkeypatch, ear, ledger=Ledger(), part="find", excluding=True)

    assert ear.notes is None


def test_our_own_frames_are_nobody_s_answers(monkeypatch):
    own = ethernet(SADP, b"!\x02\x01\xf6" + bytes(60), source=EXAMPLE_INTERFACE.mac)

    assert [e for e in asked(monkeypatch, Ear([own])) if isinstance(e, Reply)] == []


def test_nobody_fills_the_inventory(monkeypatch):
    many = [ethernet(SADP, b"!\x02\x01\xf6" + bytes([n]) + bytes(60), source="44:19:b6:00:00:01") for n in range(99)]
    replies = [e for e in asked(monkeypatch, Ear(many)) if isinstance(e, Reply)]

    assert len(replies) == REPLIES_PER_SOURCE


def test_without_the_right_it_says_what_is_lost(monkeypatch):
    gap, report = asked(monkeypatch, PermissionError(1, "no"))

    assert (gap.kind, gap.address) == ("no_link_layer", "192.0.2.10")
    assert gap.detail.endswith("nobody is found")
    assert (report.status, report.sent) == ("partial", 0)


@pytest.mark.parametrize("ear", [OSError(19, "No such device"), Ear([ANSWER], OSError(19, "No such device"))])
def test_a_link_that_fails_is_a_problem(monkeypatch, ear):
    *_, problem, report = asked(monkeypatch, ear)

    assert isinstance(problem, Problem)
    assert (problem.status, problem.detail) == ("unreachable", "eth0: No such device")
    assert (report.status, report.reason) == ("failed", "eth0: No such device")


def test_what_was_thrown_away_or_not_read_is_told():
    gap, problem = losses("ndp", question(), SimpleNamespace(dropped=7), Counter({"cut short": 2}))

    assert isinstance(gap, Gap)
    assert (gap.kind, gap.detail) == ("dropped_packets", "eth0: ndp: the kernel dropped 7 frames: its buffer was full")
    assert problem.detail == "eth0: 2 packets could not be read, or not in full: 2 cut short"
    assert list(losses("ndp", question(), SimpleNamespace(dropped=0), Counter())) == []
