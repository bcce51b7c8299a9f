"""Every example of every shipped fingerprint, and what the README demands of each."""

import re
import time
import tomllib
from itertools import combinations
from re import _constants, _parser  # the only way to see a pattern's structure

import pytest

from netaudit.identify.fingerprints import load_library, shipped_directory
from netaudit.identify.match import INPUT_CHARACTERS, match
from netaudit.model import Device, Observation

LIBRARY = load_library()
PATTERNS = [f for f in LIBRARY.fingerprints if f.pattern]
SETTLED = ("family", "manufacturer", "brand", "kind", "line", "generation")  # attributes of which a device has one
REGEX_LIMIT_S = 0.5  # of a processor; most take a hundredth, and a pattern that explodes takes minutes

POSITIVE = [pytest.param(f, e, id=f"{f.id}-{n}") for f in LIBRARY.fingerprints for n, e in enumerate(f.matches)]
NEGATIVE = [pytest.param(f, e, id=f"{f.id}-{n}") for f in LIBRARY.fingerprints for n, e in enumerate(f.rejects)]
ALL = [pytest.param(f, id=f.id) for f in LIBRARY.fingerprints]
WITH_PATTERN = [pytest.param(f, id=f.id) for f in PATTERNS]


def hits(field, text):
    observation = Observation(channel=field.partition(".")[0], field=field, value=text)
    return match(Device(id="x", observations=(observation,)), LIBRARY)


@pytest.mark.parametrize(("fingerprint", "example"), POSITIVE)
def test_positive_example_matches(fingerprint, example):
    for field in fingerprint.fields:
        assert fingerprint.id in {hit.fingerprint for hit in hits(field, example.text)}


@pytest.mark.parametrize(("fingerprint", "example"), [p for p in POSITIVE if p.values[0].pattern])
def test_positive_example_yields_all_named_groups(fingerprint, example):
    groups = fingerprint.regex.match(example.text).groupdict()

    assert example.yields == {name: text for name, text in groups.items() if text is not None}


@pytest.mark.parametrize(("fingerprint", "example"), NEGATIVE)
def test_near_miss_does_not_match(fingerprint, example):
    for field in fingerprint.fields:
        assert fingerprint.id not in {hit.fingerprint for hit in hits(field, example.text)}


@pytest.mark.parametrize(("fingerprint", "example"), POSITIVE)
def test_no_two_of_equal_strength_disagree_about_an_example(fingerprint, example):
    for field in fingerprint.fields:
        for one, other in combinations(hits(field, example.text), 2):
            if one.strength == other.strength:
                claims, others = dict(one.claims), dict(other.claims)
                shared = claims.keys() & others.keys() & set(SETTLED)
                assert {name: claims[name] for name in shared} == {name: others[name] for name in shared}


@pytest.mark.parametrize("fingerprint", WITH_PATTERN)
def test_hostile_text_is_answered_in_time(fingerprint):
    seeds = [e.text for e in fingerprint.matches] + [e.text for e in fingerprint.rejects] + list('a0 ,;:"/<')
    for seed in filter(None, seeds):
        for hostile in (seed * INPUT_CHARACTERS, seed + seed[-1] * INPUT_CHARACTERS, seed[:-1] * INPUT_CHARACTERS):
            started = time.thread_time()
            fingerprint.regex.match(hostile[:INPUT_CHARACTERS])
            assert time.thread_time() - started < REGEX_LIMIT_S, (fingerprint.pattern, seed)


@pytest.mark.parametrize("fingerprint", WITH_PATTERN)
def test_no_repetition_without_end_repeats_a_repetition(fingerprint):
    assert not list(endless_in_endless(_parser.parse(fingerprint.pattern)))


def endless_in_endless(tree, inside=False):
    """The repetitions that stand inside one without end: what makes a pattern explode."""
    for operation, argument in tree:
        if operation in (_constants.MAX_REPEAT, _constants.MIN_REPEAT):
            least, most, body = argument
            if inside and most != least:
                yield argument
            yield from endless_in_endless(body, inside or most is _constants.MAXREPEAT)
        elif operation is _constants.SUBPATTERN:
            yield from endless_in_endless(argument[-1], inside)
        elif operation is _constants.BRANCH:
            for branch in argument[1]:
                yield from endless_in_endless(branch, inside)


def test_structure_check_finds_a_pattern_that_explodes():
    assert list(endless_in_endless(_parser.parse(r"^(?:a+)*$")))
    assert not list(endless_in_endless(_parser.parse(r"^(?:ab)*c+$")))


