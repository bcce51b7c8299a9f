import pytest

from netaudit.discovery.plan import Hints, named_since, renewed
from netaudit.discovery.visit import MOST_PORTS, PORTS, SECURE_PORTS, SILENT_PORTS
from netaudit.model import Observation

HERE, THERE = "192.0.2.7", "192.0.2.8"


def named(field, value, address=HERE):
    return Observation(channel=field.partition(".")[0], field=field, value=str(value), address=address)


def plan(*observations, address=HERE):
    hints = Hints()
    hints.learn(observations)
    return hints.target(address)


def test_without_hints_the_usual_ports_are_asked_in_the_usual_way():
    target = plan()

    assert (target.address, target.ports) == (HERE, PORTS)
    assert (target.silent_ports, target.secure_ports) == (SILENT_PORTS, SECURE_PORTS)
    assert len(PORTS) == MOST_PORTS


def test_named_ports_come_first_and_are_asked_as_they_were_named():
    target = plan(
        *(named("sadp.http_port", 8088), named("sadp.https_port", 8448)),
        *(named("sadp.command_port", 8100), named("sadp.sdk_tls_port", 8101)),
        *(named("dhip.http_port", 8081), named("dhip.port", 37700)),
    )

    assert target.ports == (8081, 8088, 8448, 8100, 8101, 37700, *PORTS)[:MOST_PORTS]
    assert {8100, 8101, 37700} <= target.silent_ports
    assert 8448 in target.secure_ports
    assert not {8081, 8088} & (target.silent_ports | target.secure_ports)


def test_port_that_is_named_and_usual_is_asked_once():
    assert plan(named("sadp.http_port", 8080)).ports == (8080, *(p for p in PORTS if p != 8080))


def test_sdk_over_tls_is_connected_to_only():
    """A recorder names 8443, where others have their pages."""
    target = plan(named("sadp.sdk_tls_port", 8443))

    assert 8443 in target.silent_ports
    assert 8443 not in target.secure_ports


def test_web_port_where_others_have_their_sdk_is_asked():
    target = plan(named("sadp.http_port", 8000))

    assert 8000 not in target.silent_ports


def test_plain_web_port_where_others_have_tls_is_asked_plainly():
    assert 443 not in plan(named("dhip.http_port", 443)).secure_ports


@pytest.mark.parametrize("other", ["sadp.http_port", "sadp.https_port", "dhip.http_port"])
def test_nothing_is_sent_to_a_port_that_is_also_an_sdk_s(other):
    target = plan(named(other, 8100), named("sadp.command_port", 8100))

    assert 8100 in target.silent_ports
    assert 8100 not in target.secure_ports


@pytest.mark.parametrize("port", [22, 23, 445, 3306, 0, -1, 65536, "", "80a", "٨٠", "1e3", "9" * 5000])
def test_ports_that_are_none_or_somebody_else_s_are_not_asked(port):
    assert plan(named("sadp.http_port", port)).ports == PORTS


def test_who_names_many_ports_does_not_crowd_out_the_usual_ones():
    target = plan(*(named("sadp.http_port", 9000 + number) for number in range(50)))

    assert target.ports[:5] == (9000, 9001, 80, 443, 554)


def test_hints_are_of_one_address():
    assert plan(named("sadp.http_port", 8088, THERE)).ports == PORTS


def test_locked_devices_are_known():
    hints = Hints()
    hints.learn([named("sadp.locked", "yes"), named("sadp.locked", "no", THERE)])

    assert hints.locked == {HERE}


# --- services and documents -------------------------------------------------------------------------------------------

SCOPE = named("onvif.scope", "onvif://www.onvif.org/name/X")


def test_device_service_is_asked_where_the_device_named_it():
    target = plan(SCOPE, named("wsd.xaddr", f"http://{HERE}:8899/onvif/services"))

    assert target.services == ((8899, "/onvif/services"),)
    assert target.ports == (8899, *PORTS)[:MOST_PORTS]
    assert target.bare_ports == {8899}


def test_device_service_on_a_usual_web_port_takes_nothing_from_it():
    target = plan(SCOPE, named("wsd.xaddr", f"http://{HERE}/onvif/device_service"))

    assert (target.ports, target.bare_ports, target.services) == (PORTS, set(), ((80, "/onvif/device_service"),))


def test_device_service_where_others_have_their_sdk_is_asked():
    target = plan(SCOPE, named("wsd.xaddr", f"http://{HERE}:8000/onvif/device_service"))

    assert 8000 not in target.silent_ports
    assert target.bare_ports == {8000}


