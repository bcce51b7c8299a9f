"""What the page's script says, in the page's language. It holds no text of its own."""

from typing import Any, Final

from netaudit.report.htmldoc.labels import (
    CHANNEL_WORDS,
    COLUMN_WORDS,
    KIND_WORDS,
    NEED_WORDS,
    OUTCOME_WORDS,
    STRENGTH_WORDS,
    VERDICT_WORDS,
)
from netaudit.report.htmldoc.languages import Language
from netaudit.report.words import KIND_WORDS as ONE_KIND_WORDS

PAGE_WORDS: Final = {
    "none": "none",
    "no_match": "No device fits these filters.",
    "clear": "Clear all filters",
    "remove": "Remove the filter {name}",
    "copied": "The link is in the clipboard.",
    "not_copied": "The link stands in the address bar.",
    "previous": "Previous",
    "next": "Next",
    "page": "Page {page} of {pages}",
    "of_list": "Device {place} of {number}",
    "back": "Back to the table",
    "unknown_device": "This report holds no device with the id {id}.",
    "facts": "What is known",
    "not_known": "not known",
    "id": "Id in the inventory",
    "registered": "Hardware address registered to",
    "evidence_none": "Nothing that it said points to a maker.",
    "says": "It speaks for: {what}.",
    "says_nothing": "Many makers have it: it proves nothing by itself.",
    "heard": "Heard over {channel}, {time}",
    "fingerprint": "Fingerprint",
    "reply": "Reply",
    "reply_none": "not kept",
    "conflicts": "What does not fit together",
    "unseen": "What could not be seen of it",
    "certain": "What would make it certain",
    "tell_more": "What would tell more",
    "findings": "Under policies",
    "past": "Over time",
    "seen": "First seen {first}, last seen {last}.",
    "missing": "Missing",
    "by": "by {date}",
    "children": "Cameras behind it",
    "children_counted": "{declared} declared, {inspected} inspected",
    "explain": "The same on the command line, down to the bytes",
    "theme_auto": "Colours: as the system",
    "theme_light": "Colours: light",
    "theme_dark": "Colours: dark",
    "site": "Site",
    "subnet": "Subnet",
    "need": "To look at",
    "policies": "Policy",
    "columns": "Columns",
    "shown": "{shown} of {all} devices",
}


def script_words(language: Language, *, with_findings: bool) -> dict[str, Any]:
    """The texts and names that the script shows."""
    say, unknown = language.say, PAGE_WORDS["not_known"]

    def named(words: dict[str, str]) -> dict[str, str]:
        return {name: say(text) for name, text in words.items()}

    columns = named(COLUMN_WORDS)
    if not with_findings:
        columns = {name: text for name, text in columns.items() if name not in {"standing", "deadline"}}
    return {
        "language": language.tag,
        "page": {name: language.catalogue.gettext(text) for name, text in PAGE_WORDS.items()},
        "devices": [language.catalogue.ngettext("{number} device", "{number} devices", number) for number in (1, 2)],
        "columns": columns,
        "kinds": named(KIND_WORDS),
        "kind": {**named(ONE_KIND_WORDS), "unknown": say(unknown)},
        "verdicts": named(VERDICT_WORDS),
        "strengths": named(STRENGTH_WORDS),
        "needs": named(NEED_WORDS),
        "outcomes": named(OUTCOME_WORDS),
        "channels": named(CHANNEL_WORDS),
    }
