"""The README that each folder of tests/captures has: what is tested, and where every value comes from."""

from pathlib import Path

from support.origin import OWN_DEVICES, Recorded, read_origin

SECTIONS = ("## What it shows", "## Where every value comes from")
UNWRITTEN = "TO BE WRITTEN"


def write_skeleton(folder: Path) -> None:
    """A README to be completed by hand, unless there is one."""
    path = folder / "README.md"
    if path.exists():
        return
    shows, comes_from = SECTIONS
    devices = "\n".join(_line(folder, recorded) for recorded in read_origin(folder).device)
    path.write_text(
        f"# {folder.name}\n\n{shows}\n\n{UNWRITTEN}.\n\n{comes_from}\n\n"
        "Recorded by `support.recording` (see [docs/captures.md](/docs/captures.md)) from [origin.toml](origin.toml), "
        "in network namespaces.\n"
        f"{devices}\n"
    )


def faults(folder: Path) -> list[str]:
    """What a folder's README lacks."""
    path = folder / "README.md"
    if not path.is_file():
        return [f"{folder.name}: has no README.md"]
    text = path.read_text()
    wanted = [*SECTIONS, *(f"`{recorded.name}`" for recorded in read_origin(folder).device)]
    lacking = [f"{folder.name}: the README does not say {words!r}" for words in wanted if words not in text]
    empty = [f"{folder.name}: nothing stands under {section!r}" for section in SECTIONS if not _content(text, section)]
    return [*lacking, *empty, *([f"{folder.name}: the README is a skeleton"] if UNWRITTEN in text else [])]


def _content(text: str, section: str) -> str:
    return text.partition(section)[2].partition("\n## ")[0].strip()


def _line(folder: Path, recorded: Recorded) -> str:
    if recorded.program:
        return f"- `{recorded.name}` at {recorded.address}: {UNWRITTEN} (program, version)."
    own = Path(OWN_DEVICES, f"{recorded.name}.toml")
    file = f"{own}" if (folder / own).exists() else f"/netaudit/demo/devices/{own.name}"
    return f"- `{recorded.name}` at {recorded.address}: the emulated device [{own.name}]({file})."
