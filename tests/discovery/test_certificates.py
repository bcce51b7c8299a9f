"""What is read of a certificate, and that nothing but ValueError comes of what is none; more in test_tls.py."""

import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from netaudit.discovery.certificates import read_certificate

KEY = ed25519.Ed25519PrivateKey.generate()
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "camera")])
MADE = (
    x509.CertificateBuilder()
    .subject_name(NAME)
    .issuer_name(NAME)
    .public_key(KEY.public_key())
    .serial_number(7)
    .not_valid_before(datetime(2016, 1, 2, tzinfo=UTC))
    .not_valid_after(datetime(2036, 1, 2, 3, 4, 5, tzinfo=UTC))
    .sign(KEY, None)
)
DER = MADE.public_bytes(Encoding.DER)


@pytest.mark.parametrize("encoding", [Encoding.DER, Encoding.PEM])
def test_certificate_says_the_same_in_both_encodings(encoding):
    assert read_certificate(MADE.public_bytes(encoding)) == {
        "tls.subject": "CN=camera",
        "tls.issuer": "CN=camera",
        "tls.sha256": sha256(DER).hexdigest(),
        "tls.key": "Ed25519-256",
        "tls.not_before": "2016-01-02T00:00:00Z",
        "tls.not_after": "2036-01-02T03:04:05Z",
    }


@given(st.integers(0, len(DER) - 1), st.integers(1, 255))
def test_one_odd_byte_costs_a_value_or_all_and_nothing_else(place, change):
    odd = bytearray(DER)
    odd[place] ^= change
    values = {}
    with suppress(ValueError):
        values = read_certificate(bytes(odd))

    assert set(values) in [set(), set(read_certificate(DER))]


@pytest.mark.parametrize(
    "odd", [b"", b"x", DER[:-1], b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_what_is_no_certificate_is_told(odd):
    with pytest.raises(ValueError, match="no certificate that can be read"):
        read_certificate(odd)


def test_a_run_that_meets_no_certificate_does_not_pay_for_reading_them():
    words = "import sys, netaudit.runs; print('cryptography' in sys.modules, 'filelock' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)

    assert told.stdout.split() == ["False", "False"]
