"""Emulated devices answer over real sockets what is asked without a login, and are asked nothing else."""

import pytest
from support.loopback import corner_place

from netaudit.demo import emulate, load_devices
from netaudit.discovery import route
from netaudit.discovery.visit import visit
from netaudit.model import Reply, Target
from netaudit.wire.gate import Gate
from netaudit.wire.tcp import converse


def visited(name, ports, **hints):
    """What the one visit of this device tells by field, and what the device was asked."""
    (device,) = (device for device in load_devices() if device.name == name)
    with emulate([device], corner_place) as emulation:
        played = emulation.devices[0]
        at = {declared: played.placement.port(declared) for declared in ports}
        known = {key: value(at) if callable(value) else value for key, value in hints.items()}
        target = Target(address=played.address, ports=tuple(at.values()), **known)
        gate = Gate(lambda address: address == played.address, rate_pps=1000)
        events = list(converse(iter([(played.address, visit(target))]), gate))
    told = {}
    for reply in events:
        if isinstance(reply, Reply):
            for observation in route(reply).read(reply):
                told.setdefault(observation.field, set()).add(observation.value)
    return told, [b" ".join(request.split()[:2]).decode() for request in played.requests()]


def test_axis_tells_its_product_and_describes_itself():
    told, asked = visited(
        "axis-dome", (49152, 80),
        description=lambda at: (at[49152], "/rootdesc1.xml"), bare_ports=lambda at: frozenset({at[49152]}),
        known_by=frozenset({"axis"}),
    )  # fmt: skip

    assert asked == ["GET /rootdesc1.xml", "GET /", "POST /axis-cgi/basicdeviceinfo.cgi", "GET /favicon.ico"]
    assert (told["vapix.model"], told["vapix.firmware"]) == ({"P3245-LV"}, {"10.9.4"})
    assert told["upnp.serial_number"] == {"ACCC8E0D51C7"}


def test_old_hikvision_describes_itself_and_refuses_its_page_with_its_realm():
    told, asked = visited("hikvision-old", (80,), description=lambda at: (at[80], "/upnpdevicedesc.xml"))

    assert asked == ["GET /", "GET /upnpdevicedesc.xml", "GET /SDK/activateStatus", "GET /ISAPI/System/deviceInfo"]
    assert told["upnp.model_name"] == {"DS-2CD2032-I"}
    assert told["http.realm"] == {"IP Camera(C8612)"}


@pytest.mark.parametrize(
    ("name", "port", "calls"),
    [("hanwha-dome", 80, 2), ("uniview-dome", 80, 1), ("reolink-bullet", 8000, 1)],
)
def test_device_service_tells_its_envelope_and_is_left_at_its_first_refusal(name, port, calls):
    bare = frozenset() if port == 80 else frozenset({port})
    told, asked = visited(
        name, (port,), services=lambda at: ((at[port], "/onvif/device_service"),), bare_ports=bare
    )  # fmt: skip

    assert asked.count("POST /onvif/device_service") == calls
    assert told["onvif.envelope"]


@pytest.mark.parametrize("known", ["sadp", "dhip"])
def test_who_has_told_who_it_is_is_asked_for_its_page_and_its_icon(known):
    _, asked = visited(
        "hikvision-dome", (80,), services=lambda at: ((at[80], "/onvif/device_service"),), known_by=frozenset({known})
    )

    assert asked == ["GET /", "GET /favicon.ico"]
