"""Makes docs/reference/what-is-sent.md: every request byte by byte, from the channels; the figures, from the profiles."""

import re

from netaudit.discovery import CHANNELS
from netaudit.profiles import PROFILES

UUID = re.compile(rb"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
LINE_BYTES = 16

HEAD = """# What is sent

Every request that netaudit can send without `--credentials`, byte by byte, to whom and how often.
Made from the program: from each channel's `requests` and from `netaudit/profiles.py`.
`tests/test_never.py` holds every byte that the test suite sends against the same list; `tests/live/test_budget.py` counts the packets of a scan of all emulated devices and holds them against the figures of the profile.
What each request is for stands in [protocols.md](../protocols.md).

## Profiles

"""

NOTES = """
A budget is the most that one device gets in one run, whatever it answers: ARP requests, datagrams and TCP segments, from the IP header on.
Bare TCP acknowledgements are not in it: they follow what the device sends, one for two of its segments.
The emulated devices get 12 to 16 connections, 14 to 40 packets and 0.8 to 4.9 KB each; an address where nobody is, two ARP requests of 28 bytes.
Never are two connections to one device open at once, and between two there is at least a tenth of a second, whatever the profile.

`--rate` changes the first figure, `--channels` what is asked, `--once` leaves out the second look.
`--quiet-hours 08:00-18:00` names times of the day in which nothing is sent: a scan is not begun in them, and one that runs into them ends there, with what it has learnt and exit code 4.
`--host-timeout S` ends the visit of a device that is slower than that.

## A second look, and a last one

Devices that answered, and whose ports did not all answer in time, are asked for these ports once more, slowly, when the time in the table has passed since their visit began.
Where one of them was late behind a router, its neighbours that answered no discovery get the unicast questions once more; where devices answered ARP only when asked again, the addresses that were silent get two requests more.
What was answered is not asked again, and who fell silent during its visit, is overloaded or locked is left alone.

At the end every device that was found is asked whether it still answers: by one ARP request (a second one where it is silent) on an attached network, else by one connection to a port that had answered, in which nothing is sent.
The answer stands in the inventory, under `coverage.harm`; each device that answers no more is a gap of its own.
"""


def what_is_sent():
    """docs/reference/what-is-sent.md."""
    return HEAD + _profiles() + NOTES + "".join(_channel(channel) for channel in CHANNELS if channel.requests)


def _profiles():
    every = list(PROFILES.values())
    rows = [
        ("", *(f"`{p.name}`" for p in every)),
        ("---", *("---" for _ in every)),
        ("", *(p.title for p in every)),
        ("packets and connections a second, all devices together", *(_figure(p, f"{p.rate_pps:g}") for p in every)),
        ("between two questions to one device", *(_figure(p, f"{p.spacing_s:g} s") for p in every)),
        ("the second look, after", *(_figure(p, f"{p.again_after_s:g} s") for p in every)),
        ("packets and connections a second of it", *(_figure(p, f"{p.again_pps:g}") for p in every)),
        ("budget of one device: connections", *(f"{p.budget.connections:,}" for p in every)),
        ("packets", *(f"{p.budget.packets:,}" for p in every)),
        ("bytes", *(f"{p.budget.size_bytes:,}" for p in every)),
    ]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _figure(profile, text):
    return text if profile.sends else "-"


def _channel(channel):
    return f"\n## {channel.name}\n\n{channel.title}.\n" + "".join(_request(request) for request in channel.requests)


def _request(request):
    ports = f", port {', '.join(map(str, request.ports))}" if request.ports else ""
    times = "once" if request.most == 1 else f"{request.most} times at most"
    text = f"\n**{request.what}**: to {request.to}{ports}, over {request.transport}, {times}; {request.when}.\n"
    return text + f"Source: {request.source}.\n" + (_bytes(request.build()) if request.build else "")


def _bytes(data):
    """An example, random parts as zeros: text as it is, everything else as hexadecimal."""
    fixed = UUID.sub(lambda found: re.sub(rb"[0-9A-Fa-f]", b"0", found[0]), data)
    shown = _text(fixed) if all(byte in b"\r\n" or 0x20 <= byte < 0x7F for byte in fixed) else _hexadecimal(fixed)
    return f"\n```text\n{shown}\n```\n"


def _text(data):
    return data.decode("ascii").replace("\r\n", "\\r\\n\n").rstrip("\n")


def _hexadecimal(data):
    lines = (data[start : start + LINE_BYTES] for start in range(0, len(data), LINE_BYTES))
    return "\n".join(f"{number * LINE_BYTES:04x}  {line.hex(' ')}" for number, line in enumerate(lines))
