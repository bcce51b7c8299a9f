"""Ed25519 keys in files, and signatures."""

import pytest

from netaudit.policy.signing import is_signed, new_key, read_private, read_public, sign


def test_what_a_key_signs_its_public_key_knows(tmp_path):
    public = read_public(new_key(tmp_path / "key.pem"))
    named, signature = sign(read_private(tmp_path / "key.pem"), b"data")

    assert named == public
    assert is_signed(public, signature, b"data")
    assert not is_signed(public, signature, b"Data")


@pytest.mark.parametrize(("public", "signature"), [("", ""), ("zz", "00"), ("00" * 32, "00" * 64), ("00", "é")])
def test_nonsense_is_no_signature(public, signature):
    assert not is_signed(public, signature, b"data")


def test_a_key_is_for_its_owner_only(tmp_path):
    new_key(tmp_path / "key.pem")

    assert (tmp_path / "key.pem").stat().st_mode & 0o077 == 0
    (tmp_path / "key.pem").chmod(0o644)
    with pytest.raises(ValueError, match="chmod 600"):
        read_private(tmp_path / "key.pem")


def test_a_key_is_never_written_over(tmp_path):
    new_key(tmp_path / "key.pem")

    with pytest.raises(FileExistsError):
        new_key(tmp_path / "key.pem")


@pytest.mark.parametrize("read", [read_private, read_public])
@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"])
def test_what_is_no_key_is_told(tmp_path, read, content):
    (tmp_path / "key").write_bytes(content)
    (tmp_path / "key").chmod(0o600)

    with pytest.raises(ValueError, match=r"no .*Ed25519"):
        read(tmp_path / "key")


def test_a_private_key_is_no_public_one(tmp_path):
    new_key(tmp_path / "key.pem")

    with pytest.raises(ValueError, match="public"):
        read_public(tmp_path / "key.pem")
