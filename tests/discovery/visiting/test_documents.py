"""Which documents a device is asked for, when, and how seldom."""

import pytest
from support.visits import CERTIFICATE, PAGE, SHAKEN, Port, dialled, play, requests, usual

from netaudit.wire.steps import Outcome

WEBS = b"HTTP/1.1 200 OK\r\nServer: App-webs/\r\nContent-Length: 2\r\n\r\nhi"
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
ELSEWHERE = b"HTTP/1.1 301 Moved\r\nLocation: https://192.0.2.7/\r\nContent-Length: 0\r\n\r\n"
ACTIVATED = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n\r\n"
    b'<ActivateStatus version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema"><Activated>true</Activated>'
    b"</ActivateStatus>"
)
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
REALM = b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="0123456789abcdef", nonce="1"\r\n\r\n'
DESCRIPTION = (
    b'HTTP/1.1 200 OK\r\n\r\n<root xmlns="urn:schemas-upnp-org:device-1-0"><device><modelName>X</modelName></device>'
    b"</root>"
)
PRODUCT = b'HTTP/1.1 200 OK\r\n\r\n{"data":{"propertyList":{"ProdNbr":"P3245-LV"}}}'


def server(page=PLAIN, **answers):
    """A web server with this start page, and an answer for each path that a word is found in; else 404."""

    def answer(request):
        path = request.split()[1].decode()
        return page if path == "/" else next((answers[word] for word in answers if word in path), NOT_FOUND)

    return Port(answer=answer)


def paths(steps):
    return [request.split()[1].decode() for request in requests(steps) if request]


def channels(results):
    return [result.channel for result in results]


# --- Hikvision's ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [WEBS, PLAIN])
def test_activation_status_is_asked_where_the_page_is_hikvision_s_or_nobody_s(page):
    steps, results = play({80: server(page, activateStatus=ACTIVATED)})

    assert paths(steps) == ["/", "/SDK/activateStatus", "/favicon.ico"]
    assert channels(results) == ["http", "isapi", "http"]


def test_activation_status_is_not_asked_of_another_maker_s():
    steps, _ = play({80: server(PAGE, activateStatus=ACTIVATED)})

    assert paths(steps) == ["/", "/favicon.ico"]


@pytest.mark.parametrize("told", ["sadp", "dhip", "axis"])
def test_who_has_told_who_it_is_is_not_asked_for_it(told):
    steps, _ = play({80: server(WEBS)}, usual([80], known_by=frozenset({told})))

    assert "/SDK/activateStatus" not in paths(steps)


def test_device_page_is_asked_where_the_status_told_nothing_and_the_page_is_hikvision_s():
    steps, results = play({80: server(WEBS, deviceInfo=REALM)})

    assert paths(steps) == ["/", "/SDK/activateStatus", "/ISAPI/System/deviceInfo", "/favicon.ico"]
    assert channels(results) == ["http"] * 4


def test_device_page_is_not_asked_where_the_page_is_nobody_s():
    steps, _ = play({80: server(PLAIN, deviceInfo=REALM)})

    assert paths(steps) == ["/", "/SDK/activateStatus", "/favicon.ico"]


def test_each_is_asked_once_per_device():
    steps, _ = play({port: server(WEBS) for port in (80, 81, 88)})

    assert paths(steps).count("/SDK/activateStatus") == paths(steps).count("/ISAPI/System/deviceInfo") == 1


def test_page_that_leads_to_the_secured_one_is_asked_for_nothing_but_the_icon():
    secured = Port(handshakes=[SHAKEN, SHAKEN], answer=server(WEBS, activateStatus=ACTIVATED).answer)
    steps, _ = play({80: server(ELSEWHERE), 443: secured})

    assert paths(steps) == ["/", "/favicon.ico", "/", "/SDK/activateStatus"]


