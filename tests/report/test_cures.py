from netaudit.report.cures import GAP_CURE_WORDS
from netaudit.vocabulary import GAPS


def test_every_gap_has_its_cure():
    assert set(GAPS) <= set(GAP_CURE_WORDS), "say in netaudit/report/cures.py what to do about this gap"


def test_a_cure_is_a_sentence():
    assert [cure for cure in GAP_CURE_WORDS.values() if not cure.endswith(".")] == []
