"""A web server behind TLS, for banners.py: the same page at every address, in TLS 1.2 or, at one address in seven, 1.0.

    python tests/benchmarks/tlsd.py DESCRIPTOR BYTES

On an open listener, with a body of so many bytes. Its keys are such as sign quickly, so that clients do not wait for it.
"""

import select
import socket
import ssl
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.banner_clients import is_old
from support.tls import tls_server


def main(words: list[str]) -> int:
    """Serve until killed."""
    listener, size = socket.socket(fileno=int(words[0])), int(words[1])
    answer = b"HTTP/1.1 200 OK\r\nServer: Webs\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % size + b"x" * size
    contexts = {True: tls_server("TLSv1", key_bits=1024), False: modern_server()}
    epoll, visitors = select.epoll(), {}
    epoll.register(listener, select.EPOLLIN)
    while True:
        for descriptor, _ in epoll.poll():
            if descriptor != listener.fileno():
                if not goes_on(visitors[descriptor], answer):
                    visitors.pop(descriptor).close()
                continue
            try:
                sock, _ = listener.accept()
            except BlockingIOError:
                continue
            sock.setblocking(False)
            context = contexts[is_old(sock.getsockname()[0])]
            visitor = context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
            visitors[visitor.fileno()] = visitor
            epoll.register(visitor, select.EPOLLIN)


def goes_on(visitor: ssl.SSLSocket, answer: bytes) -> bool:
    """Go on with the handshake, or answer a request; whether the visitor is still there."""
    try:
        asked = visitor.recv(4096)
        if asked:
            visitor.send(answer)
            visitor.shutdown(socket.SHUT_WR)
    except ssl.SSLWantReadError:
        return True
    except OSError:
        return False
    return bool(asked)


def modern_server() -> ssl.SSLContext:
    """A server that speaks TLS 1.2, with a certificate of its own making."""
    key, name = generate_private_key(SECP256R1()), x509.Name.from_rfc4514_string("CN=camera")
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    dated = builder.not_valid_before(datetime(2014, 1, 1, tzinfo=UTC)).not_valid_after(datetime(2034, 1, 1, tzinfo=UTC))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with tempfile.NamedTemporaryFile() as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.write(dated.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
        file.flush()
        context.load_cert_chain(file.name)
    return context


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
