from dataclasses import replace

from support.inventories import DOUBTFUL, RECORDER, RELABEL, SMALL

from netaudit.inventory import document
from netaudit.model import Gap, Problem
from netaudit.report.advice import advice, around, unseen


def told(asset, function, **changes):
    doc = document(replace(SMALL, assets=(asset,), **changes))
    return list(function(around(doc), doc.assets[0]))


def test_a_locked_device_is_to_be_left_alone():
    said = told(DOUBTFUL, advice)

    assert [s for s in said if "leave it alone for half an hour" in s]
    assert not [s for s in said if "behind a login" in s]


def test_a_recording_is_to_be_followed_by_a_live_scan():
    said = told(RELABEL, advice, run=replace(SMALL.run, feed="capture"))

    assert said[0].startswith("Scan it live")


def test_what_failed_at_an_address_is_told_with_the_gaps():
    said = told(DOUBTFUL, unseen)

    assert said == [
        "Says that it is locked: it was left alone: the device says that it is locked",
        "http: login needed (login needed)",
    ]


def test_a_gap_that_names_device_and_address_is_told_once():
    gap = Gap(kind="recorder_children", asset="mac-7", address="10.0.0.7", detail="16 channels declared, 0 inspected")
    said = told(RECORDER, unseen, coverage=replace(SMALL.coverage, gaps=(gap,)))

    assert len(said) == 1


def test_every_sentence_can_be_said_otherwise():
    doc = document(SMALL)
    place = around(doc)
    said = [s for a in doc.assets for f in (advice, unseen) for s in f(place, a, lambda text, /, **_: f"«{text}»")]

    assert said
    assert [s for s in said if "«" not in s] == []


def test_devices_are_found_among_many_problems_by_address():
    problems = tuple(
        Problem(stage="ask", channel="http", address=f"10.0.0.{n}", status="timeout", detail="") for n in range(200)
    )

    assert told(RECORDER, unseen, problems=problems)[-1].startswith("http: no answer in time")
