"""Networks that are odd or hostile: two devices on one address, a proxy for everybody, an answer that names another."""

import socket
from dataclasses import replace

import msgspec
import pytest
from support.fleet import build_fleet
from support.namespaces import needs_namespaces
from support.premises import estate, scan

pytestmark = [*needs_namespaces, pytest.mark.timeout(200)]

NETWORK = "10.80.0.0/24"
KINDS = ("http only", "sadp only", "wsd only", "all of Dahua", "rtsp only")
INTRUDER, PROXY = "00:12:34:56:78:01", "00:1b:0c:00:00:fe"
STANDARD = ("--profile", "standard", "--once", "--listen", "0")


@pytest.fixture
def built():
    """One device of each of a few kinds, on a /24."""
    with estate(seed=9) as built:
        crowd = built.attached(NETWORK, spread_s=0.1)
        built.populate(crowd, [member for member in build_fleet(19) if member.kind in KINDS])
        yield built


def address_of(built, kind):
    return next(address for address, member in built.members.items() if member.kind == kind)


def packed(address):
    return bytes.fromhex(address.replace(":", ""))


def at(inventory, address):
    return [asset for asset in inventory["assets"] if address in asset["addresses"]]


def gaps(inventory, kind):
    return [gap for gap in inventory["coverage"]["gaps"] if gap["kind"] == kind]


def test_two_devices_on_one_address_are_two_and_the_conflict_is_told(built, tmp_path):
    contested = address_of(built, "wsd only")
    built.segments[0].claims[socket.inet_aton(contested)] = [packed(INTRUDER)]
    inventory = scan(built, tmp_path, NETWORK, *STANDARD, "--channels", "arp,wsd,http,tcp").inventory
    both = at(inventory, contested)

    assert sorted(mac for asset in both for mac in asset["macs"]) == sorted(
        [INTRUDER, built.members[contested].device.mac]
    )
    assert all("claims" in " ".join(asset["conflicts"]) for asset in both)
    assert [gap["address"] for gap in gaps(inventory, "address_conflict")] == [contested]
    assert [len(at(inventory, address)) for address in built.members if address != contested] == [1, 1, 1, 1]


def test_proxy_that_answers_for_everybody_makes_no_devices(built, tmp_path):
    """Everybody but the real devices is a ghost: RFC 1027. Nothing is asked here that would wait for ghosts."""
    built.segments[0].proxy = packed(PROXY)
    inventory = scan(built, tmp_path, NETWORK, *STANDARD, "--channels", "arp,wsd,sadp,dhip").inventory
    (gap,) = gaps(inventory, "shared_mac")

    assert {address for asset in inventory["assets"] for address in asset["addresses"]} == set(built.members)
    assert all(built.members[asset["addresses"][0]].device.mac in asset["macs"] for asset in inventory["assets"])
    assert PROXY in gap["detail"]
    assert "253 addresses" in gap["detail"]


def test_proxy_hides_nobody_who_takes_connections_only(built, tmp_path):
    """The proxy stands before a device that only a connect can find, and shows its own hardware address for it."""
    hidden = address_of(built, "rtsp only")
    segment = built.segments[0]
    segment.proxy = packed(PROXY)
    segment.residents[socket.inet_aton(hidden)] = replace(built.members[hidden].resident, mac=packed(PROXY))
    first, last = hidden.rsplit(".", 1)
    near = f"{first}.{max(3, int(last) - 8)}-{min(254, int(last) + 8)}"
    inventory = scan(built, tmp_path, near, *STANDARD, "--channels", "arp,rtsp,tcp").inventory
    (asset,) = at(inventory, hidden)

    assert asset["serial"] == built.members[hidden].device.truth.serial


def test_address_that_an_answer_comes_from_counts_and_the_other_is_kept(built, tmp_path):
    address, stale = address_of(built, "sadp only"), "192.0.0.64"
    played = built.played[address]
    text = msgspec.json.encode(played.device).decode().replace("@address@", stale)
    built.crowds[0].replace(address, msgspec.json.decode(text, type=type(played.device)))
    inventory = scan(built, tmp_path, NETWORK, *STANDARD, "--channels", "arp,sadp").inventory
    (asset,) = at(inventory, address)

    assert asset["family"] == "hikvision"
    assert asset["addresses"] == [address]
    assert at(inventory, stale) == []
    assert stale in str(asset)
