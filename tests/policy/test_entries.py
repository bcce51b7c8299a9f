"""Entries of a register: what can be read becomes a fact, what cannot is told and left out."""

import pytest

from netaudit.policy import Facts
from netaudit.policy.entries import read_register

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
        ("funding", "Federal grant"),
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


def test_money_is_named_as_policies_name_it(csv):
    path = csv("address,funding\n10.0.0.1,Federal award\n")

    assert only(read_register(path, funding=("federal-award",))).funding == "federal-award"
