"""A message by e-mail: SMTP (RFC 5321), plain text (RFC 5322), with the message's id so that a second copy is seen."""

import smtplib
import ssl
from contextlib import ExitStack
from email.headerregistry import Address
from email.message import EmailMessage

from netaudit.tell.notices import Message
from netaudit.tell.receivers import Mail, read_secret

_PORTS = {"starttls": 587, "tls": 465, "none": 25}


def send_mail(receiver: Mail, message: Message) -> None:
    """Send one message to all addresses of a receiver. OSError where it was not taken."""
    try:
        with _connected(receiver) as server:
            if receiver.user and receiver.password_file:
                server.login(receiver.user, read_secret(receiver.password_file))
            refused = server.send_message(build_mail(receiver, message))
    except smtplib.SMTPException as error:
        raise OSError(f"{receiver.server}: {type(error).__name__}") from None  # its text may hold what we sent
    if refused:
        raise OSError(f"{receiver.server}: it refused {len(refused)} of {len(receiver.to)} addresses")


def build_mail(receiver: Mail, message: Message) -> EmailMessage:
    """The mail of a message."""
    mail = EmailMessage()
    mail["From"] = Address(addr_spec=receiver.sender)
    mail["To"] = [Address(addr_spec=address) for address in receiver.to]
    mail["Subject"] = message.title
    mail["Message-ID"] = f"<{message.id}@{receiver.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answer by a machine
    mail.set_content(message.text)
    return mail


def _connected(receiver: Mail) -> smtplib.SMTP:
    port = receiver.port or _PORTS[receiver.security]
    context = ssl.create_default_context()
    if receiver.security == "tls":
        return smtplib.SMTP_SSL(receiver.server, port, timeout=receiver.timeout_s, context=context)
    with ExitStack() as stack:
        server = smtplib.SMTP(receiver.server, port, timeout=receiver.timeout_s)
        stack.callback(server.close)
        if receiver.security == "starttls":
            server.starttls(context=context)
        stack.pop_all()
    return server
