import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from cryptography import x509

from netaudit.demo import EmulationError, certificates
from netaudit.demo.certificates import legacy_client_context, make_key, server_context
from netaudit.demo.device import Tls
from netaudit.demo.placeholders import Situation

HERE = Situation(mac="02:00:00:00:00:05", address="192.0.2.5", ports={})
KEY = make_key(1024)


def described(version: str = "TLSv1.2", issuer: str = "") -> Tls:
    return Tls(
        version=version,
        subject="CN=box-@mac-plain@,O=Box",
        issuer=issuer,
        key_bits=1024,
        not_before=date(2014, 1, 1),
        not_after=date(2034, 1, 1),
    )


def shake_hands(server: ssl.SSLContext, client: ssl.SSLContext) -> tuple[str, bytes]:
    """Version and certificate that both sides come to."""
    ours, theirs = socket.socketpair()
    with ours, theirs, ThreadPoolExecutor(1) as thread:
        accepted = thread.submit(server.wrap_socket, theirs, True)
        with client.wrap_socket(ours) as secured:
            agreed = secured.version(), secured.getpeercert(binary_form=True)
        accepted.result().close()
    return agreed


@pytest.mark.parametrize("version", ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"])
def test_one_version_is_spoken(version):
    agreed, _ = shake_hands(server_context(described(version), KEY, HERE), legacy_client_context(version))

    assert version == agreed


def test_certificate_says_what_the_file_says():
    server = server_context(described(issuer="CN=Root"), KEY, HERE)
    _, der = shake_hands(server, legacy_client_context("TLSv1.2"))
    certificate = x509.load_der_x509_certificate(der)

    assert certificate.subject.rfc4514_string() == "CN=box-020000000005,O=Box"
    assert certificate.issuer.rfc4514_string() == "CN=Root"
    assert certificate.public_key().key_size == 1024
    assert certificate.not_valid_before_utc.date() == date(2014, 1, 1)


def test_without_an_issuer_it_is_self_signed():
    _, der = shake_hands(server_context(described(), KEY, HERE), legacy_client_context("TLSv1.2"))
    certificate = x509.load_der_x509_certificate(der)

    certificate.verify_directly_issued_by(certificate)


def test_machine_that_refuses_old_tls_is_told_so(monkeypatch):
    monkeypatch.setattr(certificates, "legacy_client_context", lambda _: legacy_client_context("TLSv1.3"))

    with pytest.raises(EmulationError, match="does not speak TLSv1 here"):
        server_context(described("TLSv1"), KEY, HERE)
