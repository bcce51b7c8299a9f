"""Marks: what is planned and done, as people write it."""

import pytest

from netaudit.history import Fact, Mark
from netaudit.history.marks import from_facts, marks_of, named_by_register, read_marks


def test_file_of_marks_is_read(tmp_path):
    path = tmp_path / "marks.toml"
    path.write_text('[[mark]]\ndevice = "44-19-B6-00-00-01"\nstate = "replaced"\nsince = 2026-04-01\n')

    assert read_marks(path) == (Mark("mac:44:19:b6:00:00:01", "replaced", "2026-04-01"),)


@pytest.mark.parametrize(
    "text",
    [
        '[[mark]]\ndevice = "x"\nstate = "lost"\nsince = 2026-04-01',
        '[[marks]]\ndevice = "x"',
        "x",
        '[[mark]]\ndevice="x"',
    ],
)
def test_mistake_names_the_file(tmp_path, text):
    (tmp_path / "marks.toml").write_text(text)
    with pytest.raises(ValueError, match=r"marks\.toml: "):
        read_marks(tmp_path / "marks.toml")


def test_device_is_named_as_a_person_writes_it():
    assert list(marks_of(" 10.0.0.5 ", "planned", "2026")) == [Mark("10.0.0.5", "planned", "2026")]


def test_register_names_by_the_strongest():
    assert named_by_register("DS-2CD2043G0-I20190115AAWRC12345678", "x", "y") == "serial:20190115AAWRC12345678"
    assert named_by_register("000000000", "44-19-B6-00-00-01", "y") == "mac:44:19:b6:00:00:01"
    assert named_by_register(None, None, "10.0.0.5") == "10.0.0.5"
    assert named_by_register(None, None, None) == ""


def test_facts_give_marks_from_their_day():
    about = {"at": "2026-05-01T00:00:00Z", "kind": "mark", "subject": "a"}
    facts = [
        Fact(id="1", object="planned", day="2027-01-01", **about),
        Fact(id="2", object="replaced", day="2026-04-01", **about),
        Fact(id="3", object="replaced", **about),
        Fact(id="4", at="2026", kind="same", subject="a", object="b"),
    ]

    assert [mark.since for mark in from_facts(facts)] == ["2026-05-01T00:00:00Z", "2026-04-01", "2026-05-01T00:00:00Z"]
