"""The figures are those of the last stored run of each site."""

import threading
from dataclasses import replace

from support.inventories import RUN, SMALL

from netaudit.history import History
from netaudit.inventory import document
from netaudit.tell.receivers import Webhook
from netaudit.watch.figures import figures_of, waiting_of
from netaudit.watch.rounds import Post
from netaudit.watch.settings import Site, Watch


def post(tmp_path):
    site = Site(name="Depot", targets=("10.0.0.0/24",), schedule="0 2 * * *", timezone="UTC")
    (tmp_path / "watch").mkdir()
    settings = Watch(
        site=(site,), history=str(tmp_path / "h.db"), state=str(tmp_path), tell=(Webhook(name="chat", url="https://x"),)
    )
    return Post(settings=settings, stopped=threading.Event())


def test_a_site_never_scanned_has_no_figures(tmp_path):
    assert figures_of(post(tmp_path)) == ()


def test_figures_are_those_of_the_last_run(tmp_path):
    here = post(tmp_path)
    with History(here.settings.history) as history:
        for number in (1, 2):
            run = replace(RUN, id=f"r{number}", site="Depot", started_at=RUN.started_at + number * 86_400)
            run = replace(run, finished_at=run.started_at + 7)
            history.add(document(replace(SMALL, run=run)))

    (found,) = figures_of(here)
    assert (found.site, found.duration_s) == ("Depot", 7.0)
    assert sum(found.devices.values()) == len(SMALL.assets)
    assert found.finished_at > RUN.finished_at + 86_400
    assert found.due_at is not None


def test_waiting_messages_are_counted(tmp_path):
    assert waiting_of(post(tmp_path)) == {"chat": 0}
