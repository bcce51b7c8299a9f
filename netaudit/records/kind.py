"""What kind of recording a file is, by its first bytes."""

from pathlib import Path

from netaudit.records.capture import is_capture

KINDS = ("bundle", "capture", "nmap")
_HEAD_BYTES = 4096


def recorded_kind(path: Path) -> str:
    """One of KINDS. ValueError, one line, where the file is empty or none of them."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}: give a file that can be read") from None
    if not head:
        raise ValueError(f"{path}: the file is empty: give a capture (pcap, pcapng) or a bundle of `scan --record`")
    if is_capture(head):
        return "capture"
    from netaudit.records.bundle import is_bundle  # noqa: PLC0415  a capture may be large: it is begun without these
    from netaudit.records.nmap import is_nmap  # noqa: PLC0415

    if is_bundle(head):
        return "bundle"
    if is_nmap(head):
        return "nmap"
    raise ValueError(
        f"{path}: neither a capture (pcap, pcapng) nor a bundle of `scan --record` nor a file of `nmap -oX`"
    )