def test_secured_port_is_asked_one_request_more_and_no_third_handshake():
    steps, results = play({443: Port(handshakes=[SHAKEN, SHAKEN], answer=server(WEBS).answer)})

    assert paths(steps) == ["/", "/SDK/activateStatus"]
    assert results[0].payload == CERTIFICATE


def test_device_page_waits_for_a_port_with_a_request_left():
    ports = {443: Port(handshakes=[SHAKEN, SHAKEN], answer=server(WEBS).answer), 80: server(WEBS)}
    steps, _ = play(ports)

    assert paths(steps) == ["/", "/SDK/activateStatus", "/", "/ISAPI/System/deviceInfo", "/favicon.ico"]


def test_start_page_is_a_page_whatever_stands_in_it():
    page = WEBS + b"<!-- http://www.hikvision.com/ver20/XMLSchema urn:schemas-upnp-org:device-1-0 -->"
    _, results = play({80: server(page)}, channels=frozenset({"http"}))

    assert channels(results) == ["http", "http"]


def test_nothing_is_asked_of_what_is_no_web_server():
    steps, _ = play({80: Port(answer=b"\x00\x00\x00\x10")})

    assert paths(steps) == ["/"]


def test_silence_ends_the_asking_of_a_port_and_is_told():
    steps, results = play({80: server(WEBS, activateStatus=Outcome("timeout"))})

    assert paths(steps) == ["/", "/SDK/activateStatus"]
    assert (results[-1].channel, results[-1].status) == ("isapi", "timeout")


@pytest.mark.parametrize(("chosen", "asked"), [({"isapi"}, ["/SDK/activateStatus"]), ({"upnp"}, []), ({"onvif"}, [])])
def test_only_the_chosen_channel_is_asked(chosen, asked):
    steps, _ = play({80: server(WEBS)}, channels=frozenset(chosen))

    assert paths(steps) == asked
    assert dialled(steps) == [80] * len(asked)


# --- UPnP's -----------------------------------------------------------------------------------------------------------


def test_description_is_asked_after_the_page_of_its_port():
    steps, results = play({80: server(PAGE, desc=DESCRIPTION)}, usual([80], description=(80, "/desc.xml")))

    assert paths(steps) == ["/", "/desc.xml", "/favicon.ico"]
    assert channels(results) == ["http", "upnp", "http"]


def test_port_that_is_there_for_the_description_only_is_asked_for_nothing_else():
    target = usual([49152], description=(49152, "/desc.xml"), bare_ports=frozenset({49152}))
    steps, results = play({49152: server(WEBS, desc=DESCRIPTION)}, target)

    assert (paths(steps), channels(results)) == (["/desc.xml"], ["upnp"])


def test_redirect_of_a_description_is_not_followed():
    steps, results = play({80: server(PAGE, desc=ELSEWHERE)}, usual([80], description=(80, "/desc.xml")))

    assert paths(steps) == ["/", "/desc.xml", "/favicon.ico"]
    assert channels(results) == ["http"] * 3


def test_open_port_without_a_description_is_open_and_a_problem():
    target = usual([49152], description=(49152, "/desc.xml"), bare_ports=frozenset({49152}))
    _, (reply, problem) = play({49152: Port(answer=Outcome("timeout"))}, target)

    assert (reply.channel, reply.port) == ("tcp", 49152)
    assert (problem.channel, problem.status, "/desc.xml" in problem.detail) == ("upnp", "timeout", True)


# --- Axis' ------------------------------------------------------------------------------------------------------------


def test_properties_are_asked_of_axis_only_and_once():
    ports = {80: server(PAGE, basicdeviceinfo=PRODUCT), 81: server(PAGE)}
    steps, results = play(ports, usual(ports, known_by=frozenset({"axis"})))

    assert paths(steps) == ["/", "/axis-cgi/basicdeviceinfo.cgi", "/favicon.ico", "/"]
    assert channels(results)[1] == "vapix"
    assert [request[:4] for request in requests(steps)] == [b"GET ", b"POST", b"GET ", b"GET "]
