from itertools import islice, pairwise

import pytest

from netaudit.discovery.shuffle import BATCH, shuffled, strewn


def test_nobody_is_lost_and_the_order_is_another():
    addresses = [f"10.0.{n // 256}.{n % 256}" for n in range(BATCH + 9)]
    mixed = list(shuffled(addresses))

    assert sorted(mixed) == sorted(addresses)
    assert mixed[:BATCH] != addresses[:BATCH]
    assert sorted(mixed[BATCH:]) == sorted(addresses[BATCH:])


def test_addresses_are_taken_batch_by_batch():
    endless = (str(n) for n in iter(int, 1))

    assert len(list(islice(shuffled(endless), 3))) == 3


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 12, 253, 254, 4094, 65_533])
@pytest.mark.parametrize("seed", [0, 1, 2**31 + 7])
def test_strewn_addresses_are_all_there_and_the_same_again_from_the_same_seed(count, seed):
    addresses = [str(number) for number in range(count)]
    order = strewn(addresses, seed)

    assert sorted(order) == sorted(addresses)
    assert order == strewn(addresses, seed)
    assert count < 7 or order != strewn(addresses, seed + 1)


@pytest.mark.parametrize("seed", [0, 3, 999_999_999])
@pytest.mark.parametrize("count", [254, 65_534])
def test_strewn_neighbours_are_not_asked_soon_after_each_other(count, seed):
    """48 devices on one switch have addresses in a row: in any 16 requests few of them are asked."""
    order = [int(a) for a in strewn([str(number) for number in range(count)], seed)]
    crowds = [
        sum(0 <= n - first < 48 for n in order[at : at + 16]) for at in range(0, count - 16, 7) for first in (0, 100)
    ]

    assert max(crowds) <= 6
    assert min(abs(a - b) for a, b in pairwise(order)) > 16
