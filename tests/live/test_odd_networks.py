"""Networks that are odd or hostile: two devices on one address, a proxy for everybody, an answer that names another."""

import socket
from dataclasses import replace
from functools import partial

import msgspec
import pytest
from support.fleet import build_fleet
from support.namespaces import needs_namespaces
from support.premises import estate, scan
from support.together import at_once

pytestmark = [*needs_namespaces, pytest.mark.timeout(200)]

NETWORK = "10.80.0.0/24"
KINDS = ("http only", "sadp only", "wsd only", "all of Dahua", "rtsp only")
STALE = "192.0.0.64"
INTRUDER, PROXY = "00:12:34:56:78:01", "00:1b:0c:00:00:fe"
STANDARD = ("--profile", "standard", "--once", "--listen", "0")


def address_of(built, kind):
    return next(address for address, member in built.members.items() if member.kind == kind)


def packed(address):
    return bytes.fromhex(address.replace(":", ""))


# How a network is odd: what is done to it, and what a scan of it is asked


def contested(built):
    """Somebody else claims the address of a device."""
    built.segments[0].claims[socket.inet_aton(address_of(built, "wsd only"))] = [packed(INTRUDER)]
    return NETWORK, "--channels", "arp,wsd,http,tcp"


def proxied(built):
    """Everybody but the real devices is a ghost: RFC 1027. Nothing is asked here that would wait for ghosts."""
    built.segments[0].proxy = packed(PROXY)
    return NETWORK, "--channels", "arp,wsd,sadp,dhip"


def hidden(built):
    """The proxy stands before a device that only a connect can find, and shows its own hardware address for it."""
    address = address_of(built, "rtsp only")
    segment = built.segments[0]
    segment.proxy = packed(PROXY)
    segment.residents[socket.inet_aton(address)] = replace(built.members[address].resident, mac=packed(PROXY))
    first, last = address.rsplit(".", 1)
    return f"{first}.{max(3, int(last) - 8)}-{min(254, int(last) + 8)}", "--channels", "arp,rtsp,tcp"


def stale(built):
    """A device names an address that it had once."""
    address = address_of(built, "sadp only")
    played = built.played[address]
    text = msgspec.json.encode(played.device).decode().replace("@address@", STALE)
    built.crowds[0].replace(address, msgspec.json.decode(text, type=type(played.device)))
    return NETWORK, "--channels", "arp,sadp"


ODD = (contested, proxied, hidden, stale)


def scanned(odd, folder):
    """(what was built, the inventory) of one device of each of a few kinds, on a /24 that is odd."""
    with estate(seed=9) as built:
        crowd = built.attached(NETWORK, spread_s=0.1)
        built.populate(crowd, [member for member in build_fleet(19) if member.kind in KINDS])
        return built, scan(built, folder, *odd(built), *STANDARD).inventory


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What was built, and the inventory, of each odd network: all are scanned at the same time."""
    folders = [tmp_path_factory.mktemp(odd.__name__) for odd in ODD]
    return dict(zip(ODD, at_once(*(partial(scanned, *each) for each in zip(ODD, folders, strict=True))), strict=True))


def at(inventory, address):
    return [asset for asset in inventory["assets"] if address in asset["addresses"]]


def gaps(inventory, kind):
    return [gap for gap in inventory["coverage"]["gaps"] if gap["kind"] == kind]


def test_two_devices_on_one_address_are_two_and_the_conflict_is_told(found):
    built, inventory = found[contested]
    address = address_of(built, "wsd only")
    both = at(inventory, address)

    assert sorted(mac for asset in both for mac in asset["macs"]) == sorted(
        [INTRUDER, built.members[address].device.mac]
    )
    assert all("claims" in " ".join(asset["conflicts"]) for asset in both)
    assert [gap["address"] for gap in gaps(inventory, "address_conflict")] == [address]
    assert [len(at(inventory, other)) for other in built.members if other != address] == [1, 1, 1, 1]


def test_proxy_that_answers_for_everybody_makes_no_devices(found):
    built, inventory = found[proxied]
    (gap,) = gaps(inventory, "shared_mac")

    assert {address for asset in inventory["assets"] for address in asset["addresses"]} == set(built.members)
    assert all(built.members[asset["addresses"][0]].device.mac in asset["macs"] for asset in inventory["assets"])
    assert PROXY in gap["detail"]
    assert "253 addresses" in gap["detail"]


def test_proxy_hides_nobody_who_takes_connections_only(found):
    built, inventory = found[hidden]
    address = address_of(built, "rtsp only")
    (asset,) = at(inventory, address)

    assert asset["serial"] == built.members[address].device.truth.serial


def test_address_that_an_answer_comes_from_counts_and_the_other_is_kept(found):
    built, inventory = found[stale]
    address = address_of(built, "sadp only")
    (asset,) = at(inventory, address)

    assert asset["family"] == "hikvision"
    assert asset["addresses"] == [address]
    assert at(inventory, STALE) == []
    assert STALE in str(asset)
