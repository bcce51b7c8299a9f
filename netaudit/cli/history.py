"""netaudit history: the stored runs, what became of each device, and how far a phase-out has come."""

from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from netaudit.cli.options import DONE, FOUND, INCOMPLETE, fingerprints_option, load, remark
from netaudit.cli.outputs import read_outputs, write_texts
from netaudit.cli.phaseout import progress
from netaudit.cli.sayings import facts, mark, merge, split, undo
from netaudit.cli.storing import device_of, history_option, open_history

if TYPE_CHECKING:
    from netaudit.history import History, Timeline, Tracked
    from netaudit.history.transfer import Taken
    from netaudit.inventory import Surveyed

A_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def history() -> None:
    """The stored runs: list them, compare them, and follow each device over time.

    A device keeps its id through new addresses, network cards and firmware. Nothing is ever overwritten; what an operator
    says is kept as a fact, and can be undone.

    \b
    Example: netaudit history progress --deadline 2027-06-30="UK sites" -o table -o svg=burn-down.svg
    """


for _command in (progress, merge, split, mark, undo, facts):
    history.add_command(_command)


@history.command("list")
@click.option("--site", metavar="NAME", help="Runs of this site only.")
@click.option("-o", "--output", "outputs", multiple=True, metavar="FORMAT[=FILE]", help="table or json.")
@history_option
def list_runs(site: str | None, outputs: tuple[str, ...], where: str | None) -> int:
    """List the stored runs."""
    pairs = read_outputs(outputs, ("table", "json"))
    with open_history(where) as opened:
        runs = opened.runs(site)

    def write(name: str, stream: TextIO) -> None:
        from netaudit.history import encode, table

        table.write_runs(runs, stream) if name == "table" else stream.write(encode(runs).decode())

    write_texts(pairs, write)
    return DONE


@history.command()
@click.argument("name", metavar="RUN|DEVICE")
@click.option("-o", "--output", "outputs", multiple=True, metavar="FORMAT[=FILE]", help="table or json.")
@history_option
def show(name: str, outputs: tuple[str, ...], where: str | None) -> int:
    """Show a stored run (its inventory), or what became of a device: by id, serial number, MAC or address.

    \b
    Example: netaudit history show latest -o json=inventory.json
    """
    pairs = read_outputs(outputs, ("table", "json"))
    with open_history(where) as opened:
        if _is_run(opened, name):
            document = opened.survey(opened.find(name).id)
            write_texts(pairs, lambda form, stream: _write_run(document, form, stream))
            return DONE
        timeline, device = device_of(opened, name)
    write_texts(pairs, lambda form, stream: _write_device(timeline, device, form, stream))
    return DONE


def _is_run(opened: "History", name: str) -> bool:
    return name.partition(":")[0] == "latest" or any(run.id.startswith(name) for run in opened.runs())


def _write_run(document: "Surveyed", form: str, stream: TextIO) -> None:
    from netaudit.inventory import encode_parts
    from netaudit.report import FORMATS

    if form == "table":
        FORMATS["table"].write(document, stream)
    else:
        stream.writelines(part.decode() for part in encode_parts(document, document.assets))


def _write_device(timeline: "Timeline", device: "Tracked", form: str, stream: TextIO) -> None:
    from netaudit.history import encode, table

    changes = [change for change in timeline.changes if change.device == device.id]
    if form == "table":
        table.write_device(device, changes, stream)
    else:
        stream.write(encode({"device": device, "changes": changes}).decode())


@history.command()
@click.argument("inventories", nargs=-1, required=True, type=A_FILE, metavar="INVENTORY...")
@click.option("--bundle", type=A_FILE, help="The recording of the run: it is kept too. With one inventory only.")
@history_option
def add(inventories: tuple[Path, ...], bundle: Path | None, where: str | None) -> int:
    """Store runs from INVENTORY files."""
    from netaudit.history import History
    from netaudit.inventory import survey

    if bundle and len(inventories) > 1:
        raise click.UsageError("--bundle: name one inventory, the one of this recording")
    with History(where) as opened:
        for path in inventories:
            document = survey(path)
            if bundle:
                _check_bundle(bundle, document.run.id)
            new = opened.add(document, bundle)
            remark(f"netaudit: {path}: {'stored as' if new else 'is there already:'} run {document.run.id}")
    return DONE


