"""The languages of the page: texts from gettext catalogues (netaudit/report/catalogues), numbers as the country has them.

English stands in the program and is the key; each other language is one .po file, which translators' tools open as it is.
"""

import gettext
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from markupsafe import Markup

CATALOGUES: Final = Path(__file__).parents[1] / "catalogues"
LANGUAGES: Final = {"en": "en_CA", "fr": "fr_CA"}
SHARE_FORMATS: Final = {"en": "#,##0.#%", "fr": "#,##0.#\u00a0%"}
TOP_CERTAINTY: Final = 0.999  # nothing is ever quite certain
NO_BREAK: Final = "\u00a0"


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its catalogue, and how its country writes numbers."""

    code: str
    locale: Locale
    catalogue: gettext.NullTranslations

    @property
    def tag(self) -> str:
        """The language as HTML names it (BCP 47): fr-CA."""
        return str(self.locale).replace("_", "-")

    def say(self, text: str, /, **values: object) -> str:
        """The text in this language with its values: whole numbers grouped, fractions as certainties."""
        return self._text(text).format(**self._written(values))

    def many(self, number: int, one: str, more: str, /, **values: object) -> str:
        """The one or the other text, as the language counts, with {number} and the other values."""
        text = self.catalogue.ngettext(one, more, number)
        return text.format(**self._written({"number": number, **values}))

    def markup(self, text: str, /, **values: object) -> Markup:
        """The text as HTML: it and its values escaped, except for values that are markup already."""
        return Markup.escape(self._text(text)).format(**self._written(values))

    def markup_many(self, number: int, one: str, more: str, /, **values: object) -> Markup:
        """`many` as HTML."""
        text = Markup.escape(self.catalogue.ngettext(one, more, number))
        return text.format(**self._written({"number": number, **values}))

    def percent(self, share: float, *, top: float = TOP_CERTAINTY) -> str:
        """A share as the country writes it, with one decimal where it has one."""
        return str(format_percent(min(share, top), format=SHARE_FORMATS[self.code], locale=self.locale))

    def number(self, number: int) -> str:
        """A whole number with its thousands apart."""
        return str(format_decimal(number, locale=self.locale))

    def decimal(self, number: float) -> str:
        """A number with at most one decimal."""
        return str(format_decimal(number, format="#,##0.#", locale=self.locale))

    def _text(self, text: str) -> str:
        return self.catalogue.gettext(text) if text else ""

    def _written(self, values: dict[str, object]) -> dict[str, object]:
        return {name: self._value(value) for name, value in values.items()}

    def _value(self, value: object) -> object:
        if isinstance(value, float):
            return self.percent(value)
        return self.number(value) if isinstance(value, int) else value


def language(code: str) -> Language:
    """The language of this code, one of LANGUAGES. ValueError on any other."""
    if code not in LANGUAGES:
        raise ValueError(f"language {code!r}: one of {', '.join(LANGUAGES)}")
    return Language(code, Locale.parse(LANGUAGES[code]), _catalogue(code))


def _catalogue(code: str) -> gettext.NullTranslations:
    if code == "en":
        return gettext.NullTranslations()
    with (CATALOGUES / f"{code}.po").open("rb") as file:
        catalogue = read_po(file, locale=LANGUAGES[code])
    for message in catalogue:
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        spaced = tuple(_spaced(str(string)) for string in strings)
        message.string = spaced if isinstance(message.id, tuple | list) else spaced[0]
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _spaced(text: str) -> str:
    """French sets a space before a colon and within its quotation marks, and no line may break there."""
    for mark in (" :", " »", " %"):
        text = text.replace(mark, NO_BREAK + mark[1:])
    return text.replace("« ", "«" + NO_BREAK)
