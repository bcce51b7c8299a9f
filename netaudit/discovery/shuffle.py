"""The order in which addresses are asked: mixed, so that no switch port's devices are asked in a row."""

import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from math import gcd

_STEP = 0.618  # about the golden section: such steps around a circle come near no place soon again
BATCH = 256  # addresses that are mixed with each other; what is asked in a row stays near, and memory small


def shuffled(addresses: Iterable[str]) -> Iterator[str]:
    """The same addresses, mixed within each batch."""
    remaining = iter(addresses)
    while batch := list(islice(remaining, BATCH)):
        random.shuffle(batch)
        yield from batch


def strewn(addresses: Sequence[str], seed: int) -> list[str]:
    """The same addresses, each far from those before it; from the same seed in the same order.

    Quicker than to mix them, which of a /16 takes as long as to send a tenth of the requests.
    """
    count = len(addresses)
    step = max(1, int(count * _STEP) + seed % max(1, count // 64))
    while gcd(step, count) > 1:
        step += 1
    start = seed % max(1, count)
    return [addresses[number % count] for number in range(start, start + count * step, step)]
