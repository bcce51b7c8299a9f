"""Replies for reader tests, and what a channel reads from them as (field, value) pairs."""

from netaudit.model import Reply


def reply(payload, channel="", transport="tcp", **rest):
    content = payload.encode() if isinstance(payload, str) else payload
    return Reply(channel=channel, transport=transport, address="192.0.2.7", payload=content, **rest)


def read(channel, payload, **rest):
    """The observations that this channel reads, in order."""
    return list(channel.read(reply(payload, channel.name, **rest)))


def pairs(channel, payload, **rest):
    """What this channel reads, in order."""
    return [(o.field, o.value) for o in read(channel, payload, **rest)]


def children(channel, payload, **rest):
    """What this channel reads of the devices within the one that replied."""
    return [(o.part, o.field, o.value) for o in read(channel, payload, **rest) if o.part]


def values(channel, field, payload, **rest):
    """The values that this channel reads for one field."""
    return [value for name, value in pairs(channel, payload, **rest) if name == field]
