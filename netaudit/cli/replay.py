"""netaudit replay: the same inventory from recorded input, sending nothing."""

from pathlib import Path

import click

from netaudit.cli.options import (
    INCOMPLETE,
    check_outputs,
    fingerprints_option,
    load,
    output_option,
    quiet_option,
    remark,
    write_outputs,
)


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--from", "kind", type=click.Choice(["capture", "bundle"]), help="What the file is, if not as it looks.")
@output_option
@fingerprints_option
@quiet_option
def replay(
    files: tuple[Path, ...], kind: str | None, outputs: tuple[str, ...], directories: tuple[Path, ...], quiet: bool
) -> int:
    """Make the inventory of FILEs: captures (pcap, pcapng) or the bundle of a recorded scan. Nothing is sent.

    \b
    Exit codes: 0 done; 2 wrong usage or a file that cannot be read; 4 done, but a file was cut off.
    Example: netaudit replay evidence.bundle -o json=inventory.json
    """
    from netaudit.coverage import is_complete
    from netaudit.inventory import document
    from netaudit.runs import replay as replay_files
    from netaudit.vocabulary import GAPS

    pairs = check_outputs(outputs)
    inventory = replay_files(files, load(directories), kind=kind)
    write_outputs(document(inventory), pairs)
    for detail in sorted({gap.detail for gap in inventory.coverage.gaps if GAPS[gap.kind]}):
        remark(f"netaudit: {detail}", quiet=quiet)
    return 0 if is_complete(inventory.coverage) else INCOMPLETE
