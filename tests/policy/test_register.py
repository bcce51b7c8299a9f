"""Registers: what can be read becomes a fact, what cannot is told, and each entry finds its device."""

from datetime import date

import pytest
from openpyxl import Workbook
from support.policies import TODAY, camera, inventory

from netaudit.policy import Facts, Register, evaluate
from netaudit.policy.entries import read_register
from netaudit.policy.register import matched

MAC = "44:19:b6:00:00:01"


@pytest.fixture
def csv(tmp_path):
    def written(text, name="register.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return written


def only(register):
    (entry,) = register.entries
    assert register.remarks == ()
    return entry


def test_a_row_becomes_facts(csv):
    entry = only(
        read_register(
            csv(
                "Serial;MAC;Acquired;Site;Purpose;Internet reachable;Met;Other\n"
                "DS-1;44-19-B6-00-00-01;2024-02-01;here;Public safety;no;risk-assessment, firewall;x\n"
            )
        )
    )

    assert entry == Facts(
        serial="DS-1",
        mac=MAC,
        acquired="2024-02-01",
        site="here",
        purpose="public-safety",
        internet_reachable=False,
        met=("risk-assessment", "firewall"),
    )


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024", "2024"),
        ("2024-02", "2024-02"),
        ("2024-02-01", "2024-02-01"),
        ("2024-02-01 00:00:00", "2024-02-01"),
        ("2024-02-01T10:00:00Z", "2024-02-01"),
        ("2024/02/01", "2024-02-01"),
        ("1.2.2024", "2024-02-01"),
    ],
)
def test_dates_with_one_meaning_are_read(csv, text, day):
    assert only(read_register(csv(f"address,acquired\n10.0.0.1,{text}\n"))).acquired == day


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("acquired", "03/04/2024"),
        ("acquired", "soon"),
        ("mac", "44:19"),
        ("purpose", "watching"),
        ("cloud_enabled", "perhaps"),
        ("made_in", "China"),
        ("state", "gone"),
    ],
)
def test_a_cell_that_cannot_be_read_is_told_and_left_out(csv, column, cell):
    register = read_register(csv(f"address,{column}\n10.0.0.1,{cell}\n"))

    assert getattr(register.entries[0], column) is None
    assert register.remarks[0].startswith(f"register.csv, line 2, {column}: ")
    assert cell in register.remarks[0]


def test_the_columns_may_have_names_of_ones_own(csv):
    path = csv("Seriennummer,Kaufdatum\nDS-1,2024\n")

    assert only(read_register(path, {"serial": "Seriennummer", "acquired": "Kaufdatum"})).acquired == "2024"


def test_a_row_about_no_device_is_told(csv):
    register = read_register(csv("serial,site\n,here\n"))

    assert register.entries == ()
    assert "about no device" in register.remarks[0]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "empty"),
        ("name,site\nx,y\n", "no column serial, mac, address"),
        ('serial,site\n"x,y\n', "no CSV"),
    ],
)
def test_what_is_no_register_is_refused(csv, content, told):
    with pytest.raises(ValueError, match=told):
        read_register(csv(content))


def test_another_encoding_is_refused(csv):
    with pytest.raises(ValueError, match="UTF-8"):
        read_register(csv("serial,site\nx,Zürich\n", encoding="latin-1"))


def test_a_wrong_column_of_the_profile_is_refused(csv):
    with pytest.raises(ValueError, match="'bought' is no column"):
        read_register(csv("serial\nx\n"), {"bought": "Kaufdatum"})


def test_a_workbook_is_read_like_csv(tmp_path):
    book = Workbook()
    book.active.append(["Serial", "Acquired", "Address"])
    book.active.append([12345678, date(2024, 2, 1), "10.0.0.1"])
    book.save(tmp_path / "register.xlsx")

    assert only(read_register(tmp_path / "register.xlsx")) == Facts(
        serial="12345678", acquired="2024-02-01", address="10.0.0.1"
    )


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 cut off"])
def test_a_damaged_workbook_is_refused(tmp_path, content):
    path = tmp_path / "register.xlsx"
    path.write_bytes(content)

    with pytest.raises(ValueError, match="workbook"):
        read_register(path)


DEVICES = inventory(
    camera("a", "10.0.0.1", serial="DS-1", macs=(MAC,)),
    camera("b", "10.0.0.2", serial="DS-2"),
    camera("c", "10.0.0.3"),
)


@pytest.mark.parametrize(
    ("entry", "device"),
    [
        (Facts(serial="ds-1"), "a"),
        (Facts(mac=MAC), "a"),
        (Facts(address="10.0.0.3"), "c"),
        (Facts(serial="DS-2", address="10.0.0.1"), "b"),
        (Facts(serial="gone", address="10.0.0.3"), "c"),
    ],
)
def test_an_entry_finds_its_device_surest_key_first(entry, device):
    assert dict(matched(DEVICES, [entry]).by_asset) == {device: entry}


def test_what_has_no_counterpart_is_known():
    found = matched(DEVICES, [Facts(serial="gone"), Facts(serial="DS-1")])

    assert found.unseen == (Facts(serial="gone"),)
    assert found.unlisted == ("b", "c")


def test_two_entries_for_one_device_decide_nothing():
    found = matched(DEVICES, [Facts(serial="DS-1", acquired="2020"), Facts(mac=MAC, acquired="2025")])

    assert found.by_asset == {}
    assert found.remarks == (f"{MAC} and DS-1 are about one device: a",)


def test_one_entry_for_two_devices_decides_nothing():
    devices = inventory(camera("a", "10.0.0.1", serial="DS-1"), camera("b", "10.0.0.2", serial="DS-1"))
    found = matched(devices, [Facts(serial="DS-1", acquired="2020")])

    assert found.by_asset == {}
    assert found.remarks == ("DS-1: 2 devices answer to it: a, b",)


def test_the_findings_tell_where_register_and_inventory_differ():
    register = Register(entries=(Facts(address="10.0.0.9"), Facts(serial="x", state="disposed")), remarks=("line 7",))
    found = evaluate(inventory(camera()), (), None, register, TODAY)

    assert [(f.kind, f.because[0]) for f in found] == [
        ("register", "10.0.0.9: in the register, and not seen"),
        ("register", "seen, and not in the register"),
        ("register", "line 7"),
    ]
