"""A webhook is posted once, signed so that a library that is not ours believes it, and never follows elsewhere."""

import base64
import json

import pytest
from standardwebhooks import Webhook as Verifier

from netaudit.tell.notices import MOST_LINES, Notice, gather
from netaudit.tell.receivers import Webhook
from netaudit.tell.webhook import build_body, send_webhook

KEY = base64.b64encode(b"k" * 24).decode()
MESSAGE = gather(site="Depot", at="2026-03-01T02:00:00Z", run="r1", notices=[Notice(kind="gone", words="a camera")])


def receiver(server, tmp_path, secret=f"whsec_{KEY}"):
    path = tmp_path / "secret"
    path.write_text(secret)
    path.chmod(0o600)
    return Webhook(name="chat", url=f"http://127.0.0.1:{server.server_port}/in", secret_file=str(path), timeout_s=60.0)


def test_a_stranger_verifies_the_signature(hook, tmp_path):
    send_webhook(receiver(hook, tmp_path), MESSAGE)

    ((_, headers, body),) = hook.seen
    assert Verifier(f"whsec_{KEY}").verify(body, {k.lower(): v for k, v in headers.items()})["run"] == "r1"


def test_a_changed_body_is_not_believed(hook, tmp_path):
    send_webhook(receiver(hook, tmp_path), MESSAGE)

    ((_, headers, body),) = hook.seen
    with pytest.raises(Exception, match="signature"):
        Verifier(f"whsec_{KEY}").verify(body.replace(b"gone", b"come"), {k.lower(): v for k, v in headers.items()})


def test_a_redirect_is_not_followed(hook, tmp_path):
    hook.status = 302

    with pytest.raises(OSError, match="302"):
        send_webhook(receiver(hook, tmp_path), MESSAGE)

    assert [path for path, _, _ in hook.seen] == ["/in"]


def test_an_error_of_the_receiver_is_told(hook, tmp_path):
    hook.status = 500

    with pytest.raises(OSError, match="500"):
        send_webhook(receiver(hook, tmp_path), MESSAGE)


def test_the_body_is_capped_and_counts_in_full():
    notices = [Notice(kind="appeared", words=f"device {n}") for n in range(1000)]

    body = json.loads(build_body(gather(site="s", at="t", run="r", notices=notices)))

    assert (len(body["notices"]), body["left_out"], body["counts"]) == (MOST_LINES, 950, {"appeared": 1000})
