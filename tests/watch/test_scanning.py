"""A site is scanned as `netaudit scan` would: here the demo's devices on loopback, for real."""

import threading

import pytest
from support.loopback import corner_place, quick_answers

from netaudit.demo import emulate, load_devices
from netaudit.runs import USUAL
from netaudit.watch.scanning import request_of, scan_site
from netaudit.watch.settings import Site, Watch


def test_a_site_is_scanned_for_real(tmp_path):
    devices = [device for device in load_devices() if device.name in {"hikvision-lts", "dahua-amcrest"}]
    with quick_answers(), emulate(devices, corner_place) as emulation:
        targets = tuple(played.placement.address for played in emulation.devices)
        site = Site(name="Depot", targets=targets, schedule="0 2 * * *", profile="standard")
        stopped = threading.Event()
        document, _ = scan_site(site, Watch(site=(site,)), tmp_path / "run.bundle", stopped)

    assert document.run.site == "Depot"
    assert sorted(asset.family for asset in document.assets) == ["dahua", "hikvision"]
    assert (tmp_path / "run.bundle").stat().st_size > 1000
    assert not stopped.is_set()


def test_a_watch_that_is_stopped_ends_its_scan(tmp_path):
    site = Site(name="Depot", targets=("127.0.0.1",), schedule="0 2 * * *")
    stopped = threading.Event()
    stopped.set()

    with pytest.raises(ValueError, match="nothing was sent"):
        scan_site(site, Watch(site=(site,)), tmp_path / "run.bundle", stopped)


def test_a_site_that_names_no_channels_asks_the_usual_ones():
    site = Site(name="Depot", targets=("192.0.2.0/24",), schedule="0 2 * * *", quiet_hours=("08:00-18:00",))

    request = request_of(site)
    assert request.channels == frozenset(USUAL)
    assert request.quiet_hours.spans == ((480, 1080),)
