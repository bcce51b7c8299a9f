"""The watch file of the documentation is one that is read, and every kind of notice is told of there."""

import re
from pathlib import Path

from netaudit.tell.notices import KINDS
from netaudit.watch.settings import Site, Watch, read_settings

PAGE = (Path(__file__).parents[2] / "docs" / "watch.md").read_text()


def test_the_example_is_a_watch_file(tmp_path):
    path = tmp_path / "watch.toml"
    path.write_text(re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)[1])

    settings = read_settings(path)
    assert [site.name for site in settings.site] == ["Depot"]
    assert [receiver.name for receiver in settings.tell] == ["security", "tickets"]


def test_every_kind_of_notice_is_explained():
    assert [kind for kind in KINDS if f"`{kind}`" not in PAGE] == []


def test_every_setting_is_named():
    names = (*Watch.__struct_fields__, *Site.__struct_fields__)

    assert [name for name in names if name not in PAGE] == []
