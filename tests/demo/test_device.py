from pathlib import Path

import pytest

from netaudit.demo import load_devices
from netaudit.demo.device import EmulatedDevice

PLAIN = """
name = "box"
summary = "A box"
host = 5
mac = "02:00:00:00:00:05"
[truth]
family = "unknown"
verdict = "unknown"
"""


def load(folder: Path, text: str, name: str = "box") -> EmulatedDevice:
    (folder / f"{name}.toml").write_text(text)
    (device,) = load_devices(folder)
    return device


def test_shipped_devices_are_many_and_of_every_sort():
    devices = load_devices()

    assert len(devices) >= 16
    assert {"hikvision", "dahua", "axis", "uniview", "unknown"} <= {device.truth.family for device in devices}
    assert {"camera", "recorder", "intercom", "other"} <= {device.truth.kind for device in devices}


def test_devices_come_in_the_order_of_their_addresses():
    hosts = [device.host for device in load_devices()]

    assert sorted(hosts) == hosts


def test_smallest_device_has_no_service(tmp_path):
    device = load(tmp_path, PLAIN)

    assert (device.udp, device.tcp) == ((), ())
    assert device.truth.said() == {"family": "unknown", "verdict": "unknown"}


def test_what_only_multicast_tells_is_not_expected_elsewhere(tmp_path):
    device = load(tmp_path, PLAIN + 'model = "M1"\nserial = "S1"\nby_link = ["serial"]')

    assert device.truth.said()["serial"] == "S1"
    assert "serial" not in device.truth.said(on_link=False)
    assert device.truth.said(on_link=False)["model"] == "M1"


@pytest.mark.parametrize(
    ("addition", "reason"),
    [
        ("[oddity]", "unknown field `oddity`"),
        ('by_link = ["serail"]', "by_link: serail"),
        ('[[tcp]]\nport = 80\nspeaks = "gopher"', "gopher"),
        ('[[tcp]]\nport = 80\n[[tcp.answer]]\nwhen = "x"\nhead = "y"', "speaks nothing"),
        ("[[tcp]]\nport = 80\nlike = 81", "like one that does not"),
        ("[[tcp]]\nport = 80\n[[tcp]]\nport = 80", "stands there twice"),
        ('[[tcp]]\nport = 80\nspeaks = "http"\n[[tcp.answer]]\nwhen = "x"', "either a head"),
        ('[[tcp]]\nport = 80\nspeaks = "http"\n[[tcp.answer]]\nwhen = "x"\nhead = "y"\nendless = true', "endless"),
        ('[[tcp]]\nport = 80\nspeaks = "http"\n[[tcp.answer]]\nwhen = "x"\nhead = "@adress@"', "placeholder: @adress@"),
        ('[[udp]]\nport = 9\n[[udp.answer]]\nwhen = "x"\ntext = "y"\ndhip = "z"', "one of text, head, dhip, records"),
    ],
)
def test_odd_file_is_refused_by_name_and_reason(tmp_path, addition, reason):
    with pytest.raises(ValueError, match=reason) as raised:
        load(tmp_path, PLAIN + addition)

    assert str(raised.value).startswith("box.toml: ")


@pytest.mark.parametrize("change", [("host = 5", "host = 255"), ("02:00", "02:0G"), ("family", "famly")])
def test_impossible_value_is_refused(tmp_path, change):
    with pytest.raises(ValueError, match=r"box\.toml"):
        load(tmp_path, PLAIN.replace(*change))


def test_name_inside_must_be_the_name_of_the_file(tmp_path):
    with pytest.raises(ValueError, match=r"crate\.toml: is named box inside"):
        load(tmp_path, PLAIN, "crate")


def test_two_devices_must_not_share_an_address(tmp_path):
    (tmp_path / "box.toml").write_text(PLAIN)
    (tmp_path / "crate.toml").write_text(PLAIN.replace("box", "crate").replace("00:05", "00:06"))

    with pytest.raises(ValueError, match="one host: 5"):
        load_devices(tmp_path)
