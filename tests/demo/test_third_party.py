"""What an ONVIF client of others makes of an emulated camera: the emulation is not judged by our own readers alone."""

import datetime as dt
import logging
import os
from pathlib import Path

import pytest
from support.loopback import corner_place

from netaudit.demo import emulate, load_devices


@pytest.fixture
def onvif():
    """onvif-zeep, without what importing it does to the root logger and the environment."""
    level, handlers, environment = logging.root.level, logging.root.handlers[:], dict(os.environ)
    onvif = pytest.importorskip("onvif")
    logging.root.setLevel(level)
    logging.root.handlers[:] = handlers
    yield onvif
    os.environ.update(environment)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_onvif_zeep_reads_the_time_of_the_emulated_camera(onvif):
    (dome,) = (device for device in load_devices() if device.name == "hikvision-dome")
    wsdl = Path(onvif.__file__).parents[1] / "wsdl" / "devicemgmt.wsdl"
    with emulate([dome], corner_place) as emulation:
        address = f"http://{emulation.devices[0].address}:8080/onvif/device_service"
        binding = "{http://www.onvif.org/ver10/device/wsdl}DeviceBinding"
        service = onvif.ONVIFService(address, "", "", str(wsdl), no_cache=True, binding_name=binding)
        told = service.GetSystemDateAndTime().UTCDateTime

    moment = dt.datetime(
        told.Date.Year,
        told.Date.Month,
        told.Date.Day,
        told.Time.Hour,
        told.Time.Minute,
        told.Time.Second,
        tzinfo=dt.UTC,
    )
    assert abs(dt.datetime.now(dt.UTC) - moment) < dt.timedelta(minutes=5)