@pytest.mark.parametrize("fingerprint", ALL)
def test_names_a_source_with_a_year(fingerprint):
    assert all(re.search(r"\b(?:19|20)\d\d\b", source) for source in fingerprint.sources)


@pytest.mark.parametrize("fingerprint", ALL)
def test_asserts_something_or_says_that_it_proves_nothing(fingerprint):
    says = fingerprint.title.endswith("proves nothing")

    assert bool(fingerprint.asserts or "(?P<" in fingerprint.pattern) != says
    assert not says or fingerprint.strength == "weak"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("http.server", "GoAhead-Webs"), ("http.server", "Webs"), ("http.server", "webserver"), ("http.server", "nginx"),
        ("http.server", "Boa/0.94.14rc21"), ("http.server", "lighttpd/1.4.35"), ("http.server", "gSOAP/2.8"),
        ("http.realm", "GoAhead"), ("http.realm", "IP Camera"), ("http.realm", "index.html"), ("http.realm", "Login"),
        ("rtsp.realm", "LIVE555 Streaming Media"), ("rtsp.server", "GStreamer RTSP server"),
        ("http.title", "Document Error: Unauthorized"), ("http.title", "Login"), ("http.title", "Network Camera"),
        ("onvif.scope", "onvif://www.onvif.org/Profile/Streaming"),
        ("onvif.scope", "onvif://www.onvif.org/type/Network_Video_Transmitter"),
        ("onvif.scope", "onvif://www.onvif.org/location/country/china"),
        ("onvif.manufacturer", "ONVIF"), ("onvif.manufacturer", "General"), ("onvif.model", "IPC"),
        ("onvif.uri", "/onvif/device_service"), ("dhcp.vendor_class", "udhcp 1.22.1"), ("tcp.port", "8000"),
    ],
)  # fmt: skip
def test_generic_text_accuses_nobody(field, text):
    assert [hit.fingerprint for hit in hits(field, text) if "family" in dict(hit.claims)] == []


@pytest.mark.parametrize(
    "name",
    ["C500", "C800", "NC400", "AC800", "31", "IPC", "HVR", "DB1", "NVR", "NK8BA4", "TVT-2804", "TV-IP310PI", "IPC-1",
     "VIP-123", "HC35WB5R2", "HBW4PER2K", "SF-NVR3104-W", "CP-UNC-TA21L2C", "LT-8708", "PCI-1234"],
)  # fmt: skip
def test_model_names_that_several_makers_use_accuse_nobody(name):
    assert [hit.fingerprint for hit in hits("onvif.model", name) if "family" in dict(hit.claims)] == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("IPC-HFW2431S-S-S2", "dahua"), ("IPC-T221H", "hikvision"), ("IPC-A26Z", "dahua"), ("IPC-T549M-ALED-S3", "dahua"),
        ("IPC2122LR3", "uniview"), ("NVR-104H-D", "hikvision"), ("NVR5216-16P-EI", "dahua"), ("NVR301-04S2-P4", "uniview"),
        ("NVR16CH-16P-2AI", "dahua"), ("PTZ-N2204I-DE3", "hikvision"), ("CS-DB1C-A0-1E2W2FR", "hikvision"), ("DB11", "dahua"),
    ],
)  # fmt: skip
def test_model_names_that_begin_alike_are_told_apart(name, expected):
    assert {dict(hit.claims)["family"] for hit in hits("onvif.model", name) if "family" in dict(hit.claims)} == {
        expected
    }


LABELS = [b.id for b in LIBRARY.names.brands.values() if {m.family for m in b.makers} & {"hikvision", "dahua"}]


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize(
    ("field", "text"), [("onvif.manufacturer", "{}"), ("upnp.manufacturer", "{}"), ("onvif.scope", "onvif://www.onvif.org/name/{}")]
)  # fmt: skip
def test_each_label_is_named_where_a_device_names_its_maker(label, field, text):
    brands = [dict(hit.claims).get("brand") for hit in hits(field, text.format(label)) if hit.strength != "weak"]

    assert label in brands


def test_loading_takes_less_than_a_tenth_of_a_second():
    assert best_of_five(load_library) < 0.1  # of a processor's time; the start of every command waits for it


def test_loading_costs_little_more_than_parsing():
    contents = [path.read_text() for path in shipped_directory().glob("*.toml")]
    parsing = best_of_five(lambda: [tomllib.loads(content) for content in contents])

    assert best_of_five(load_library) < 2.5 * parsing


def best_of_five(work):
    times = []
    for _ in range(5):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times)
