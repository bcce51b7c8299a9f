"""What devices name is followed to themselves, to what they are known to serve, and nowhere else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.discovery.named import (
    DEVICE_SERVICE,
    FOREIGN_PORTS,
    Named,
    checked,
    is_description,
    port_of,
    service_path,
    url_of,
)
from netaudit.discovery.plan import Hints
from netaudit.model import Target

HERE = "192.0.2.7"


@pytest.mark.parametrize(
    ("url", "named"),
    [
        (f"http://{HERE}/upnpdevicedesc.xml", Named(80, "/upnpdevicedesc.xml", secured=False)),
        (f"http://{HERE}:49152/rootdesc1.xml", Named(49152, "/rootdesc1.xml", secured=False)),
        (f"HTTPS://{HERE}/onvif/device_service", Named(443, "/onvif/device_service", secured=True)),
        (f"http://{HERE}", Named(80, "/", secured=False)),
    ],
)
def test_url_on_the_device_itself(url, named):
    assert url_of(url, HERE) == named


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.8/a.xml",  # another host
        "http://camera.example/a.xml",
        "http://localhost/a.xml",
        f"http://{HERE}.example/a.xml",
        f"http://{HERE}@192.0.2.8/a.xml",
        f"http://user@{HERE}/a.xml",
        f"http://user:pass@{HERE}/a.xml",
        f"http://192.0.2.8\\@{HERE}/a.xml",
        f"http://192.0.2.8#@{HERE}/a.xml",
        "http://3221225991/a.xml",  # the same address, written otherwise
        "http://0xc0000207/a.xml",
        "http://192.0.2.07/a.xml",
        "http://192.0.519/a.xml",
        "http://[::ffff:192.0.2.7]/a.xml",
        "http://[fe80::1]/a.xml",
        "http://①92.0.2.7/a.xml",
        f"ftp://{HERE}/a.xml",
        f"file://{HERE}/a.xml",
        f"//{HERE}/a.xml",
        f" http://{HERE}/a.xml",
        f"http://{HERE}:0/a.xml",
        f"http://{HERE}:65536/a.xml",
        f"http://{HERE}:80:81/a.xml",
        f"http://{HERE}:/a.xml",
        f"http://{HERE}:-80/a.xml",
        f"http://{HERE}:٨٠/a.xml",
        f"http://{HERE}/a b.xml",
        f"http://{HERE}/a\r\nX: y.xml",
        f"http://{HERE}/a\x00.xml",
        f"http://{HERE}/ä.xml",
        f"http://{HERE}/{'a' * 256}",
        f"http://{HERE}?a.xml",
        "",
    ],
)
def test_url_that_leads_elsewhere_or_nowhere(url):
    assert url_of(url, HERE) is None


@pytest.mark.parametrize("port", sorted(FOREIGN_PORTS))
def test_port_of_another_service_is_never_asked(port):
    assert port_of(str(port)) == 0
    assert url_of(f"http://{HERE}:{port}/a.xml", HERE) is None


def test_device_without_an_address_names_nothing():
    assert url_of("http:///a.xml", "") is None


@pytest.mark.parametrize(
    "path",
    [
        "/upnpdevicedesc.xml", "/rootDesc.xml", "/dms/device.xml", "/2419d68a-2dd2-21b2-a205-001122334455.xml",
        "/xml/device_description.xml", "/ssdp/desc-DSM-eth0.xml",
    ],
)  # fmt: skip
def test_path_of_a_description(path):
    assert is_description(path)


@pytest.mark.parametrize(
    "path",
    [
        "/", "", "desc.xml", "/desc", "/desc.xml?x=1", "/desc.xml#x", "/../desc.xml", "/a/../desc.xml", "/.xml",
        "/0..xml", "/a../desc.xml", "/a..b/desc.xml",
        "/%2e%2e/desc.xml", "//192.0.2.8/desc.xml", "/desc.xml/", "/desc.xml\n", "/desc.xml HTTP/1.1",
        "/ISAPI/Security/users.xml", "/SDK/webLanguage.xml", "/cgi-bin/audio.cgi.xml", "/System/configurationFile.xml",
        "/current_config/passwd.xml", "/onvif/snapshot.xml", "/OutsideCmd.xml", "/cgi-bin/snapshot.cgi", "/PSIA/a.xml",
        "/" + "a/" * 9 + "b.xml", "/" + "a" * 300 + ".xml",
    ],
)  # fmt: skip
def test_path_of_something_else(path):
    assert not is_description(path)


@pytest.mark.parametrize("path", ["/onvif/device_service", "/onvif/services", "/onvif/device"])
def test_device_service_is_asked_where_it_was_named(path):
    assert service_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "/", "/onvif", "/onvif/", "/SDK/webLanguage", "/ISAPI/System/reboot", "/onvif-http/snapshot", "/RPC2_Login",
        "/onvif/snapshot", "/onvif/../SDK/webLanguage", "/onvif/device_service?x", "/onvif//x", "/onvif/a%2fb",
        "/axis-cgi/param.cgi", "/onvif/" + "a" * 65,
    ],
)  # fmt: skip
def test_any_other_path_becomes_the_usual_one(path):
    assert service_path(path) == DEVICE_SERVICE


FORBIDDEN = re.compile(
    r"(?i)[?&]auth=|/current_config|OutsideCmd|webLanguage|configurationFile|/Security/users|audio\.cgi|snapshot|/picture"
    r"|alertStream|eventManager|\.\.|%|\s"
)


@given(st.text(alphabet=st.sampled_from("/.abXY09_-:?%& \r\n"), max_size=80), st.sampled_from(["", ".xml"]))
def test_no_path_that_is_asked_is_a_forbidden_one(path, end):
    for asked in (service_path(path + end), *([path + end] if is_description(path + end) else ())):
        assert asked.startswith("/")
        assert not FORBIDDEN.search(asked)


@given(st.text(max_size=60))
def test_url_of_anything_is_a_port_that_may_be_asked_or_none(text):
    named = url_of(text, HERE)

    assert named is None or (0 < named.port < 65536 and named.port not in FOREIGN_PORTS)


def test_target_that_stands_in_a_file_is_taken_where_a_device_could_have_named_it():
    services = ((80, DEVICE_SERVICE), (8899, "/onvif/Device"))
    target = Target(address=HERE, ports=(80, 8899), services=services, description=(49152, "/rootdesc1.xml"))

    assert checked(target) == target
    assert checked(Hints().target(HERE)) == Hints().target(HERE)


@pytest.mark.parametrize(
    "told",
    [
        {"ports": (70_000,)},
        {"ports": (-1,)},
        {"secure_ports": frozenset({22})},
        {"services": ((80, "/ISAPI/Security/users"),)},
        {"services": ((0, DEVICE_SERVICE),)},
        {"description": (80, "/a.xml HTTP/1.1\r\nX: y")},
        {"description": (80, "/SDK/language.xml")},
    ],
)
def test_target_that_no_device_could_have_named_is_refused(told):
    with pytest.raises(ValueError, match="which is never asked"):
        checked(Target(address=HERE, **told))
