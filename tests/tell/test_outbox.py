"""A failing receiver loses nothing, delays nobody else, and is not hammered."""

import pytest
from support.loopback import kept_port

from netaudit.tell import outbox as outbox_module
from netaudit.tell.notices import Notice, gather
from netaudit.tell.outbox import FIRST_PAUSE_S, Outbox
from netaudit.tell.receivers import Webhook

CHAT = Webhook(name="chat", url="https://chat.example.org")
DESK = Webhook(name="desk", url="https://desk.example.org", on=("overdue",))


def message(run, kind="gone"):
    at = f"2026-03-0{run}T02:00:00Z"
    return gather(site="Depot", at=at, run=str(run), notices=[Notice(kind=kind, words="a camera")])


class Sent(list):
    """What was sent, as (receiver, run); who is in `broken` takes nothing."""

    def __init__(self):
        super().__init__()
        self.broken = set()


@pytest.fixture
def sent(monkeypatch):
    log = Sent()

    def send(receiver, given):
        if receiver.name in log.broken:
            raise OSError("it is down")
        log.append((receiver.name, given.run))

    monkeypatch.setattr(outbox_module, "send", send)
    return log


@pytest.fixture
def outbox(tmp_path):
    return Outbox(tmp_path / "outbox")


def test_each_message_is_sent_once_in_order(outbox, sent):
    for run in (2, 1, 3):
        outbox.put(message(run), [CHAT])

    assert list(outbox.deliver([CHAT])) == []
    assert list(outbox.deliver([CHAT])) == []
    assert sent == [("chat", "1"), ("chat", "2"), ("chat", "3")]


def test_a_receiver_that_is_down_gets_all_of_it_later(outbox, sent):
    sent.broken = {"chat"}
    outbox.put(message(1), [CHAT, DESK])
    (failure,) = outbox.deliver([CHAT], now=0.0)
    outbox.put(message(2), [CHAT])
    sent.broken = set()

    assert "it is down; 1 messages wait" in failure
    assert list(outbox.deliver([CHAT], now=FIRST_PAUSE_S)) == []
    assert sent == [("chat", "1"), ("chat", "2")]


def test_one_that_is_down_is_left_alone_longer_each_time(outbox, sent):
    sent.broken = {"chat"}
    outbox.put(message(1), [CHAT])

    attempts = [second for second in range(1000) if list(outbox.deliver([CHAT], now=float(second)))]

    assert attempts == [0, 60, 180, 420, 900]


def test_a_clock_that_was_ahead_makes_no_pause_longer(outbox, sent):
    sent.broken = {"chat"}
    outbox.put(message(1), [CHAT])
    assert list(outbox.deliver([CHAT], now=1e9))

    assert list(outbox.deliver([CHAT], now=0.0))
    assert not list(outbox.deliver([CHAT], now=1.0))


def test_one_that_is_down_delays_nobody_else(outbox, sent):
    sent.broken = {"chat"}
    outbox.put(message(1, "overdue"), [CHAT, DESK])

    assert len(list(outbox.deliver([CHAT, DESK]))) == 1
    assert sent == [("desk", "1")]


def test_a_receiver_gets_only_the_kinds_that_it_wants(outbox, sent):
    outbox.put(message(1, "gone"), [DESK])

    assert outbox.waiting("desk") == ()


def test_the_same_message_put_twice_is_sent_once(outbox, sent):
    outbox.put(message(1), [CHAT])
    outbox.put(message(1), [CHAT])
    list(outbox.deliver([CHAT]))

    assert sent == [("chat", "1")]


def test_a_message_survives_the_program(outbox, sent, tmp_path):
    outbox.put(message(1), [CHAT])

    list(Outbox(tmp_path / "outbox").deliver([CHAT]))
    assert sent == [("chat", "1")]


def test_a_real_receiver_that_is_away_is_told_in_one_sentence(outbox):
    with kept_port() as port:
        away = Webhook(name="away", url=f"http://127.0.0.1:{port}/", timeout_s=60.0)
        outbox.put(message(1), [away])
        (failure,) = outbox.deliver([away])

    assert failure.startswith("away: ")
    assert len(outbox.waiting("away")) == 1
