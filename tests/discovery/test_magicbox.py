import pytest
from support.channel_lists import SECRET, remote_devices
from support.reading import children, pairs, read, reply, values

from netaudit.discovery.magicbox import MAGICBOX


def test_system_info():
    answer = "deviceType=31\r\nprocessor=ST7108\r\nserialNumber=4F00000PAZ00000\r\nupdateSerial=NVR2X-4KS3\r\n"

    assert pairs(MAGICBOX, answer) == [
        ("magicbox.device_type", "31"),
        ("magicbox.serial_number", "4F00000PAZ00000"),
        ("magicbox.processor", "ST7108"),
        ("magicbox.update_serial", "NVR2X-4KS3"),
    ]


@pytest.mark.parametrize(
    ("answer", "field", "expected"),
    [
        ("type=IPC-HFW1\n", "magicbox.device_type", "IPC-HFW1"),
        ("sn=4F00000PAZ00000", "magicbox.serial_number", "4F00000PAZ00000"),
        ("vendor=General\r\n", "magicbox.vendor", "General"),
        ("class=VTO", "magicbox.device_class", "VTO"),
        ("name=gate = 1", "magicbox.name", "gate = 1"),
        ("table.General.MachineName=gate\ntable.General.LocalNo=8", "magicbox.name", "gate"),
        ("version=2.800.0000000.1.R,build:2020-01-02", "magicbox.firmware", "2.800.0000000.1.R,build:2020-01-02"),
        ("version=2.420.AC00.15.R\nBuildDate=2016-01-02", "magicbox.firmware", "2.420.AC00.15.R,build:2016-01-02"),
        ("HTTP/1.1 200 OK\r\n\r\nvendor=Dahua\r\n", "magicbox.vendor", "Dahua"),
    ],
)
def test_single_answers(answer, field, expected):
    assert values(MAGICBOX, field, answer) == [expected]


def test_version_of_the_hardware_is_not_the_firmware():
    asked = b"GET /cgi-bin/magicBox.cgi?action=getHardwareVersion HTTP/1.1\r\n\r\n"

    assert pairs(MAGICBOX, "version=1.00", request=asked) == [("magicbox.hardware_version", "1.00")]


def test_table_of_settings_gives_its_name_alone():
    listing = "table.Encode[0].MainFormat[0].Audio.Bitrate=64\ntable.Encode[0].MainFormat[0].Audio.Depth=16\n"

    assert pairs(MAGICBOX, listing) == [("magicbox.key", "table.Encode")]


def test_listing_gives_the_names_of_known_tables_and_nothing_else():
    listing = (
        "table.RemoteDevice.uuid:A_0.Password=secret\ntable.RemoteDevice.uuid:A_0.UserName=admin\n"
        "table.Accounts.admin=x\nusers[0].Name=admin\nSessionToken=1\nPassword=secret\nTimeZone=8\n"
    )

    assert pairs(MAGICBOX, listing) == [("magicbox.key", "TimeZone"), ("magicbox.key", "table.RemoteDevice")]


def test_remote_devices_tell_of_the_camera_on_each_channel():
    camera = {
        "Enable": "true", "Address": "192.0.2.9", "Mac": "08:ed:ed:28:8f:97", "ProtocolType": "Dahua2",
        "DeviceType": "IPC-HDW1025C", "SerialNo": "4H01D66PAJ2FA64", "Version": "2.800.0000000.3.R,2021-10-08",
    }  # fmt: skip
    other = {"Address": "192.0.2.10", "Mac": "ff:ff:ff:ff:ff:ff", "ProtocolType": "Onvif"}

    assert children(MAGICBOX, remote_devices(camera, other)) == [
        ("channel 1", "child.protocol", "Dahua2"),
        ("channel 1", "child.address", "192.0.2.9"),
        ("channel 1", "child.model", "IPC-HDW1025C"),
        ("channel 1", "child.serial", "4H01D66PAJ2FA64"),
        ("channel 1", "child.firmware", "2.800.0000000.3.R,2021-10-08"),
        ("channel 1", "mac.address", "08:ed:ed:28:8f:97"),
        ("channel 2", "child.protocol", "Onvif"),
        ("channel 2", "child.address", "192.0.2.10"),
    ]


@pytest.mark.parametrize(
    "slot",
    [
        {"Enable": "false", "Address": "192.0.2.9", "SerialNo": "4H01D66PAJ2FA64"},
        {"Enable": "true", "Address": "192.168.0.0", "ProtocolType": "Private"},
        {"Enable": "true"},
    ],
)
def test_slot_without_a_device_tells_nothing(slot):
    assert children(MAGICBOX, remote_devices(slot)) == []


def test_slots_of_older_firmware_are_numbered_by_brackets():
    listing = "table.RemoteDevice[3].Address=192.0.2.9\n"

    assert children(MAGICBOX, listing) == [("channel 4", "child.address", "192.0.2.9")]


def test_table_of_a_large_recorder_is_read_whole():
    slots = [{"Address": f"192.0.2.{n}", **{f"Key{k}": "x" * 60 for k in range(38)}} for n in range(1, 65)]

    assert len(children(MAGICBOX, remote_devices(*slots), transport="given")) == 64


def test_names_and_passwords_of_slots_are_not_kept():
    assert SECRET not in str(read(MAGICBOX, remote_devices({"Address": "192.0.2.9"})))


def test_keys_are_counted():
    assert len(pairs(MAGICBOX, "".join(f"k{n}=1\n" for n in range(500)))) == 32


@pytest.mark.parametrize("payload", [b"", b"Error\nBad Request!", b"\0\1\2=", b"<html>\n<body>\nx=1\n</body>\n</html>"])
def test_what_is_no_answer(payload):
    with pytest.raises(ValueError):
        pairs(MAGICBOX, payload)


def test_bytes_that_are_known():
    asked = b"GET /cgi-bin/magicBox.cgi?action=getVendor HTTP/1.1\r\n\r\n"

    assert MAGICBOX.knows(reply(b"vendor=x", request=asked))
    assert not MAGICBOX.knows(reply(b"vendor=x"))


def test_the_host_that_a_device_reports_to():
    listing = (
        "table.T2UServer.Enable=true\ntable.T2UServer.Key=******\ntable.T2UServer.RegisterServer=amcrestview.com\n"
    )

    assert ("magicbox.cloud", "amcrestview.com") in pairs(MAGICBOX, listing)