def test_device_service_on_the_port_that_the_device_has_its_sdk_on_is_not_asked():
    target = plan(
        SCOPE, named("wsd.xaddr", f"http://{HERE}:8000/onvif/device_service"), named("sadp.command_port", 8000)
    )

    assert 8000 in target.silent_ports
    assert target.services == ()


def test_secured_device_service_makes_its_port_a_secured_one():
    target = plan(SCOPE, named("wsd.xaddr", f"https://{HERE}:4443/onvif/device_service"))

    assert 4443 in target.secure_ports
    assert target.services == ((4443, "/onvif/device_service"),)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.81.199/onvif/device_service", "http://[fe80::1]/onvif/device_service", f"http://{HERE}:22/onvif",
        f"http://{THERE}/onvif/device_service", "",
    ],
)  # fmt: skip
def test_device_service_that_is_named_elsewhere_is_asked_where_it_usually_is(url):
    assert plan(SCOPE, named("wsd.xaddr", url)).services == ((80, "/onvif/device_service"),)


def test_path_that_is_no_device_service_becomes_the_usual_one():
    assert plan(SCOPE, named("wsd.xaddr", f"http://{HERE}/SDK/webLanguage")).services == (
        (80, "/onvif/device_service"),
    )


def test_printer_and_computer_have_no_device_service():
    said = [named("wsd.types", "Device PrintDeviceType"), named("wsd.xaddr", f"http://{HERE}:5357/x")]
    target = plan(*said)

    assert (target.services, target.ports) == ((), PORTS)


def test_path_of_onvif_s_is_enough():
    target = plan(named("wsd.types", "Device"), named("wsd.xaddr", f"http://{HERE}:8899/onvif/device_service"))

    assert target.services == ((8899, "/onvif/device_service"),)


def test_type_of_onvif_s_is_enough():
    assert plan(named("wsd.types", "NetworkVideoTransmitter")).services == ((80, "/onvif/device_service"),)


def test_two_services_are_the_most():
    said = [named("wsd.xaddr", f"http://{HERE}:{port}/onvif/device_service") for port in range(9000, 9010)]

    assert [port for port, _ in plan(SCOPE, *said).services] == [9000, 9001]


def test_description_is_asked_where_ssdp_named_it():
    target = plan(named("ssdp.location", f"http://{HERE}:49152/rootdesc1.xml"))

    assert target.description == (49152, "/rootdesc1.xml")
    assert target.bare_ports == {49152}
    assert target.ports[0] == 49152


@pytest.mark.parametrize(
    "url",
    [
        f"http://{THERE}/desc.xml", "http://camera.example/desc.xml", f"http://{HERE}:3306/desc.xml",
        f"http://u:p@{HERE}/desc.xml", f"http://{HERE}/{'a' * 300}.xml", f"http://{HERE}/SDK/webLanguage",
        f"http://{HERE}/desc.xml?x=1", f"gopher://{HERE}/desc.xml",
    ],
)  # fmt: skip
def test_description_anywhere_else_is_never_asked(url):
    target = plan(named("ssdp.location", url))

    assert (target.description, target.ports) == (None, PORTS)


def test_first_description_is_the_one():
    target = plan(*(named("ssdp.location", f"http://{HERE}:{port}/desc.xml") for port in (49152, 49153, 49154)))

    assert target.description == (49152, "/desc.xml")


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("_http._tcp 8090", "web"), ("_CGI._tcp 8090", "web"), ("_cgi._TCP 8090", "web"), ("_https._tcp 8090", "secure_ports"),
        ("_rtsp._tcp 8090", "stream_ports"),
    ],
)  # fmt: skip
def test_port_of_an_announced_service_is_asked_as_its_type_says(value, kind):
    target = plan(named("mdns.port", value))

    assert target.ports[0] == 8090
    assert kind == "web" or 8090 in getattr(target, kind)
    assert kind != "web" or 8090 not in target.secure_ports | target.stream_ports | target.silent_ports


@pytest.mark.parametrize("value", ["_ipp._tcp 631", "_ssh._tcp 22", "_http._tcp 22", "_http._tcp", "8090"])
def test_port_of_any_other_service_is_not_asked(value):
    assert plan(named("mdns.port", value)).ports == PORTS


