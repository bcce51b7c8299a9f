"""Lets checks that several live tests share say what they compared."""

import pytest

pytest.register_assert_rewrite("support.fleet_checks")
