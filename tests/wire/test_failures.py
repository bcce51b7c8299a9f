import errno

import pytest

from netaudit.vocabulary import STATUSES
from netaudit.wire.failures import status_of, told


def test_every_error_of_the_system_has_a_word_of_the_vocabulary():
    assert {status_of(code) for code in range(200)} <= STATUSES


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.ECONNREFUSED, "ECONNREFUSED"), (errno.EMFILE, "EMFILE on this machine"), (9999, "9999")],
)
def test_an_error_is_told_by_its_name_and_whose_it_is(code, words):
    assert told(code) == words
