import pytest
from support.reading import pairs, reply

from netaudit.discovery.greetings import FTP, SSH, TELNET


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"\xff\xfd\x01\xff\xfd\x1f\xff\xfb\x01\r\n192.0.2.7 login: ", "192.0.2.7 login:"),
        (b"\xff\xfa\x18\x01\xff\xf0NVR login:", "NVR login:"),
        (b"\xff\xfa\x18 cut off", ""),
        (b"a\xff\xffb\r\r\n\x1b[2Jlogin:\0", "ab [2Jlogin:"),
        (b"\xff\xfd\x01\xff\xfd", ""),
        (b"", ""),
    ],
)
def test_telnet_without_its_options(payload, expected):
    assert [value for _, value in pairs(TELNET, payload)] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"220 (vsFTPd 2.0.5)\r\n", "(vsFTPd 2.0.5)"),
        (b"220-Welcome\r\n220-to the camera\r\n220 ready\r\n", "Welcome to the camera ready"),
        (b"\r\n421 Too many\r\n", "Too many"),
    ],
)
def test_ftp_without_its_code(payload, expected):
    assert pairs(FTP, payload) == [("ftp.banner", expected)]


def test_ftp_greeting_that_somebody_cut_out():
    assert pairs(FTP, b"IPCamera FtpServer(www.example.com)", transport="given") == [
        ("ftp.banner", "IPCamera FtpServer(www.example.com)")
    ]


@pytest.mark.parametrize("payload", [b"SSH-2.0-dropbear_2014.63\r\n\0\0\1", b"hello\r\nSSH-2.0-dropbear_2014.63\n"])
def test_ssh_identification(payload):
    assert pairs(SSH, payload) == [("ssh.banner", "SSH-2.0-dropbear_2014.63")]


@pytest.mark.parametrize(("channel", "payload"), [(FTP, b""), (FTP, b"hello"), (SSH, b""), (SSH, b"220 ready")])
def test_other_greetings(channel, payload):
    with pytest.raises(ValueError):
        pairs(channel, payload)


def test_bytes_that_are_known():
    assert SSH.knows(reply(b"SSH-2.0-x"))
    assert TELNET.knows(reply(b"\xff\xfd\x01"))
    assert not TELNET.knows(reply(b"\xff\xd8\xff"))
