"""The inventory as JSON, the form that all else starts from."""

from typing import BinaryIO

from netaudit.inventory import Surveyed, encode_parts


def write(document: Surveyed, stream: BinaryIO) -> None:
    """Write the document as JSON."""
    stream.writelines(encode_parts(document, document.assets))
