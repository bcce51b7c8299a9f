from hashlib import sha256

import pytest

from netaudit.records.digest import Digest


def test_digest_is_that_of_the_files_digests(tmp_path):
    contents = [b"one", b"", bytes(20 << 20)]
    paths = [tmp_path / str(number) for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)

    assert Digest(paths).text() == sha256(b"".join(sha256(content).digest() for content in contents)).hexdigest()


def test_order_of_the_files_counts(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(b"1")
    other.write_bytes(b"2")

    assert Digest([one, other]).text() != Digest([other, one]).text()


def test_file_that_cannot_be_read_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        Digest([tmp_path / "none"]).text()
