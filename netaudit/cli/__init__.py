"""The command line: one file per verb. Arguments, call, print, exit code; nothing is decided here.

Verbs are imported when they are called, and their libraries when they are needed, so that help answers at once.
"""

import gc
import signal
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from types import FrameType

import click

from netaudit import __version__
from netaudit.cli.config import config_option
from netaudit.cli.options import INTERRUPTED, QUIET, WRONG, forget_stdout, one_line

# In the order of a first day's work. Each is a file of this folder with a command of the same name.
VERBS = (
    "demo",
    "scan",
    "replay",
    "report",
    "explain",
    "diff",
    "history",
    "watch",
    "comply",
    "policies",
    "identify",
    "scrub",
    "fingerprints",
    "channels",
    "doctor",
)

_DEBUG = "netaudit.debug"
UNCOLLECTED = (
    50_000  # objects: what a run makes lives to its end, and looking for garbage in it takes a fifth of its time
)
TURN_S = 0.0005  # that a thread which computes lets one wait that has packets to send, instead of 5 ms


class Verbs(click.Group):
    """A group that imports a verb's file when the verb is asked for, and tells of its errors in one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The verbs, in the order of a first day's work."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of this name, or None."""
        if cmd_name not in VERBS:
            return None
        command = getattr(import_module(f"netaudit.cli.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)  # noqa: S101
        _take_common(command)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the verb; an error of its data or files is one line, with --debug after its traceback."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # who reads stdout has had enough: no error
            forget_stdout()
            return 0
        except (ValueError, OSError) as error:
            if ctx.meta.get(_DEBUG):
                traceback.print_exc()
            raise click.ClickException(_why(error)) from None


def _take_common(command: click.Command) -> None:
    """Let a verb and its subcommands take the common options, wherever on the line the user writes them."""
    _take(command, *_common_options())
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            _take_common(inner)
    elif not any("--config" in parameter.opts for parameter in command.params):
        config_option(command)


def _take(command: click.Command, *options: click.Option) -> None:
    taken = {name for parameter in command.params for name in parameter.opts}
    command.params.extend(option for option in options if taken.isdisjoint(option.opts))


def _common_options() -> tuple[click.Option, ...]:
    return (
        _flag("-q", "--quiet", note=QUIET, told="No remarks on stderr."),
        _flag("-v", "--verbose", note="netaudit.verbose", told="Tell more on stderr, where there is more to tell."),
        _flag("--debug", note=_DEBUG, told="Show an error's traceback."),
    )


def _flag(*names: str, note: str, told: str) -> click.Option:
    """An option that is noted in the context, for whoever asks."""

    def take(ctx: click.Context, _option: click.Parameter, value: object) -> None:
        if value:
            ctx.meta[note] = True

    return click.Option(list(names), is_flag=True, expose_value=False, callback=take, help=told)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="netaudit")
def netaudit() -> None:
    """Find the network cameras and recorders on a network, and say who really made them, with the evidence.

    \b
    Try it without a camera:   netaudit demo
    Scan a network:            netaudit scan 192.0.2.0/24 -o table -o json=inventory.json
    """


_take(netaudit, _common_options()[-1])


def main(arguments: Sequence[str] | None = None) -> None:
    """The program. An error is one line: what, where, what to do; exit codes as in docs/reference/cli.md."""
    signal.signal(signal.SIGTERM, _as_interrupt)
    gc.set_threshold(UNCOLLECTED)
    sys.setswitchinterval(TURN_S)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a terminal that knows less than Unicode still gets its table
    try:
        code = netaudit.main(arguments, prog_name="netaudit", standalone_mode=False)
    except click.ClickException as error:
        _show(error)
        code = WRONG
    except (click.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    gc.freeze()  # all of it goes with the process: nobody needs to look through it once more
    sys.exit(code)


def _show(error: click.ClickException) -> None:
    """One line on stderr; the whole help where nothing but the program's name was given."""
    if isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):
        error.show()
        return
    context = error.ctx if isinstance(error, click.UsageError) else None
    cure = f" (see {context.command_path} --help)" if context else ""
    click.echo(one_line(f"netaudit: {error.format_message()}{cure}"), err=True)


def _why(error: ValueError | OSError) -> str:
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}: check the path, and the right to use it"
    return str(error)


def _as_interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
