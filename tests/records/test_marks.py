"""Marks in a bundle: passed over by a replay, and what a run that was killed is continued from."""

import pytest

from netaudit.model import ChannelReport, Gap, Problem, Reply, Run, Target
from netaudit.records.bundle import BundleWriter, continue_bundle, read_bundle, read_items
from netaudit.records.marks import Answered, Asked, Begun, Ended, Mark, Over, Resumed, Swept, as_if_uninterrupted

RUN = Run(id="r", feed="live", started_at=10.0, finished_at=20.0, targets=("10.0.0.0/24",), excluded=("10.0.0.9",))
REPLY = Reply(channel="http", transport="tcp", address="10.0.0.5", port=80, payload=b"\x00hi" * 99, heard_at=11.5)
MARKS = (
    Begun(stage="first", target=Target(address="10.0.0.5", ports=(80,), silent_ports=frozenset({8000}))),
    Asked(stage="first", address="10.0.0.5", port=80, digest="00", at=11.0),
    Answered(
        stage="first", address="10.0.0.5", step="exchange", status="ok", data=b"\xff", local=("10.0.0.1", 5), at=11.5
    ),
    Over(stage="first", address="10.0.0.5"),
    Swept(part="find", interface="eth0", seed=7, digest="00", answered=(3, 1), last="10.0.0.9"),
    Ended(part="find sadp eth0"),
)
STOPPED = Gap(kind="interrupted", detail="the run was interrupted: what it had not reached by then is missing")
ITEMS = (*MARKS[:3], REPLY, *MARKS[3:])


def written(path, items=ITEMS, *, finish=False):
    with BundleWriter(path, RUN, {"channels": "http"}) as writer:
        for item in items:
            writer.add(item)
        if finish:
            writer.finish(20.0)
    return path


def test_marks_are_read_as_they_were_written_and_passed_over_by_a_replay(tmp_path):
    path = written(tmp_path / "b", finish=True)

    assert tuple(read_items(path)) == ITEMS
    assert tuple(read_bundle(path).events) == (REPLY,)


def test_bundle_that_was_cut_at_any_byte_is_continued_as_one_valid_chain(tmp_path):
    whole = written(tmp_path / "whole").read_bytes()
    header = len(written(tmp_path / "header", ()).read_bytes())

    for size in range(header, len(whole) + 1, 7):
        path = tmp_path / "cut"
        path.write_bytes(whole[:size])
        before = tuple(read_items(path))
        with continue_bundle(path, 30.0) as writer:
            assert tuple(read_items(path)) == (*before, Resumed(at=30.0))
            writer.add(REPLY)
            writer.finish(40.0)
        recording = read_bundle(path)
        events = tuple(item for item in before if not isinstance(item, Mark))
        assert before == ITEMS[: len(before)]
        assert (recording.complete, tuple(recording.events)) == (True, (*events, REPLY))
        assert (recording.run.id, recording.run.finished_at, recording.settings) == ("r", 40.0, {"channels": "http"})
    assert [file.name for file in tmp_path.glob(".*")] == []


def test_interruption_is_no_more_once_the_run_was_continued(tmp_path):
    path = written(tmp_path / "b", (REPLY, STOPPED), finish=True)
    assert STOPPED in read_bundle(path).events
    with continue_bundle(path, 30.0) as writer:
        writer.finish(40.0)

    assert tuple(read_bundle(path).events) == (REPLY,)
    assert STOPPED not in read_items(path)


def test_run_that_was_interrupted_again_says_so(tmp_path):
    path = written(tmp_path / "b", (REPLY,), finish=True)
    with continue_bundle(path, 30.0) as writer:
        writer.add(STOPPED)
        writer.finish(40.0)

    assert tuple(read_bundle(path).events) == (REPLY, STOPPED)


@pytest.mark.parametrize(
    ("reason", "left"), [("eth0: interrupted", None), (None, None), ("eth0: heard 3, interrupted", "eth0: heard 3")]
)
def test_report_that_was_partial_by_the_interruption_only_is_whole(reason, left):
    kept = as_if_uninterrupted(ChannelReport(name="sadp", status="partial", reason=reason, sent=3))

    assert kept == ChannelReport(name="sadp", status="done", reason=left, sent=3)


@pytest.mark.parametrize(
    "event",
    [
        REPLY,
        Problem(stage="ask", channel="tcp", address="10.0.0.5", status="timeout"),
        Gap(kind="locked", detail="it is", address="10.0.0.5"),
        ChannelReport(name="sadp", status="partial", reason="Network is unreachable", sent=3),
    ],
)
def test_everything_else_stays(event):
    assert as_if_uninterrupted(event) == event
