"""Twelve months of an estate of 500 devices under the watch: every change is told once, by mail of the month it is in."""

import threading
from collections import Counter
from datetime import timedelta

from support.estate import DROPPED_MONTH, VLANS, play

from netaudit.tell import outbox as outbox_module
from netaudit.tell.receivers import Webhook
from netaudit.watch.memory import moment
from netaudit.watch.rounds import COMPLETE, Post, run_due
from netaudit.watch.settings import Site, Watch


def test_a_year_of_an_estate_is_told_once_and_rightly(tmp_path, monkeypatch):
    estate, documents = play()
    runs = {site: iter([d for d in documents if d.run.site == site]) for site in VLANS}
    told = []
    monkeypatch.setattr(
        outbox_module, "send",
        lambda _, message: told.extend((message.run, notice.kind, notice.asset) for notice in message.notices),
    )  # fmt: skip
    settings = Watch(
        site=tuple(Site(name=site, targets=("10.0.0.0/8",), schedule="0 2 1 * *") for site in VLANS),
        tell=(Webhook(name="chat", url="https://chat.example.org"),),
        history=str(tmp_path / "history.db"), state=str(tmp_path),
    )  # fmt: skip
    post = Post(settings=settings, stopped=threading.Event(), scan=lambda site, *_: (next(runs[site.name]), True))
    now = moment()
    run_due(post, now=now)
    went = [run_due(post, now=now + timedelta(days=32 * month)) for month in range(1, 13)]

    assert went == [COMPLETE] * 12
    month_of = {document.run.id: number // len(VLANS) for number, document in enumerate(documents)}
    devices = [(month_of[run], kind, asset) for run, kind, asset in told if asset]
    names = {"returned": "appeared", "joined": "changed"}
    assert Counter(devices) == Counter((month, names.get(kind, kind), device) for month, kind, device in estate.truth)
    lost = {month_of[run] for run, kind, asset in told if kind == "coverage_lost"}
    assert DROPPED_MONTH in lost