def _check_bundle(bundle: Path, run: str) -> None:
    from netaudit.records.bundle import read_bundle

    recorded = read_bundle(bundle).run.id
    if recorded != run:
        raise ValueError(f"{bundle}: it is the recording of run {recorded}, not of {run}: name the inventory's own")


@history.command()
@click.option(
    "--before", type=click.DateTime(["%Y-%m-%d"]), required=True, metavar="DATE", help="Runs before this day."
)
@click.option("--recordings", "only", is_flag=True, help="Drop their recordings only.")
@history_option
def prune(*, before: object, only: bool, where: str | None) -> int:
    """Drop evidence, problems and recordings of old runs. What was found, and every change, stays.

    \b
    Example: netaudit history prune --before 2026-01-01 --recordings
    """
    with open_history(where) as opened:
        runs, freed = opened.prune(f"{before:%Y-%m-%d}", recordings_only=only)
    what = "recordings" if only else "times and digests of evidence, problems and recordings"
    click.echo(f"dropped: {what} of {runs:,} runs; {freed:,} bytes of recordings")
    click.echo("kept: what each run found, and all that follows from it: changes, devices, progress")
    return DONE


@history.command()
@click.argument("file", type=A_FILE)
@click.option("--recordings", is_flag=True, help="With the recordings, in FILE.bundles.")
@click.option("--site", metavar="NAME", help="Runs of this site only.")
@history_option
def export(*, file: Path, recordings: bool, site: str | None, where: str | None) -> int:
    """Write the history to a FILE of its own, to be carried to another machine.

    \b
    Example: netaudit history export north.db --site north
    """
    from netaudit.history.transfer import export as write_out

    with open_history(where) as opened:
        runs = None if site is None else {run.id for run in opened.runs(site)}
        return _tell(write_out(opened, file, recordings=recordings, runs=runs), "written")


@history.command("import")
@click.argument("files", nargs=-1, required=True, type=A_FILE, metavar="FILE...")
@history_option
def import_files(files: tuple[Path, ...], where: str | None) -> int:
    """Take over what other histories have and this one has not. FILEs are exports, or copied histories.

    \b
    Example: netaudit history import north.db south.db
    """
    from netaudit.history import History
    from netaudit.history.transfer import read_in

    with History(where) as opened:
        return max(_tell(read_in(opened, file), f"taken from {file}") for file in files)


def _tell(taken: "Taken", what: str) -> int:
    click.echo(
        f"{what}: {taken.runs:,} runs ({taken.known:,} known before), {taken.readings:,} readings, {taken.facts:,} facts"
    )
    for words in taken.refused:
        remark(f"netaudit: {words}")
    return INCOMPLETE if taken.refused else DONE


@history.command()
@click.option("--run", "names", multiple=True, metavar="RUN", help="Only this run; may be repeated. Default: all.")
@fingerprints_option
@history_option
def reread(names: tuple[str, ...], directories: tuple[Path, ...], where: str | None) -> int:
    """Read the kept recordings with today's fingerprints: which verdicts are others now? No device is touched.

    What comes out is kept beside the run, which stays as it was. Exit code 1: some verdicts are others; 4: runs without a
    recording could not be read.

    \b
    Example: netaudit history reread --run latest
    """
    from netaudit.cli.rereading import reread_run

    library = load(directories)
    with open_history(where) as opened:
        runs = [opened.find(name) for name in names] or list(opened.runs())
        with_recording = [run for run in runs if run.bundle]
        changed = sum(reread_run(opened, run.id, library) for run in with_recording)
    for run in runs:
        if not run.bundle:
            remark(f"netaudit: run {run.id}: no recording is kept: `scan --record FILE --store` keeps one")
    click.echo(f"{len(with_recording):,} recordings read, {changed:,} devices with another verdict or name")
    return FOUND if changed else DONE if len(with_recording) == len(runs) else INCOMPLETE