def test_named_ports_leave_room_for_six_usual_ones():
    fields = (
        "sadp.http_port",
        "sadp.https_port",
        "sadp.command_port",
        "sadp.sdk_tls_port",
        "dhip.http_port",
        "dhip.port",
    )
    said = [named(field, 9000 + 10 * at + n) for at, field in enumerate(fields) for n in range(2)]

    assert plan(*said).ports[6:] == PORTS[:6]


@pytest.mark.parametrize(
    ("observation", "known"),
    [
        (named("sadp.device_sn", "DS-X20200101AAWR123456789"), {"sadp"}),
        (named("dhip.serial_no", "4C02F1BPAG1A7E1"), {"dhip"}),
        (named("dhip.vendor", "General"), set()),
        (named("sadp.device_description", "DS-X"), set()),
        (named("mac.address", "ac:cc:8e:00:00:01"), {"axis"}),
        (named("mac.address", "44:19:b6:00:00:01"), set()),
        (named("mdns.service", "_axis-video._tcp.local"), {"axis"}),
    ],
)
def test_who_has_told_who_it_is(observation, known):
    assert plan(observation).known_by == known


def test_addresses_that_name_nothing_cost_nothing():
    hints = Hints()
    for number in range(100):
        hints.learn([named("mac.address", f"44:19:b6:00:00:{number:02x}", f"192.0.2.{number}")])

    assert len(hints._said) == 0


# --- what is named late -----------------------------------------------------------------------------------------------


def before_and_now(*observations, before=()):
    """The targets of a device before it named the last of this, and after."""
    return plan(*before), plan(*before, *observations)


def test_who_has_named_nothing_since_is_not_asked_again():
    assert named_since(*before_and_now()) is None
    assert named_since(*before_and_now(named("sadp.http_port", 8080))) is None


def test_ports_named_late_are_not_visited_for_a_device_has_had_its_dozen():
    assert named_since(*before_and_now(named("sadp.http_port", 9000), named("sadp.https_port", 9443))) is None


def test_documents_behind_tls_are_not_asked_late():
    assert named_since(*before_and_now(named("ssdp.location", f"https://{HERE}:443/upnpdevicedesc.xml"))) is None


def test_of_a_port_that_was_asked_only_the_document_is_that_was_named_late():
    target = named_since(*before_and_now(named("ssdp.location", f"http://{HERE}:80/upnpdevicedesc.xml")))

    assert (target.ports, target.description) == ((80,), (80, "/upnpdevicedesc.xml"))
    assert target.bare_ports == {80}


def test_a_second_description_is_not_asked():
    first = (named("ssdp.location", f"http://{HERE}:80/upnpdevicedesc.xml"),)
    later = named("ssdp.location", f"http://{HERE}:8080/upnpdevicedesc.xml")

    assert named_since(*before_and_now(later, before=first)) is None


def test_a_visit_takes_up_ports_and_documents_that_are_named_while_it_goes_on():
    before, now = before_and_now(
        named("sadp.http_port", 9000), named("ssdp.location", f"http://{HERE}:49152/rootdesc.xml"), named("sadp.device_sn", "1")
    )  # fmt: skip
    target = renewed(before, now, (80, 443))

    assert (target.ports[:2], target.description) == ((9000, 49152), (49152, "/rootdesc.xml"))
    assert target.known_by == {"sadp"}
    assert renewed(target, now, (80, 443)) is None


def test_a_document_at_a_port_that_had_its_turn_is_left_to_be_asked_later():
    before, now = before_and_now(
        named("ssdp.location", f"http://{HERE}:80/upnpdevicedesc.xml"),
        named("wsd.xaddr", f"http://{HERE}:80/onvif/device_service"),
    )
    target = renewed(before, now, (80,)) or before

    assert (target.description, target.services) == (None, ())
    assert named_since(target, now).description == (80, "/upnpdevicedesc.xml")
    assert renewed(before, now, ()).description == (80, "/upnpdevicedesc.xml")


def test_what_was_to_be_asked_stays():
    first = (named("ssdp.location", f"http://{HERE}:80/upnpdevicedesc.xml"),)
    before, now = before_and_now(named("ssdp.location", f"http://{HERE}:8080/rootdesc.xml"), before=first)

    assert (renewed(before, now, (80,)) or before).description == (80, "/upnpdevicedesc.xml")


def test_who_has_said_something_since_it_was_made_a_target_is_known():
    hints = Hints()
    hints.target(HERE)
    hints.learn([named("sadp.http_port", 9000)])
    assert hints.fresh == {HERE}

    hints.target(HERE)
    assert hints.fresh == set()
