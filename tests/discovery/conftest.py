"""Fixtures of the tests of live runs."""

import pytest
from support.staging import Stage


@pytest.fixture
def stage(monkeypatch):
    """Channels that do as the test says, and visits that are only noted."""
    return Stage(monkeypatch)
