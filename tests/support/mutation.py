"""Samples, and what noise, cuts and malice make of them."""

from hypothesis import strategies as st
from support.reading import reply

PIECES = st.sampled_from(
    [b"<", b">", b"&", b"</a>", b'"', b"{", b"}", b":", b"\0", b"\xff", b"\xc0\x0c", b"\r\n", b"9" * 30]
)
EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=8) | PIECES), max_size=5)


@st.composite
def mutated(draw, *samples):
    """Bytes: any at all, a sample, or a sample with pieces cut out and put in."""
    payload = draw(st.sampled_from(samples) | st.binary(max_size=300))
    for place, length, inserted in draw(EDITS):
        at = int(place * len(payload))
        payload = payload[:at] + inserted + payload[at + length :]
    return payload


def read_or_refused(channel, payload, **rest):
    """What a channel reads from bytes that it may refuse, with a reason and in no other way."""
    try:
        return list(channel.read(reply(payload, channel.name, **rest)))
    except ValueError as error:
        if not str(error):
            raise
        return []
