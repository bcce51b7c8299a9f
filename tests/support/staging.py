"""Live runs without a network: what channels do is a function of the question, and visits are only noted."""

import threading
from collections import Counter
from dataclasses import replace
from ipaddress import IPv4Network

from netaudit.discovery import CHANNELS, ask, find, holding, jobs, live
from netaudit.discovery.course import Course, Live
from netaudit.model import ChannelReport, Gap, Reply
from netaudit.scope import parse_scope
from netaudit.wire.gate import Gate
from netaudit.wire.interfaces import Interface

LOOPBACK = Interface("lo", "127.0.0.1", IPv4Network("127.0.0.0/8"), None, None, loopback=True, multicast=False)
ETH0 = Interface(
    "eth0", "10.0.0.2", IPv4Network("10.0.0.0/24"), "02:00:00:00:00:02", "10.0.0.255", loopback=False, multicast=True
)
TUNNEL = Interface("tun0", "10.8.0.2", IPv4Network("10.8.0.0/24"), None, None, loopback=False, multicast=False)
ALL = frozenset({"arp", "mdns", "wsd", "sadp", "dhip", "http", "rtsp", "tls", "tcp"})
ANSWER = b"<ProbeMatch><DeviceSN>1</DeviceSN><DeviceLock>%s</DeviceLock></ProbeMatch>"  # of SADP
ARP_REPLY = bytes.fromhex("000108000604000202005e0053010a00000902005e0053020a000002")
DONE = ChannelReport(name="arp", status="done")


class Stage:
    """Plays what channels do, and notes who was asked and who would be visited; by default nobody is asked again.

    Runs go by its clock.
    """

    def __init__(self, monkeypatch):
        self.visited, self.questions = [], Counter()
        self.clock = Clock()
        self._monkeypatch = monkeypatch
        monkeypatch.setattr(live, "Course", self.course)
        monkeypatch.setattr(jobs, "_PATIENCE_S", 0.001)
        monkeypatch.setattr(holding, "attend", self._attend)
        monkeypatch.setattr(live, "PHASES", (find.find, find.probe_silent, ask.ask))
        self.plays()

    def plays(self, **acts):
        """What channels do from now on, as `arp_find=`, `sadp_reach=`: a function from a question to events."""
        channels = tuple(
            replace(channel, **{kind: self._act(acts, channel, kind) for kind in ("find", "reach")})
            for channel in CHANNELS
        )
        self._monkeypatch.setattr(find, "CHANNELS", channels)

    def course(self, run, attached, **known):
        """The course of a run that begins now."""
        self.clock.course = Course(run, attached, clock=self.clock, **known)
        return self.clock.course

    def _act(self, acts, channel, kind):
        if getattr(channel, kind) is None:
            return None
        act = acts.get(f"{channel.name}_{kind}", lambda _: ())

        def acted(question):
            self.questions.update((channel.name, kind, a) for a in question.addresses or ("the network",))
            yield from act(question)

        return acted

    def _attend(self, conversations, gate, in_flight, host_timeout_s=None):
        for found in conversations:
            if found:
                address, conversation = found
                self.visited.append((address, in_flight, next(conversation, None)))
            yield None


class Clock:
    """The clock of one course, by which jobs sleep: it goes on only when all of them do, and have been heard."""

    STEP_S, NEVER_S = 0.01, 120.0

    def __init__(self):
        self.course, self.now = None, 0.0
        self._asleep = []  # (until when, what wakes them)
        self._lock = threading.Lock()

    def __call__(self):
        if self.course and len(self._asleep) == len(self.course.under_way) and self.course.events.empty():
            self.move(self.STEP_S)
        return self.now

    def sleep(self, seconds):
        """Return when so much time has passed for whoever looks at this clock, or the run is stopped."""
        until, woken = round(self.now + seconds, 6), threading.Event()
        if until > self.now:
            with self._lock:
                self._asleep.append((until, woken))
            while not (woken.wait(0.05) or self.course.live.gate.stopped.is_set()):
                pass

    def move(self, seconds):
        """Let so much time pass, for those as well who sleep until then."""
        with self._lock:
            self.now = round(self.now + seconds, 6)
            due = [woken for until, woken in self._asleep if until <= self.now]
            self._asleep = [(until, woken) for until, woken in self._asleep if until > self.now]
        for woken in due:
            woken.set()
        assert self.now < self.NEVER_S, "this never ends"


def settings(*targets, excluded=(), interfaces=(LOOPBACK,), channels=ALL, progress=None, rate_pps=1e6):
    """What a live run may use, at a rate that is no limit."""
    scope = parse_scope(targets, excluded)
    gate = Gate(scope.__contains__, rate_pps=rate_pps)
    return Live(scope=scope, interfaces=interfaces, gate=gate, channels=frozenset(channels), progress=progress)


def heard(address, channel="arp", payload=ARP_REPLY, **rest):
    """A reply that somebody at this address sent, by default ARP on eth0."""
    defaults = {"transport": "link" if payload == ARP_REPLY else "udp", "interface": "eth0"}
    return Reply(channel=channel, address=address, payload=payload, **{**defaults, **rest})


def says(*events):
    """What a channel does that only says these."""
    return lambda _: iter(events)


def of_kind(kind, events):
    """The events of one type."""
    return [event for event in events if isinstance(event, kind)]


def gaps(events):
    """The kinds and addresses of all gaps."""
    return {(gap.kind, gap.address) for gap in of_kind(Gap, events)}


def threads_at_work():
    """How many there are, without those that only close a socket."""
    return sum(thread.name != "closing" for thread in threading.enumerate())
