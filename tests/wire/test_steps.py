from typing import get_args

from netaudit.vocabulary import STATUSES
from netaudit.wire.steps import STEPS, Outcome, Step
from netaudit.wire.talk import status_of


def test_every_kind_of_step_is_listed():
    assert set(get_args(Step)) == set(STEPS)


def test_what_nobody_waited_for_went_well():
    assert (Outcome().status, Outcome().data) == ("ok", b"")


def test_every_error_of_the_system_has_a_word_of_the_vocabulary():
    assert {status_of(code) for code in range(200)} <= STATUSES
