"""netaudit scan: discover, identify, write an inventory."""

import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from netaudit.cli.config import config_option, of_config
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
from netaudit.cli.storing import check_store, store_if_asked, store_options

if TYPE_CHECKING:
    from netaudit.credentials import Credentials
    from netaudit.discovery.login.lockout import Guard
    from netaudit.runs import Prepared, Request


@click.command()
@click.argument("targets", nargs=-1, metavar="TARGET...")
@click.option("-iL", "target_files", multiple=True, metavar="FILE", help="Read targets from a file (- for stdin).")
@click.option("--exclude", multiple=True, metavar="TARGET", help="Never touch these; wins over everything.")
@click.option("--exclude-file", multiple=True, metavar="FILE", help="The same, from a file (- for stdin).")
@click.option(
    "-i", "--interface", "interfaces", multiple=True, metavar="IFACE", help="Use this interface. Default: all."
)
@click.option(
    "--channels", metavar="a,b,-c,+d", help="Ask only these channels; or the usual ones, without some, with others."
)
@click.option("--profile", type=click.Choice(["passive", "gentle", "standard"]), default="gentle", show_default=True)
@click.option(
    "--listen",
    "listen_s",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help="Hear what others send for so long. Default: 5; 300 with the passive profile, which sends nothing.",
)
@click.option("--rate", "rate_pps", type=click.FloatRange(min=1), metavar="PPS", help="Packets and connects a second.")
@click.option(
    "--host-timeout", type=click.FloatRange(min=0, min_open=True), metavar="S", help="End a device's visit after this."
)
@click.option(
    "--quiet-hours", metavar="HH:MM-HH:MM", help="Send nothing at these times of the day: the scan ends there."
)
@click.option("--once", is_flag=True, help="Do not ask devices that were late a second time.")
@click.option("--record", type=click.Path(dir_okay=False, path_type=Path), metavar="BUNDLE", help="Keep every reply.")
@click.option(
    "--resume",
    "resumed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="BUNDLE",
    help="Go on with the run of this bundle, which was killed or interrupted: docs/resume.md.",
)
@click.option(
    "--credentials",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also read with the logins of this file: docs/credentials.md.",
)
@click.option("--retry-logins", is_flag=True, help="Send logins again that a device has refused in an earlier run.")
@click.option("--site", metavar="NAME", help="The site that this network belongs to.")
@click.option("--yes", "confirmed", is_flag=True, help="Scan more than 65,536 addresses, or public ones.")
@store_options
@output_option
@language_option
@config_option
@fingerprints_option
@quiet_option
@verbose_option
def scan(
    *,
    targets: tuple[str, ...],
    target_files: tuple[str, ...],
    exclude: tuple[str, ...],
    exclude_file: tuple[str, ...],
    interfaces: tuple[str, ...],
    channels: str | None,
    profile: str,
    listen_s: float | None,
    rate_pps: float | None,
    host_timeout: float | None,
    quiet_hours: str | None,
    once: bool,
    record: Path | None,
    resumed: Path | None,
    credentials: Path | None,
    retry_logins: bool,
    site: str | None,
    confirmed: bool,
    outputs: tuple[str, ...],
    directories: tuple[Path, ...],
    quiet: bool,
    verbose: bool,
) -> int:
    """Discover the cameras in TARGETs, identify them, write an inventory.

    A TARGET is 10.0.0.0/24, 10.0.0.1-50, 10.0-3.1.7, a name, "local" (the attached networks) or "-" (stdin).

    \b
    Exit codes: 0 done; 2 wrong usage; 3 nothing could be scanned; 4 done, but incomplete; 130 interrupted.
    Example: netaudit scan 192.0.2.0/24 --exclude 192.0.2.10 -o table -o json=inventory.json --record evidence.bundle
    """
    from netaudit.quiet import parse_quiet_hours
    from netaudit.runs import Request

    pairs = check_outputs(outputs)
    if record:
        check_path(record)
    check_store()
    request = Request(
        targets=(*targets_of(targets), *read_lists(target_files)),
        excluded=(*_added("exclude", exclude), *read_lists(_added("exclude_file", exclude_file))),
        interfaces=interfaces,
        channels=chosen_channels(channels),
        profile=profile,
        listen_s=listen_s,
        rate_pps=rate_pps,
        host_timeout_s=host_timeout,
        quiet_hours=parse_quiet_hours(quiet_hours or ""),
        again=not once,
        site=site,
        confirmed=confirmed,
        logins=given_logins(credentials, retry=retry_logins),
    )
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
    from netaudit.inventory import document
    from netaudit.resume import resume
    from netaudit.runs import prepare, scan

    library = load(directories)
    stopped = threading.Event()
    with Progress(quiet=quiet) as progress, _interruptible(stopped):
        prepared = prepare(request, progress=progress.show, stopped=stopped)
        prepared = resume(prepared, resumed) if resumed else prepared
        if not quiet:
            _announce(prepared, request)
        inventory = scan(prepared, library, record=record)
    written = document(inventory)
    write_outputs(written, outputs, beside(outputs, directories))
    store_if_asked(written, resumed or record, quiet=quiet)
    code = conclude(inventory, quiet=quiet, verbose=verbose)
    return INTERRUPTED if any(gap.kind == "interrupted" for gap in inventory.coverage.gaps) else code


