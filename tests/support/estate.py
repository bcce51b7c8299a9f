"""An estate of 500 devices over twelve months: inventories as scans would make them, and what truly happened.

Everything follows from a script: DHCP moves, replacements, firmware upgrades, network cards, a VLAN that drops out for
a month, a relabel that better fingerprints find later, devices that are switched off and come back.
"""

from dataclasses import dataclass, field

from support.inventories import START, asset, match

from netaudit.inventory import document
from netaudit.model import ChannelTotal, Coverage, Inventory, Run
from netaudit.naming import device_id

MONTHS, MONTH_S = 12, 30 * 86_400
VLANS = {"north": ("10.1.0", "10.1.1", "10.1.2"), "south": ("10.2.0", "10.2.1")}
PER_VLAN = 100
DROPPED, DROPPED_MONTH = "10.1.2", 6
MAKERS = {"hikvision": "44:19:b6", "dahua": "3c:ef:8c", "axis": "ac:cc:8e"}
DONE = tuple(ChannelTotal(name=n, status="done", reason=None, sent=9, received=9) for n in ("arp", "http", "sadp"))


@dataclass
class Box:
    """One device of the script, as it is now."""

    number: int
    site: str
    vlan: str
    host: int
    family: str
    verdict: str = "confirmed"
    firmware: str = "V5.5.0"
    card: int = 0  # which network card is in it
    named_by: str = "serial"  # what its id is made of: "serial", "uuid", "address"
    uuid: int = 0
    away: set = field(default_factory=set)  # months in which it is switched off
    until: int = MONTHS  # the month in which it is no more
    since: int = 0
    first_id: str = ""  # the id that it keeps

    @property
    def address(self):
        return f"{self.vlan}.{self.host}"

    @property
    def mac(self):
        return f"{MAKERS[self.family]}:{self.card:02x}:{self.number >> 8:02x}:{self.number & 255:02x}"

    @property
    def serial(self):
        return f"DS2019{self.number:07d}XK"

    @property
    def id(self):
        names = {
            "serial": f"serial:{self.serial}",
            "uuid": f"uuid:{self.uuid}:{self.number}",
            "address": f"address:{self.address}",
        }
        return device_id(names[self.named_by])

    def seen(self, month, at):
        """What a scan makes of it."""
        known = self.family if self.verdict != "unknown" else "unknown"
        found = match("fp", "http.title", "page", "strong", 80, "tcp", seen_at=at + self.number % 60, family=known)
        return asset(
            self.id,
            self.address,
            [found],
            macs=() if self.named_by == "address" else (self.mac,),
            family=known,
            verdict=self.verdict,
            certainty=0.0 if known == "unknown" else 0.99,
            kind="camera",
            model=f"M-{self.number % 7}",
            firmware=self.firmware,
            serial=self.serial if self.named_by == "serial" else None,
        )


@dataclass
class Estate:
    """The boxes, and what happened: (month, kind, id of the device), each once."""

    boxes: list = field(default_factory=list)
    truth: set = field(default_factory=set)
    left: list = field(default_factory=list)  # (box, month): no more there from this month on

    def happened(self, month, kind, box):
        self.truth.add((month, kind, box.first_id))

    def present(self, month):
        return [b for b in self.boxes if b.since <= month < b.until and month not in b.away]


def covered(vlan, month):
    """Whether the script lets a scan see a VLAN in a month."""
    return (vlan, month) != (DROPPED, DROPPED_MONTH)


def told_gone(vlan, from_month, misses=2):
    """The month in which a device that left must be told as gone, or None."""
    months = [month for month in range(from_month, MONTHS) if covered(vlan, month)]
    return months[misses - 1] if len(months) >= misses else None


def build():
    """The estate on its first day."""
    estate, families = Estate(), ("hikvision", "hikvision", "dahua", "axis", "hikvision", "dahua", "axis")
    for site, vlans in VLANS.items():
        for vlan in vlans:
            for host in range(10, 10 + PER_VLAN):
                number = len(estate.boxes)
                box = Box(number, site, vlan, host, families[number % 7])
                box.named_by = {3: "uuid", 5: "address"}.get(number % 11, "serial")
                if number % 50 == 2:
                    box.verdict = "unknown"
                    box.family = "dahua"
                estate.boxes.append(box)
    for box in estate.boxes:
        box.first_id = box.id
    return estate


