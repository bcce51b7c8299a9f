"""What the nouns know of themselves."""

import dataclasses

import pytest

from netaudit import model
from netaudit.model import Asset, Device, Identity, Observation, Reply


def seen(channel, transport, port, field="tcp.port"):
    return Observation(channel=channel, field=field, value="x", address="10.0.0.5", transport=transport, port=port)


def ports(*observations):
    return Asset(device=Device(id="d", observations=observations), identity=Identity()).ports


def test_digest_is_of_the_payload_alone():
    one, other = (Reply(transport="udp", address=a, payload=b"abc", heard_at=len(a)) for a in ("10.0.0.5", "10.0.0.66"))

    assert one.digest == other.digest
    assert one.digest == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("name", [n for n, c in vars(model).items() if dataclasses.is_dataclass(c)])
def test_nouns_are_frozen(name):
    assert getattr(model, name).__dataclass_params__.frozen
    assert not hasattr(getattr(model, name), "__dict__") or "__slots__" in vars(getattr(model, name))


def test_port_stands_once_with_the_service_that_told_most():
    found = ports(seen("tcp", "tcp", 443), seen("tls", "tls", 443), seen("http", "tls", 443), seen("tcp", "tcp", 8000))

    assert found == (("tcp", 443, "https"), ("tcp", 8000, "tcp"))


def test_plain_web_server_is_http():
    assert ports(seen("http", "tcp", 80)) == (("tcp", 80, "http"),)


def test_datagram_port_is_listed():
    assert ports(seen("sadp", "udp", 37020, "sadp.device_sn")) == (("udp", 37020, "sadp"),)


@pytest.mark.parametrize(
    "observation", [seen("tcp", "tcp", 23, "tcp.refused"), seen("arp", "link", 0), seen("http", "given", 80)]
)
def test_what_is_no_open_port_is_not_listed(observation):
    assert ports(observation) == ()


def test_port_of_a_recorder_is_no_port_of_the_camera_behind_it():
    listed = dataclasses.replace(seen("isapi", "tcp", 80, "child.model"), part="channel 1")

    assert ports(listed) == ()
    assert ports(listed, seen("rtsp", "tcp", 554)) == (("tcp", 554, "rtsp"),)


def test_device_is_hearsay_where_only_a_list_tells_of_it():
    own = seen("rtsp", "tcp", 554)
    listed = dataclasses.replace(own, part="channel 1")

    found = [Device(id="d", observations=told).is_hearsay for told in ((listed,), (own, listed), (own,), ())]

    assert found == [True, False, False, False]
