"""The command line: one file per verb. Arguments, call, print, exit code; nothing is decided here.

Verbs are imported when they are called, and their libraries when they are needed, so that help answers at once.
"""

import signal
import sys
from importlib import import_module
from types import FrameType

import click

from netaudit import __version__

# In the order of a first day's work. Each is a file of this folder with a command of the same name.
VERBS = ("demo", "scan", "replay", "report", "explain", "identify", "fingerprints", "channels", "doctor")


class Verbs(click.Group):
    """A group that imports a verb's file when the verb is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The verbs, in the order of a first day's work."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of this name, or None."""
        if cmd_name not in VERBS:
            return None
        command = getattr(import_module(f"netaudit.cli.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)  # noqa: S101
        return command


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="netaudit")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def netaudit(*, debug: bool) -> None:
    """Find the network cameras and recorders on a network, and say who really made them, with the evidence.

    \b
    Try it without a camera:   netaudit demo
    Scan a network:            netaudit scan 192.0.2.0/24 -o table -o json=inventory.json
    """


def main() -> None:
    """The program. An error is one line: what, where, what to do; exit codes as in docs/reference/cli.md."""
    debug = "--debug" in sys.argv
    signal.signal(signal.SIGTERM, _as_interrupt)
    try:
        sys.exit(netaudit.main(standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except (ValueError, OSError) as error:
        if debug:
            raise
        click.echo(f"netaudit: {error}", err=True)
        sys.exit(2)


def _as_interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
