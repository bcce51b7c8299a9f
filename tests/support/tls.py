"""TLS servers of any age for tests, with certificates made on the spot."""

import ssl
from datetime import date
from functools import cache

from netaudit.demo.certificates import make_key, server_context
from netaudit.demo.device import Tls
from netaudit.demo.placeholders import Situation

key_of = cache(make_key)


@cache
def tls_server(version: str = "TLSv1.2", key_bits: int = 2048, ciphers: str = "DEFAULT") -> ssl.SSLContext:
    """A server that speaks this one version, with a key of this size."""
    tls = Tls(
        version=version,
        subject="CN=camera",
        key_bits=key_bits,
        ciphers=ciphers,
        not_before=date(2014, 1, 1),
        not_after=date(2034, 1, 1),
    )
    return server_context(tls, key_of(key_bits), Situation(mac="02:00:00:00:00:01", address="127.0.0.1", ports={}))
