"""What an inventory says, in plain words, for every report that people read.

A sentence is said by a `Say`: a text with places, and the values for them. `in_english` says it as it stands here; a
report in another language brings a `Say` that looks the text up first. The constants called *_WORDS hold such texts.
"""

from collections.abc import Callable, Iterable

from netaudit.inventory import AssetDocument, Surveyed
from netaudit.plain import shorten, visible
from netaudit.registry import registrant
from netaudit.vocabulary import GAPS

Say = Callable[..., str]  # (text, **values): whole numbers are grouped, fractions are certainties

KIND_WORDS = {
    "camera": "camera",
    "thermal_camera": "thermal camera",
    "recorder": "recorder",
    "intercom": "intercom",
    "access_control": "access control",
    "encoder": "video encoder",
    "other": "other device",
    "unknown": "device",
}
CAMERA_KINDS = frozenset(KIND_WORDS) - {"other", "unknown"}
CAMERA_SERVICES = frozenset({"rtsp", "onvif", "sadp", "dhip", "isapi", "magicbox"})

GAP_WORDS = {
    "interrupted": "The run was stopped before its end",
    "answers_lost": "The run was stopped and continued: answers that were under way then are missing",
    "truncated_input": "The recording ends in the middle",
    "dropped_packets": "Replies were lost on this machine",
    "quiet_hours": "Quiet hours began before the end of the run",
    "nobody": "Nothing answered anything: that is no proof that nobody is there",
    "container": "This machine is a bridged container: ARP and multicast do not leave it",
    "left_alone": "Stopped answering, or said that it is overloaded: it was left alone",
    "fell_silent": "Answered at first, and no more at the end of the run",
    "interface": "A network interface could not be used",
    "no_link_layer": "No right to open raw sockets: devices that answer nothing but ARP can be missing",
    "port_taken": "Another program holds a discovery port: replies that came to it are missing",
    "unheard": "Nothing answered any question to the whole network",
    "silent_subnet": "Attached networks on which nobody answered",
    "isolation": "Only one neighbour answers: an access point or switch may keep devices apart",
    "lossy": "The link loses packets, or devices sleep: single answers can be missing",
    "arp_only": "Answer ARP, and none of the questions",
    "routed": "Behind a router: ARP and multicast do not reach these networks",
    "recorder_children": "Cameras behind recorders that were not inspected",
    "wrong_subnet": "Heard on the wire, with an address that does not belong there",
    "outside_targets": "Heard on the wire, outside the targets: not asked further",
    "address_conflict": "Two devices claim one address",
    "shared_mac": "One hardware address answers for many addresses: a router or proxy stands before them",
    "login": "A login was given for it, and it could not be read with that",
    "locked": "Says that it is locked: it was left alone",
    "ipv6_only": "Found over IPv6 only: listed, not asked further",
    "import": "Another tool's file tells what that tool asked, and nothing else",
    "passive": "A capture shows what crossed that wire in that time, and nothing else",
}
WHAT_WORDS = {
    "confirmed": "{maker} {kind}",
    "probable": "probably {maker}-made {kind}",
    "possible": "possibly {maker}-made {kind}",
    "unknown": "{kind}, maker not established",
}
SOLD_WORDS = {
    "confirmed": "{maker}-made {kind}, sold as {label}",
    "probable": "probably {maker}-made {kind}, sold as {label}",
    "possible": "possibly {maker}-made {kind}, sold as {label}",
    "unknown": "{kind}, labelled {label}, maker not established",
}
FOR_THE_EYE = frozenset(
    {"locked", "wrong_subnet", "address_conflict", "fell_silent", "left_alone"}
)  # gaps that somebody should go and look at

STATUS_WORDS = {
    "refused": "connection refused",
    "timeout": "no answer in time",
    "unreachable": "not reachable",
    "closed": "connection closed without an answer",
    "tls": "no TLS connection possible",
    "auth": "login needed",
    "malformed": "answer makes no sense",
    "permission": "not permitted on this machine",
    "too_large": "answer too large",
    "out_of_scope": "outside the scope: not asked",
}

STATE_WORDS = {"done": "done", "skipped": "skipped", "partial": "partial", "failed": "failed"}  # of a channel


def in_english(text: str, /, **values: object) -> str:
    """The text with its values, as English writes them."""
    return text.format(**{name: _written(value) for name, value in values.items()})


def _written(value: object) -> str:
    if isinstance(value, float):
        return percent(value)
    return f"{value:,}" if isinstance(value, int) else str(value)


def address_of(asset: AssetDocument) -> str:
    """What an asset is called in a list: its first address, MAC or id."""
    return visible(next(iter((*asset.addresses, *asset.macs)), asset.id))


def named(document: Surveyed) -> dict[str, str]:
    """What each asset is called in a list, by its id."""
    return {asset.id: address_of(asset) for asset in document.assets}


def percent(certainty: float) -> str:
    """A certainty as people read it; nothing is ever quite certain."""
    return f"{min(certainty, 0.999):.1%}".replace(".0%", "%").replace("%", " %")


def maker_of(asset: AssetDocument) -> str:
    """The name of the maker of a known family."""
    return shorten(asset.manufacturer or asset.family, 40)


def what_is(asset: AssetDocument, say: Say = in_english) -> str:
    """What an asset is, who made it and who sold it: "Hikvision-made camera, sold as Annke"."""
    kind = say(KIND_WORDS[asset.kind])
    label = shorten(asset.brand or asset.manufacturer or "", 40)
    if asset.family == "unknown":
        return say((SOLD_WORDS if label else WHAT_WORDS)["unknown"], kind=kind, label=label)
    maker = maker_of(asset)
    words = SOLD_WORDS if label.casefold() not in {"", maker.casefold()} else WHAT_WORDS
    return say(words[asset.verdict], kind=kind, maker=maker, label=label)


def registered(asset: AssetDocument, say: Say = in_english) -> str:
    """Whose hardware address an asset has, for one that nothing else names: "registered to Brother Industries"."""
    names = dict.fromkeys(name for mac in asset.macs if (name := registrant(mac)))
    return say("registered to {name}", name=shorten(", ".join(names), 32)) if names else ""


def looks_like_camera(asset: AssetDocument) -> bool:
    """Whether a device is a camera or its like, or should be taken for one until somebody has looked."""
    if asset.kind != "unknown":
        return asset.kind in CAMERA_KINDS
    return asset.family != "unknown" or bool(camera_services(asset))


def camera_services(asset: AssetDocument) -> list[str]:
    """The services of an asset that cameras and recorders offer, and few others."""
    return sorted({p.service for p in asset.ports} & CAMERA_SERVICES)


def doubts(asset: AssetDocument, say: Say = in_english) -> Iterable[str]:
    """Why somebody should look at this asset."""
    if asset.verdict == "possible":
        yield say("only possibly {maker}-made: certainty {certainty}", maker=maker_of(asset), certainty=asset.certainty)
    if asset.family == "unknown" and looks_like_camera(asset):
        services = ", ".join(camera_services(asset))
        if services:
            yield say("looks like a camera (it speaks {services}), and its maker is not established", services=services)
        else:
            yield say("looks like a camera, and its maker is not established")
    yield from (shorten(c, 300) for c in asset.conflicts)


def incomplete(document: Surveyed) -> bool:
    """Whether the run failed to see part of what it was sent to see."""
    gaps = any(GAPS.get(g.kind, False) for g in document.coverage.gaps)
    return gaps or any(c.status in {"partial", "failed"} for c in document.coverage.channels)
