"""--store and --history: what was just found goes into the history too."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from netaudit.cli.options import remark

if TYPE_CHECKING:
    from netaudit.history import History, Timeline, Tracked
    from netaudit.inventory import Document

Command = TypeVar("Command", bound=Callable[..., object])

_STORE, _WHERE = "netaudit.store", "netaudit.history"


def history_option(function: Command) -> Command:
    """--history URL|FILE, as a value `where`."""
    return click.option(
        "--history", "where", metavar="URL|FILE",
        help="The history: a file, or postgresql://USER@HOST/DATABASE. Default: in the data folder.",
    )(function)  # fmt: skip


def store_options(function: Command) -> Command:
    """--store, and --history with which it is implied; both are kept for `store_if_asked`."""
    for option in (
        click.option("--store", is_flag=True, expose_value=False, callback=_note(_STORE), help="Keep the run in the history."),
        click.option(
            "--history", metavar="URL|FILE", expose_value=False, callback=_note(_WHERE),
            help="Keep it in this history: a file, or postgresql://USER@HOST/DATABASE.",
        ),
    ):  # fmt: skip
        function = option(function)
    return function


def _note(name: str) -> Callable[[click.Context, click.Parameter, object], None]:
    def callback(ctx: click.Context, option: click.Parameter, value: object) -> None:
        if value:
            ctx.meta[name] = value

    return callback


def check_store() -> None:
    """Before any work is done: an error where a run that is to be kept could not be."""
    context = click.get_current_context(silent=True)
    if context and (context.meta.get(_STORE) or context.meta.get(_WHERE)):
        from netaudit.history import History

        History(context.meta.get(_WHERE)).close()


def store_if_asked(document: "Document", bundle: Path | None, *, quiet: bool) -> None:
    """Keep a run, with its recording, where the user said so."""
    context = click.get_current_context(silent=True)
    if not context or not (context.meta.get(_STORE) or context.meta.get(_WHERE)):
        return
    from netaudit.history import History

    with History(context.meta.get(_WHERE)) as history:
        new = history.add(document, bundle)
    words = "stored as run" if new else "the history has it already: run"
    remark(f"netaudit: {words} {document.run.id}", quiet=quiet)


def open_history(where: str | None) -> "History":
    """The history that is there; an error where there is none."""
    from netaudit.history import History

    return History(where, create=False)


def device_of(opened: "History", name: str) -> "tuple[Timeline, Tracked]":
    """The timeline of a history, and the device in it that is meant."""
    from netaudit.history import find_device, follow

    timeline = follow(opened)
    return timeline, find_device(timeline, name)
