"""How old what is known is: when the newest source of the fingerprints was read."""

import re

from netaudit.identify.fingerprints import Library

_MONTH = re.compile(r"\b20[0-9]{2}-(?:0[1-9]|1[0-2])\b")


def newest_source(library: Library) -> str:
    """The month of the newest source of any fingerprint, as 2026-11; empty where none has a date."""
    texts = (source for fingerprint in library.fingerprints for source in fingerprint.sources)
    return max((month for text in texts for month in _MONTH.findall(text)), default="")
