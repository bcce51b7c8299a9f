"""The burn-down as a picture: sound XML, with a title and a description, and nothing of what others wrote in it."""

from io import StringIO

from defusedxml import ElementTree
from history.test_progress import box, played, run

from netaudit.history import progress
from netaudit.history.picture import COLOURS, draw
from netaudit.history.progress import STATES
from netaudit.history.snapshots import given
from netaudit.history.timeline import reckon

NAMESPACE = "{http://www.w3.org/2000/svg}"


def drawn(found):
    stream = StringIO()
    draw(found, stream)
    return stream.getvalue(), ElementTree.fromstring(stream.getvalue())


def test_picture_says_what_it_shows():
    _, root = drawn(progress(played()[1], deadlines=[("law", "2027-06-30")]))

    assert root.get("role") == "img"
    assert root.find(f"{NAMESPACE}title").text.startswith("Phase-out of hikvision, dahua as of 2026-12-27")
    assert root.find(f"{NAMESPACE}desc").text.startswith("Of 356 devices: 3 found, 168 confirmed")
    assert [path.find(f"{NAMESPACE}title").text for path in root.findall(f"{NAMESPACE}path[@fill]")] == list(STATES)
    assert set(COLOURS) == set(STATES)


def test_deadline_stands_in_the_picture():
    text, _ = drawn(progress(played()[1], deadlines=[("<law>", "2027-06-30"), ("past", "2020-01-01")]))

    assert "&lt;law&gt;" in text
    assert text.count('class="deadline" d=') == 1


def test_areas_are_as_high_as_there_are_devices():
    found = progress(reckon(*given([run(1, box(1), box(2)), run(2, box(1), box(2))])))
    _, root = drawn(found)
    areas = {path.find(f"{NAMESPACE}title").text: path.get("d") for path in root.findall(f"{NAMESPACE}path[@fill]")}

    assert (
        areas["confirmed"]
        == "M56.0 56.0L776.0 56.0L776.0 56.0L776.0 56.0L776.0 356.0L776.0 356.0L776.0 356.0L56.0 356.0z"
    )


def test_empty_history_has_a_picture_too():
    text, _ = drawn(progress(reckon(*given(()))))

    assert "Of 0 devices" in text


def test_last_run_holds_until_the_day_of_the_picture():
    timeline = reckon(*given([run(1, box(1)), run(2, box(1))]))
    _, root = drawn(progress(timeline, as_of="2026-02-05"))
    confirmed = next(path for path in root.findall(f"{NAMESPACE}path[@fill]") if path[0].text == "confirmed")

    assert confirmed.get("d").startswith("M56.0 56.0L236.0 56.0L236.0 56.0L776.0 56.0")
