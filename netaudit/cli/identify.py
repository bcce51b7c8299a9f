"""netaudit identify: JSON Lines in, JSON Lines out, a device a line."""

import sys
from pathlib import Path
from typing import BinaryIO

import click

from netaudit.cli.options import fingerprints_option, load


@click.command()
@click.argument("file", required=False, type=click.File("rb"), default="-")
@fingerprints_option
def identify(file: BinaryIO, directories: tuple[Path, ...]) -> int:
    """Say of each line of FILE (or stdin) what device it is; a line is a JSON object with what the device answered.

    \b
    Example: echo '{"id": 1, "observations": [{"field": "rtsp.server", "value": "Dahua Rtsp Server"}]}' | netaudit identify
    """
    from netaudit.single import identify_lines, read_lines

    for line in identify_lines(read_lines(file), load(directories)):
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
    return 0
