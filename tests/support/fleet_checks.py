"""What must hold of a scanned fleet of any size, and whatever its link loses: the tests that all fleets share."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from support import witness
from support.premises import ROUTER_HOST, Estate, Scanned, scan

from netaudit.scope import Scope, parse_scope

UNSEEN_BEHIND_ROUTER = {"arp only"}  # by design: no ARP crosses a router
GROUPS = {"224.0.0.251", "224.0.0.22", "239.255.255.250", "239.255.255.251", "255.255.255.255"}


@dataclass(frozen=True)
class Result:
    """An estate that was scanned."""

    estate: Estate
    scanned: Scanned
    scope: Scope

    @property
    def assets(self):
        return self.scanned.inventory["assets"]

    @cached_property
    def by_address(self):
        return {address: asset for asset in self.assets for address in asset["addresses"]}

    @cached_property
    def holders(self) -> Counter[str]:
        """How many assets have each address."""
        return Counter(address for asset in self.assets for address in asset["addresses"])

    @cached_property
    def visible(self) -> dict:
        """The devices that answer something that reaches the scanner."""
        hidden = {a for a in self.estate.routed if self.estate.members[a].kind in UNSEEN_BEHIND_ROUTER}
        return {address: member for address, member in self.estate.members.items() if address not in hidden}

    @cached_property
    def routers(self) -> dict[str, set[str]]:
        """The hardware addresses of routers, with the addresses that a router has: one on each of its segments."""
        own = {link.mac for link in self.estate.links}
        entrances = {str(segment.network[ROUTER_HOST]) for segment in self.estate.segments}
        macs = {mac for segment in self.estate.segments for mac in segment.stations if mac not in own}
        return {mac.hex(":"): entrances for mac in macs}

    def gaps(self, kind):
        return [gap for gap in self.scanned.inventory["coverage"]["gaps"] if gap["kind"] == kind]


def run(built, folder: Path, targets: tuple[str, ...], *options: str) -> Result:
    """Scan these targets with the standard profile, and say how long that took."""
    scanned = scan(built, folder, *targets, *options, "--profile", "standard")
    print(f"\n{len(built.members):,} devices: {scanned.seconds:.1f} s, {scanned.peak_mb:.0f} MB", end=" ")
    return Result(built, scanned, parse_scope(targets))


class Fleet:
    """What must hold of a fleet of any size, and whatever the link loses."""

    def test_every_device_is_found(self, result):
        asked = [witness.asked_by_arp(link.sent) for link in result.estate.links]
        missing = {
            address: (member.kind, "asked by ARP", sum(counts.get(address, 0) for counts in asked))
            for address, member in result.visible.items()
            if not result.holders[address]
        }

        assert missing == {}

    def test_no_device_is_there_twice(self, result):
        assert {a: count for a, count in result.holders.items() if count > 1} == {}
        assert [asset["addresses"] for asset in result.assets if len(asset["addresses"]) > 1] == []
        held = Counter(mac for a in result.assets for mac in set(a["macs"]) - result.routers.keys())
        assert [mac for mac, count in held.items() if count > 1] == []

    def test_a_routers_hardware_address_stands_at_its_own_addresses_only(self, result):
        # It may stand at several: a router asks by ARP from the address of its far side too.
        wrong = [
            (mac, asset["addresses"])
            for asset in result.assets
            for mac in result.routers.keys() & set(asset["macs"])
            if set(asset["addresses"]) - result.routers[mac]
        ]

        assert wrong == []

    def test_nobody_is_there_who_is_not(self, result):
        routers = {str(s.network[ROUTER_HOST]) for s in result.estate.segments}

        assert set(result.holders) - set(result.estate.members) - routers == set()

    def test_every_serial_number_is_that_of_its_device(self, result):
        wrong = {
            address: (asset["serial"], member.device.truth.serial)
            for address, member in result.visible.items()
            for asset in [result.by_address.get(address)]
            if asset and asset["serial"] and member.device.truth.serial
            and member.device.truth.serial[-9:] not in asset["serial"]
            and asset["serial"] not in member.device.truth.serial
        }  # fmt: skip

        assert wrong == {}

    def test_no_device_is_said_to_be_of_another_family(self, result):
        wrong = [
            (address, member.kind, asset["family"])
            for address, member in result.visible.items()
            for asset in [result.by_address.get(address)]
            if asset and asset["family"] not in {member.device.truth.family, "unknown"}
        ]

        assert wrong == []

    def test_never_two_connections_to_one_device_at_once(self, result):
        for link in result.estate.links:
            assert witness.at_once(witness.connections(link.sent, link.resets)) == []

    def test_no_request_is_outside_the_closed_list(self, result):
        for link in result.estate.links:
            assert witness.strangers(link.sent) == []

    def test_every_frame_is_honest(self, result):
        for link in result.estate.links:
            assert witness.odd_frames(link.sent, link.mac) == []

    def test_nothing_leaves_the_scope(self, result):
        near = {str(s.network.broadcast_address) for s in result.estate.segments}
        for link in result.estate.links:
            strange = witness.destinations(link.sent) - GROUPS - near
            assert [address for address in strange if address not in result.scope] == []
