"""Other services are reached through Apprise; its JSON service on loopback stands for them."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from netaudit.tell.notices import Notice, gather
from netaudit.tell.receivers import Service
from netaudit.tell.services import send_service

MESSAGE = gather(site="Depot", at="2026-03-01T02:00:00Z", run="r1", notices=[Notice(kind="gone", words="a camera")])


@pytest.fixture
def service():
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.server.seen.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(self.server.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.seen, server.status = [], 200
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def receiver(tmp_path, url):
    path = tmp_path / "url"
    path.write_text(url)
    path.chmod(0o600)
    return Service(name="chat", url_file=str(path))


def test_a_message_arrives(service, tmp_path):
    send_service(receiver(tmp_path, f"json://127.0.0.1:{service.server_port}/"), MESSAGE)

    (seen,) = service.seen
    assert seen["title"] == "netaudit: Depot: 1 device gone"
    assert "a camera" in seen["message"]


def test_a_service_that_refuses_is_an_error(service, tmp_path):
    service.status = 500

    with pytest.raises(OSError, match="did not take"):
        send_service(receiver(tmp_path, f"json://127.0.0.1:{service.server_port}/"), MESSAGE)


def test_what_is_no_service_is_named_without_its_url(tmp_path):
    with pytest.raises(ValueError, match="no URL that Apprise knows") as caught:
        send_service(receiver(tmp_path, "pigeon://token"), MESSAGE)

    assert "token" not in str(caught.value)
