"""What a certificate says (X.509 as in RFC 5280), as far as the library accepts it: cameras have odd ones. Pure."""

import warnings
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from netaudit.discovery.text import clean

_ODD = (ValueError, TypeError, OverflowError, AttributeError, UnsupportedAlgorithm, x509.InvalidVersion)


def read_certificate(encoded: bytes) -> dict[str, str]:
    """Field -> value of a certificate in DER or PEM, empty where a part is odd. ValueError where it is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old cameras have serial numbers and names that the library warns of
        try:
            return _values(encoded)
        except _ODD as error:
            raise ValueError(f"no certificate that can be read: {clean(str(error), 200)}") from None


def _values(encoded: bytes) -> dict[str, str]:
    if b"-----BEGIN CERTIFICATE-----" in encoded:
        certificate = x509.load_pem_x509_certificate(encoded)
        encoded = certificate.public_bytes(Encoding.DER)
    else:
        certificate = x509.load_der_x509_certificate(encoded)
    return {
        "tls.subject": _lenient(lambda: _name(certificate.subject)),
        "tls.issuer": _lenient(lambda: _name(certificate.issuer)),
        "tls.sha256": sha256(encoded).hexdigest(),
        "tls.key": _lenient(lambda: _key(certificate)),
        "tls.not_before": _lenient(lambda: _time(certificate.not_valid_before_utc)),
        "tls.not_after": _lenient(lambda: _time(certificate.not_valid_after_utc)),
    }


def _name(name: x509.Name) -> str:
    return name.rfc4514_string()


def _lenient(value: Callable[[], str]) -> str:
    """A value, or nothing where the library does not accept this one part of an odd certificate."""
    try:
        return value()
    except _ODD:
        return ""


def _key(certificate: x509.Certificate) -> str:
    key = certificate.public_key()
    kind = type(key).__name__.removeprefix("_").removesuffix("PublicKey")
    return f"{'EC' if kind.startswith('Elliptic') else kind}-{getattr(key, 'key_size', 256)}"


def _time(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
