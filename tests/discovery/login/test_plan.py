import json
from dataclasses import replace

import pytest
from support.logins import credential

from netaudit.credentials import Community, Credentials, Secret
from netaudit.discovery.login.plan import Job, plan
from netaudit.model import Asset, Device, Gap, Identity, Observation

HERE = "192.0.2.7"
SHA = "ab" * 32


def seen(field, value, *, channel=None, transport="tcp", port=80, address=HERE, part=""):
    channel = channel or field.partition(".")[0]
    return Observation(
        channel=channel, field=field, value=value, transport=transport, port=port, address=address, part=part
    )


WEB = seen("http.status", "HTTP/1.1 200 OK")
SECURE = (
    seen("http.status", "HTTP/1.1 200 OK", transport="tls", port=443),
    seen("tls.sha256", SHA, transport="tls", port=443),
    seen("tls.legacy", "no", transport="tls", port=443),
)
SERVICE = seen("wsd.xaddr", f"http://{HERE}/onvif/device_service", transport="udp", port=3702)


def asset(*observations, family="hikvision", verdict="confirmed", kind="camera", addresses=(HERE,), **more):
    device = Device(id="d1", addresses=addresses, macs=("44:19:b6:00:00:01",), observations=observations)
    return Asset(device=device, identity=Identity(family=family, verdict=verdict, kind=kind, **more))


def planned(found, *logins, barred=(), communities=()):
    return list(plan([found], Credentials(logins=logins or (credential(),), communities=communities), barred))


def only(items):
    assert len(items) == 1, items
    return items[0]


@pytest.mark.parametrize(("family", "protocol"), [("hikvision", "isapi"), ("dahua", "dahua")])
def test_makers_device_gets_the_makers_login(family, protocol):
    job = only(planned(asset(WEB, family=family)))

    assert isinstance(job, Job)
    assert (job.protocol, job.address, job.site.origin) == (protocol, HERE, f"http://{HERE}:80")
    assert job.keys == {"id:d1", "mac:44:19:b6:00:00:01", f"address:{HERE}"}


@pytest.mark.parametrize(
    "found",
    [
        asset(WEB, family="unknown", verdict="unknown"),
        asset(WEB, verdict="probable"),
        asset(WEB, verdict="possible"),
        asset(WEB, family="axis"),
        asset(seen("tcp.port", "80")),
        asset(replace(WEB, address="192.0.2.8")),
        asset(replace(WEB, address="2001:db8::7"), addresses=("2001:db8::7",)),
        asset(replace(WEB, part="channel 1")),
    ],
)
def test_nobody_else_gets_a_login(found):
    assert planned(found) == []


def test_device_that_an_entry_names_is_told_where_it_gets_none():
    gap = only(planned(asset(WEB, verdict="probable"), credential(network=f"{HERE}/32")))

    assert (gap.kind, gap.address) == ("login", HERE)


def test_device_that_an_entry_names_and_that_is_not_there_is_told():
    login = credential(network=f"{HERE}/32")
    here = {HERE}.__contains__

    assert [gap.address for gap in plan([], Credentials(logins=(login, login)), (), here)] == [HERE]
    assert list(plan([], Credentials(logins=(login,)), (), set().__contains__)) == []
    assert list(plan([], Credentials(logins=(credential(),)), ())) == []


def test_tls_comes_first_with_the_certificate_that_was_seen():
    job = only(planned(asset(WEB, *SECURE)))

    assert (job.site.port, job.site.certificate) == (443, SHA)


@pytest.mark.parametrize(
    "odd",
    [seen("tls.legacy", "yes", transport="tls", port=443), seen("tls.sha256", "cd" * 32, transport="tls", port=443)],
)
def test_tls_that_only_old_clients_speak_or_that_changes_its_certificate_is_not_used(odd):
    assert only(planned(asset(WEB, *SECURE, odd))).site.port == 80


def test_port_that_the_device_names_comes_before_the_usual_one():
    found = asset(WEB, replace(WEB, port=8000), seen("sadp.http_port", "8000", transport="udp", port=37020))

    assert only(planned(found)).site.port == 8000


