"""A visit with notes: each step is noted, and a visit that was cut goes on at the step at which that happened.

A visit is pure: given the outcomes that were noted, it comes to the same place without the network. There its
connection is opened again, with its handshake, for that asks nothing, and the next question is sent. One that had been
sent when the run was killed is not sent again: its answer is lost, and a gap says so. Where the notes are not those of
the questions that the visit asks now, it is over: no answer is taken for that to another question.
"""

import time
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from dataclasses import dataclass, field

from netaudit.discovery.ledger import Ledger, Past, kind_of
from netaudit.discovery.visiting.state import Visit
from netaudit.model import Event, Gap, Target
from netaudit.records.marks import Begun, Over
from netaudit.wire.steps import STEPS, Connect, Conversation, Exchange, Outcome, Pause, Secure, Step

_DONE = Outcome()

Item = Step | Event | None


class _Unlike(Exception):  # noqa: N818  what happened, and no error
    """The notes of a visit are not those of the questions that it asks now."""


@dataclass(slots=True)
class _Way:
    """How the present connection was opened, and how many of the steps that were noted were gone through."""

    steps: list[Step] = field(default_factory=list)
    port: int = 0
    gone: int = 0

    def follow(self, step: Step, outcome: Outcome) -> None:
        if isinstance(step, Connect):
            self.steps, self.port = [step], step.port
        elif isinstance(step, Secure):
            self.steps.append(step)
        if isinstance(step, Pause) or outcome.status != "ok":
            self.steps = []


def noted(
    ledger: Ledger,
    stage: str,
    state: Visit,
    conversation: Conversation,
    limit_s: float | None = None,
    renew: Callable[[], Target | None] = lambda: None,
) -> Conversation:
    """The conversation of this visit, noted; it goes on with the one that was noted before, where there is one.

    After each pause its target is replaced by what `renew` gives, if that is anything.
    """
    address, began = state.target.address, time.monotonic()
    past = ledger.visits.get((stage, address))
    try:
        if past is None:
            ledger.note(Begun(stage=stage, target=state.target))
            past = Past(state.target)
        way = _Way()
        item = yield from _retold(conversation, state, past, way)
        item = yield from _reopened(ledger, stage, conversation, past, way, item)
        while item is not None:
            outcome = yield from _taken(ledger, stage, past, way, item)
            if isinstance(item, Pause) and (target := renew()):
                ledger.note(Begun(stage=stage, target=target))
                state.target = target
            item = _sent(conversation, outcome)
    except _Unlike:
        detail = (
            "what was noted of its visit is not what is asked now: the run that was continued did not ask it further"
        )
        yield Gap(kind="answers_lost", detail=detail, address=address)
    except GeneratorExit:
        if limit_s and time.monotonic() - began >= limit_s:  # the user's limit ended it: it is not gone on with
            ledger.note(Over(stage=stage, address=address))
        raise
    finally:
        conversation.close()
    ledger.note(Over(stage=stage, address=address))


def retrace(past: Past, state: Visit, conversation: Conversation) -> None:
    """Go through a visit that was over, for what it leaves behind; nothing of it is told or asked again."""
    with closing(conversation), suppress(_Unlike):
        for _ in _retold(conversation, state, past, _Way()):
            pass


def _retold(conversation: Conversation, state: Visit, past: Past, way: _Way) -> Generator[Step | Event, Outcome, Item]:
    """Give the conversation the outcomes that were noted; the first step of which none is known."""
    item = yield from _passed(conversation, next(conversation, None), state, past, way)
    for outcome, step in zip(past.outcomes, past.steps, strict=True):
        if not isinstance(item, STEPS):
            break
        _compare(item, step, never_asked=outcome.status != "ok")
        way.follow(item, outcome)
        way.gone += 1
        item = yield from _passed(conversation, _sent(conversation, outcome), state, past, way)
    if past.pending:
        _compare(item, ("exchange", past.pending))
    return item


def _compare(item: Item, noted: tuple[str, str], *, never_asked: bool = False) -> None:
    """_Unlike where a step is not the one that was noted; `never_asked`: it may have failed before it asked anything."""
    name, what = kind_of(item) if isinstance(item, STEPS) else ("", "")
    if (name, what) != noted and not (never_asked and noted == ("exchange", "") == (name, "")):
        raise _Unlike


def _passed(
    conversation: Conversation, item: Item, state: Visit, past: Past, way: _Way
) -> Generator[Step | Event, Outcome, Item]:
    """Go on to the next step that is noted; only what was not told yet is told."""
    while item is not None and (isinstance(item, Pause) or not isinstance(item, STEPS)):
        if isinstance(item, Pause):
            if not past.outcomes:
                return item
            way.follow(item, _DONE)
            state.target = past.renewed.get(way.gone, state.target)
        elif item not in past.told:
            yield item
        item = _sent(conversation, _DONE)
    return item


def _reopened(
    ledger: Ledger, stage: str, conversation: Conversation, past: Past, way: _Way, item: Item
) -> Generator[Step | Event, Outcome, Item]:
    """Open the connection again that the next step needs, as it had been opened.

    Where that step is not taken, its outcome is noted all the same: whoever goes on after this run counts the notes.
    """
    address = past.target.address
    if past.pending and isinstance(item, Exchange):
        past.pending = ""
        detail = f"port {way.port}: the run was stopped between a question and its answer, and did not ask it again"
        yield Gap(kind="answers_lost", detail=detail, address=address)
        lost = Outcome("closed", detail="the answer was lost when the run was stopped", at=ledger.cut_at)
        ledger.answered(stage, address, item, lost)
        return _sent(conversation, lost)
    if not way.steps or not isinstance(item, Secure | Exchange):
        return item
    for step in way.steps:
        outcome = yield step
        if outcome.status != "ok":
            ledger.answered(stage, address, item, outcome)
            return _sent(conversation, outcome)
    return item


def _taken(
    ledger: Ledger, stage: str, past: Past, way: _Way, item: Step | Event
) -> Generator[Step | Event, Outcome, Outcome]:
    """The outcome of one more step, noted before and after."""
    if not isinstance(item, STEPS):
        return (yield item)
    if isinstance(item, Connect):
        way.port = item.port
    ledger.asking(stage, past.target.address, item, way.port)
    outcome = yield item
    ledger.answered(stage, past.target.address, item, outcome)
    return outcome


def _sent(conversation: Conversation, outcome: Outcome) -> Item:
    try:
        return conversation.send(outcome)
    except StopIteration:
        return None
