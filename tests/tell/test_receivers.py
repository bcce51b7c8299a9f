"""Receivers are checked before anything is sent, and their secrets stand in files of their own."""

import msgspec
import pytest

from netaudit.tell.receivers import AnyReceiver, Mail, Webhook, mistakes, read_secret

MAIL = {"name": "ops", "server": "mail.example.org", "sender": "netaudit@example.org", "to": ("ops@example.org",)}


def test_the_kind_of_receiver_is_its_tag():
    found = msgspec.convert({"by": "webhook", "name": "chat", "url": "https://example.org/x"}, AnyReceiver)

    assert found == Webhook(name="chat", url="https://example.org/x")


@pytest.mark.parametrize(
    ("table", "word"),
    [
        ({"by": "mail", **MAIL, "paswword_file": "x"}, "paswword_file"),
        ({"by": "pigeon", "name": "x"}, "pigeon"),
        ({"by": "mail", **MAIL, "on": ["vanished"]}, "vanished"),
        ({"by": "mail", **MAIL, "name": "../x"}, "name"),
    ],
)
def test_what_is_not_known_is_an_error(table, word):
    with pytest.raises(msgspec.ValidationError, match=word):
        msgspec.convert(table, AnyReceiver)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"to": ()}, "nobody"),
        ({"sender": "netaudit"}, "no mail address"),
        ({"sender": "a@b\nBcc: c@d"}, "no mail address"),
        ({"user": "u"}, "password_file"),
        ({"user": "u", "password_file": "p", "security": "none"}, "not encrypted"),
    ],
)
def test_mistakes_of_a_mail_receiver_are_named(change, word):
    assert word in " ".join(mistakes((Mail(**MAIL | change),)))


def test_a_good_receiver_has_no_mistakes():
    assert mistakes((Mail(**MAIL), Webhook(name="chat", url="https://example.org"))) == []


def test_two_receivers_of_one_name_are_a_mistake():
    assert "twice" in mistakes((Mail(**MAIL), Webhook(name="ops", url="https://example.org")))[0]


def test_a_web_address_is_one():
    assert "no web address" in mistakes((Webhook(name="chat", url="file:///etc/passwd"),))[0]


def test_a_secret_is_read_from_its_file(tmp_path):
    path = tmp_path / "smtp"
    path.write_text("pa55\n")
    path.chmod(0o600)

    assert read_secret(str(path)) == "pa55"


def test_a_secret_of_systemd_is_found_by_its_name(tmp_path, monkeypatch):
    (tmp_path / "smtp").write_text("pa55")
    (tmp_path / "smtp").chmod(0o400)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))

    assert read_secret("smtp") == "pa55"


@pytest.mark.parametrize(("content", "mode", "word"), [("x", 0o604, "chmod"), ("", 0o600, "empty")])
def test_a_secret_that_is_none_is_refused(tmp_path, content, mode, word):
    path = tmp_path / "smtp"
    path.write_text(content)
    path.chmod(mode)

    with pytest.raises(ValueError, match=word):
        read_secret(str(path))


def test_a_secret_that_is_missing_is_named(tmp_path):
    with pytest.raises(ValueError, match="cannot be read"):
        read_secret(str(tmp_path / "none"))
