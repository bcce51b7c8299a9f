"""Other services are reached through Apprise; its JSON service on loopback stands for them."""

import json

import pytest

from netaudit.tell.notices import Notice, gather
from netaudit.tell.receivers import Service
from netaudit.tell.services import send_service

MESSAGE = gather(site="Depot", at="2026-03-01T02:00:00Z", run="r1", notices=[Notice(kind="gone", words="a camera")])


def receiver(tmp_path, url):
    path = tmp_path / "url"
    path.write_text(url)
    path.chmod(0o600)
    return Service(name="chat", url_file=str(path))


def test_a_message_arrives(hook, tmp_path):
    send_service(receiver(tmp_path, f"json://127.0.0.1:{hook.server_port}/"), MESSAGE)

    ((_, _, body),) = hook.seen
    seen = json.loads(body)
    assert seen["title"] == "netaudit: Depot: 1 device gone"
    assert "a camera" in seen["message"]


def test_a_service_that_refuses_is_an_error(hook, tmp_path):
    hook.status = 500

    with pytest.raises(OSError, match="did not take"):
        send_service(receiver(tmp_path, f"json://127.0.0.1:{hook.server_port}/"), MESSAGE)


def test_what_is_no_service_is_named_without_its_url(tmp_path):
    with pytest.raises(ValueError, match="no URL that Apprise knows") as caught:
        send_service(receiver(tmp_path, "pigeon://token"), MESSAGE)

    assert "token" not in str(caught.value)
