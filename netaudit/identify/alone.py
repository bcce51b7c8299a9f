"""Alone: neighbours that said one thing, by ARP (RFC 826), and of whom nobody else said anything. Pure.

On a large network most are such. What `correlate` makes of one after comparing it with all others is known beforehand:
no other observation has its address or its hardware address, so nothing joins it, contests it or contradicts it. What
can be told of it is told by its one observation, and may be worked out while others are still waited for.
"""

from collections import Counter
from collections.abc import Sequence

from netaudit.identify.keys import eui64_mac
from netaudit.identify.links import is_arp
from netaudit.model import Device, Observation
from netaudit.naming import device_id, is_universal
from netaudit.vocabulary import VIRTUAL_MACS


def set_apart(observations: Sequence[Observation]) -> tuple[list[Observation], list[Observation]]:
    """The observations that are all there is of a device, and the others."""
    every = [o for o in observations if not o.part]
    spoken = Counter([o.address for o in every])
    named = Counter(_named(every))
    alone: list[Observation] = []
    others: list[Observation] = []
    for o in observations:
        lonely = spoken[o.address] == 1 == named[o.value] and may_be_alone(o)
        (alone if lonely else others).append(o)
    return alone, others


def may_be_alone(o: Observation) -> bool:
    """Whether an observation can be all there is of a device: an ARP answer in a frame of its own."""
    return (
        is_arp(o)
        and not o.part
        and o.mac in {None, o.value}
        and o.address.count(".") == 3
        and o.address != "0.0.0.0"  # noqa: S104  what a device that has no address yet sends from
        and not o.value.startswith(VIRTUAL_MACS)
    )


def lone_device(o: Observation) -> Device:
    """The device of which this is all."""
    address = f"address:{o.address}"
    names = (f"mac:{o.value}", address) if is_universal(o.value) else (address,)
    return Device(id=device_id(names[0]), addresses=(o.address,), macs=(o.value,), observations=(o,), keys=names)


def _named(every: Sequence[Observation]) -> list[str]:
    """The hardware addresses that observations name: by what they say, by their frames, by addresses made of them."""
    said = [o.value for o in every if o.field == "mac.address"]
    frames = [o.mac for o in every if o.mac and (o.mac != o.value or o.field != "mac.address")]
    made = {o.address for o in every if ":" in o.address}
    return [*said, *frames, *(mac for address in made if (mac := eui64_mac(address)))]
