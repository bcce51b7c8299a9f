"""Sentences that stand ready-made in an inventory, found again so that they can be said in another language.

Gaps, conflicts and reasons are written in English when the run ends. Each text here is one that netaudit writes, with
places for what differs; a sentence that fits is said anew with its values, and any other stays as it is.
"""

import re
from functools import lru_cache
from typing import Final

from netaudit.plain import visible
from netaudit.report.words import Say, in_english

READ_CHARS: Final = 1000  # of a sentence; what is longer is shown as it is

SENTENCE_WORDS: Final = (
    "{declared} channels declared, {inspected} inspected",
    "the device says that it is locked: it was not asked",
    "port {port}: the device says that it is locked: it was not asked further",
    "the device says that it is locked",
    "a capture shows what crossed its wire in its time: silence proves nothing",
    (
        "another tool's file tells what it asked, and nothing else: no maker's own discovery, no ONVIF, and no word on "
        "what it did not reach"
    ),
    "{name}: {number} addresses were up and told nothing more: they are not here",
    "the run was interrupted: what it had not reached by then is missing",
    "loopback has no link to discover on",
    "no target is on an attached network",
    "not asked for",
    "no right to raw sockets: kernel table only",
    "no right to open a raw socket",
    "{interface} has no such link layer",
    "{where}: interrupted",
    "interface {interface} was not used: {reason}",
    "the ARP sweep broke off on {where}",
    (
        "no ARP sweep on {interface}: this process may not open raw sockets (root or CAP_NET_RAW); hardware addresses "
        "come from the kernel's table, and a device that answers ARP only may be missed"
    ),
    (
        "{number} addresses are not on an attached network ({example} and others): there is no ARP and no multicast across "
        "a router; devices that answer neither unicast probes nor the asked TCP ports are not seen"
    ),
    "{network} is behind a router: no ARP, no multicast",
    "heard on the attached network, outside the targets: it was not asked further",
    (
        "heard on {interface}, with an address that does not belong to its network: a device with a factory or foreign "
        "address; it was not asked further"
    ),
    "it answered a question to the whole network, and is excluded: its answer was thrown away",
    (
        "neighbours answer ARP, and nobody answered {names}: perhaps there is no camera, perhaps a firewall on this machine "
        "swallows the answers: allow inbound UDP and try again"
    ),
    (
        "{mac} answers ARP for {several}: a router or a proxy; it joins no devices, and what is behind it shows no hardware "
        "address of its own"
    ),
    "{number} devices claim this address: {macs}",
    "the bundle {name} was cut off after line {number}",
    "no answer {number} times in a row after it had answered: left alone",
    "no answer in {number} s",
    "login needed",
    "it gives {number} different serial numbers: {serials}",
    "it has several hardware addresses ({listed}): network ports of one device, or one repeats another's name",
    "it says that its hardware address is {said}; the link layer shows {shown}",
    "another device claims {address} too: what was heard from there may be the other's",
    "ARP names {said} for {address} in a frame from {mac}: a bridge, a proxy or a forgery",
    "it says that its address is {said}; it answers from {shown}",
    "the evidence names more than one maker: {sides}",
    "and {number} more of this kind",
    "This is support for a reasonable inquiry, from an inventory and a register. It is not legal advice.",
)


def retold(text: str, say: Say) -> str:
    """The sentence, harmless, said by `say` where it is known, and as it stands where it is not."""
    shown = visible(text)
    if say is in_english or len(shown) > READ_CHARS:
        return shown
    found = _known(shown)
    return say(found[0], **dict(found[1])) if found else shown


@lru_cache(maxsize=4096)  # one gap often stands at many devices
def _known(text: str) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    for template, pattern in _patterns():
        if hit := pattern.fullmatch(text):
            return template, tuple(hit.groupdict().items())
    return None


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((template, re.compile(_PLACE.sub(r"(?P<\1>.+?)", re.escape(template)))) for template in SENTENCE_WORDS)


_PLACE = re.compile(r"\\\{(\w+)\\\}")
