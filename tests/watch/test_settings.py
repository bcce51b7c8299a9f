"""A watch file is checked as a whole before anything is sent."""

import pytest

from netaudit.watch.settings import read_settings

GOOD = """
gone_after = 3

[[site]]
name = "Depot"
targets = ["192.0.2.0/24"]
exclude = ["192.0.2.9"]
schedule = "0 2 * * 6"
timezone = "America/Toronto"
jitter_s = 600
quiet_hours = ["08:00-18:00"]

[[tell]]
by = "mail"
name = "ops"
server = "mail.example.org"
sender = "netaudit@example.org"
to = ["ops@example.org"]
on = ["gone", "overdue"]
"""


def settings(tmp_path, text):
    path = tmp_path / "watch.toml"
    path.write_text(text)
    return read_settings(path)


def test_a_good_file_is_read(tmp_path):
    found = settings(tmp_path, GOOD)

    assert found.site[0].targets == ("192.0.2.0/24",)
    assert found.tell[0].on == ("gone", "overdue")
    assert found.gone_after == 3


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("jitter_s", "jiter_s", "jiter_s"),
        ("0 2 * * 6", "0 25 * * 6", "no cron expression"),
        ("0 2 * * 6", "0 0 31 2 *", "no cron expression"),
        ("America/Toronto", "Mars/Olympus", "timezone"),
        ("America/Toronto", "../../etc/passwd", "timezone"),
        ('["192.0.2.0/24"]', "[]", "no targets"),
        ("jitter_s = 600", "jitter_s = -1", "jitter_s"),
        ('to = ["ops@example.org"]', "to = []", "nobody"),
        ('"Depot"', '""', "name"),
    ],
)
def test_a_mistake_is_named_with_its_file(tmp_path, old, new, word):
    with pytest.raises(ValueError, match=word) as caught:
        settings(tmp_path, GOOD.replace(old, new))

    assert str(tmp_path / "watch.toml") in str(caught.value)


def test_two_sites_of_one_name_are_a_mistake(tmp_path):
    site = GOOD[GOOD.index("[[site]]") : GOOD.index("[[tell]]")]

    with pytest.raises(ValueError, match="twice"):
        settings(tmp_path, GOOD + site)


def test_a_file_without_sites_is_a_mistake(tmp_path):
    with pytest.raises(ValueError, match="site"):
        settings(tmp_path, "site = []")


def test_what_is_no_toml_is_a_mistake(tmp_path):
    with pytest.raises(ValueError, match=r"watch\.toml"):
        settings(tmp_path, "[[site]\n")
