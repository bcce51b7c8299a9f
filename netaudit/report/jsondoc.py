"""The inventory as JSON, the form that all else starts from."""

from typing import BinaryIO

from netaudit.inventory import Document, encode


def write(document: Document, stream: BinaryIO) -> None:
    """Write the document as JSON."""
    stream.write(encode(document))
