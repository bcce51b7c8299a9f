"""The timeline: runs one after the other, devices followed from run to run, each change told once. Pure.

What follows costs as much as there are changes: what is the same as in the last run of a site is not looked at again.
A history is never cached: it follows from the runs and the facts, so a run that arrives late, or a merge that is
undone, takes its place as if it had been there from the beginning.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from msgspec.structs import replace

from netaudit.history.cover import Cover, blind_spot, network_of
from netaudit.history.differences import conflicts, differences, is_moved, known_now
from netaudit.history.facts import word_of
from netaudit.history.keys import in_words, is_another, proof
from netaudit.history.match import Index, assign, groups, others, places, were_together
from netaudit.history.shape import CHANGE_KINDS, Change, ChangeKind, Difference, Fact, Timeline
from netaudit.history.snapshots import Reading, Shelf, Snapshot
from netaudit.history.tracks import Site, Track, name_of, networks_of
from netaudit.inventory import AssetDocument, address_order
from netaudit.naming import device_id

MISSES = 2  # runs in a row that must have covered a place without an answer before its device counts as gone


@dataclass(frozen=True, slots=True)
class Sight:
    """What the last run of a site could see."""

    cover: Cover
    answering: set[str]
    recorders: dict[str, bool]


@dataclass(slots=True)
class Fold:
    """All that is known after the runs so far."""

    shelf: Shelf
    index: Index
    misses: int
    every_miss: bool = False  # two runs only: tell also of those that did not answer and were not covered
    sites: dict[str | None, Site] = field(default_factory=dict)
    tracks: list[Track] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    sights: dict[str | None, Sight] = field(default_factory=dict)

    def take(self, snapshot: Snapshot) -> None:
        """Go on by one run."""
        self.snapshots[snapshot.run] = snapshot
        first = not self.sites or (snapshot.site not in self.sites and not self.every_miss)
        site = self.sites.setdefault(snapshot.site, Site())
        before = (site.run, site.at)
        left, came = site.turn(snapshot, self.shelf)
        for core in left:
            self._leave(site, core, *before)
        told = sorted(
            [*self._come(site, snapshot, came, first=first), *self._miss(site, snapshot)],
            key=lambda c: (CHANGE_KINDS.index(c.kind), _place_order(c.address), c.device),
        )
        self.changes += told
        self.sights[snapshot.site] = Sight(snapshot.cover, self._answering(site, snapshot), dict(site.recorders))

    def _leave(self, site: Site, core: bytes, run: str, at: str) -> None:
        track = site.tracks.pop(core)
        track.sightings -= 1
        if not track.sightings:
            track.present, track.last_seen, track.last_run = False, at, run
            self.sites[track.site].absent[id(track)] = track

    def _come(self, site: Site, snapshot: Snapshot, came: Sequence[bytes], *, first: bool) -> list[Change]:
        told: list[Change] = []
        cores = {site.assets[core].id: core for core in came}
        assets = [site.assets[core] for core in cores.values()]
        found = assign(assets, snapshot.site, site.keys, self.index)
        for asset in assets:
            track, key = found.get(asset.id) or (self._absorbing(asset, snapshot.site), "")
            if track is None:
                track = self._begin(asset, snapshot)
                told += (
                    [] if first else [self.change("appeared", track, snapshot, because=self._before(track, snapshot))]
                )
            elif key:
                told += self._go_on(track, asset, key, snapshot)
            told += self._others(track, asset, site, snapshot)
            track.aliases.add(asset.id)
            track.sightings += 1
            site.tracks[cores[asset.id]] = track
            self.index.learn(track, asset, snapshot.site)
        return told

    def _absorbing(self, asset: AssetDocument, site: str | None) -> Track | None:
        """The device of which an operator said that this asset is it too, though both are there at once."""
        held = (self.index.tracks.get(key) for key in groups(asset, self.index.word))
        return next((track for track in held if track and track.present and track.site == site), None)

    def _begin(self, asset: AssetDocument, snapshot: Snapshot) -> Track:
        known = asset.id in self.index.ids
        name = device_id(f"{asset.id}|{snapshot.at}|{snapshot.run}") if known else asset.id
        track = Track(name, asset, snapshot.site, snapshot.at, snapshot.at, snapshot.run)
        track.learn(asset, snapshot.site, snapshot.at)
        self.tracks.append(track)
        self.index.ids[name] = track
        return track

    def _before(self, track: Track, snapshot: Snapshot) -> str:
        """Why an earlier run may have missed what appears now: nothing, where it covered the place."""
        seen = self.sights.get(snapshot.site)
        blind = blind_spot(track.asset, seen.cover, seen.answering, seen.recorders) if seen else ""
        return f"perhaps not new: in the run before, {blind}" if blind else ""

    def _answering(self, site: Site, snapshot: Snapshot) -> set[str]:
        return {*site.networks, *(network_of(a) for a in snapshot.cover.alive)}

    def _go_on(self, track: Track, asset: AssetDocument, key: str, snapshot: Snapshot) -> list[Change]:
        before, site, was_gone = track.asset, track.site, track.gone_at
        known = known_now(before, asset, snapshot.cover)
        self.sites[site].absent.pop(id(track), None)
        track.learn(known, snapshot.site, snapshot.at)
        told = [self.change("returned", track, snapshot, because=f"told as gone on {was_gone}")] if was_gone else []
        key = proof(before, known) or key
        if is_moved(before, known) or (site is not None and site != snapshot.site):
            told.append(
                self.change("moved", track, snapshot, key=key, fields=_places(before, known, site, snapshot.site))
            )
        contradictions = conflicts(before, known)
        told += [self.change("conflicting", track, snapshot, because=text, key=key) for text in contradictions]
        fields = tuple(d for d in differences(before, known) if d.field != "serial" or not contradictions)
        return [*told, self.change("changed", track, snapshot, key=key, fields=fields)] if fields else told

    def _others(self, track: Track, asset: AssetDocument, site: Site, snapshot: Snapshot) -> list[Change]:
        told = []
        led = {id(other): (key, other) for key, other in others(track, asset, site.keys, self.index)}
        for key, other in led.values():  # each once, by the key that says most to a person
            if other.present or were_together(track, other) or is_another(other.asset, asset):
                because = f"its {in_words(key)} was that of {other.id} before"
                told.append(self.change("conflicting", track, snapshot, because=because, key=key))
            else:
                told.append(self._join(track, other, key, snapshot))
        return told

    def _join(self, track: Track, other: Track, key: str, snapshot: Snapshot) -> Change:
        """Make one of two devices: the one that was seen first keeps its id."""
        elder = min(track, other, key=lambda t: (t.first_seen, t.id))
        names = sorted((track.id, other.id), key=lambda name: name != elder.id)
        track.aliases |= other.aliases
        track.keys |= other.keys
        track.steps = sorted((*other.steps, *track.steps), key=lambda step: step.at)
        track.id, track.first_seen = elder.id, elder.first_seen
        self.sites[other.site].absent.pop(id(other), None)
        self.tracks = [t for t in self.tracks if t is not other]
        self.index.replace(other, track)
        self.index.ids |= dict.fromkeys(names, track)
        because = f"{names[1]} is {names[0]}: one device has the {in_words(key)} of both"
        return self.change("joined", track, snapshot, because=because, key=key)

    def _miss(self, site: Site, snapshot: Snapshot) -> list[Change]:
        answering, hushed, told = self._answering(site, snapshot), site.hushed(), []
        for track in list(site.absent.values()):
            blind = blind_spot(track.asset, snapshot.cover, answering, site.recorders)
            blind = blind or next((hushed[n] for n in networks_of(track.asset) if n in hushed), "")
            if blind and self.every_miss:
                told.append(self.change("unseen", track, snapshot, because=blind))
            if blind:
                continue
            track.misses += 1
            if track.misses >= self.misses:
                told.append(self._go(site, track, snapshot))
        return told

    def _go(self, site: Site, track: Track, snapshot: Snapshot) -> Change:
        track.gone_at = snapshot.at
        track.step(snapshot.at)
        del site.absent[id(track)]
        times = f" {track.misses} runs in a row" if track.misses > 1 else ""
        because = f"its place was covered{times}, and it did not answer{self._instead(track, snapshot.site)}"
        return self.change("gone", track, snapshot, because=because)

    def _instead(self, track: Track, site: str | None) -> str:
        """Who stands where a device stood."""
        held = (self.index.tracks.get(place) for place in places(track.asset, site))
        other = next((t for t in held if t and t is not track and t.present), None)
        return f"; {other.id} answers at its address" if other else ""

    def reread(self, reading: Reading) -> None:
        """Take over what a recording, read again, says of the devices that were last seen in its run."""
        snapshot = self.snapshots.get(reading.run)
        if snapshot is None:
            return
        for asset in reading.assets:
            track = self._seen_in(reading.run, asset)
            if track is None:
                continue
            fields = differences(track.asset, asset)
            if fields:
                track.asset = asset
                track.step(reading.at)
                change = self.change("changed", track, snapshot, because="the recording was read again", fields=fields)
                self.changes.append(replace(change, at=reading.at))

    def _seen_in(self, run: str, asset: AssetDocument) -> Track | None:
        """The device that a run saw last, and that this asset of its recording is."""
        tracks = (track for track in self.tracks if asset.id in track.aliases)
        return next((t for t in tracks if run == (self.sites[t.site].run if t.present else t.last_run)), None)

    def change(
        self, kind: ChangeKind, track: Track, snapshot: Snapshot, *,
        because: str = "", key: str = "", fields: tuple[Difference, ...] = (),
    ) -> Change:  # fmt: skip
        """A change of a device, with what it is called now."""
        return Change(
            kind=kind, device=track.id, run=snapshot.run, at=snapshot.at, site=snapshot.site,
            address=next(iter(track.asset.addresses), ""), name=name_of(track.asset), family=track.asset.family,
            verdict=track.asset.verdict, because=because, key=key, fields=fields,
        )  # fmt: skip

    def close(self) -> Timeline:
        """All that was found."""
        for track in self.tracks:
            if track.present:
                track.last_seen, track.last_run = self.sites[track.site].at, self.sites[track.site].run
        return Timeline(
            devices=tuple(t.told() for t in sorted(self.tracks, key=lambda t: (t.first_seen, t.id))),
            changes=tuple(self.changes),
            runs=tuple((s.run, s.at, s.site) for s in self.snapshots.values()),
        )


@lru_cache(maxsize=65_536)
def _place_order(address: str) -> tuple[int, int, str]:
    return address_order(address)


def _places(before: AssetDocument, after: AssetDocument, old: str | None, new: str | None) -> tuple[Difference, ...]:
    addresses = Difference("addresses", ", ".join(before.addresses), ", ".join(after.addresses))
    site = Difference("site", old or "", new or "")
    return tuple(d for d in (addresses, site) if d.before != d.after)


def reckon(
    snapshots: Iterable[Snapshot],
    shelf: Shelf,
    facts: Iterable[Fact] = (),
    readings: Iterable[Reading] = (),
    misses: int = MISSES,
) -> Timeline:
    """The timeline of these runs, in the order of their starts. `misses`: see MISSES."""
    fold = Fold(shelf, Index(word_of(facts)), misses)
    events: list[tuple[str, str, Snapshot | Reading]] = [(s.at, s.run, s) for s in snapshots]
    events += [(reading.at, reading.run, reading) for reading in readings]
    for _, _, happened in sorted(events, key=lambda event: (event[0], isinstance(event[2], Reading), event[1])):
        if isinstance(happened, Reading):
            fold.reread(happened)
        else:
            fold.take(happened)
    return fold.close()
