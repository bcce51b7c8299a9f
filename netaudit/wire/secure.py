"""TLS as bytes: sessions without a socket, and the two contexts that probing uses.

The modern context is an ordinary one without verification: cameras sign their own certificates. The legacy context
also speaks with what OpenSSL calls insecure: TLS 1.0, 1024-bit keys, SHA-1, RSA key exchange. It is for looking at
devices, never for sending a secret, and that a device needs it is a finding.
"""

import contextlib
import ssl
from functools import cache

READ_BYTES = 16_384
FIRST_BYTES = 64
_LEGACY_RENEGOTIATION = 0x4  # SSL_OP_LEGACY_SERVER_CONNECT (RFC 5746 section 4.1)


@cache
def modern_context() -> ssl.SSLContext:
    """What an ordinary client of today speaks, without verification."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@cache
def legacy_context() -> ssl.SSLContext:
    """What the oldest devices speak, as far as this machine's OpenSSL still can."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options |= _LEGACY_RENEGOTIATION
    return context


class TlsSession:
    """TLS without a socket: bytes of the wire in, plain bytes out."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.arrived, self.leaving = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.object = context.wrap_bio(self.arrived, self.leaving)
        self.first = b""  # the first bytes of the wire: what spoke, where it was not TLS

    def feed(self, data: bytes, *, ended: bool = False) -> None:
        """Take bytes of the wire, and whether the device has ended after them."""
        if data:
            self.first = self.first or data[:FIRST_BYTES]
            self.arrived.write(data)
        if ended:
            self.arrived.write_eof()

    def shake_hands(self) -> bytes | None:
        """The device's certificate once hands are shaken; None where more bytes are needed."""
        try:
            self.object.do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLEOFError):
            return None
        return self.object.getpeercert(binary_form=True) or b""

    def read(self) -> tuple[bytes, bool]:
        """The plain bytes that are complete by now, and whether the device has ended."""
        plain = b""
        try:
            while chunk := self.object.read(READ_BYTES):
                plain += chunk
        except ssl.SSLWantReadError:
            return plain, False
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            pass
        return plain, True

    def wrap(self, request: bytes) -> bytes:
        """The bytes of the wire that carry this request."""
        if request:
            self.object.write(request)
        return self.pending()

    def farewell(self) -> bytes:
        """The bytes of the wire that end the session (RFC 8446 section 6.1); none where there is none."""
        with contextlib.suppress(ssl.SSLError, ValueError):
            self.object.unwrap()
        return self.pending()

    def pending(self) -> bytes:
        """What waits to be sent."""
        return self.leaving.read()
