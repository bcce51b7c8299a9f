"""The options that say what is scanned, and the request that they make."""

import click
import pytest
from support.commands import run

from netaudit.cli.asking import Asked, asking_options, chosen_channels, read_lists, request_of
from netaudit.runs import ACTIVE, USUAL, Request


def asked(*words):
    """The request that these words of a command line make."""
    made = []

    @click.command()
    @asking_options
    def command(**given):
        made.append(request_of(given))

    command.main(words, standalone_mode=False)
    return made[0]


def test_without_options_a_request_is_the_usual_one():
    assert asked("10.0.0.9") == Request(targets=("10.0.0.9",))


def test_each_option_has_its_place_in_the_request():
    given = asked(
        "10.0.0.9", "--exclude", "10.0.0.1", "-i", "eth0", "--channels", "arp", "--profile", "standard", "--listen", "1",
        "--rate", "9", "--host-timeout", "3", "--quiet-hours", "08:00-09:00", "--once", "--site", "north", "--yes",
    )  # fmt: skip

    assert (given.excluded, given.interfaces, given.channels, given.profile) == (
        ("10.0.0.1",), ("eth0",), {"arp"}, "standard",
    )  # fmt: skip
    assert (given.listen_s, given.rate_pps, given.host_timeout_s, given.quiet_hours.spans) == (1, 9, 3, ((480, 540),))
    assert (given.again, given.site, given.confirmed, given.logins) == (False, "north", True, None)


def test_the_values_are_those_of_the_options():
    command = click.command()(asking_options(lambda **_: None))

    assert {parameter.name for parameter in command.params} == set(Asked.__annotations__)


def test_logins_cannot_be_tried_again_without_any():
    assert "--retry-logins: there are none without" in run("scan", "10.0.0.9", "--retry-logins").error


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        (None, set(USUAL)),
        ("arp, wsd", {"arp", "wsd"}),
        ("-tls,-rtsp", set(USUAL) - {"tls", "rtsp"}),
        ("arp,wsd,-wsd", {"arp"}),
        ("+sadp_raw", {*USUAL, "sadp_raw"}),
        ("+sadp_raw,-tls", {*USUAL, "sadp_raw"} - {"tls"}),
        ("arp,+sadp_raw", {"arp", "sadp_raw"}),
    ],
)
def test_channels_are_named_or_taken_away(text, chosen):
    assert chosen_channels(text) == chosen


def test_raw_sadp_is_asked_only_where_it_is_named():
    assert "sadp_raw" in ACTIVE
    assert "sadp_raw" not in USUAL


def test_comma_in_a_target_file_stays_part_of_its_word(tmp_path):
    (tmp_path / "x").write_text("10.0.0.1,5 10.0.0.9\n")

    assert read_lists((str(tmp_path / "x"),)) == ("10.0.0.1,5", "10.0.0.9")
