"""What `netaudit comply` does instead of judging: write templates or a key to sign with, print the schema of findings."""

import sys
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import TypedDict, TypeVar

import click

from netaudit.cli.options import remark

Command = TypeVar("Command", bound=Callable[..., object])
A_FOLDER, A_FILE = click.Path(file_okay=False, path_type=Path), click.Path(dir_okay=False, path_type=Path)


class _Ending(TypedDict):
    """What makes an option act and end."""

    callback: Callable[[click.Context, click.Parameter, Path | bool | None], None]
    is_eager: bool
    expose_value: bool


def instead_options(function: Command) -> Command:
    """--init DIR, --new-key FILE and --schema: each does its work and ends."""
    schema, key, init = _ending(_print_schema), _ending(_new_key), _ending(_init)
    options = (
        click.option("--schema", is_flag=True, help="Print the JSON Schema of findings, and end.", **schema),
        click.option(
            "--new-key", type=A_FILE, help="Write a new key to sign with, and FILE.pub beside it, and end.", **key
        ),
        click.option(
            "--init",
            type=A_FOLDER,
            metavar="DIR",
            help="Write commented templates of profile, register and waivers, and end.",
            **init,
        ),
    )
    return reduce(lambda decorated, option: option(decorated), options, function)


def _ending(act: Callable[[Path], None]) -> _Ending:
    def callback(ctx: click.Context, _option: click.Parameter, value: Path | bool | None) -> None:
        if value and not ctx.resilient_parsing:
            act(value if isinstance(value, Path) else Path())
            ctx.exit()

    return {"callback": callback, "is_eager": True, "expose_value": False}


def _init(directory: Path) -> None:
    from netaudit.policy.templates import write_templates

    for path in write_templates(directory):
        remark(f"netaudit: wrote {path}")


def _print_schema(_: Path) -> None:
    from netaudit.policy.findings import encode_schema

    sys.stdout.buffer.write(encode_schema())


def _new_key(path: Path) -> None:
    from netaudit.policy.signing import new_key

    remark(f"netaudit: wrote {path}, for you alone, and {new_key(path)}, for those who verify")
