"""netaudit watch: scheduled rescans, what changed since the last one, and who is told."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from netaudit.cli.options import DONE, INCOMPLETE, INTERRUPTED, NOTHING_DONE, quiet_option, remark
from netaudit.cli.stopping import stoppable

if TYPE_CHECKING:
    from netaudit.watch.rounds import Post

SETTINGS = Path("/etc/netaudit/watch.toml")
settings_option = click.option(
    "--config",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=SETTINGS,
    show_default=True,
    metavar="FILE",
    help="The watch file: sites, schedules, and who is told.",
)


@click.group(invoke_without_command=True)
@settings_option
@click.option("--once", is_flag=True, help="Scan what is due, tell, and end: for a timer.")
@click.option("--site", "sites", multiple=True, metavar="NAME", help="Scan this site now, due or not, and end.")
@click.option("--check", is_flag=True, help="Check the watch file, say when each site is due, and end.")
@quiet_option
@click.pass_context
def watch(ctx: click.Context, *, file: Path, once: bool, sites: tuple[str, ...], check: bool, quiet: bool) -> int:
    """Scan sites when they are due, store the runs, compare, and tell what has changed.

    Without --once it stays in the foreground until it is stopped.

    \b
    Exit codes: 0 done; 2 a mistake in the watch file; 3 a scan failed; 4 a scan was incomplete; 130 interrupted.
    Example: netaudit watch --config watch.toml --once
    """
    if ctx.invoked_subcommand is not None:
        return DONE
    from netaudit.watch.rounds import Post, run_due
    from netaudit.watch.rounds import watch as keep_watching
    from netaudit.watch.settings import read_settings

    settings = read_settings(file)
    unknown = set(sites) - {site.name for site in settings.site}
    if unknown:
        raise click.UsageError(f"--site {', '.join(sorted(unknown))}: {file} names no such site")
    with stoppable() as stopped:
        post = Post(settings=settings, stopped=stopped, say=lambda text: remark(f"netaudit: {text}", quiet=quiet))
        if check:
            return _tell_times(post)
        if not once and not sites:
            with _exporting(post):
                keep_watching(post, lambda: _export(post))
            return DONE
        worst = run_due(post, frozenset(sites))
        _export(post)
        return INTERRUPTED if stopped.is_set() else (DONE, DONE, INCOMPLETE, NOTHING_DONE)[worst]


def _tell_times(post: "Post") -> int:
    from netaudit.watch.memory import moment
    from netaudit.watch.schedule import next_due

    for site in post.settings.site:
        click.echo(f"{next_due(site, moment()).isoformat(timespec='minutes')}  {site.name}: {', '.join(site.targets)}")
    return DONE


def _export(post: "Post") -> None:
    """Write the file for Prometheus' text file collector, where one is named."""
    if post.settings.metrics_file:
        from netaudit.tell.metrics import write_metrics
        from netaudit.watch.figures import figures_of, waiting_of

        write_metrics(Path(post.settings.metrics_file), figures_of(post), waiting_of(post))


@contextmanager
def _exporting(post: "Post") -> Iterator[None]:
    """Serve /metrics while watching, where a port is named."""
    if not post.settings.metrics_port:
        yield
        return
    from netaudit.tell.metrics import serving
    from netaudit.watch.figures import figures_of, waiting_of

    settings = post.settings
    with serving(settings.metrics_address, settings.metrics_port or 0, lambda: (figures_of(post), waiting_of(post))):
        yield


@watch.command()
@settings_option
@click.option("--for", "what", type=click.Choice(["systemd", "cron", "windows"]), default="systemd", show_default=True)
@click.option("--to", "folder", type=click.Path(file_okay=False, exists=True, path_type=Path), metavar="DIR")
def install(*, file: Path, what: str, folder: Path | None) -> int:
    """Let `netaudit watch --once` be started by a timer.

    For systemd, a service and a timer are written to DIR (default: /etc/systemd/system); for cron and the Windows
    Task Scheduler, what they need is printed.

    \b
    Example: netaudit watch install --config /etc/netaudit/watch.toml
    """
    from netaudit.watch import timers
    from netaudit.watch.settings import read_settings, secrets_of

    settings, path, program = read_settings(file), file.absolute(), timers.this_program()
    if what == "systemd":
        units = timers.install_units(path, folder or timers.UNITS, program=program, secrets=secrets_of(settings))
        for unit in units:
            remark(f"netaudit: wrote {unit}")
        for private in timers.out_of_reach(path, program=program):
            remark(
                f"netaudit: {private} is in a home, where the service may not look: move it, to /opt or /etc, and write the units again"
            )
        remark(f"netaudit: now run: systemctl daemon-reload && systemctl enable --now {timers.TIMER}")
    else:
        make = timers.crontab_line if what == "cron" else timers.windows_task
        sys.stdout.write(make(path, program=program) + "\n")
    return DONE
