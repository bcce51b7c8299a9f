"""One observation of a reply carries where it came from."""

import pytest
from support.reading import reply

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
