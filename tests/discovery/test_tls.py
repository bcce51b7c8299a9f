import ssl
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from support.reading import pairs, reply, values

from netaudit.discovery.tls import TLS


def certificate(key, algorithm=SHA256()):  # noqa: B008
    def name(common):
        return x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "MAKER, Ltd"),
                x509.NameAttribute(NameOID.COMMON_NAME, common),
            ]
        )

    return (
        x509.CertificateBuilder()
        .subject_name(name("192.0.2.7"))
        .issuer_name(name("Product Root CA"))
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(datetime(2016, 1, 2, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 2, 3, 4, 5, tzinfo=UTC))
        .sign(key, algorithm)
    )


@pytest.fixture(scope="module")
def key():
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="module")
def made(key):
    return certificate(key)


def handshake(made, key, tmp_path, version):
    """What a server sends first in a handshake of this version, without a socket."""
    file = tmp_path / "server.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(made.public_bytes(Encoding.PEM) + secret)
    serving, asking = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    serving.load_cert_chain(file)
    asking.check_hostname, asking.verify_mode, asking.maximum_version = False, ssl.CERT_NONE, version
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = asking.wrap_bio(down, up)
    server = serving.wrap_bio(up, down, server_side=True)
    for side in (client, server):
        with pytest.raises(ssl.SSLWantReadError):
            side.do_handshake()
    return down.read()


def test_certificate_alone(made):
    der = made.public_bytes(Encoding.DER)
    expected = [
        ("tls.subject", r"CN=192.0.2.7,O=MAKER\, Ltd,C=CN"),
        ("tls.issuer", r"CN=Product Root CA,O=MAKER\, Ltd,C=CN"),
        ("tls.sha256", sha256(der).hexdigest()),
        ("tls.key", "EC-256"),
        ("tls.not_before", "2016-01-02T00:00:00Z"),
        ("tls.not_after", "2036-01-02T03:04:05Z"),
    ]

    assert pairs(TLS, der) == expected
    assert pairs(TLS, b"text\n" + made.public_bytes(Encoding.PEM), transport="given") == expected


@pytest.mark.parametrize(
    ("key", "algorithm", "expected"),
    [
        (rsa.generate_private_key(public_exponent=65537, key_size=1024), SHA256(), "RSA-1024"),
        (ed25519.Ed25519PrivateKey.generate(), None, "Ed25519-256"),
    ],
)
def test_keys(key, algorithm, expected):
    der = certificate(key, algorithm).public_bytes(Encoding.DER)

    assert values(TLS, "tls.key", der) == [expected]


def test_handshake_shows_the_certificate_up_to_tls_1_2(made, key, tmp_path):
    stream = handshake(made, key, tmp_path, ssl.TLSVersion.TLSv1_2)

    assert values(TLS, "tls.version", stream) == ["TLSv1.2"]
    assert values(TLS, "tls.sha256", stream) == [sha256(made.public_bytes(Encoding.DER)).hexdigest()]


def test_handshake_hides_it_in_tls_1_3(made, key, tmp_path):
    stream = handshake(made, key, tmp_path, ssl.TLSVersion.TLSv1_3)

    assert pairs(TLS, stream) == [("tls.version", "TLSv1.3")]


def test_handshake_that_is_repeated_says_each_thing_once(made, key, tmp_path):
    stream = handshake(made, key, tmp_path, ssl.TLSVersion.TLSv1_2)

    assert pairs(TLS, stream + stream) == pairs(TLS, stream)


def test_handshake_in_small_records(made, key, tmp_path):
    stream = handshake(made, key, tmp_path, ssl.TLSVersion.TLSv1_2)
    pieces = _payloads(stream)
    small = b"".join(b"\x16\x03\x03\x00" + bytes([len(piece)]) + piece for piece in pieces)

    assert pairs(TLS, small) == pairs(TLS, stream)


def _payloads(stream):
    whole, position = b"", 0
    while position < len(stream):
        length = int.from_bytes(stream[position + 3 : position + 5])
        whole += stream[position + 5 : position + 5 + length]
        position += 5 + length
    return [whole[n : n + 100] for n in range(0, len(whole), 100)]


def test_certificate_of_a_handshake_that_cannot_be_read_still_has_its_hash():
    body = b"\0\0\x07\0\0\x04odd!"
    stream = b"\x16\x03\x01\x00\x0e\x0b\x00\x00" + bytes([len(body)]) + body

    assert pairs(TLS, stream) == [("tls.sha256", sha256(b"odd!").hexdigest())]


@pytest.mark.parametrize("cut", [3, 20, 60, 90, 200])
def test_cut_handshake_raises_nothing(made, key, tmp_path, cut):
    stream = handshake(made, key, tmp_path, ssl.TLSVersion.TLSv1_2)

    assert pairs(TLS, stream[:cut]) in ([], [("tls.version", "TLSv1.2")])


def test_client_and_alert_say_nothing():
    assert pairs(TLS, b"\x16\x03\x01\x00\x06\x01\x00\x00\x02\x03\x03") == []
    assert pairs(TLS, b"\x15\x03\x01\x00\x02\x02\x28") == []


def test_facts_of_the_transport_are_observations():
    facts = (("tls.version", "TLSv1"), ("tls.legacy", "yes"), ("http.server", "not ours"))

    assert pairs(TLS, b"", facts=facts) == [("tls.version", "TLSv1"), ("tls.legacy", "yes")]


@pytest.mark.parametrize(
    "payload", [b"", b"text", b"\x30\x82\x01\x00", b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----"]
)
def test_what_is_no_certificate(payload):
    with pytest.raises(ValueError):
        pairs(TLS, payload)


def test_bytes_that_are_known(made, key, tmp_path):
    assert TLS.knows(reply(handshake(made, key, tmp_path, ssl.TLSVersion.TLSv1_3)))
    assert not TLS.knows(reply(b"HTTP/1.1 200 OK"))
