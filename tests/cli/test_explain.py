"""netaudit explain: one device of an inventory, by any of its names."""

import pytest
from support.commands import run
from support.recorded import recorded

from netaudit.inventory import read


def camera():
    made = recorded()
    address = made.addresses["hikvision-dome"]
    return next(asset for asset in read(made.inventory).assets if address in asset.addresses)


@pytest.mark.parametrize(
    "name",
    [lambda a: a.id, lambda a: a.addresses[0], lambda a: a.macs[0], lambda a: a.macs[0].upper().replace(":", "-")],
)
def test_device_is_found_by_id_address_and_mac(name):
    ended = run("explain", recorded().inventory, name(camera()))

    assert (ended.code, ended.err) == (0, "")
    assert f"id        {camera().id}" in ended.text


def test_bundle_shows_the_bytes():
    without = run("explain", recorded().inventory, camera().id).text
    ended = run("explain", recorded().inventory, camera().id, "--bundle", recorded().bundle)

    assert ended.code == 0
    assert "00000000  3c 3f 78 6d 6c" in ended.text
    assert "00000000" not in without


@pytest.mark.parametrize("name", ["10.9.9.9", "nobody", "", "00:00:00:00:00:00"])
def test_unknown_device_is_one_line(name):
    ended = run("explain", recorded().inventory, name)

    assert ended.code == 2
    assert "no device" in ended.error


def test_what_cannot_be_read_is_one_line(tmp_path):
    (tmp_path / "x").write_text("x")

    assert "not an inventory" in run("explain", tmp_path / "x", "10.0.0.5").error
    assert "/no/such/file" in run("explain", "/no/such/file", "10.0.0.5").error
    assert run("explain", recorded().inventory, camera().id, "--bundle", tmp_path / "x").code == 2
    assert "Missing argument 'DEVICE'" in run("explain", recorded().inventory).error
