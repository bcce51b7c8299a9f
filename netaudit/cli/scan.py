"""netaudit scan: discover, identify, write an inventory."""

from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from netaudit.cli.asking import Asked, asking_options, request_of
from netaudit.cli.config import config_option
from netaudit.cli.options import (
    INTERRUPTED,
    beside,
    check_outputs,
    check_path,
    conclude,
    fingerprints_option,
    language_option,
    load,
    output_option,
    quiet_option,
    remark,
    verbose_option,
    write_outputs,
)
from netaudit.cli.resuming import continued
from netaudit.cli.stopping import stoppable
from netaudit.cli.storing import check_store, store_if_asked, store_options

if TYPE_CHECKING:
    from netaudit.runs import Prepared, Request

_STOPPING = "netaudit: stopping; what was learnt is kept (press again to leave at once)\n"


@click.command()
@asking_options
@click.option("--record", type=click.Path(dir_okay=False, path_type=Path), metavar="BUNDLE", help="Keep every reply.")
@click.option(
    "--resume",
    "resumed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="BUNDLE",
    help="Go on with the run of this bundle, which was killed or interrupted: docs/resume.md.",
)
@store_options
@output_option
@language_option
@config_option
@fingerprints_option
@quiet_option
@verbose_option
def scan(
    *,
    record: Path | None,
    resumed: Path | None,
    outputs: tuple[str, ...],
    directories: tuple[Path, ...],
    quiet: bool,
    verbose: bool,
    **asked: Unpack[Asked],
) -> int:
    """Discover the cameras in TARGETs, identify them, write an inventory.

    A TARGET is 10.0.0.0/24, 10.0.0.1-50, 10.0-3.1.7, a name, "local" (the attached networks) or "-" (stdin).

    \b
    Exit codes: 0 done; 2 wrong usage; 3 nothing could be scanned; 4 done, but incomplete; 130 interrupted.
    Example: netaudit scan 192.0.2.0/24 --exclude 192.0.2.10 -o table -o json=inventory.json --record evidence.bundle
    """
    pairs = check_outputs(outputs)
    if record:
        check_path(record)
    check_store()
    request = request_of(asked)
    if resumed:
        request = continued(request, resumed, record)
    return run_scan(request, pairs, directories, record, quiet=quiet, verbose=verbose, resumed=resumed)


def run_scan(
    request: "Request",
    outputs: tuple[tuple[str, Path | None], ...],
    directories: tuple[Path, ...],
    record: Path | None,
    *,
    quiet: bool,
    verbose: bool = False,
    resumed: Path | None = None,
) -> int:
    """Scan as asked, write the outputs, and tell by the exit code how it went."""
    from netaudit.cli.progress import Progress
    from netaudit.runs import prepare, scan

    own = load(directories) if directories else None  # a mistake in these is told before anything is sent
    with Progress(quiet=quiet) as progress, stoppable(_STOPPING) as stopped:
        prepared = prepare(request, progress=None if quiet else progress.show, stopped=stopped)
        if resumed:
            from netaudit.resume import resume

            prepared = resume(prepared, resumed)
        if not quiet:
            _announce(prepared, request)
        inventory = scan(prepared, own, record=record)
    from netaudit.inventory import document

    written = document(inventory)
    write_outputs(written, outputs, beside(outputs, directories))
    store_if_asked(written, resumed or record, quiet=quiet)
    code = conclude(inventory, quiet=quiet, verbose=verbose)
    return INTERRUPTED if any(gap.kind == "interrupted" for gap in inventory.coverage.gaps) else code


def _announce(prepared: "Prepared", request: "Request") -> None:
    """What is going to happen, before the first packet."""
    live = prepared.live
    names = ", ".join(dict.fromkeys(i.name for i in live.interfaces))
    rate = request.rate_pps or _profile_rate(request)
    excluded = f", {len(request.excluded)} exclusions" if request.excluded else ""
    if request.logins:
        remark("netaudit: logs in to the devices that the credentials are for: once each, and not again if refused")
    pace = f"at most {rate:g} packets a second" if live.channels else f"listens for {live.listen_s:g} s, sends nothing"
    remark(f"netaudit: {len(live.scope):,} addresses in scope{excluded}; {pace}; via {names}")


def _profile_rate(request: "Request") -> float:
    from netaudit.profiles import PROFILES

    return PROFILES[request.profile].rate_pps
