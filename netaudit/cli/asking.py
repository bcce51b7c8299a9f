"""What a scan is asked to do: the options that say so, and the request that they make."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, TypeVar

import click

from netaudit.cli.config import of_config

if TYPE_CHECKING:
    from netaudit.credentials import Credentials
    from netaudit.discovery.login.lockout import Guard
    from netaudit.runs import Request

Command = TypeVar("Command", bound=Callable[..., object])


class Asked(TypedDict):
    """The values of `asking_options`, by the names of their parameters."""

    targets: tuple[str, ...]
    target_files: tuple[str, ...]
    exclude: tuple[str, ...]
    exclude_file: tuple[str, ...]
    interfaces: tuple[str, ...]
    channels: str | None
    profile: str
    listen_s: float | None
    rate_pps: float | None
    host_timeout: float | None
    quiet_hours: str | None
    once: bool
    credentials: Path | None
    retry_logins: bool
    site: str | None
    confirmed: bool


_OPTIONS = (
    click.argument("targets", nargs=-1, metavar="TARGET..."),
    click.option("-iL", "target_files", multiple=True, metavar="FILE", help="Read targets from a file (- for stdin)."),
    click.option("--exclude", multiple=True, metavar="TARGET", help="Never touch these; wins over everything."),
    click.option("--exclude-file", multiple=True, metavar="FILE", help="The same, from a file (- for stdin)."),
    click.option(
        "-i", "--interface", "interfaces", multiple=True, metavar="IFACE", help="Use this interface. Default: all."
    ),
    click.option(
        "--channels", metavar="a,b,-c,+d", help="Ask only these channels; or the usual ones, without some, with others."
    ),
    click.option("--profile", type=click.Choice(["passive", "gentle", "standard"]), default="gentle", show_default=True),
    click.option(
        "--listen", "listen_s", type=click.FloatRange(min=0), metavar="SECONDS",
        help="Hear what others send for so long. Default: while it asks, 5 at most; 300 with the passive profile.",
    ),
    click.option("--rate", "rate_pps", type=click.FloatRange(min=1), metavar="PPS", help="Packets and connects a second."),
    click.option(
        "--host-timeout", type=click.FloatRange(min=0, min_open=True), metavar="S",
        help="End a device's visit after this.",
    ),
    click.option(
        "--quiet-hours", metavar="HH:MM-HH:MM", help="Send nothing at these times of the day: the scan ends there."
    ),
    click.option("--once", is_flag=True, help="Do not ask devices that were late a second time."),
    click.option(
        "--credentials", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
        help="Also read with the logins of this file: docs/credentials.md.",
    ),
    click.option(
        "--retry-logins", is_flag=True, help="Send logins again that a device has refused in an earlier run."
    ),
    click.option("--site", metavar="NAME", help="The site that this network belongs to."),
    click.option("--yes", "confirmed", is_flag=True, help="Scan more than 65,536 addresses, or public ones."),
)  # fmt: skip


def asking_options(function: Command) -> Command:
    """All that says what is scanned, and how; `request_of` takes their values."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def request_of(asked: Asked) -> "Request":
    """The request that these options make. A usage error, or ValueError, where one cannot be taken."""
    from netaudit.quiet import parse_quiet_hours
    from netaudit.runs import Request

    return Request(
        targets=(*_targets_of(asked["targets"]), *read_lists(asked["target_files"])),
        excluded=(*_added("exclude", asked["exclude"]), *read_lists(_added("exclude_file", asked["exclude_file"]))),
        interfaces=asked["interfaces"],
        channels=chosen_channels(asked["channels"]),
        profile=asked["profile"],
        listen_s=asked["listen_s"],
        rate_pps=asked["rate_pps"],
        host_timeout_s=asked["host_timeout"],
        quiet_hours=parse_quiet_hours(asked["quiet_hours"] or ""),
        again=not asked["once"],
        site=asked["site"],
        confirmed=asked["confirmed"],
        logins=_logins(asked["credentials"], retry=asked["retry_logins"]),
    )


def _targets_of(words: tuple[str, ...]) -> tuple[str, ...]:
    """The targets on the command line; "-" stands for those on stdin."""
    return tuple(target for word in words for target in (read_lists(("-",)) if word == "-" else (word,)))


def _added(name: str, given: tuple[str, ...]) -> tuple[str, ...]:
    """What is excluded on the command line and in the file: of what must not be touched, neither replaces the other."""
    return tuple(dict.fromkeys((*given, *of_config(name))))


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


def _logins(file: Path | None, *, retry: bool) -> "tuple[Credentials, Guard] | None":
    """The logins of this file, and what remembers those that were refused. ValueError on a file that cannot be used."""
    if file is None:
        if retry:
            raise click.UsageError("--retry-logins: there are none without --credentials FILE")
        return None
    from netaudit.credentials import load_credentials
    from netaudit.discovery.login.lockout import usual_guard

    return load_credentials(file), usual_guard(retry=retry)
