"""What is told is a digest: capped, in order of urgency, with nothing in it that acts."""

from netaudit.tell.notices import MOST_LINES, Notice, gather


def message(*notices):
    return gather(site="Depot", at="2026-03-01T02:00:00Z", run="r1", notices=notices)


def test_nothing_to_tell_is_no_message():
    assert message() is None


def test_the_title_counts_urgent_kinds_first():
    found = message(
        Notice(kind="appeared", words="a"), Notice(kind="appeared", words="b"), Notice(kind="overdue", words="c")
    )

    assert found.title == "netaudit: Depot: 1 device overdue, 2 new devices"


def test_a_notice_that_comes_twice_is_told_once():
    assert message(Notice(kind="gone", words="a"), Notice(kind="gone", words="a")).counts == {"gone": 1}


def test_a_flood_is_cut_and_says_how_much_is_left_out():
    text = message(*(Notice(kind="appeared", words=f"device {n}") for n in range(1000))).text

    assert text.count("\n- new device: ") == MOST_LINES
    assert f"and {1000 - MOST_LINES} more: netaudit history show r1" in text


def test_text_of_a_device_does_not_act():
    found = message(Notice(kind="changed", words="cam\x1b[2J\r\nBcc: x@example.org \u202e" + "A" * 70_000))

    assert "\x1b" not in found.text
    assert "\u202e" not in found.text
    assert not any(line.startswith("Bcc") for line in found.text.splitlines())
    assert len(found.text) < 1000


def test_the_site_of_a_message_does_not_act_in_its_title():
    found = gather(site="x\r\nBcc: y", at="", run="r", notices=[Notice(kind="gone", words="a")])

    assert "\n" not in found.title
    assert "\r" not in found.title
