import re

import pytest
from babel.messages.pofile import read_po
from support.catalogue import template, texts

from netaudit.report.htmldoc.languages import CATALOGUES, LANGUAGES, language

OTHERS = sorted(set(LANGUAGES) - {"en"})
HOW = (
    "a text of the report is missing in the catalogue: run `pytest --accept tests/report/htmldoc/test_languages.py`, "
    "which adds it, and translate it in netaudit/report/catalogues"
)
SAME_IN_BOTH = {
    "Interface", "MAC", "Verdict", "Services", "Sources", "Site", "probable", "possible", "Page {page} of {pages}",
}  # fmt: skip


def catalogue(code):
    with (CATALOGUES / f"{code}.po").open("rb") as file:
        return {_key(m.id): m.string for m in read_po(file, locale=LANGUAGES[code]) if m.id}


def _key(text):
    return tuple(text) if isinstance(text, (list, tuple)) else text


def each(text):
    return (text,) if isinstance(text, str) else tuple(text)


def places(text):
    return sorted(re.findall(r"\{\w*\}", text))


def test_the_template_for_translators_is_current(accept):
    path = CATALOGUES / "netaudit.pot"
    if accept:
        path.write_text(template())

    assert path.read_text() == template(), "run: pytest --accept tests/report/htmldoc/test_languages.py"


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_is_translated(code, accept):
    if accept:
        from support.catalogue import add_missing

        add_missing(CATALOGUES / f"{code}.po", LANGUAGES[code])
    translated, said = catalogue(code), texts()

    assert [text for text in said if not all(each(translated.get(text) or ""))] == [], HOW
    assert [text for text in translated if text not in said] == [], "nothing says this any more"


@pytest.mark.parametrize("code", OTHERS)
def test_every_translation_has_the_places_of_its_text(code):
    wrong = [
        text for text, said in catalogue(code).items() for one in each(said) if places(one) != places(each(text)[-1])
    ]

    assert wrong == []


@pytest.mark.parametrize("code", OTHERS)
def test_no_text_is_left_in_english(code):
    same = {text for text, said in catalogue(code).items() if text == said and re.search("[a-z]", text.lower())}

    assert same <= SAME_IN_BOTH


def test_numbers_are_written_as_in_canada():
    assert language("en").say("{n} of {share}", n=12345, share=0.5) == "12,345 of 50%"
    assert language("fr").number(12345) == "12\u00a0345"
    assert language("fr").percent(0.9731) == "97,3\u00a0%"


@pytest.mark.parametrize("code", LANGUAGES)
def test_nothing_is_quite_certain(code):
    assert "100" not in language(code).percent(1.0)


def test_french_counts_zero_as_one_and_never_breaks_before_a_colon():
    french = language("fr")

    assert french.many(0, "{number} device", "{number} devices") == "0 appareil"
    assert french.many(2, "{number} device", "{number} devices") == "2 appareils"
    assert french.say("Cure:") == "Remède\u00a0:"


def test_values_are_escaped_in_markup_and_braces_in_them_are_text():
    said = language("en").markup("Organisation: {name}.", name="<b>{name.__class__}</b>")

    assert said == "Organisation: &lt;b&gt;{name.__class__}&lt;/b&gt;."


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="one of en, fr"):
        language("de")
