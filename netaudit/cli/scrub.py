"""netaudit scrub: a bundle or capture without what names devices, places and people."""

from pathlib import Path

import click

from netaudit.cli.options import check_path, load, one_line, quiet_option, remark

A_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=A_FILE)
@click.option("-o", "--output", "out", type=A_FILE, help="Where the copy is written.  [default: FILE.scrubbed.…]")
@click.option(
    "--key", type=A_FILE, help="A file of 16 secret bytes or more: the same names in every file scrubbed with it."
)
@quiet_option
def scrub(*, file: Path, out: Path | None, key: Path | None, quiet: bool) -> int:
    """Write a copy of FILE, a bundle or a capture, without what names its devices, so that it can be shared.

    Serial numbers, hardware addresses, names and public addresses are replaced, each by the same wherever it stands;
    makers, models and firmware stay. What it cannot do is said on stderr.

    \b
    Exit codes: 0 done; 2 wrong usage or a file that cannot be read.
    Example: netaudit scrub evidence.bundle -o shared.bundle
    """
    from netaudit.scrubbing.scrub import read_key
    from netaudit.scrubbing.scrub import scrub as scrub_file

    target = check_path(out or default_output(file))
    if target.exists() and file.exists() and target.samefile(file):
        raise click.UsageError(f"{target}: is the file itself: give another one with -o")
    done = scrub_file(file, target, read_key(key), load(()))
    counts = ", ".join(f"{count} {what}" for what, count in done.counts.items() if count)
    remark(f"netaudit: {one_line(str(target))}: replaced {counts or 'nothing'}", quiet=quiet)
    for sentence in done.remarks:
        remark(f"netaudit: {one_line(sentence)}", quiet=quiet)
    return 0


def default_output(file: Path) -> Path:
    """Beside the file: evidence.bundle -> evidence.scrubbed.bundle; a copy of a capture is pcapng."""
    stem, _, suffix = file.name.partition(".")
    kind = suffix if "pcap" not in suffix else "pcapng.gz" if suffix.endswith(".gz") else "pcapng"
    return file.with_name(f"{stem}.scrubbed{'.' if kind else ''}{kind}")
