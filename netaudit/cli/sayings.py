"""What an operator says of devices: netaudit history merge, split, mark, undo and facts."""

import getpass
from typing import TYPE_CHECKING

import click

from netaudit.cli.options import DONE
from netaudit.cli.storing import device_of, history_option, open_history

if TYPE_CHECKING:
    from netaudit.history import History
    from netaudit.history.shape import FactKind

why_option = click.option("--why", default="", metavar="TEXT", help="The reason, kept with your name and the time.")


@click.command()
@click.argument("device")
@click.argument("other")
@why_option
@history_option
def merge(device: str, other: str, why: str, where: str | None) -> int:
    """Say that DEVICE and OTHER are one device: by id, serial number, MAC or address. `undo` takes it back.

    \b
    Example: netaudit history merge 8a12f8fc9dca3b26 22a6c65f38185fa3 --why "same label, new mainboard"
    """
    with open_history(where) as opened:
        pair = [device_of(opened, name)[1].id for name in (device, other)]
        if pair[0] == pair[1]:
            raise click.UsageError(f"{device} and {other} are one device already: {pair[0]}")
        return _say(opened, "same", pair[0], pair[1], why)


@click.command()
@click.argument("device")
@click.argument("key")
@why_option
@history_option
def split(device: str, key: str, why: str, where: str | None) -> int:
    """Say that what is seen under KEY is not DEVICE: an id that it had (`show` lists them), mac:…, serial:… or an address.

    \b
    Example: netaudit history split 8a12f8fc9dca3b26 mac:44:19:b6:00:00:01 --why "two cameras with one label"
    """
    with open_history(where) as opened:
        _, found = device_of(opened, device)
        if key == found.id:
            raise click.UsageError(f"{key} is the id of the device itself: name another id, or a key, of it")
        return _say(opened, "apart", found.id, key, why)


@click.command()
@click.argument("device")
@click.argument("state", type=click.Choice(["planned", "replaced"]))
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="When it is planned, or was done.")
@why_option
@history_option
def mark(device: str, state: str, day: object, why: str, where: str | None) -> int:
    """Say that the replacement of DEVICE is planned, or that it was replaced: that counts until it is seen again.

    \b
    Example: netaudit history mark 44:19:b6:00:00:01 replaced --day 2026-04-01
    """
    with open_history(where) as opened:
        _, found = device_of(opened, device)
        return _say(opened, "mark", found.id, state, why, f"{day:%Y-%m-%d}" if day else "")


@click.command()
@click.argument("fact")
@why_option
@history_option
def undo(fact: str, why: str, where: str | None) -> int:
    """Take back a merge, a split or a mark, by the id of its FACT (`facts` lists them). Both are kept.

    \b
    Example: netaudit history undo 5f1c2a7712b3c0de --why "mixed up two labels"
    """
    with open_history(where) as opened:
        if fact not in {known.id for known in opened.facts()}:
            raise click.UsageError(f"{fact}: no such fact: see `netaudit history facts`")
        return _say(opened, "undo", fact, "", why)


@click.command()
@history_option
def facts(where: str | None) -> int:
    """List what operators said: merges, splits, marks, and which of them hold."""
    from netaudit.history.facts import holding, told
    from netaudit.plain import visible

    with open_history(where) as opened:
        said = opened.facts()
    kept = {fact.id for fact in holding(said)}
    for fact in said:
        state = "" if fact.id in kept or fact.kind == "undo" else " (undone)"
        words = " ".join(filter(None, (fact.kind, fact.subject, fact.object, fact.day)))
        click.echo(visible(f"{fact.id}  {words}{state}: {told(fact)}"))
    return DONE


def _say(opened: "History", kind: "FactKind", subject: str, target: str, why: str, day: str = "") -> int:
    """Keep what the operator says, with his name and the time."""
    from netaudit.history import Fact
    from netaudit.history.facts import said
    from netaudit.history.store import now

    fact = said(Fact(id="", at=now(), kind=kind, subject=subject, object=target, why=why, who=_who(), day=day))
    opened.note([fact])
    click.echo(f"{fact.id}  {kind} {subject} {target}".rstrip())
    return DONE


def _who() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user without a name, as in a container
        return ""
