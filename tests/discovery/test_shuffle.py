from itertools import islice

from netaudit.discovery.shuffle import BATCH, shuffled


def test_nobody_is_lost_and_the_order_is_another():
    addresses = [f"10.0.{n // 256}.{n % 256}" for n in range(BATCH + 9)]
    mixed = list(shuffled(addresses))

    assert sorted(mixed) == sorted(addresses)
    assert mixed[:BATCH] != addresses[:BATCH]
    assert sorted(mixed[BATCH:]) == sorted(addresses[BATCH:])


def test_addresses_are_taken_batch_by_batch():
    endless = (str(n) for n in iter(int, 1))

    assert len(list(islice(shuffled(endless), 3))) == 3
