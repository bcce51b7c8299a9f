"""Reports: an inventory's document written in any output format, one file each, imported when it is used."""

from dataclasses import dataclass
from importlib import import_module
from typing import IO, Any, Final

from netaudit.inventory import Document


@dataclass(frozen=True, slots=True)
class Format:
    """One output format."""

    name: str  # as in `-o NAME`
    title: str  # one line for `netaudit report --formats`
    module: str  # where its `write(document, stream)` stands
    binary: bool = True  # whether the stream takes bytes
    is_text: bool = True  # whether a terminal can show it

    def write(self, document: Document, stream: IO[Any]) -> None:
        """Write the document to a stream of bytes, or of text where the format is not binary."""
        import_module(self.module).write(document, stream)


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
    )
}


def formats() -> list[Format]:
    """The output formats in the order in which they are listed."""
    return list(FORMATS.values())
