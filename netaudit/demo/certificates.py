"""Certificates and TLS contexts of emulated devices, old protocol versions included.

Keys and certificates are made at each start, one key for each size: nothing secret is shipped, and start stays quick.
"""

import ssl
import warnings
from datetime import UTC, date, datetime, time
from tempfile import NamedTemporaryFile

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from netaudit.demo.device import Tls
from netaudit.demo.place import EmulationError
from netaudit.demo.placeholders import Situation, fill

FLIGHTS = 4  # of a full handshake
OUTDATED = frozenset({"TLSv1", "TLSv1.1"})
VERSIONS = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}


def make_key(key_bits: int) -> RSAPrivateKey:
    """A new RSA key."""
    return generate_private_key(public_exponent=65537, key_size=key_bits)


def server_context(tls: Tls, key: RSAPrivateKey, situation: Situation) -> ssl.SSLContext:
    """What a listener speaks TLS with; EmulationError where this machine's OpenSSL refuses so old a version."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(f"{tls.ciphers}:@SECLEVEL=0")  # higher levels refuse keys of 1024 bits, and TLS 1.0
    _load(context, key, _certificate(tls, key, situation))
    _speak_only(context, tls.version)
    if tls.version in OUTDATED:
        _check_speaks(context, tls.version)
    return context


def legacy_client_context(version: str) -> ssl.SSLContext:
    """A client that speaks one version, whatever its age, and believes every certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    _speak_only(context, version)
    return context


def _speak_only(context: ssl.SSLContext, version: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of TLS 1.0 and 1.1, which is why they are here
        context.minimum_version = VERSIONS[version]
        context.maximum_version = VERSIONS[version]


def _certificate(tls: Tls, key: RSAPrivateKey, situation: Situation) -> x509.Certificate:
    subject = fill(tls.subject, situation)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name.from_rfc4514_string(subject))
        .issuer_name(x509.Name.from_rfc4514_string(fill(tls.issuer, situation) or subject))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_midnight(tls.not_before))
        .not_valid_after(_midnight(tls.not_after))
    )
    return builder.sign(
        key, hashes.SHA256()
    )  # devices of that age sign with SHA-1, which `cryptography` no longer does


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _load(context: ssl.SSLContext, key: RSAPrivateKey, certificate: x509.Certificate) -> None:
    """Hand key and certificate over by a file that is gone at once: `ssl` reads files only."""
    with NamedTemporaryFile() as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.write(certificate.public_bytes(Encoding.PEM))
        file.flush()
        context.load_cert_chain(file.name)


def _check_speaks(context: ssl.SSLContext, version: str) -> None:
    """Shake hands in memory: a policy of the machine may forbid a version without saying so before."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = context.wrap_bio(to_server, to_client, server_side=True)
    client = legacy_client_context(version).wrap_bio(to_client, to_server)
    unfinished = [client, server]
    try:
        for _ in range(FLIGHTS):
            unfinished = [side for side in (client, server) if not _shakes_hands(side)]
    except ssl.SSLError as error:
        raise EmulationError(f"{ssl.OPENSSL_VERSION} does not speak {version} here: {error.reason}") from error
    if unfinished:
        raise EmulationError(f"{ssl.OPENSSL_VERSION} does not speak {version} here: the handshake does not end")


def _shakes_hands(side: ssl.SSLObject) -> bool:
    try:
        side.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True
