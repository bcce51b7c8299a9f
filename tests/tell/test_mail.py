"""Mail is sent to a real SMTP server, of a library that is not ours."""

from contextlib import contextmanager

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from support.loopback import kept_port

from netaudit.tell.mail import build_mail, send_mail
from netaudit.tell.notices import Notice, gather
from netaudit.tell.receivers import Mail

MESSAGE = gather(
    site="Dépôt", at="2026-03-01T02:00:00Z", run="r1", notices=[Notice(kind="appeared", words="a camera at 192.0.2.7")]
)


class Box:
    """Takes mail; refuses what is addressed to nobody@."""

    def __init__(self):
        self.mails = []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address.startswith("nobody@"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.mails.append(envelope)
        return "250 OK"


@pytest.fixture
def box():
    handler = Box()
    with served(handler) as port:
        yield handler, port


@contextmanager
def served(handler, **settings):
    """The port of a server of mail, which has a name, so that it asks nobody for one."""
    with kept_port() as port:
        controller = Controller(
            handler, hostname="127.0.0.1", port=port, server_hostname="mail.example.org", ready_timeout=120, **settings
        )
        controller.start()
        try:
            yield port
        finally:
            controller.stop()


def receiver(port, *to, **settings):
    return Mail(
        name="ops", server="127.0.0.1", port=port, security="none", sender="netaudit@example.org",
        to=to or ("ops@example.org",), timeout_s=60.0, **settings,
    )  # fmt: skip


def test_a_message_arrives_whole(box):
    handler, port = box

    send_mail(receiver(port), MESSAGE)

    (mail,) = handler.mails
    text = mail.content.decode()
    assert mail.rcpt_tos == ["ops@example.org"]
    assert "Message-ID: <run-r1@example.org>" in text
    assert "a camera at 192.0.2.7" in text
    assert "Auto-Submitted: auto-generated" in text


def test_an_address_that_is_refused_is_told(box):
    _handler, port = box

    with pytest.raises(OSError, match="refused 1 of 2"):
        send_mail(receiver(port, "ops@example.org", "nobody@example.org"), MESSAGE)


def test_no_server_is_an_error_of_the_network():
    with kept_port() as port, pytest.raises(OSError, match="refused"):
        send_mail(receiver(port), MESSAGE)


def test_a_server_without_starttls_gets_no_mail(box):
    handler, port = box

    with pytest.raises(OSError):
        send_mail(Mail(**{**_fields(receiver(port)), "security": "starttls"}), MESSAGE)

    assert handler.mails == []


def test_a_wrong_password_is_not_in_the_error(tmp_path):
    secret = tmp_path / "smtp"
    secret.write_text("canary-pa55")
    secret.chmod(0o600)
    refuses = {"auth_require_tls": False, "authenticator": lambda *_: AuthResult(success=False, handled=False)}
    with served(Box(), **refuses) as port, pytest.raises(OSError, match="SMTPAuthenticationError") as caught:
        send_mail(receiver(port, user="u", password_file=str(secret)), MESSAGE)

    assert "canary" not in str(caught.value)


def test_the_subject_is_one_line_with_its_accents():
    mail = build_mail(receiver(25), MESSAGE)

    assert str(mail["Subject"]) == "netaudit: Dépôt: 1 new device"


def _fields(mail):
    return {name: getattr(mail, name) for name in mail.__struct_fields__}
