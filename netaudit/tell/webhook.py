"""A message as a signed web request, as Standard Webhooks 1.0 describes it (standardwebhooks.com).

The signature is HMAC-SHA256 over "id.timestamp.body"; a receiver that has seen the id before drops the copy.
"""

import base64
import hashlib
import hmac
import time

import msgspec

from netaudit.inventory import escape
from netaudit.tell.notices import MOST_LINES, Message
from netaudit.tell.receivers import Webhook, read_secret

SCHEMA = "netaudit.message/1"
_PREFIX = "whsec_"


def send_webhook(receiver: Webhook, message: Message) -> None:
    """Post one message. OSError where the answer is none of 2xx; redirects are not followed."""
    import requests  # noqa: PLC0415  a run without a webhook never needs it

    body = build_body(message)
    headers = {"Content-Type": "application/json", "User-Agent": "netaudit", "webhook-id": message.id}
    if receiver.secret_file:
        at = str(int(time.time()))
        signature = sign(read_secret(receiver.secret_file), message.id, at, body)
        headers |= {"webhook-timestamp": at, "webhook-signature": signature}
    with requests.Session() as session:
        answer = session.post(
            receiver.url, data=body, headers=headers, timeout=receiver.timeout_s, allow_redirects=False, stream=True
        )
        answer.close()
    if not 200 <= answer.status_code < 300:
        raise OSError(f"the webhook answered {answer.status_code}")


def build_body(message: Message) -> bytes:
    """The JSON of a message: its counts in full, its first notices, and how many are left out."""
    body = {
        "schema": SCHEMA,
        "id": message.id,
        "site": message.site,
        "at": message.at,
        "run": message.run,
        "title": message.title,
        "counts": message.counts,
        "notices": message.notices[:MOST_LINES],
        "left_out": max(0, len(message.notices) - MOST_LINES),
    }
    return escape(msgspec.json.encode(body, order="sorted"))


def sign(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """The webhook-signature header: version and base64 of the HMAC."""
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    return f"v1,{base64.b64encode(hmac.digest(_key(secret), signed, hashlib.sha256)).decode()}"


def _key(secret: str) -> bytes:
    """The key of a secret: the base64 behind its prefix, or the text itself."""
    return base64.b64decode(secret.removeprefix(_PREFIX)) if secret.startswith(_PREFIX) else secret.encode()