def given_logins(file: Path | None, *, retry: bool) -> "tuple[Credentials, Guard] | None":
    """The logins of this file, and what remembers those that were refused. ValueError on a file that cannot be used."""
    if file is None:
        if retry:
            raise click.UsageError("--retry-logins: there are none without --credentials FILE")
        return None
    from netaudit.credentials import load_credentials
    from netaudit.discovery.login.lockout import usual_guard

    return load_credentials(file), usual_guard(retry=retry)


def _added(name: str, given: tuple[str, ...]) -> tuple[str, ...]:
    """What is excluded on the command line and in the file: of what must not be touched, neither replaces the other."""
    return tuple(dict.fromkeys((*given, *of_config(name))))


def targets_of(words: tuple[str, ...]) -> tuple[str, ...]:
    """The targets on the command line; "-" stands for those on stdin."""
    return tuple(target for word in words for target in (read_lists(("-",)) if word == "-" else (word,)))


def read_lists(files: tuple[str, ...]) -> tuple[str, ...]:
    """The words of these files, "-" for stdin; "#" begins a comment. A usage error where one cannot be read."""
    return tuple(word for file in files for line in _read(file).splitlines() for word in line.partition("#")[0].split())


def _read(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise click.UsageError(f"{file}: {reason}: give a text file of targets, one a line") from None


def chosen_channels(text: str | None) -> frozenset[str]:
    """The channels to ask: those named, or the usual ones without names with a minus, and with those with a plus.

    A usage error on an unknown name.
    """
    from netaudit.runs import ACTIVE, USUAL

    words = [word.strip() for word in (text or "").split(",") if word.strip()]
    named = {word for word in words if word[0] not in "+-"}
    without = {word.removeprefix("-") for word in words if word.startswith("-")}
    added = {word.removeprefix("+") for word in words if word.startswith("+")}
    unknown = (named | without | added) - set(ACTIVE)
    if unknown:
        raise click.UsageError(f"--channels {', '.join(sorted(unknown))}: cannot be asked; one of {', '.join(ACTIVE)}")
    chosen = frozenset(((named or set(USUAL)) | added) - without)
    if not chosen or not (words or text is None):
        raise click.UsageError(f"--channels {text}: nothing is left to ask; some of {', '.join(ACTIVE)}")
    return chosen


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


class _interruptible:  # noqa: N801  a context manager, used as a verb
    """The first interrupt ends the asking in good order, the second one ends the program."""

    def __init__(self, stopped: threading.Event) -> None:
        self.stopped = stopped

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            self.before = {number: signal.signal(number, self.stop) for number in (signal.SIGINT, signal.SIGTERM)}

    def __exit__(self, *_: object) -> None:
        for number, handler in getattr(self, "before", {}).items():
            signal.signal(number, handler)

    def stop(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if self.stopped.is_set():
            raise KeyboardInterrupt
        self.stopped.set()
        with suppress(OSError):  # not through sys.stderr: it may be in the middle of a line
            os.write(2, b"netaudit: stopping; what was learnt is kept (press again to leave at once)\n")
