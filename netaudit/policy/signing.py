"""Ed25519 keys and signatures (RFC 8032), by the `cryptography` library; private keys as PEM (PKCS #8), unencrypted.

A key in a file is as safe as the file: it is written for its owner only, and one that others can read is refused.
"""

import os
import stat
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

MAX_KEY_BYTES: Final = 16_384
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def new_key(path: Path) -> Path:
    """Write a new private key, and beside it its public key. What is there already is kept. The public key's file."""
    key = Ed25519PrivateKey.generate()
    public = path.with_name(f"{path.name}.pub")
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(private)
    with public.open("xb") as stream:
        stream.write(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return public


def read_private(path: Path) -> Ed25519PrivateKey:
    """The private key in a file. ValueError where it is none, or where others may read it."""
    if os.name == "posix" and path.stat().st_mode & OTHERS:
        raise ValueError(f"{path}: others may read this key: chmod 600 it")
    try:
        key = load_pem_private_key(path.read_bytes()[:MAX_KEY_BYTES], None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(  # noqa: TRY004  what is wrong is the file
            f"{path}: no unencrypted Ed25519 private key in PEM: `netaudit comply --new-key FILE` makes one"
        )
    return key


def read_public(path: Path) -> str:
    """The public key in a file, as hexadecimal. ValueError where it is none."""
    try:
        key = load_pem_public_key(path.read_bytes()[:MAX_KEY_BYTES])
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError(f"{path}: no Ed25519 public key in PEM")  # noqa: TRY004  what is wrong is the file
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def sign(key: Ed25519PrivateKey, data: bytes) -> tuple[str, str]:
    """(public key, signature), both hexadecimal."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex(), key.sign(data).hex()


def is_signed(public: str, signature: str, data: bytes) -> bool:
    """Whether this signature of the data is of this key."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), data)
    except (ValueError, InvalidSignature):
        return False
    return True
