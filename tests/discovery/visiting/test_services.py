"""How an ONVIF device service is asked without a login."""

import re

import pytest
from support.visits import PAGE, Port, play, requests, usual

from netaudit.discovery.onvif import CALLS
from netaudit.wire.steps import Outcome

SERVICE = (8899, "/onvif/device_service")
FAULT = (
    b"HTTP/1.1 400 Bad Request\r\n\r\n<e:Envelope xmlns:e='http://www.w3.org/2003/05/soap-envelope' "
    b"xmlns:t='http://www.onvif.org/ver10/error'><e:Body><e:Fault/></e:Body></e:Envelope>"
)


def granted(call):
    return (
        b"HTTP/1.1 200 OK\r\n\r\n<e:Envelope xmlns:e='http://www.w3.org/2003/05/soap-envelope' "
        b"xmlns:t='http://www.onvif.org/ver10/device/wsdl'><e:Body><t:%bResponse/></e:Body></e:Envelope>"
        % call.encode()
    )


def call_of(request):
    found = re.search(rb"<tds:(\w+)/?>", request)
    return found[1].decode() if found else ""


def service(until=None, answer=FAULT):
    """A service that grants every call before this one, and answers so to it."""

    def said(request):
        if request.startswith(b"GET"):
            return PAGE
        call = call_of(request)
        return answer if call == until else granted(call)

    return Port(answer=said)


def bare(**more):
    return usual([8899], services=(SERVICE,), bare_ports=frozenset({8899}), **more)


def test_four_calls_in_their_order_and_no_start_page():
    steps, results = play({8899: service()}, bare())

    assert [call_of(request) for request in requests(steps)] == list(CALLS)
    assert [(r.channel, r.port) for r in results] == [("onvif", 8899)] * 4


def test_call_byte_for_byte():
    steps, _ = play({8899: service()}, bare())
    head, _, body = requests(steps)[0].partition(b"\r\n\r\n")

    assert head == (
        b"POST /onvif/device_service HTTP/1.1\r\nHost: 192.0.2.7:8899\r\nUser-Agent: netaudit\r\nAccept: */*\r\n"
        b"Connection: close\r\nContent-Type: application/soap+xml; charset=utf-8\r\nContent-Length: %d" % len(body)
    )
    assert body == (
        b'<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" '
        b'xmlns:tds="http://www.onvif.org/ver10/device/wsdl"><e:Body><tds:GetSystemDateAndTime/></e:Body></e:Envelope>'
    )


REALM = b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="Login to 4C02F1BPAG1A7E1", nonce="1"\r\n\r\n'


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize(
    ("answer", "channel"),
    [
        (FAULT, "onvif"),
        (FAULT.replace(b"400", b"200"), "onvif"),
        (REALM, "http"),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", "http"),
    ],
)
def test_first_refusal_is_the_end(number, answer, channel):
    steps, results = play({8899: service(CALLS[number], answer)}, bare())

    assert [call_of(request) for request in requests(steps)] == list(CALLS[: number + 1])
    assert results[-1].channel == channel


def test_silence_is_the_end_too():
    steps, results = play({8899: service(CALLS[1], Outcome("timeout"))}, bare())

    assert len(requests(steps)) == 2
    assert (results[-1].channel, results[-1].status) == ("onvif", "timeout")


def test_on_a_web_port_the_page_and_the_icon_come_first_and_four_requests_are_the_most():
    steps, _ = play({80: service()}, usual([80], services=((80, "/onvif/device_service"),)))

    assert [request.split()[1] for request in requests(steps)][:2] == [b"/", b"/favicon.ico"]
    assert [call_of(request) for request in requests(steps)][2:] == list(CALLS[:2])


@pytest.mark.parametrize("told", ["sadp", "dhip"])
def test_who_has_told_who_it_is_is_not_asked(told):
    steps, _ = play({8899: service()}, bare(known_by=frozenset({told})))

    assert requests(steps) in ([], [b""])


def test_one_service_of_a_device_is_asked():
    ports = {8899: service(CALLS[0]), 8900: service()}
    target = usual(ports, services=(SERVICE, (8900, "/onvif/services")), bare_ports=frozenset(ports))
    steps, _ = play(ports, target)

    assert [request.split()[1] for request in requests(steps) if request] == [b"/onvif/device_service"]


def test_ipv6_address_is_never_asked():
    target = usual([8899], address="2001:db8::7", services=(SERVICE,), bare_ports=frozenset({8899}))
    steps, _ = play({8899: service()}, target)

    assert [request for request in requests(steps) if request] == []


def test_refusal_with_an_envelope_tells_realm_and_envelope():
    refusal = FAULT.replace(b"400 Bad Request\r\n", b"401 Unauthorized\r\n" + REALM.split(b"\r\n")[1] + b"\r\n")
    _, results = play({8899: service(CALLS[0], refusal)}, bare())

    assert [(r.channel, r.payload) for r in results] == [("http", refusal), ("onvif", refusal)]
