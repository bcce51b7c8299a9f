"""Recognising during a run: what it has heard by now, identified, for those phases that must know whom they ask."""

from dataclasses import dataclass, field

from netaudit.assemble import Heard, identify_device
from netaudit.identify.correlate import correlate
from netaudit.identify.fingerprints import Library
from netaudit.model import Asset, Event

BARRING = frozenset({"locked", "left_alone", "fell_silent"})  # gaps of a device that must not be asked any more


@dataclass(frozen=True, slots=True)
class Recogniser:
    """Hears a run along with those who keep it."""

    library: Library
    heard: Heard = field(default_factory=Heard)

    def take(self, event: Event) -> None:
        """Hear one event."""
        self.heard.take(event)

    def assets(self) -> tuple[Asset, ...]:
        """The devices so far, as an inventory that ended now would hold them."""
        return tuple(identify_device(device, self.library) for device in correlate(self.heard.facts()))

    def barred(self) -> frozenset[str]:
        """The addresses that said that they are locked, or that were left alone."""
        locked = (o.address for o in self.heard.facts() if (o.field, o.value) == ("sadp.locked", "yes"))
        return frozenset({*locked, *(gap.address for gap in self.heard.told.gaps if gap.kind in BARRING)})
