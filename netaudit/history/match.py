"""Which device is which: the assets of a run, each given to the device that it is, or to none. Pure.

Looked for in this order: what an operator said, the asset's id, serial number, hardware address, and last the network
address, where nothing speaks against it. A key that two assets of a run hold joins neither; a device is given to one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from netaudit.history.facts import Word
from netaudit.history.keys import ROUNDS, contradiction, is_another, keys_of
from netaudit.history.tracks import Track
from netaudit.inventory import AssetDocument


@dataclass(slots=True)
class Index:
    """All devices that are followed, by what they can be known by."""

    word: Word
    tracks: dict[str, Track] = field(default_factory=dict)  # key -> device
    ids: dict[str, Track] = field(default_factory=dict)

    def learn(self, track: Track, asset: AssetDocument, site: str | None) -> None:
        """Know a device by all that this sighting of it shows."""
        for key in (*keys_of(asset), *groups(asset, self.word), *places(asset, site)):
            self.tracks[key] = track

    def replace(self, old: Track, new: Track) -> None:
        """Know one device by all that another was known by."""
        self.tracks = {key: new if track is old else track for key, track in self.tracks.items()}
        self.ids[old.id] = new


def assign(
    came: Sequence[AssetDocument], site: str | None, held: Counter[str], index: Index
) -> dict[str, tuple[Track, str]]:
    """Asset id -> its device, and the key that says so; assets that are no device's yet are left out."""
    found: dict[str, tuple[Track, str]] = {}
    taken: set[int] = set()
    for kind in ("said", *ROUNDS, "address"):
        for asset in came:
            if asset.id in found:
                continue
            for key in _keys(asset, kind, site, held, index.word):
                track = index.tracks.get(key)
                if track and id(track) not in taken and _fits(track, asset, key, site, index.word):
                    found[asset.id] = (track, key)
                    taken.add(id(track))
                    break
    return found


def _keys(asset: AssetDocument, kind: str, site: str | None, held: Counter[str], word: Word) -> Iterable[str]:
    if kind == "said":
        return groups(asset, word)
    if kind == "address":
        return places(asset, site)
    return (key for key in keys_of(asset) if key.startswith(f"{kind}:") and held[key] == 1)


def groups(asset: AssetDocument, word: Word) -> Iterator[str]:
    """The groups that an operator made of devices, of which this asset is one."""
    yield from dict.fromkeys(f"said:{word.same[name]}" for name in names(asset) if name in word.same)


def places(asset: AssetDocument, site: str | None) -> Iterator[str]:
    """Where it stands: addresses mean something within a site only, and nothing behind a recorder."""
    if not asset.behind:
        yield from (f"address:{site or ''}|{address}" for address in asset.addresses)


def names(asset: AssetDocument) -> tuple[str, ...]:
    """All by which an operator can mean this asset."""
    return (asset.id, *(key for key in keys_of(asset) if not key.startswith("id:")))


def _fits(track: Track, asset: AssetDocument, key: str, site: str | None, word: Word) -> bool:
    if track.present and track.site == site:
        return False
    if is_apart(track, asset, word):
        return False
    if not key.startswith("address:"):
        return key.startswith(("said:", "serial:")) or not is_another(track.asset, asset)
    return track.gone_at is None and not contradiction(track.asset, asset)


def is_apart(track: Track, asset: AssetDocument, word: Word) -> bool:
    """Whether an operator said that this asset is not this device."""
    if not word.apart:
        return False
    theirs = {*asset.addresses, *names(asset)}
    return any((a in track.aliases and b in theirs) or (b in track.aliases and a in theirs) for a, b in word.apart)


def others(track: Track, asset: AssetDocument, held: Counter[str], index: Index) -> Iterator[tuple[str, Track]]:
    """Other devices that a key of this asset has led to, with the key."""
    for key in keys_of(asset):
        other = index.tracks.get(key)
        if other is not None and other is not track and held[key] == 1 and not is_apart(other, asset, index.word):
            yield key, other


def were_together(one: Track, other: Track) -> bool:
    """Whether two devices were there at the same time, and so are two."""
    return one.first_seen <= other.last_seen and other.first_seen <= one.last_seen
