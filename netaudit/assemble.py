"""The whole story on one screen: events in, inventory out.

A live scan is `assemble` over what is heard, a replay is `assemble` over what was recorded, and nothing else differs.
Everything here is pure: no socket, no clock, no randomness; the same events give the same inventory, in any order.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from operator import attrgetter

from netaudit.coverage import Told, collect_coverage
from netaudit.discovery import route
from netaudit.discovery.channel import Channel
from netaudit.identify.age import newest_source
from netaudit.identify.alone import lone_device, may_be_alone
from netaudit.identify.correlate import correlate
from netaudit.identify.fingerprints import Library
from netaudit.identify.links import shared_macs
from netaudit.identify.match import match, prepare
from netaudit.identify.settle import settle
from netaudit.model import (
    Asset,
    Device,
    Event,
    Gap,
    HarmCheck,
    Inventory,
    Observation,
    Problem,
    Reply,
    Run,
    Subnet,
)
from netaudit.vocabulary import VIRTUAL_MACS

Key = tuple[str, str, str, str, str | None, str, int, str]
Speech = tuple[str, str, str, str]  # address or hardware address, channel, field, part

Said = tuple[object, ...]  # a reply but for its time

MOST_REMEMBERED, LONGEST_REMEMBERED = 4096, 2048  # replies that are known when they come again; bytes of each

MOST_VALUES = 256  # of one field from one device: each answer to a login has a nonce, and a recorder asks all day

_said: Callable[[Reply], Said] = attrgetter(*(f.name for f in fields(Reply) if f.name != "heard_at"))


def assemble(events: Iterable[Event | Observation], ended: Callable[[], Run], library: Library) -> Inventory:
    """The inventory of these events, the same for any order of them; `ended` tells the run once they are over."""
    ahead = Ahead(library)
    heard = Heard(news=ahead.take)
    for event in events:
        heard.take(event)
    run = ended()
    observations = heard.facts()
    assets = tuple(ahead.asset(device) for device in correlate(observations, ahead.device))
    heard.told.gaps |= {*_shared_mac_gaps(observations), *_contested_gaps(assets)}
    return Inventory(
        run=run,
        coverage=collect_coverage(run, assets, heard.told),
        assets=assets,
        problems=tuple(sorted(heard.problems, key=lambda p: (p.address, p.stage, p.channel, p.status, p.detail))),
        fingerprints_count=library.count,
        fingerprints_sha256=library.sha256,
        fingerprints_newest=newest_source(library),
    )


def identify_device(device: Device, library: Library) -> Asset:
    """What the evidence says that a device is."""
    return Asset(device=device, identity=settle(match(device, library), library.names))


@dataclass(frozen=True, slots=True)
class Ahead:
    """What answers tell, worked out while others are waited for: on a large network most devices answer ARP and no more."""

    library: Library
    made: dict[str, Asset] = field(default_factory=dict)  # by hardware address

    def take(self, o: Observation) -> None:
        """Work out what this tells, in case that it is all there is of a device, and make ready for its like."""
        if may_be_alone(o):
            self.made[o.value] = identify_device(lone_device(o), self.library)
        else:
            prepare(self.library, o.field, o.value)

    def device(self, o: Observation) -> Device:
        """The device of which this is all."""
        made = self.made.get(o.value)
        return made.device if made and made.device.observations[0] is o else lone_device(o)

    def asset(self, device: Device) -> Asset:
        """What the evidence says that a device is."""
        made = self.made.get(device.macs[0]) if device.macs else None
        return made if made and made.device is device else identify_device(device, self.library)


@dataclass(slots=True)
class Heard:
    """What a run has told so far: replies are read at once and dropped, so that memory follows what is new."""

    observations: dict[Key, Observation] = field(default_factory=dict)
    speeches: dict[Speech, list[Key]] = field(default_factory=dict)  # what one device told in one field
    told: Told = field(default_factory=Told)
    remembered: dict[Said, tuple[float, str]] = field(default_factory=dict)  # when it was heard, and its channel
    news: Callable[[Observation], None] = lambda _: None  # is given each fact when it is told first

    @property
    def problems(self) -> set[Problem]:
        """What failed so far."""
        return self.told.problems

    def take(self, event: Event | Observation) -> None:
        """Keep an event; a Reply as the observations that its channel reads from it; what others have read, as it is."""
        if isinstance(event, Reply):
            self.read(event)
        elif isinstance(event, Observation):
            self.told.received[event.channel] += 1
            self.keep(event)
        elif isinstance(event, Problem):
            self.problems.add(event)
        elif isinstance(event, Gap):
            self.told.gaps.add(event)
        elif isinstance(event, Subnet):
            self.told.subnets.add(event)
        elif isinstance(event, HarmCheck):
            self.told.harm = event
        else:
            self.told.reports.append(event)

    def read(self, reply: Reply) -> None:
        """Read a reply by its channel; nonsense is a Problem, and ends nothing.

        Devices announce themselves in the same words all day: what was read before, and not later, says nothing new.
        """
        if len(reply.payload) + len(reply.request) > LONGEST_REMEMBERED:
            self._read(reply, route(reply))
            return
        said = _said(reply)
        heard_at, name = self.remembered.get(said, (float("inf"), ""))
        if heard_at <= reply.heard_at:
            self.told.received[name] += 1
            return
        channel = route(reply)
        if channel is not None:
            self.remembered[said] = reply.heard_at, channel.name
            if len(self.remembered) > MOST_REMEMBERED:
                del self.remembered[next(iter(self.remembered))]
        self._read(reply, channel)

    def _read(self, reply: Reply, channel: Channel | None) -> None:
        if channel is None:
            return
        named = reply if reply.channel else replace(reply, channel=channel.name)
        self.told.received[channel.name] += 1
        try:
            for observation in channel.read(named):
                self.keep(observation)
        except ValueError as error:
            detail = f"port {reply.port}: {error}" if reply.port else str(error)
            self.problems.add(
                Problem(stage="read", channel=channel.name, address=reply.address, status="malformed", detail=detail)
            )

    def keep(self, o: Observation) -> None:
        """One observation of each fact, with the time and the reply that told it first."""
        key = (o.channel, o.field, o.value, o.address, o.mac, o.transport, o.port, o.part)
        known = self.observations.get(key)
        if known is None or (o.seen_at, o.reply) < (known.seen_at, known.reply):
            self.observations[key] = o
        if known is None:
            speech = self.speeches.setdefault((o.address or o.mac or "", o.channel, o.field, o.part), [])
            speech.append(key)
            self.news(o)
            if len(speech) > 2 * MOST_VALUES:
                self._cut(speech)

    def facts(self) -> list[Observation]:
        """Every fact that counts: of a field that one device fills without end, the earliest values."""
        for speech in self.speeches.values():
            if len(speech) > MOST_VALUES:
                self._cut(speech)
        return list(self.observations.values())

    def _cut(self, speech: list[Key]) -> None:
        """Forget all but the earliest; what was forgotten once cannot be among these later."""
        speech.sort(key=lambda key: (self.observations[key].seen_at, key[2], key[4] or "", key[5:]))
        last = [self.observations.pop(key) for key in speech[MOST_VALUES:]][-1]
        del speech[MOST_VALUES:]
        detail = f"more than {MOST_VALUES} values of {last.field}: the earliest were kept"
        self.problems.add(
            Problem(stage="read", channel=last.channel, address=last.address, status="too_large", detail=detail)
        )


def _shared_mac_gaps(observations: list[Observation]) -> Iterator[Gap]:
    answers = [o.value for o in observations if o.channel == "arp"]
    suspect = len(set(answers)) < len(answers) or any(mac.startswith(VIRTUAL_MACS) for mac in answers)
    for mac, addresses in shared_macs(observations).items() if suspect else ():
        several = f"{len(addresses)} addresses ({addresses[0]} and others)" if len(addresses) > 1 else addresses[0]
        detail = f"{mac} answers ARP for {several}: a router or a proxy; it joins no devices, and what is behind it "
        yield Gap(kind="shared_mac", detail=detail + "shows no hardware address of its own")


def _contested_gaps(assets: tuple[Asset, ...]) -> Iterator[Gap]:
    """A gap for each address that several devices have."""
    heard = [asset.device for asset in assets if not asset.device.is_hearsay]
    claims = [address for device in heard for address in device.addresses]
    if len(set(claims)) == len(claims):
        return
    contested: dict[str, list[Device]] = {address: [] for address, number in Counter(claims).items() if number > 1}
    for device in heard:
        for address in contested.keys() & device.addresses:
            contested[address].append(device)
    for address, devices in contested.items():
        macs = sorted({mac for device in devices for mac in device.macs})
        detail = f"{len(devices)} devices claim this address: {', '.join(macs)}"
        yield Gap(kind="address_conflict", detail=detail, address=address)
