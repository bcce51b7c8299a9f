from netaudit.discovery import CHANNELS
from netaudit.policy.words import OUTCOMES, SEVERITIES
from netaudit.report.htmldoc import labels
from netaudit.vocabulary import ATTRIBUTES, KINDS, STRENGTHS, VERDICTS


def test_every_word_of_the_closed_lists_has_its_label():
    assert set(labels.VERDICT_WORDS) == set(VERDICTS)
    assert set(labels.STRENGTH_WORDS) == set(STRENGTHS)
    assert set(labels.KIND_WORDS) == set(KINDS)
    assert set(labels.ATTRIBUTE_WORDS) == set(ATTRIBUTES)


def test_outcomes_and_severities_are_those_of_the_policies_in_their_order():
    assert labels.OUTCOMES == OUTCOMES
    assert set(labels.SEVERITY_WORDS) == set(SEVERITIES)


def test_every_channel_is_told_in_plain_words():
    missing = {channel.name for channel in CHANNELS} - set(labels.CHANNEL_WORDS)

    assert missing == set(), "say in netaudit/report/htmldoc/labels.py what this channel reads"
