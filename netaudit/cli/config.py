"""Options from a file: `--config FILE`, TOML with the options' own names. The command line wins.

Nothing is read that the user did not name: a scan that depends on a file in somebody's home is not the same scan for
the next person, nor under sudo.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., object])

_META = "netaudit.config"


def config_option(command: Command) -> Command:
    """Let a verb take its options from a file."""
    return click.option(
        "--config",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        is_eager=True,
        expose_value=False,
        callback=_read,
        help="Take options from this TOML file, under their own names; the command line wins.",
    )(command)


def of_config(name: str) -> tuple[str, ...]:
    """What the file says of an option that may be repeated, whatever the command line says of it."""
    values: tuple[str, ...] = click.get_current_context().meta.get(_META, {}).get(name, ())
    return values


def _read(ctx: click.Context, _option: click.Parameter, path: Path | None) -> None:
    if path is None:
        return
    import tomllib

    try:
        given = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise click.UsageError(f"{path}: {error}: write it as TOML, one option a line") from None
    known = {_name_of(parameter): parameter for parameter in ctx.command.params if parameter.expose_value}
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise click.UsageError(f"{path}: {unknown[0]}: no such option; one of {', '.join(sorted(known))}")
    values = {known[name].name or name: _value(path, name, known[name], value) for name, value in given.items()}
    ctx.default_map = {**(ctx.default_map or {}), **values}
    ctx.meta[_META] = values


def _name_of(parameter: click.Parameter) -> str:
    """An option's name without its dashes, an argument's own."""
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len).lstrip("-")
    return parameter.name or ""


def _value(path: Path, name: str, parameter: click.Parameter, value: object) -> object:
    """The value as click takes it. A usage error where its kind is not the option's."""
    repeated = parameter.multiple or parameter.nargs == -1
    flag = isinstance(parameter, click.Option) and parameter.is_flag
    if repeated and isinstance(value, str):
        return (value,)
    if repeated and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    if (
        not repeated
        and isinstance(value, bool if flag else str | int | float)
        and (flag or not isinstance(value, bool))
    ):
        return value
    wanted = "a text or a list of texts" if repeated else "true or false" if flag else "a text or a number"
    raise click.UsageError(f"{path}: {name}: give {wanted}")
