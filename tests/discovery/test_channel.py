"""One observation of a reply carries where it came from."""

import pytest
from support.reading import reply

from netaudit.discovery import CHANNELS
from netaudit.discovery.channel import observe


def test_observation_carries_what_the_reply_knew():
    heard = reply(b"x", "http", mac="44:19:b6:00:00:01", port=80, heard_at=3.0)
    (seen,) = observe(heard, "http.server", " App-webs/ ")

    assert (seen.channel, seen.field, seen.value) == ("http", "http.server", "App-webs/")
    assert (seen.address, seen.mac, seen.transport, seen.port, seen.seen_at, seen.reply) == (
        heard.address, heard.mac, "tcp", 80, 3.0, heard.digest,
    )  # fmt: skip


@pytest.mark.parametrize("value", [None, "", "  \r\n"])
def test_no_value_is_no_observation(value):
    assert list(observe(reply(b"x", "http"), "http.server", value)) == []


SENDING = [channel for channel in CHANNELS if channel.requests]


def test_what_sends_says_form_by_form_what():
    assert [c.name for c in CHANNELS if bool(c.sends) != bool(c.requests)] == []


@pytest.mark.parametrize("channel", SENDING, ids=lambda channel: channel.name)
def test_each_request_is_told_whole(channel):
    for request in channel.requests:
        assert all((request.what, request.to, request.when, request.source))
        assert request.transport in {"link", "udp", "tcp", "tls"}
        assert request.most >= 1
        assert request.transport == "tls" or isinstance(request.build(), bytes)


@pytest.mark.parametrize("channel", SENDING, ids=lambda channel: channel.name)
def test_datagrams_and_frames_are_never_empty(channel):
    assert all(request.build() for request in channel.requests if request.transport in {"link", "udp"})
