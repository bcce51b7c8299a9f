import pytest
from support.reading import reply

from netaudit.discovery.children import CHILD_FIELDS, observe_child
from netaudit.vocabulary import FIELDS


def told(**values):
    child = {"mac.address" if name == "mac" else f"child.{name}": value for name, value in values.items()}
    return [(o.field, o.value) for o in observe_child(reply(b"x", "isapi"), "channel 1", child)]


def test_observations_name_the_channel_and_keep_whose_reply_it_was():
    (seen,) = observe_child(reply(b"x", "isapi", port=80), "channel 1", {"child.model": "C-1"})

    assert (seen.part, seen.address, seen.port, seen.channel) == ("channel 1", "192.0.2.7", 80, "isapi")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.9", "192.0.2.9"), ("2001:DB8::0009", "2001:db8::9"), (" 192.0.2.9 ", "192.0.2.9"),
        ("0.0.0.0", None), ("192.168.0.0", None), ("::", None), ("127.0.0.1", None), ("239.255.255.250", None),
        ("camera.example", None), ("192.0.2.999", None), ("", None),
    ],
)  # fmt: skip
def test_addresses_are_those_that_a_device_can_have(text, expected):
    assert told(model="C-1", address=text) == [
        *([("child.address", expected)] if expected else []),
        ("child.model", "C-1"),
    ]


def test_what_names_no_device_is_no_device():
    assert told(protocol="ONVIF", model="IPC", serial="0", mac="ff:ff:ff:ff:ff:ff", address="0.0.0.0") == []


def test_fields_are_of_the_vocabulary():
    assert set(CHILD_FIELDS) <= set(FIELDS)
