"""The order in which addresses are asked: mixed, so that no switch port's devices are asked in a row."""

import random
from collections.abc import Iterable, Iterator
from itertools import islice

BATCH = 256  # addresses that are mixed with each other; what is asked in a row stays near, and memory small


def shuffled(addresses: Iterable[str]) -> Iterator[str]:
    """The same addresses, mixed within each batch."""
    remaining = iter(addresses)
    while batch := list(islice(remaining, BATCH)):
        random.shuffle(batch)
        yield from batch
