import contextlib
import ssl

import pytest
from cryptography import x509
from support.tls import tls_server

from netaudit.wire.secure import TlsSession, legacy_context, modern_context


class Server:
    """The other end, in memory."""

    def __init__(self, context):
        self.arrived, self.leaving = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.object = context.wrap_bio(self.arrived, self.leaving, server_side=True)

    def answer(self, data):
        """What it sends for these bytes of the handshake."""
        self.arrived.write(data)
        with contextlib.suppress(ssl.SSLError):
            self.object.do_handshake()
        return self.leaving.read()


def shaken(context, server):
    """A session that has shaken hands with this server, and the certificate."""
    session, certificate = TlsSession(context), None
    while certificate is None:
        certificate = session.shake_hands()
        answer = server.answer(session.pending())
        if answer:
            session.feed(answer)
    return session, certificate


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_handshake_gives_the_certificate(version):
    session, certificate = shaken(modern_context(), Server(tls_server(version)))

    assert x509.load_der_x509_certificate(certificate).subject.rfc4514_string() == "CN=camera"
    assert session.object.version() == version


@pytest.mark.parametrize(
    ("version", "key_bits", "ciphers"),
    [("TLSv1", 1024, "DEFAULT"), ("TLSv1.1", 1024, "DEFAULT"), ("TLSv1.2", 2048, "AES128-SHA")],
)
def test_old_servers_speak_with_the_legacy_context_only(version, key_bits, ciphers):
    server = tls_server(version, key_bits, ciphers)
    session, certificate = shaken(legacy_context(), Server(server))

    assert session.object.version() == version
    assert x509.load_der_x509_certificate(certificate).public_key().key_size == key_bits
    with pytest.raises(ssl.SSLError):
        shaken(modern_context(), Server(server))


@pytest.mark.parametrize("context", [modern_context, legacy_context])
def test_contexts_verify_nothing_name_nobody_and_are_made_once(context):
    session = TlsSession(context())

    assert (context().verify_mode, context().check_hostname) == (ssl.CERT_NONE, False)
    assert session.object.server_hostname is None
    assert context() is context()


def test_plain_bytes_come_out_of_pieces():
    server = Server(tls_server())
    session, _ = shaken(modern_context(), server)
    for word in (b"first ", b"second"):
        server.object.write(word)
    wire = server.leaving.read()
    heard = []
    for at in range(0, len(wire), 7):
        session.feed(wire[at : at + 7])
        heard.append(session.read())

    assert b"".join(plain for plain, _ in heard) == b"first second"
    assert {ended for _, ended in heard} == {False}


def test_request_is_wrapped_and_nothing_is_nothing():
    server = Server(tls_server())
    session, _ = shaken(modern_context(), server)
    server.arrived.write(session.wrap(b"GET"))

    assert server.object.read(10) == b"GET"
    assert session.wrap(b"") == b""


def test_end_with_and_without_a_farewell_is_an_end():
    server = Server(tls_server())
    polite, _ = shaken(modern_context(), server)
    with pytest.raises(ssl.SSLWantReadError):
        server.object.unwrap()
    polite.feed(server.leaving.read())
    abrupt, _ = shaken(modern_context(), Server(tls_server()))
    abrupt.feed(b"", ended=True)

    assert [polite.read(), abrupt.read()] == [(b"", True), (b"", True)]


def test_farewell_is_a_close_notify():
    server = Server(tls_server())
    session, _ = shaken(modern_context(), server)
    server.arrived.write(session.farewell())

    assert server.object.read(10) == b""


def test_farewell_before_hands_were_shaken_is_nothing_to_worry_about():
    session = TlsSession(modern_context())
    session.shake_hands()
    session.pending()

    assert session.farewell() == b""


def test_first_bytes_of_what_is_no_tls_are_kept():
    session = TlsSession(modern_context())
    session.shake_hands()
    session.feed(b"HTTP/1.0 400 Bad Request\r\n" + bytes(100))

    with pytest.raises(ssl.SSLError):
        session.shake_hands()
    assert session.first == b"HTTP/1.0 400 Bad Request\r\n" + bytes(38)