def test_onvif_is_asked_where_it_has_answered():
    job = only(planned(asset(SERVICE, family="unknown", verdict="unknown")))

    assert (job.protocol, job.path, job.site.origin) == ("onvif", "/onvif/device_service", f"http://{HERE}:80")


@pytest.mark.parametrize(
    "xaddr",
    [
        "http://192.0.2.99/onvif/device_service",
        "http://192.0.2.7.example/onvif/device_service",
        "http://192.0.2.7@192.0.2.99/onvif/device_service",
        "https://192.0.2.7/onvif/device_service",
        "http://192.0.2.7/onvif/../users",
        "http://192.0.2.7/onvif/device_service?x=1",
        "http://192.0.2.7:x/onvif/device_service",
        "http://[2001:db8::1]/onvif/device_service",
        "file:///etc/passwd",
        "",
    ],
)
def test_address_that_a_device_names_is_not_followed(xaddr):
    assert planned(asset(replace(SERVICE, value=xaddr), family="axis")) == []


def test_maker_comes_before_onvif_and_the_nearest_entry_before_both():
    found = asset(WEB, SERVICE)
    near = credential("near", network=f"{HERE}/32", protocols=frozenset({"onvif"}))

    assert only(planned(found)).protocol == "isapi"
    assert only(planned(found, credential(), near)).protocol == "onvif"


def test_device_with_two_addresses_is_tried_once():
    second = "192.0.2.8"
    found = asset(WEB, replace(WEB, address=second), addresses=(HERE, second))
    near = credential("near", network=f"{second}/32")

    assert only(planned(found)).address == HERE
    assert only(planned(found, credential(), near)).address == second


def test_locked_device_gets_nothing_and_is_told():
    gap = only(planned(asset(WEB), barred={HERE}))

    assert (gap.kind, gap.address) == ("login", HERE)
    assert isinstance(gap, Gap)
    assert planned(asset(WEB, family="axis"), barred={HERE}) == []


def test_where_two_devices_claim_an_address_nobody_gets_a_login():
    other = replace(asset(WEB), device=replace(asset(WEB).device, id="d2"))
    items = list(plan([asset(WEB), other], Credentials(logins=(credential(),)), ()))

    assert [type(item) for item in items] == [Gap, Gap]


def test_address_outside_the_scope_is_not_chosen():
    second = "192.0.2.8"
    found = asset(WEB, replace(WEB, address=second), addresses=(HERE, second))
    near = credential("near", network=f"{second}/32")

    items = list(plan([found], Credentials(logins=(credential(), near)), (), {HERE}.__contains__))

    assert only(items).address == HERE


def test_recorder_is_asked_for_its_cameras():
    assert only(planned(asset(WEB, kind="recorder"))).recorder
    assert only(planned(asset(WEB, channels=16))).recorder
    assert not only(planned(asset(WEB))).recorder


def test_device_that_only_a_recorder_lists_is_not_asked():
    listed = asset(seen("child.address", HERE, channel="isapi", part="channel 1"))

    assert planned(listed) == []


@pytest.mark.parametrize(
    ("verdict", "network", "asked"),
    [("confirmed", "192.0.2.0/24", 1), ("unknown", "192.0.2.0/24", 0), ("unknown", f"{HERE}/32", 1)],
)
def test_community_goes_to_known_makers_and_to_whom_an_entry_names(verdict, network, asked):
    community = Community(network=credential(network=network).network, text=Secret("camera-read"))
    jobs = planned(asset(WEB, family="axis", verdict=verdict), communities=(community,))

    assert len(jobs) == asked
    assert all(job.community is community and job.credential is None and job.address == HERE for job in jobs)


def test_job_shows_no_secret():
    told = repr(only(planned(asset(WEB), credential("canary-Geheim-4711"))))

    assert "canary" not in told
    assert "auditor" not in told
    with pytest.raises(TypeError):
        json.dumps(only(planned(asset(WEB))))
