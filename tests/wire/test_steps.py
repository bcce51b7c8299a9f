from typing import get_args

from netaudit.wire.steps import STEPS, Outcome, Step


def test_every_kind_of_step_is_listed():
    assert set(get_args(Step)) == set(STEPS)


def test_what_nobody_waited_for_went_well():
    assert (Outcome().status, Outcome().data) == ("ok", b"")
