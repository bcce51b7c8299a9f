"""A device that stands in the test: each step of a visit is answered from a table, without a network."""

from dataclasses import dataclass, field

from netaudit.discovery.visit import SECURE_PORTS, SILENT_PORTS, visit
from netaudit.model import Target
from netaudit.wire.steps import STEPS, Connect, Exchange, Outcome, Secure

PAGE = b"HTTP/1.1 200 OK\r\nServer: Apache\r\nContent-Length: 2\r\n\r\nhi"
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
LOCKED = b"HTTP/1.1 401 Unauthorized\r\n\r\n<userCheck>\n<lockStatus> lock </lockStatus><unlockTime>1785</unlockTime></userCheck>"
OPTIONS_OK = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: OPTIONS, DESCRIBE\r\n\r\n"
CHALLENGE = b'RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: Digest realm="Login to 1"\r\n\r\n'
CERTIFICATE = b"\x30\x82der"
LOCAL = ("192.0.2.2", 50_000)

OK = Outcome("ok", local=LOCAL, at=1000.0)
REFUSED = Outcome("refused", detail="ECONNREFUSED")
LATE = Outcome("timeout")
SHAKEN = Outcome("ok", CERTIFICATE, tls_version="TLSv1.2", local=LOCAL, at=1000.0)
ALERT = Outcome("tls", b"\x15\x03\x01\x00\x02\x02\x46", "TLSV1_ALERT_PROTOCOL_VERSION")


@dataclass
class Port:
    """How one port of the device behaves: what a connect, handshakes and requests come to."""

    connect: Outcome = OK
    handshakes: list[Outcome] = field(default_factory=list)
    answer: object = PAGE  # bytes, an Outcome, or a function of the request that gives one of them


def said(answer, request):
    answer = answer(request) if callable(answer) else answer
    return answer if isinstance(answer, Outcome) else Outcome("ok", answer, local=LOCAL, at=1000.0)


def play(ports, target=None, channels=None, elsewhere=REFUSED, connects=None, conversation=None):
    """Visit a device with these ports; the steps that were taken, and the results. `connects`: by port, in turn."""
    target = target or usual(ports)
    conversation = conversation or (visit(target, channels) if channels else visit(target))
    steps, results, port, outcome = [], [], None, None
    handshakes = {number: iter(port.handshakes) for number, port in ports.items()}
    while True:
        try:
            item = next(conversation) if outcome is None else conversation.send(outcome)
        except StopIteration:
            return steps, results
        if not isinstance(item, STEPS):
            results.append(item)
            outcome = Outcome()
            continue
        steps.append(item)
        if isinstance(item, Connect):
            port = item.port
            outcome = ports[port].connect if port in ports else elsewhere
            outcome = next(connects[port]) if connects and port in connects else outcome
        elif isinstance(item, Secure):
            outcome = next(handshakes[port])
        elif isinstance(item, Exchange):
            outcome = said(ports[port].answer, item.request)
        else:
            outcome = Outcome()


def usual(ports, **settings):
    ports = tuple(ports)
    defaults = {"silent_ports": SILENT_PORTS, "secure_ports": SECURE_PORTS}
    return Target(**{"address": "192.0.2.7", "ports": ports, **defaults, **settings})


def of_kind(kind, items):
    return [item for item in items if isinstance(item, kind)]


def requests(steps):
    return [step.request for step in of_kind(Exchange, steps)]


def dialled(steps):
    return [step.port for step in of_kind(Connect, steps)]
