import asyncio
import sys

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

    assert "Hikvision" in asyncio.run(ask())


def test_without_the_package_nobody_is_named(without_names, monkeypatch):
    monkeypatch.setitem(sys.modules, "aiooui", None)

    assert registrant("44:19:b6:00:00:01") is None
