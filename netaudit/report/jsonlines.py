"""The assets as JSON Lines (jsonlines.org): one compact object a line, keys sorted."""

from typing import BinaryIO

from netaudit.inventory import Surveyed, encode_lines


def write(document: Surveyed, stream: BinaryIO) -> None:
    """Write each asset of the document on a line of its own."""
    stream.writelines(encode_lines(document.assets))
