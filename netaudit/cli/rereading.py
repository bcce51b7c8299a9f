"""Reading a kept recording with today's fingerprints, and keeping what comes out beside its run."""

from typing import TYPE_CHECKING

import click

from netaudit.plain import visible

if TYPE_CHECKING:
    from netaudit.history import History
    from netaudit.identify.fingerprints import Library


def reread_run(opened: "History", run: str, library: "Library") -> int:
    """Read a run's recording again, and tell each device that is another now, one a line; how many there are."""
    from netaudit.history import compare
    from netaudit.history.words import device_words, what_changed
    from netaudit.inventory import document
    from netaudit.runs import replay

    bundle = opened.bundle(run)
    if bundle is None:
        return 0
    before = opened.load(run)
    after = document(replay([bundle], library, kind="bundle"))
    changes = compare(before, after).changes
    for change in changes:
        click.echo(visible(f"{run}  {change.address}  {device_words(change)}: {change.kind}: {what_changed(change)}"))
    if after != before:
        opened.add_reading(after)
    return len({change.device for change in changes})
