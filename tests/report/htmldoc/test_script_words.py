import re

import pytest

from netaudit.report.htmldoc.languages import LANGUAGES, language
from netaudit.report.htmldoc.script_words import PAGE_WORDS, script_words
from netaudit.report.htmldoc.sealed import script

SAID = set(re.findall(r'say\("(\w+)"', script())) | set(re.findall(r"words\.page\.(\w+)", script()))
BY_NAME = {"previous", "next", "conflicts", "unseen", "certain", "tell_more", "findings", "site", "subnet", "need", "policies", "theme_auto", "theme_light", "theme_dark"}  # fmt: skip


def test_the_script_says_what_is_there_and_all_of_it():
    assert set(PAGE_WORDS) == SAID | BY_NAME


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_word_is_there_in_each_language(code):
    words = script_words(language(code), with_findings=True)

    assert all(words["page"].values())
    assert [set(re.findall(r"\{\w+\}", t)) for t in words["page"].values()] == [
        set(re.findall(r"\{\w+\}", t)) for t in PAGE_WORDS.values()
    ]


def test_without_findings_there_are_no_columns_for_them():
    columns = script_words(language("en"), with_findings=False)["columns"]

    assert {"standing", "deadline"} & set(columns) == set()
