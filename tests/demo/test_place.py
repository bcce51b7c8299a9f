from dataclasses import FrozenInstanceError

import pytest

from netaudit.demo import load_devices, loopback_place
from netaudit.demo.device import EmulatedDevice, TcpService, Truth


def device_with(*ports: int) -> EmulatedDevice:
    truth = Truth(family="unknown", verdict="unknown")
    tcp = tuple(TcpService(port=port) for port in ports)
    return EmulatedDevice(name="x", summary="", host=9, mac="02:00:00:00:00:09", truth=truth, tcp=tcp)


def test_ports_that_need_a_privilege_are_lifted():
    place = loopback_place(device_with(80, 443, 554, 8000, 37777))

    assert place.address == "127.0.77.9"
    assert [place.port(port) for port in (80, 443, 554, 8000, 37777)] == [8080, 8443, 8554, 8000, 37777]


def test_port_whose_place_is_taken_moves_on():
    place = loopback_place(device_with(443, 8443))

    assert [place.port(443), place.port(8443)] == [8443, 18443]


def test_shipped_devices_never_open_a_port_twice():
    doubled = []
    for device in load_devices():
        ports = [loopback_place(device).port(service.port) for service in device.tcp]
        doubled += [device.name] if len(set(ports)) < len(ports) else []

    assert doubled == []


def test_placement_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        loopback_place(device_with()).address = "192.0.2.1"
