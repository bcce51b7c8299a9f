"""Devices as they are followed: what is known of each, and what each site's last run held."""

from collections import Counter
from dataclasses import dataclass, field

from netaudit.history.cover import network_of, network_words
from netaudit.history.keys import keys_of
from netaudit.history.shape import Step, Tracked
from netaudit.history.snapshots import Shelf, Snapshot
from netaudit.inventory import AssetDocument

CROWD = 8  # so many devices silent at once, for each that answers, are a network that fell silent


@dataclass(slots=True, eq=False)
class Track:
    """One device, as far as it has been followed."""

    id: str
    asset: AssetDocument  # what is known of it
    site: str | None
    first_seen: str
    last_seen: str
    last_run: str
    aliases: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    present: bool = True
    sightings: int = 0  # assets of last runs that are it: two, where an operator said so, or where it changes site
    misses: int = 0
    gone_at: str | None = None
    steps: list[Step] = field(default_factory=list)

    def learn(self, asset: AssetDocument, site: str | None, at: str) -> None:
        """Take over what is known now."""
        self.asset, self.site, self.present, self.misses, self.gone_at = asset, site, True, 0, None
        self.aliases.add(asset.id)
        self.keys |= set(keys_of(asset))
        self.step(at)

    def step(self, at: str) -> None:
        """Note what is known now, where it is another than before."""
        step = Step(at, self.asset.family, self.asset.verdict, self.gone_at is None)
        if not self.steps or (step.family, step.verdict, step.present) != _said(self.steps[-1]):
            self.steps.append(step)

    def told(self) -> Tracked:
        """What is known of it, to be kept."""
        return Tracked(
            id=self.id,
            aliases=tuple(sorted(self.aliases)),
            keys=tuple(sorted(self.keys)),
            site=self.site,
            first_seen=self.first_seen,
            last_seen=self.last_seen,
            gone_since=self.gone_at,
            misses=self.misses,
            addresses=self.asset.addresses,
            name=name_of(self.asset),
            family=self.asset.family,
            verdict=self.asset.verdict,
            kind=self.asset.kind,
            steps=tuple(self.steps),
        )


def _said(step: Step) -> tuple[str, str, bool]:
    return (step.family, step.verdict, step.present)


def name_of(asset: AssetDocument) -> str:
    """Maker and model of a device, as far as they are known; what it calls itself is not escaped here."""
    words = (asset.brand or asset.manufacturer or "", asset.model or "")
    return " ".join(str(word) for word in words if word) or ("device" if asset.kind == "unknown" else asset.kind)


def networks_of(asset: AssetDocument) -> set[str]:
    """The neighbourhoods in which a device stands by itself."""
    return {network_of(address) for address in asset.addresses} if not asset.behind else set()


@dataclass(slots=True)
class Site:
    """What the last run of a site held; brought forward by what is another in the next run."""

    groups: tuple[bytes, ...] = ()
    assets: dict[bytes, AssetDocument] = field(default_factory=dict)
    tracks: dict[bytes, Track] = field(default_factory=dict)
    absent: dict[int, Track] = field(default_factory=dict)  # followed, not there, and not gone
    keys: Counter[str] = field(default_factory=Counter)  # how many hold each
    networks: Counter[str] = field(default_factory=Counter)
    recorders: dict[str, bool] = field(default_factory=dict)
    run: str = ""
    at: str = ""

    def turn(self, snapshot: Snapshot, shelf: Shelf) -> tuple[list[bytes], list[bytes]]:
        """Go on to the next run; the cores that left, and those that came."""
        before, after = self._members(snapshot, shelf)
        left, came = sorted(before - after), sorted(after - before)
        for core in left:
            self._count(self.assets.pop(core), -1)
        for core in came:
            self.assets[core] = shelf.asset(core)
            self._count(self.assets[core], 1)
        self.groups, self.run, self.at = snapshot.groups, snapshot.run, snapshot.at
        return left, sorted(came, key=lambda core: self.assets[core].id)

    def hushed(self) -> dict[str, str]:
        """Networks in which hardly anybody answers of many that did, with the words for it.

        Where a rule of a firewall keeps questions from a network, its gateway answers still.
        """
        missing = Counter(n for track in self.absent.values() for n in networks_of(track.asset))
        silent = {n: m for n, m in missing.items() if m >= CROWD and self.networks[n] * CROWD < m}
        return {
            n: f"{m} devices of {network_words(n)} are silent at once, and hardly anybody answers there"
            for n, m in silent.items()
        }

    def _members(self, snapshot: Snapshot, shelf: Shelf) -> tuple[set[bytes], set[bytes]]:
        before: set[bytes] = set()
        after: set[bytes] = set()
        for old, new in zip(self.groups or (b"",) * len(snapshot.groups), snapshot.groups, strict=True):
            if old != new:
                before.update(shelf.members(old) if old else ())
                after.update(shelf.members(new) if new else ())
        return before, after

    def _count(self, asset: AssetDocument, number: int) -> None:
        for key in keys_of(asset):
            self.keys[key] += number
        for network in networks_of(asset):
            self.networks[network] += number
            if not self.networks[network]:
                del self.networks[network]
        if asset.children.declared or asset.children.inspected:
            if number > 0:
                self.recorders[asset.id] = asset.children.inspected >= asset.children.declared
            else:
                self.recorders.pop(asset.id, None)
