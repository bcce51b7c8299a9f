import re
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.identify import match as matching
from netaudit.identify.fingerprints import Fingerprint, load_library
from netaudit.identify.match import _hits, _tidy, match, prepare, titles
from netaudit.model import Device, Observation
from netaudit.vocabulary import FIELDS, KINDS, STRENGTHS

LIBRARY = load_library()


def observed(field, value, **more):
    return Observation(channel=field.partition(".")[0], field=field, value=value, **more)


def found(*observations):
    return match(Device(id="x", observations=observations), LIBRARY)


def claims(field, value, fingerprint):
    return next(dict(hit.claims) for hit in found(observed(field, value)) if hit.fingerprint == fingerprint)


def test_match_carries_observation_strength_title_and_claims():
    seen = observed("rtsp.server", "Dahua Rtsp Server", address="192.0.2.5", reply="sha256:00")

    (hit,) = found(seen)

    assert (hit.fingerprint, hit.strength, hit.observation) == ("dahua-rtsp-server", "strong", seen)
    assert hit.claims == (("family", "dahua"),)
    assert hit.title


def test_all_patterns_of_a_field_are_tried():
    hits = found(observed("onvif.model", "DS-2CD2012-I"))

    assert {"onvif-model", "hikvision-model-pro", "hikvision-model-any"} <= {hit.fingerprint for hit in hits}


def test_captured_brand_takes_its_one_spelling():
    assert claims("dhip.manufacturer", "IntelBras", "dahua-dhip-label") == {"brand": "Intelbras", "family": "dahua"}


def test_one_text_may_name_family_and_brand():
    told = claims("onvif.manufacturer", "UNV", "maker-names-itself")

    assert told == {"brand": "Uniview", "family": "uniview"}


@pytest.mark.parametrize("value", ["Private", "General"])
def test_placeholder_is_no_brand(value):
    assert claims("isapi.manufacturer", value, "isapi-manufacturer") == {}


def test_kind_that_nobody_knows_is_dropped():
    assert claims("dhip.device_class", "ZZZ", "dahua-dhip-class") == {"family": "dahua"}
    assert claims("dhip.device_class", "VTO", "dahua-dhip-class") == {"family": "dahua", "kind": "intercom"}


def test_camera_is_a_kind_though_no_name():
    assert claims("dhip.device_class", "IPC", "dahua-dhip-class") == {"family": "dahua", "kind": "camera"}
    assert "model" not in claims("onvif.model", "Camera", "onvif-model")


def test_count_of_one_channel_is_no_placeholder():
    assert claims("dhip.remote_channels", "1", "dahua-dhip-channels")["channels"] == "1"


def test_firmware_gets_the_blank_that_sadp_leaves_out():
    told = claims("sadp.software_version", "V5.6.2build 190701", "hikvision-sadp-firmware")

    assert told["firmware"] == "V5.6.2 build 190701"


def test_text_behind_the_limit_is_not_read():
    page = "x" * 4096 + "<title>WEB SERVICE</title>@WebVersion@"

    assert found(observed("http.body", page)) == ()


@pytest.mark.parametrize(
    ("mac", "expected"),
    [
        ("44:19:b6:00:00:01", ["hikvision-mac"]),
        ("44-19-B6-00-00-01", ["hikvision-mac"]),
        ("4419b6000001", ["hikvision-mac"]),
        ("b0:b3:53:60:00:01", ["hikrobot-mac"]),  # 28 bits
        ("b0:b3:53:70:00:01", []),
        ("46:19:b6:00:00:01", []),  # locally administered
        ("45:19:b6:00:00:01", []),  # a group
        ("44:19:b6:00:00", []),
        ("44:19:b6:00:00:01:02", []),
        ("", []),
    ],
)
def test_hardware_address_is_looked_up_by_its_longest_prefix(mac, expected):
    assert [hit.fingerprint for hit in found(observed("mac.address", mac))] == expected


def test_realm_that_is_a_hardware_address_speaks_for_its_registrant():
    assert [hit.fingerprint for hit in found(observed("rtsp.realm", "c056e3000001"))] == ["hikvision-mac"]
    assert found(observed("rtsp.realm", "deadbeef0001")) == ()


def test_strongest_comes_first():
    hits = found(observed("onvif.hardware_id", "88"), observed("dhip.serial_no", "6C01E93PAG69A7D"))

    assert [hit.strength for hit in hits] == ["proof", "weak"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["http.server", "mac.address", "onvif.model", "rtsp.realm", "http.title"]),
            st.sampled_from(["DNVRS-Webs", "44:19:b6:00:00:01", "DS-2CD2012-I", "Login to 4H01D66PAJ2FA64", "x"]),
            st.sampled_from([None, "44:19:b6:00:00:01"]),
        )
    ),
    st.randoms(use_true_random=False),
)
def test_order_of_observations_makes_no_difference(rows, random):
    observations = [observed(field, value, mac=mac) for field, value, mac in rows]
    shuffled = random.sample(observations, len(observations))

    assert [(h.fingerprint, h.claims) for h in found(*observations)] == [
        (h.fingerprint, h.claims) for h in found(*shuffled)
    ]


