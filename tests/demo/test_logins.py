import datetime as dt
from base64 import b64encode
from hashlib import md5, sha1, sha256

import pytest
import requests
from support.logins import CANARY, emulated

from netaudit.demo.logins import Login, lets_in, make_nonce

LOGIN = Login(user="auditor", phrase=CANARY)
STRONG = Login(user="auditor", phrase=CANARY, algorithm="SHA-256")


def digest(nonce, password=CANARY, hashed=md5, algorithm="MD5", path="/x", **change):
    """A request with a digest, made by the formulas of RFC 7616 section 3.4.1."""
    first = hashed(f"auditor:cam:{password}".encode()).hexdigest()
    second = hashed(f"GET:{path}".encode()).hexdigest()
    response = hashed(f"{first}:{nonce}:00000001:abc:auth:{second}".encode()).hexdigest()
    told = {
        "username": "auditor", "realm": "cam", "nonce": nonce, "uri": path, "response": response,
        "algorithm": algorithm, "qop": "auth", "nc": "00000001", "cnonce": "abc", **change,
    }  # fmt: skip
    parameters = ", ".join(f'{name}="{value}"' for name, value in told.items())
    return f"GET /x HTTP/1.1\r\nHost: a\r\nAuthorization: Digest {parameters}\r\n\r\n".encode()


def token(password=CANARY, age_s=0.0, user="auditor"):
    """A request with a token, made by the formula of the UsernameToken Profile."""
    created = (dt.datetime.now(dt.UTC) - dt.timedelta(seconds=age_s)).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    proof = b64encode(sha1(b"0123456789abcdef" + created + password.encode()).digest())
    told = (("Username", user.encode()), ("Password", proof), ("Nonce", b64encode(b"0123456789abcdef")))
    parts = b"".join(b"<w:%s>%s</w:%s>" % (n.encode(), v, n.encode()) for n, v in (*told, ("Created", created)))
    return b"POST /x HTTP/1.1\r\n\r\n" + parts


def test_right_digest_is_let_in():
    assert lets_in(LOGIN, "digest", digest(make_nonce()))
    assert lets_in(STRONG, "digest", digest(make_nonce(), hashed=sha256, algorithm="SHA-256"))


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /x HTTP/1.1\r\n\r\n",
        digest("0" * 32),
        digest(make_nonce(), password="wrong"),
        digest(make_nonce(), username="other"),
        digest(make_nonce(), path="/y"),
        digest(make_nonce(), qop="auth-int"),
        digest(make_nonce(), algorithm="SHA-256"),
        b"GET /x HTTP/1.1\r\nAuthorization: Basic eA==\r\n\r\n",
    ],
)
def test_everything_else_is_kept_out(request_):
    assert not lets_in(LOGIN, "digest", request_)


def test_nobody_is_let_in_where_there_is_no_login():
    assert not lets_in(None, "digest", digest(make_nonce()))


def test_tokens():
    assert lets_in(LOGIN, "token", token())
    assert not lets_in(LOGIN, "token", token("wrong"))
    assert not lets_in(LOGIN, "token", token(user="other"))
    assert not lets_in(LOGIN, "token", token(age_s=3600))
    assert not lets_in(LOGIN, "token", b"POST /x HTTP/1.1\r\n\r\n<Created>never</Created>")


@pytest.mark.parametrize(("password", "code"), [(CANARY, 200), ("wrong", 401)])
def test_an_ordinary_client_can_log_in(password, code):
    with emulated("hikvision-recorder") as emulation:
        address = f"http://{emulation.devices[0].address}:8080/ISAPI/System/deviceInfo"
        answer = requests.get(address, auth=requests.auth.HTTPDigestAuth("auditor", password), timeout=5)

    assert answer.status_code == code
