"""A message by any of the services that Apprise knows (chat, SMS, MQTT, push …); its URL says which."""

from netaudit.tell.notices import Message
from netaudit.tell.receivers import Service, read_secret


def send_service(receiver: Service, message: Message) -> None:
    """Send one message. ValueError where Apprise is missing or its URL is none, OSError where it was not taken."""
    try:
        from apprise import Apprise, NotifyFormat, NotifyType  # noqa: PLC0415  0.1 s, and few need it
    except ImportError:
        raise ValueError("Apprise is not installed: pip install 'netaudit[tell]'") from None
    service = Apprise.instantiate(read_secret(receiver.url_file))
    if service is None:
        raise ValueError(f"{receiver.url_file}: it holds no URL that Apprise knows")
    taken = service.notify(
        title=message.title, body=message.text, notify_type=NotifyType.INFO, body_format=NotifyFormat.TEXT
    )
    if not taken:
        raise OSError("the service did not take the message")
