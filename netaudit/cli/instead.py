"""What `netaudit comply` does instead of judging: write templates or a key to sign with, print the schema of findings."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from netaudit.cli.options import remark

Command = TypeVar("Command", bound=Callable[..., object])
A_FOLDER, A_FILE = click.Path(file_okay=False, path_type=Path), click.Path(dir_okay=False, path_type=Path)


def instead_options(function: Command) -> Command:
    """--init DIR, --new-key FILE and --schema: each does its work and ends."""
    schema = _option("--schema", _print_schema, "Print the JSON Schema of findings, and end.", is_flag=True)
    key = _option("--new-key", _new_key, "Write a new key to sign with, and FILE.pub beside it, and end.", type=A_FILE)
    init = _option(
        "--init",
        _init,
        "Write commented templates of profile, register and waivers, and end.",
        type=A_FOLDER,
        metavar="DIR",
    )
    return init(key(schema(function)))


def _option(name: str, act: Callable[[Path], None], told: str, **more: object) -> Callable[[Command], Command]:
    def callback(ctx: click.Context, _option: click.Parameter, value: Path | bool | None) -> None:
        if value and not ctx.resilient_parsing:
            act(value if isinstance(value, Path) else Path())
            ctx.exit()

    return click.option(name, help=told, callback=callback, is_eager=True, expose_value=False, **more)


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
