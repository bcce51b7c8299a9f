"""netaudit replay: the same inventory from recorded input, sending nothing."""

from pathlib import Path

import click

from netaudit.cli.options import (
    beside,
    check_outputs,
    conclude,
    fingerprints_option,
    language_option,
    load,
    output_option,
    quiet_option,
    verbose_option,
    write_outputs,
)
from netaudit.cli.storing import check_store, store_if_asked, store_options


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--from", "kind", type=click.Choice(["capture", "bundle", "nmap"]), help="What the file is, if not as it looks."
)
@store_options
@output_option
@language_option
@fingerprints_option
@quiet_option
@verbose_option
def replay(
    *,
    files: tuple[Path, ...],
    kind: str | None,
    outputs: tuple[str, ...],
    directories: tuple[Path, ...],
    quiet: bool,
    verbose: bool,
) -> int:
    """Make the inventory of FILEs: captures (pcap, pcapng), the bundle of a recorded scan, or what `nmap -oX` wrote.

    Nothing is sent.

    \b
    Exit codes: 0 done; 2 wrong usage or a file that cannot be read; 3 nothing in it could be read; 4 done, but a file
    was cut off, or the recorded scan was incomplete; 130 interrupted.
    Example: netaudit replay evidence.bundle -o json=inventory.json
    """
    from netaudit.recorded import Recorded, replay_recorded

    with Recorded(files, kind) as recorded:  # what needs time to load is loaded while it is read
        pairs = check_outputs(outputs)
        check_store()
        from netaudit.inventory import document

        inventory = replay_recorded(recorded, load(directories))
    found = document(inventory)
    write_outputs(found, pairs, beside(pairs, directories))
    store_if_asked(found, files[0] if inventory.run.feed == "live" else None, quiet=quiet)
    return conclude(inventory, quiet=quiet, verbose=verbose)
