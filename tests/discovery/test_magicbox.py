import pytest
from support.reading import pairs, reply, values

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


def test_listing_gives_the_names_of_known_tables_and_nothing_else():
    listing = (
        "table.RemoteDevice.uuid:A_0.Address=192.0.2.9\ntable.RemoteDevice.uuid:A_0.Password=secret\n"
        "table.RemoteDevice.uuid:A_0.UserName=admin\ntable.RemoteDevice.uuid:A_0.SerialNo=CHILD\n"
        "table.Accounts.admin=x\nusers[0].Name=admin\nSessionToken=1\nPassword=secret\nTimeZone=8\n"
    )

    assert pairs(MAGICBOX, listing) == [("magicbox.key", "TimeZone"), ("magicbox.key", "table.RemoteDevice")]


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
