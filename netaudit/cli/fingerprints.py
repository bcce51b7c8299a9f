"""netaudit fingerprints: list, show and test what is shipped and what the user added; draft new ones."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from netaudit.cli.options import fingerprints_option, load

if TYPE_CHECKING:
    from netaudit.identify.fingerprints import Fingerprint, Library
    from netaudit.identify.names import BrandEntry, Maker, Names
    from netaudit.model import Device, Inventory


@click.group()
def fingerprints() -> None:
    """The fingerprints by which devices are identified.

    \b
    Example: netaudit fingerprints test --fingerprints my-fingerprints/
    """


@fingerprints.command("list")
@click.argument("field", required=False)
@fingerprints_option
def list_all(field: str | None, directories: tuple[Path, ...]) -> int:
    """List all fingerprints, or those of one FIELD; those of your own are marked."""
    library = load(directories)
    for fingerprint in library.fingerprints:
        if field in {None, *fingerprint.fields}:
            click.echo(
                f"{fingerprint.id:<44} {fingerprint.strength:<7} {fingerprint.title}{_whose(fingerprint, library)}"
            )
    return 0


@fingerprints.command()
@click.argument("name")
@fingerprints_option
def show(name: str, directories: tuple[Path, ...]) -> int:
    """Show one fingerprint, or what a brand alone says (brand:NAME): what it asserts, its sources."""
    from netaudit.identify.match import BRAND_MARK

    library = load(directories)
    if name.startswith(BRAND_MARK):
        return _tell_brand(name.removeprefix(BRAND_MARK), library.names)
    for fingerprint in library.fingerprints:
        if fingerprint.id == name:
            for key, value in _lines(fingerprint, library):
                click.echo(f"{key:<9} {value}")
            return 0
    raise click.UsageError(f"{name}: no fingerprint of this id: `netaudit fingerprints list` names all")


@fingerprints.command()
@click.argument("name", required=False)
@fingerprints_option
def brands(name: str | None, directories: tuple[Path, ...]) -> int:
    """List the brands with who makes what they sell, or tell all of one, by its NAME.

    \b
    Example: netaudit fingerprints brands annke
    """
    names = load(directories).names
    if name is not None:
        return _tell_brand(name, names)
    for brand in sorted(names.brands.values(), key=lambda brand: brand.id.casefold()):
        click.echo(f"{brand.id:<26} {'; '.join(_maker(maker, names) for maker in brand.makers) or 'not known'}")
    return 0


@fingerprints.command()
@click.argument("source", required=False, metavar="[FILE|DIR]", type=click.Path(exists=True, path_type=Path))
@fingerprints_option
def test(source: Path | None, directories: tuple[Path, ...]) -> int:
    """Run the examples of all fingerprints, or of one FILE or DIR.

    Exit code 1 where an example does not hold.
    """
    from netaudit.identify.examples import failures

    library = load((*directories, source) if source else directories)
    tested = [f for f in library.fingerprints if not source or f.layer == len(directories) + 1]
    broken = list(failures(library, tested))
    for line in broken:
        click.echo(line)
    click.echo(f"{len(tested)} fingerprints, {len(broken)} examples that do not hold")
    return 1 if broken else 0


@fingerprints.command()
@click.argument("recording", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("device")
@click.option(
    "-o", "--output", "output", type=click.Path(path_type=Path), metavar="FILE", help="Write to a new file, not stdout."
)
@fingerprints_option
def new(recording: Path, device: str, output: Path | None, directories: tuple[Path, ...]) -> int:
    """Draft fingerprints of an unknown DEVICE from a RECORDING of it.

    DEVICE is its id, an address or a MAC; RECORDING is a capture or a bundle. What identifies the device best, and is
    not known yet, is written as TOML; who made the device, and what others write almost alike, are yours to fill in.

    \b
    Example: netaudit fingerprints new unknown.pcap 192.0.2.17 -o mine/acme.toml
    """
    from netaudit.identify.draft import draft
    from netaudit.inventory import stamp
    from netaudit.runs import replay

    library = load(directories)
    inventory = replay((recording,), library)
    day = stamp(inventory.run.started_at).partition("T")[0]
    text = draft(_found(inventory, device), library, f"capture {recording.name}, {day}")
    if output is None:
        click.echo(text, nl=False)
        return 0
    with output.open("x", encoding="utf-8") as file:  # a draft that somebody has completed is never overwritten
        file.write(text)
    return 0


def _found(inventory: "Inventory", name: str) -> "Device":
    """The one device of this id, address or hardware address."""
    wanted = name.lower().replace("-", ":")
    devices = [asset.device for asset in inventory.assets]
    found = [d for d in devices if name == d.id or wanted in d.addresses or wanted in d.macs]
    if not found:
        raise ValueError(
            f"{name}: no device of this id, address or MAC is in the recording: `netaudit replay` lists all"
        )
    if len(found) > 1:
        raise ValueError(f"{name}: {len(found)} devices have it: name one by its id: {', '.join(d.id for d in found)}")
    return found[0]


def _whose(fingerprint: "Fingerprint", library: "Library") -> str:
    if not fingerprint.layer:
        return ""
    return " (yours, in place of the one shipped)" if fingerprint.id in library.overridden else " (yours)"


def _tell_brand(name: str, names: "Names") -> int:
    from netaudit.identify.names import plain

    found = names.brands.get(names.brand_aliases.get(plain(name), ""))
    if found is None:
        raise click.UsageError(f"{name}: no such brand: `netaudit fingerprints brands` names all")
    for key, value in _brand_lines(found, names):
        click.echo(f"{key:<9} {value}")
    return 0


def _maker(maker: "Maker", names: "Names") -> str:
    period = f", {maker.period}" if maker.period else ""
    return f"{names.families[maker.family]} ({maker.relation}, {maker.sure}{period})"


def _brand_lines(brand: "BrandEntry", names: "Names") -> Iterator[tuple[str, str]]:
    yield "brand", brand.id
    yield from (("also", alias) for alias in brand.aliases)
    for maker in brand.makers:
        yield "made by", _maker(maker, names) + (f": {maker.lines}" if maker.lines else "")
    yield from [("note", brand.note)] if brand.note else []
    alone = f"a weak hint at {names.families[brand.lead.family]}" if brand.lead else "says nothing of the maker"
    yield "alone", alone
    yield from (("source", source) for source in brand.sources)


def _lines(fingerprint: "Fingerprint", library: "Library") -> Iterator[tuple[str, str]]:
    yield "id", fingerprint.id
    yield "title", fingerprint.title
    yield "fields", ", ".join(fingerprint.fields)
    yield from [("pattern", fingerprint.pattern)] if fingerprint.pattern else []
    yield from [("prefixes", ", ".join(fingerprint.prefixes))] if fingerprint.prefixes else []
    yield "asserts", ", ".join(f"{attribute} = {value}" for attribute, value in fingerprint.asserts)
    yield "strength", fingerprint.strength
    yield from (("source", source) for source in fingerprint.sources)
    yield from (("matches", example.text) for example in fingerprint.matches)
    yield from (("rejects", f"{miss.text} ({miss.why})") for miss in fingerprint.rejects)
    yield "file", fingerprint.path + _whose(fingerprint, library)
