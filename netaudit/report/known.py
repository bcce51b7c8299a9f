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
    "no multicast: asked by unicast",
    "{interface} has no IPv6 address",
    "{interface}: no right to raw sockets",
    "{channel} was not asked on {interface}: this process may not open raw sockets (root or CAP_NET_RAW); {lost}",
    (
        "{interface} is a container's bridge: ARP and multicast do not reach the cameras' network from here; run "
        "the container on the host's network (--network host)"
    ),
    "quiet hours began at {time}: what the run had not reached by then is missing",
    (
        "nothing in scope answered anything: that nobody is there is one reason; a wrong network, a firewall or a "
        "router between is another; netaudit doctor looks at this machine"
    ),
    "{count} answered ARP and none of the questions: {addresses}",
    "found over IPv6 only: it is listed and was not asked further, as no web request is sent to an IPv6 address",
    "{where}: nobody of {number} addresses answered, by any channel",
    (
        "{where}: one neighbour of {number} addresses answered; on a wireless or guest network clients are often "
        "kept apart: scan from the wire"
    ),
    "{interface}: {number} answered ARP only when asked again",
    "port {port}: 503, the device is overloaded: left alone",
    "it had answered, and did so no more at the end of the run: see whether it still works",
    "port {port}: the run was stopped between a question and its answer, and did not ask it again",
    (
        "{channel}: {number} questions had just been sent when the run was stopped: answers that came later are "
        "missing, and nobody is asked twice"
    ),
    (
        "{interface}: {channel}: the run was stopped when all had been asked: answers that came while it stood "
        "still are missing"
    ),
    "the run was stopped while it was read with a login: that was not begun again",
    "the credentials name it, and nothing answered there",
    "it is locked, was left alone, or shares its address: no login was sent",
    "the credentials name it, but it is not established that it is of that kind: no login was sent",
    "it refused this login on {time} UTC: correct the file, or say --retry-logins",
    "this login was sent on {time} UTC and its end is not known: it is not sent again for half an hour",
    "its clock cannot be read, and with a wrong time every login fails: none was sent",
    "{path}: it points to another place ({code}), which is not followed",
    "{path}: it answers {code}",
    (
        "{channel}: another program holds UDP port {port} for itself: devices that answer to the group instead of "
        "to the sender are not heard"
    ),
    (
        "{channel}: {interface} cannot listen to {group} ({reason}): devices that answer to the group instead of to"
        " the sender are not heard"
    ),
    "{where}: the kernel dropped {number} datagrams: its buffer was full",
    "{where}: the kernel dropped {number} frames: its buffer was full",
    (
        "{where}: {number} messages were thrown away: more than {limit} different messages of one sender and "
        "channel, or a flood"
    ),
    "{where}: {number} datagrams were thrown away after the first {limit}: a flood",
    (
        "nothing was sent, and others were heard for {number} seconds: a device that said nothing in that time is "
        "not here"
    ),
    "{interface}: heard {frames} in {time}, {number} dropped",
    (
        "{interface}: no frames can be heard here, no group was joined; not heard: ARP, DHCP, LLDP, CDP, IGMP, MLD,"
        " raw SADP and what is sent to single hosts"
    ),
    (
        "listening on {interface}: no frames can be heard here, no group was joined; not heard: ARP, DHCP, LLDP, "
        "CDP, IGMP, MLD, raw SADP and what is sent to single hosts (root or CAP_NET_RAW on Linux can); the kernel "
        "announced the joining by IGMP and MLD, nothing else was sent"
    ),
    (
        "{interface}: no frames can be heard here, the groups of {names} were joined; not heard: ARP, DHCP, LLDP, "
        "CDP, IGMP, MLD, raw SADP and what is sent to single hosts"
    ),
    (
        "listening on {interface}: no frames can be heard here, the groups of {names} were joined; not heard: ARP, "
        "DHCP, LLDP, CDP, IGMP, MLD, raw SADP and what is sent to single hosts (root or CAP_NET_RAW on Linux can); "
        "the kernel announced the joining by IGMP and MLD, nothing else was sent"
    ),
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
