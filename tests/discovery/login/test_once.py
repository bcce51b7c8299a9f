import pytest
from support.logins import CANARY, Claims, credential, desk, site
from support.servers import serving

from netaudit.discovery.login.caller import Caller
from netaudit.discovery.login.once import Once, lock_sign, strongest

DIGEST = 'Digest realm="IP Camera(C2183)", qop="auth", nonce="4f6a", opaque="", algorithm="{}", stale="FALSE"'


@pytest.mark.parametrize(
    ("offered", "expected"),
    [
        (DIGEST.format("MD5"), "MD5"),
        (f"{DIGEST.format('MD5')}, {DIGEST.format('SHA-256')}", "SHA-256"),
        (f"{DIGEST.format('SHA-256')}, {DIGEST.format('MD5')}", "SHA-256"),
        (f'Basic realm="IP Camera(C2183)", {DIGEST.format("MD5")}', "MD5"),
        (f"{DIGEST.format('SHA-512-256')}, {DIGEST.format('MD5')}", "MD5"),
        ('Digest realm="a, b \\" c", nonce="1"', None),
        ('Digest realm="x", nonce="1", qop="auth-int, auth"', None),
    ],
)
def test_strongest_challenge_is_chosen_alone(offered, expected):
    chosen = strongest(offered)

    assert chosen.startswith("Digest ")
    assert chosen.count("nonce=") == 1
    if expected:
        assert f'algorithm="{expected}"' in chosen


@pytest.mark.parametrize(
    "offered",
    [
        "",
        'Basic realm="x"',
        'Digest realm="x"',
        'Digest realm="x", nonce="1", algorithm="token"',
        'Digest realm="x", nonce="1", qop="auth-int"',
        "Negotiate",
        "\x00\x00,,,===",
    ],
)
def test_challenge_that_cannot_be_answered_is_none(offered):
    assert strongest(offered) == ""


@pytest.mark.parametrize(
    "body",
    [
        b"<userCheck><lockStatus>lock</lockStatus><unlockTime>1785</unlockTime></userCheck>",
        b"<lockStatus> lock </lockStatus>",
        b"Error: account is locked",
        b"User locked!",
        b"<lockStatus>unlock</lockStatus><retryLoginTime>1</retryLoginTime>",
        b"<retryLoginTime>0</retryLoginTime>",
    ],
)
def test_signs_of_a_lock(body):
    assert lock_sign(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<userCheck><statusValue>401</statusValue></userCheck>",
        b"<lockStatus>unlock</lockStatus><retryLoginTime>4</retryLoginTime>",
        b"<title>Blocked popups</title> the door lock is open",
    ],
)
def test_ordinary_refusals_are_no_signs_of_a_lock(body):
    assert lock_sign(body) == ""


def refusing(challenge, body=b""):
    """A device that answers everything with this challenge, and what it heard."""
    heard = []

    def answer(sock):
        while data := sock.recv(65536):
            heard.append(data)
            head = f"HTTP/1.1 401 Unauthorized\r\nContent-Length: {len(body)}\r\n{challenge}\r\n\r\n"
            sock.sendall(head.encode() + body)

    return answer, heard


def tried(challenge, body=b"", **more):
    """(requests, the login, claims) of one visit to such a device."""
    answer, heard = refusing(challenge, body)
    claims = Claims(more.pop("reason", None))
    with serving(answer) as service, desk(site(service), credential(**more), claim=claims) as at:
        caller = Caller(at, "isapi", ("/",), 1000, bytes)
        response = caller.session.get(f"{site(service).origin}/", auth=caller.login)
        again = caller.session.get(f"{site(service).origin}/", auth=caller.login)
    assert {response.status_code, again.status_code} == {401}
    return heard, caller.login, claims


def test_wrong_password_is_sent_once():
    heard, login, claims = tried(f"WWW-Authenticate: {DIGEST.format('MD5')}")

    assert [b"Authorization: Digest" in request for request in heard[:2]] == [False, True]
    assert login.sent
    assert claims.count == 1


def test_guard_has_the_last_word():
    heard, login, _ = tried(f"WWW-Authenticate: {DIGEST.format('MD5')}", reason="it refused this login before")

    assert not any(b"Authorization" in request for request in heard)
    assert (login.sent, login.held, login.withheld) == (False, True, "it refused this login before")


def test_password_itself_is_sent_only_where_the_operator_allows_it():
    refused, login, claims = tried('WWW-Authenticate: Basic realm="Device_CGI"')
    allowed, _, _ = tried('WWW-Authenticate: Basic realm="Device_CGI"', basic=True)

    assert not any(b"Authorization" in request for request in refused)
    assert "basic = true" in login.withheld
    assert claims.count == 0
    assert b"Authorization: Basic " in allowed[1]


def test_digest_is_preferred_where_basic_is_allowed():
    challenge = f'WWW-Authenticate: Basic realm="x"\r\nWWW-Authenticate: {DIGEST.format("MD5")}'
    heard, _, _ = tried(challenge, basic=True)

    assert b"Authorization: Digest" in heard[1]
    assert not any(b"Basic" in request for request in heard)


def test_device_that_says_that_it_is_locked_gets_no_login():
    heard, login, claims = tried(f"WWW-Authenticate: {DIGEST.format('MD5')}", b"<lockStatus>lock</lockStatus>")

    assert not any(b"Authorization" in request for request in heard)
    assert "locked" in login.withheld
    assert claims.count == 0


def test_login_shows_nothing_of_itself():
    assert CANARY not in repr(Once(credential(), Claims()))


@pytest.mark.parametrize("realm", ["x" * 3900, "bell\x07", "tab\there"])
def test_realm_that_cannot_be_repeated_costs_no_more_than_a_failure(realm):
    from netaudit.wire.session import Unanswered

    with pytest.raises(Unanswered, match="cannot be sent"):
        tried(f'WWW-Authenticate: Digest realm="{realm}", nonce="1", qop="auth"')
