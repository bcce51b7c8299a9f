"""Recordings beside the database: each kept once, whole or not at all."""

import pytest

from netaudit.history.bundles import digest_of, drop_all_but, keep, path_of, sound


def test_same_recording_is_kept_once(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"x" * 100)
    kept = [keep(tmp_path / "kept", tmp_path / name) for name in ("a", "b")]

    assert kept[0] == kept[1] == digest_of(tmp_path / "a")
    assert [path.name for path in (tmp_path / "kept").iterdir()] == [f"{kept[0]}.bundle"]
    assert sound(tmp_path / "kept", kept[0]) == path_of(tmp_path / "kept", kept[0])


def test_missing_source_leaves_nothing_behind(tmp_path):
    with pytest.raises(FileNotFoundError):
        keep(tmp_path / "kept", tmp_path / "none")

    assert list((tmp_path / "kept").iterdir()) == []


def test_what_nothing_refers_to_is_dropped(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(name.encode() * 10)
    wanted, other = (keep(tmp_path / "kept", tmp_path / name) for name in ("a", "b"))

    assert drop_all_but(tmp_path / "kept", {wanted}) == 10
    assert drop_all_but(tmp_path / "kept", {wanted}) == 0
    assert not path_of(tmp_path / "kept", other).exists()
    assert drop_all_but(tmp_path / "nowhere", ()) == 0


@pytest.mark.parametrize("name", ["", "x", "../../etc/passwd", "0" * 63, "0" * 64 + "\n"])
def test_what_is_no_digest_names_no_file(tmp_path, name):
    with pytest.raises(ValueError, match="is no digest"):
        path_of(tmp_path, name)