def act(estate, month):
    """What happens before the scan of a month."""
    here = [b for b in estate.boxes if b.since <= month < b.until]
    movable = [b for b in here if b.named_by != "address" and b.vlan != DROPPED]
    if month:
        _move(estate, month, movable[month * 13 :: 41][:8])
        _replace(estate, month, [b for b in here if b.family != "axis" and b.number % 11 == month % 11][:20])
    if month == 3:
        for box in [b for b in here if b.named_by == "serial" and b.until == MONTHS and b.number % 90 == 1]:
            box.card = 1
            estate.happened(month, "changed", box)
    if month == 5:
        for box in [b for b in here if b.until == MONTHS and b.vlan != DROPPED and b.number % 12 == 0]:
            box.firmware, box.uuid = "V5.7.3", 1
            estate.happened(month, "changed", box)
    if month == 8:
        for box in [b for b in here if b.verdict == "unknown" and b.until > month]:
            box.verdict = "probable"
            estate.happened(month, "changed", box)
    if month == 2:
        _switch_off(estate, [b for b in here if b.until == MONTHS and b.number % 83 == 7])


def _move(estate, month, boxes):
    """DHCP: within a VLAN, each takes the address of the next: all change places."""
    for vlan in {box.vlan for box in boxes}:
        group = [box for box in boxes if box.vlan == vlan and box.until == MONTHS and not box.away]
        hosts = [box.host for box in group]
        for box, host in zip(group, hosts[1:] + hosts[:1], strict=True):
            if box.host != host:
                box.host = host
                estate.happened(month, "moved", box)


def _replace(estate, month, boxes):
    """Another maker's device hangs where the old one hung."""
    for box in boxes:
        if box.away or box.since or not covered(box.vlan, month):
            continue
        box.until = month
        estate.left.append((box, month))
        new = Box(len(estate.boxes), box.site, box.vlan, box.host, "axis", since=month)
        new.first_id = new.id
        estate.boxes.append(new)
        estate.happened(month, "appeared", new)
        if (told := told_gone(box.vlan, month)) is not None:
            estate.happened(told, "gone", box)


def _switch_off(estate, boxes):
    """Some are off for one month, which is told by nobody; some for three, which is."""
    for place, box in enumerate(boxes):
        box.away = {7} if place % 2 else {7, 8, 9}
        if not place % 2:
            estate.happened(8, "gone", box)
            estate.happened(10, "returned", box)


def inventory(estate, site, month):
    """The inventory of a site's scan."""
    at = START + month * MONTH_S
    seen = [b for b in estate.present(month) if b.site == site and covered(b.vlan, month)]
    targets = tuple(f"{vlan}.0/24" for vlan in VLANS[site])
    return document(
        Inventory(
            run=Run(
                id=f"{site}-{month:02d}", feed="live", started_at=at, finished_at=at + 60, targets=targets,
                profile="gentle", site=site, version="0.1.0", addresses_in_scope=254 * len(targets),
            ),
            coverage=Coverage(
                addresses_in_scope=254 * len(targets), addresses_answering=len(seen), channels=DONE
            ),
            assets=tuple(b.seen(month, at) for b in seen),
            fingerprints_count=1,
            fingerprints_sha256="ab" * 32,
        )
    )  # fmt: skip


def play():
    """(estate, inventories in the order of the scans): twelve months of both sites."""
    estate, documents = build(), []
    for month in range(MONTHS):
        act(estate, month)
        documents += [inventory(estate, site, month) for site in VLANS]
    return estate, documents


def affected(estate, month):
    """(known to be affected so far, told as gone of these), by the script."""
    known, gone = set(), set()
    for box in estate.boxes:
        named = box.family in {"hikvision", "dahua"} and (box.number % 50 != 2 or (month >= 8 and box.until > 8))
        if named and box.since <= month:
            known.add(box.first_id)
            left = [
                when
                for kind in ("gone", "returned")
                for when, k, name in estate.truth
                if (k, name) == (kind, box.first_id) and when <= month
            ]
            states = sorted(
                (when, kind)
                for when, kind, name in estate.truth
                if name == box.first_id and kind in {"gone", "returned"} and when <= month
            )
            if left and states[-1][1] == "gone":
                gone.add(box.first_id)
    return known, gone
