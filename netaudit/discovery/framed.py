"""Questions that are frames of their own: sent and answered on the link layer of one interface.

The answers come in through the same code that reads captures.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from netaudit.discovery.channel import Question
from netaudit.discovery.hearsay import nameless_last
from netaudit.model import ChannelReport, Event, Gap, Problem
from netaudit.wire.bpf import Wanted
from netaudit.wire.packets import PacketSocket, Shots

REPLIES_PER_SOURCE = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What one channel sends in frames, and what it hears."""

    name: str  # of the channel, in its report
    shots: Shots
    to: str  # the address that the gate admits: a group, or the broadcast
    listen_s: float  # after the last frame
    wanted: Wanted
    channel: str  # that reads the answers
    lost: str  # what is not found without the right to raw sockets


def ask(question: Question, asking: Asking) -> Iterator[Event]:
    """Send the frames; yield each answer as it comes, what went wrong, and at the end one ChannelReport."""
    link = question.link
    if not link.has_link_layer:
        yield ChannelReport(name=asking.name, status="skipped", reason=f"{link.name} has no such link layer")
        return
    try:
        with PacketSocket(link, asking.wanted) as ear:
            yield from _heard(question, asking, ear)
    except PermissionError:
        detail = f"{asking.name} was not asked on {link.name}: this process may not open raw sockets (root or "
        yield Gap(kind="no_link_layer", detail=f"{detail}CAP_NET_RAW); {asking.lost}", address=link.address)
        yield ChannelReport(name=asking.name, status="partial", reason=f"{link.name}: no right to raw sockets")
    except OSError as error:
        detail = f"{link.name}: {error.strerror or error}"
        yield Problem(stage="find", channel=asking.name, address=link.address, status="unreachable", detail=detail)
        yield ChannelReport(name=asking.name, status="failed", reason=detail)


def _heard(question: Question, asking: Asking, ear: PacketSocket) -> Iterator[Event]:
    from netaudit.records.replies import replies_of_frames  # noqa: PLC0415  not needed before the first question

    link, heard, skipped = question.link, Counter[str](), Counter[str]()
    # What is held is lost where the run is killed: then it is asked again.
    notes = None if question.excluding else question.notes(asking.name, source=link.address)
    frames = ear.ask(asking.shots, asking.to, asking.listen_s, question.gate, notes)
    replies = replies_of_frames(frames, link.name, frozenset(), skipped)
    for reply in nameless_last(replies, excluding=question.excluding):
        source = reply.address or reply.mac or ""
        heard[source] += 1
        if heard[source] <= REPLIES_PER_SOURCE and reply.mac != link.mac:
            yield replace(reply, channel=asking.channel, request=asking.shots[0][1])
    yield from losses(asking.name, question, ear, skipped)
    stopped = question.gate.stopped.is_set()
    reason = f"{link.name}: interrupted" if stopped else None
    yield ChannelReport(name=asking.name, status="partial" if stopped else "done", reason=reason, sent=ear.sent)


def losses(name: str, question: Question, ear: PacketSocket, skipped: Counter[str]) -> Iterator[Gap | Problem]:
    """What the kernel threw away, and what could not be read."""
    link = question.link
    if ear.dropped:
        detail = f"{link.name}: {name}: the kernel dropped {ear.dropped} frames: its buffer was full"
        yield Gap(kind="dropped_packets", detail=detail, address=link.address)
    if skipped:
        reasons = ", ".join(f"{count} {reason}" for reason, count in skipped.most_common(8))
        detail = f"{link.name}: {skipped.total()} packets could not be read, or not in full: {reasons}"
        yield Problem(stage="find", channel=name, address=link.address, status="malformed", detail=detail)
