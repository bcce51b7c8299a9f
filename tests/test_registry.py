import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from netaudit import registry
from netaudit.registry import registrant


@pytest.fixture
def without_names():
    registry._names.cache_clear()
    yield
    registry._names.cache_clear()


@pytest.mark.parametrize(
    ("mac", "expected"),
    [
        ("44:19:b6:00:00:01", "Hangzhou Hikvision Digital Technology Co.,Ltd."),
        ("46:19:b6:00:00:01", None),  # locally administered
        ("45:19:b6:00:00:01", None),  # a group
        ("70:b3:d5:00:00:01", None),  # given away in smaller blocks
        ("nonsense", None),
        ("", None),
    ],
)
def test_address_has_the_name_of_its_registrant(mac, expected):
    assert registrant(mac) == expected


def test_registry_is_found_inside_a_running_loop_too(without_names):
    async def ask():
        return registrant("44:19:b6:00:00:01")

    with ThreadPoolExecutor(1) as pool:  # a thread of its own: browsers of other tests may have a loop in this one
        found = pool.submit(lambda: asyncio.run(ask())).result()

    assert "Hikvision" in found


def test_without_the_package_nobody_is_named(without_names, monkeypatch):
    monkeypatch.setitem(sys.modules, "aiooui", None)

    assert registrant("44:19:b6:00:00:01") is None
