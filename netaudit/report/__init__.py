"""Reports: an inventory's document written in any output format, one file each, imported when it is used."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import IO, TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from netaudit.inventory import Surveyed


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What a history knows of one device. Times are RFC 3339 in UTC."""

    first_seen: str
    last_seen: str
    changes: tuple[tuple[str, str, str], ...] = ()  # (when, kind of change, how), the oldest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a report can show beside the inventory, and in which language."""

    language: str = "en"
    findings: bytes | None = None  # what `netaudit comply -o json` wrote
    progress: bytes | None = None  # what `netaudit history progress -o json` wrote
    titles: Mapping[str, str] = field(default_factory=dict)  # fingerprint -> what it means
    past: Mapping[str, Past] = field(default_factory=dict)  # id of an asset -> what became of it so far


NOTHING_BESIDE: Final = Beside()


@dataclass(frozen=True, slots=True)
class Format:
    """One output format."""

    name: str  # as in `-o NAME`
    title: str  # one line for `netaudit report --formats`
    module: str  # where its `write(document, stream)` stands
    binary: bool = True  # whether the stream takes bytes
    is_text: bool = True  # whether a terminal can show it
    takes_beside: bool = False  # whether it has a language, and room for findings

    def write(self, document: "Surveyed", stream: IO[Any], beside: Beside = NOTHING_BESIDE) -> None:
        """Write the document to a stream of bytes, or of text where the format is not binary.

        ValueError where what stands beside the document cannot be read, or belongs to another run.
        """
        write = import_module(self.module).write
        if self.takes_beside:
            write(document, stream, beside)
        else:
            write(document, stream)


FORMATS: Final = {
    form.name: form
    for form in (
        Format(
            "table",
            "what was found, what needs an eye, what could not be seen: for people",
            f"{__name__}.table",
            binary=False,
        ),
        Format(
            "json", "the whole inventory, as policies, comparisons and other programs read it", f"{__name__}.jsondoc"
        ),
        Format("jsonl", "one asset a line, for pipes and log collectors", f"{__name__}.jsonlines"),
        Format("csv", "one asset a row, for spreadsheets and asset registers", f"{__name__}.csvdoc"),
        Format(
            "xlsx",
            "a workbook: devices, what could not be seen, what failed, the run",
            f"{__name__}.xlsxdoc",
            is_text=False,
        ),
        Format(
            "html",
            "a page to open, print and forward: one file that asks nothing of any network",
            f"{__name__}.htmldoc",
            takes_beside=True,
        ),
    )
}


def formats() -> list[Format]:
    """The output formats in the order in which they are listed."""
    return list(FORMATS.values())