@given(st.sampled_from(sorted(FIELDS)), st.text(max_size=200))
def test_any_text_gives_claims_of_the_vocabulary_only(field, text):
    for hit in found(observed(field, text)):
        told = dict(hit.claims)
        assert hit.strength in STRENGTHS
        assert told.get("kind", "unknown") in KINDS
        assert told.get("family", "axis") in LIBRARY.names.families


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("220112", "2022-01-12"), ("20220112", "2022-01-12"), ("2022-01-12", "2022-01-12"), ("2022/01/12", "2022-01-12"),
        ("221312", ""), ("220230", ""), ("240229", "2024-02-29"), ("991231", ""), ("20991231", ""), ("2201", ""),
        ("00000000", ""), ("٢٢٠١١٢", ""), ("", ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("attribute", ["firmware_date", "produced"])
def test_date_is_written_as_iso_or_dropped(attribute, text, expected):
    assert _tidy(attribute, text) == expected


@pytest.mark.parametrize(("text", "expected"), [("08", "8"), ("128", "128"), ("0", "0"), ("x", "")])
def test_count_loses_its_leading_zeros(text, expected):
    assert _tidy("channels", text) == expected


def leads(field, value):
    return [
        (hit.fingerprint, hit.strength, hit.claims) for hit in found(observed(field, value)) if ":" in hit.fingerprint
    ]


def test_brand_of_one_maker_alone_is_a_weak_hint():
    assert leads("onvif.manufacturer", "Amcrest") == [("brand:Amcrest", "weak", (("family", "dahua"),))]
    assert leads("mac.address", "00:65:1e:00:00:01") == [("brand:Amcrest", "weak", (("family", "dahua"),))]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("onvif.manufacturer", "Honeywell"),  # several makers
        ("onvif.manufacturer", "Roadrunner"),  # nobody knows it
        ("onvif.manufacturer", "Hikvision"),  # says its maker itself
        ("magicbox.vendor", "Amcrest"),
    ],
)
def test_brand_of_many_or_of_a_known_maker_adds_nothing(field, value):
    assert leads(field, value) == []


def test_every_match_has_its_title_in_the_list():
    listed = titles(LIBRARY)

    for hit in found(observed("onvif.manufacturer", "Amcrest"), observed("http.server", "nginx")):
        assert listed[hit.fingerprint] == hit.title
    assert listed["brand:Amcrest"] == "What is sold as Amcrest is built by Dahua"
    assert "brand:Honeywell" not in listed


def test_a_pattern_sees_each_value_once(monkeypatch):
    tried = []
    compiled = re.compile("^Dahua")
    counting = SimpleNamespace(match=lambda value: tried.append(value) or compiled.match(value))
    monkeypatch.setattr(Fingerprint, "regex", property(lambda _: counting))
    fresh = replace(LIBRARY)
    devices = [
        Device(
            id=str(n), observations=(observed("rtsp.server", "Dahua Rtsp Server"), observed("http.server", f"{n % 3}"))
        )
        for n in range(100)
    ]
    hits = [match(device, fresh) for device in devices]

    assert {len(found) for found in hits} == {len(fresh.by_field["rtsp.server"])}
    assert len(tried) == len(fresh.by_field["rtsp.server"]) + 3 * len(fresh.by_field["http.server"])


def noting_compiled(monkeypatch):
    """The fingerprints whose patterns are compiled, each time that one is."""
    compiled, real = [], Fingerprint.regex
    monkeypatch.setattr(Fingerprint, "regex", property(lambda self: compiled.append(self.id) or real.fget(self)))
    return compiled


def test_value_is_tried_beforehand_where_somebody_asks_for_it(monkeypatch):
    fresh, value = replace(LIBRARY), "Dahua Rtsp Server"
    compiled = noting_compiled(monkeypatch)
    _hits.cache_clear()  # other tests may have tried very many values
    prepare(fresh, "rtsp.server", value)
    before, known = list(compiled), _hits.cache_info().hits
    match(Device(id="a", observations=(observed("rtsp.server", value),)), fresh)

    assert compiled == before == [fingerprint.id for fingerprint in fresh.by_field["rtsp.server"]]
    assert _hits.cache_info().hits == known + 1


def test_of_very_many_values_only_the_patterns_are_made_ready(monkeypatch):
    monkeypatch.setattr(matching, "MOST_TRIED_AHEAD", 0)
    fresh, value = replace(LIBRARY), "Dahua Rtsp Server"
    compiled = noting_compiled(monkeypatch)
    prepare(fresh, "rtsp.server", value)
    before, untried = list(compiled), _hits.cache_info().misses
    match(Device(id="a", observations=(observed("rtsp.server", value),)), fresh)

    assert compiled == before == [fingerprint.id for fingerprint in fresh.by_field["rtsp.server"]]
    assert _hits.cache_info().misses == untried + 1
