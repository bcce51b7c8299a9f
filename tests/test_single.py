"""One line in, one line out: ids and order are kept, and no line ends the run."""

import base64
import io
import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.channel_lists import SECRET, input_proxy

from netaudit import single
from netaudit.assemble import MOST_VALUES
from netaudit.discovery import BY_NAME, http, rtsp
from netaudit.identify.fingerprints import load_library
from netaudit.inventory import UNPRINTABLE
from netaudit.single import HOLDING_MORE, MOST_LINE_BYTES, MOST_PARTS, identify_line, identify_lines, read_lines
from netaudit.vocabulary import FIELDS

LIBRARY = load_library(())
KEYS = {
    "id", "family", "verdict", "certainty", "kind", "manufacturer", "brand", "model", "line", "generation", "firmware",
    "firmware_date", "serial", "produced", "evidence", "conflicts", "problems",
}  # fmt: skip

DAHUA = {"field": "rtsp.server", "value": "Dahua Rtsp Server"}


def identified(**given):
    return identify_line(json.dumps(given).encode(), LIBRARY)


def problems(**given):
    return [problem["detail"] for problem in identified(**given)["problems"]]


def test_observation_is_identified():
    answer = identified(id="a1", observations=[DAHUA])

    assert set(answer) == KEYS
    assert (answer["id"], answer["family"], answer["problems"]) == ("a1", "dahua", [])
    assert answer["evidence"][0]["field"] == "rtsp.server"


@pytest.mark.parametrize("how", ["text", "base64"])
def test_reply_is_read_by_its_channel(how):
    page = 'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="Login to 6J0A4D2PAG7E91B"\r\n\r\n'
    content = page if how == "text" else base64.encodebytes(page.encode()).decode()
    answer = identified(replies=[{"channel": "http", "port": 80, how: content}])

    assert (answer["family"], answer["serial"]) == ("dahua", "6J0A4D2PAG7E91B")


def test_evidence_that_contradicts_is_told():
    axis = {"field": "http.server", "value": "AXIS 207 Network Camera"}

    assert identified(observations=[DAHUA])["conflicts"] == []
    assert identified(observations=[DAHUA, {"field": "onvif.manufacturer", "value": "AXIS"}, axis])["conflicts"]


def test_what_a_value_holds_besides_is_read_too():
    answer = identified(
        observations=[{"field": "rtsp.www_authenticate", "value": 'Digest realm="Login to 6J0A4D2PAG7E91B"'}]
    )

    assert answer["serial"] == "6J0A4D2PAG7E91B"


@pytest.mark.parametrize("mac", ["3c:ef:8c:00:00:01", "3C-EF-8C-00-00-01", "3cef.8c00.0001", "3CEF8C000001"])
@pytest.mark.parametrize("as_observation", [True, False])
def test_hardware_address_in_any_spelling(mac, as_observation):
    given = {"observations": [{"field": "mac.address", "value": mac}]} if as_observation else {"mac": mac}

    assert identified(**given)["evidence"][0]["value"] == "3c:ef:8c:00:00:01"


def test_cameras_behind_a_recorder_are_told_apart_from_it():
    lists = input_proxy(
        {"proxyProtocol": "HIKVISION", "ipAddress": "192.0.2.9", "model": "DS-2CD2386G2-IU"},
        {"proxyProtocol": "ONVIF", "ipAddress": "192.0.2.10", "model": "Axis P3245"},
    )
    answer = identified(replies=[{"channel": "isapi", "text": lists}])

    assert (answer["kind"], answer["model"]) == ("recorder", None)
    assert [(c["part"], c["address"], c["family"], c["model"]) for c in answer["children"]] == [
        ("channel 1", "192.0.2.9", "hikvision", "DS-2CD2386G2-IU"),
        ("channel 2", "192.0.2.10", "unknown", "Axis P3245"),
    ]
    assert all({*KEYS, "part", "address"} - {"id", "problems"} == set(child) for child in answer["children"])
    assert SECRET not in json.dumps(answer)


@pytest.mark.parametrize(
    "name", ["null", "0", "-1.50", "true", '"a\\u0000"', '"\\ud800"', "[1, {}]", "1e999", "9" * 5000, '{"id": [null]}']
)
def test_id_of_any_kind_comes_back_as_it_was_written(name):
    (line,) = identify_lines([f'{{"id": {name}}}'.encode()], LIBRARY)

    assert f'"id":{name},'.encode() in line or json.loads(line)["id"] == json.loads(name)


def test_line_without_id_gets_null():
    assert identified()["id"] is None


def test_order_is_kept_and_blank_lines_are_left_out():
    lines = [b'{"id": 3}\n', b"\n", b"  \r\n", b'{"id": 1}\n', b"broken\n", b'{"id": 2}']
    answers = [json.loads(line) for line in identify_lines(lines, LIBRARY)]

    assert [answer["id"] for answer in answers] == [3, 1, None, 2]


@pytest.mark.parametrize(
    "line",
    [
        b"broken", b"[]", b'"text"', b"5", b'{"id": 1', b'{"id": NaN}', b"\xff\xfe{\x00}\x00", b"{" * 100_000,
        b"[" * 1_000_000, b'{"replies": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
    ids=lambda line: line[:12],
)  # fmt: skip
def test_broken_line_is_unknown_with_one_problem(line):
    answer = identify_line(line, LIBRARY)

    assert (answer["id"], answer["verdict"], answer["evidence"]) == (None, "unknown", [])
    assert [p["status"] for p in answer["problems"]] == ["malformed"]


@pytest.mark.parametrize(
    "line",
    [
        b'\xef\xbb\xbf{"id": 1, "observations": [{"field": "rtsp.server", "value": "Dahua Rtsp Server"}]}',
        b'{"id": 1, "x": "\\ud800", "observations": [{"field": "rtsp.server", "value": "Dahua Rtsp Server"}]}',
        b'{"id": 1, "x": "\xe4", "observations": [{"field": "rtsp.server", "value": "Dahua Rtsp Server"}]}',
        b'{"id": 1, "x": 1e999, "observations": [{"field": "rtsp.server", "value": "Dahua Rtsp Server"}]}',
    ],
    ids=["byte order mark", "lone surrogate", "Latin-1", "out of range"],
)
def test_line_that_is_almost_json_is_read(line):
    answer = identify_line(line, LIBRARY)

    assert (answer["id"], answer["family"]) == (1, "dahua")


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"mac": 5}, "mac.address: 5 is no text"),
        ({"mac": "44:19"}, "'44:19' is no hardware address of a device: write it as aa:bb:cc:dd:ee:ff"),
        ({"mac": "ff:ff:ff:ff:ff:ff"}, "'ff:ff:ff:ff:ff:ff' is no hardware address of a device: write it as aa:bb:cc:dd:ee:ff"),
        ({"replies": {}}, "replies is a list"),
        ({"replies": [5]}, "None is no channel: `netaudit channels` lists them"),
        ({"replies": [{"channel": "gopher"}]}, "'gopher' is no channel: `netaudit channels` lists them"),
        ({"replies": [{"channel": ["wsd"]}]}, "a list is no channel: `netaudit channels` lists them"),
        ({"replies": [{"channel": "wsd"}]}, "a reply has its bytes as text or as base64"),
        ({"replies": [{"channel": "wsd", "base64": "?"}]}, "Only base64 data is allowed"),
        ({"observations": "x"}, "observations is a list"),
        ({"observations": [5]}, "an observation is an object with a field and a value"),
        ({"observations": [{"value": "x"}]}, "None is no field: `netaudit channels --fields` lists them"),
        ({"observations": [{"field": "http.server"}]}, "http.server: None is no text"),
        ({"observations": [{"field": "http.server", "value": {}}]}, "http.server: a dict is no text"),
    ],
)  # fmt: skip
def test_wrong_part_is_a_problem_and_the_others_are_read(given, problem):
    if "observations" not in given:
        given = {**given, "observations": [DAHUA]}
    else:
        given = {
            **given,
            "replies": [{"channel": "rtsp", "text": "RTSP/1.0 200 OK\r\nServer: Dahua Rtsp Server\r\n\r\n"}],
        }

    assert problems(**given) == [problem]
    assert identified(**given)["family"] == "dahua"


def test_too_many_parts_are_told_and_cut():
    many = [{"field": "http.title", "value": str(n)} for n in range(MOST_PARTS + 1)]

    assert problems(observations=many) == [
        f"observations: only the first {MOST_PARTS} of {MOST_PARTS + 1} were read",
        f"more than {MOST_VALUES} values of http.title: the earliest were kept",
    ]


def test_long_foreign_words_are_not_repeated_in_full():
    (detail,) = problems(observations=[{"field": "x" * 10_000, "value": "y"}])

    assert len(detail) < 200


def test_hostile_value_cannot_act_on_a_terminal():
    value = "Dahua Rtsp Server/1\x1b]0;owned\x07\u202e\x9b2J"
    (line,) = identify_lines(
        [json.dumps({"id": "\u202e", "observations": [{"field": "rtsp.server", "value": value}]}).encode()], LIBRARY
    )

    assert not UNPRINTABLE.search(line.decode().rstrip("\n"))


def test_line_over_the_limit_is_one_problem_and_the_next_line_is_read():
    stream = io.BytesIO(b'{"id": "' + b"x" * 2 * MOST_LINE_BYTES + b'"}\n{"id": 2}\n')
    answers = [json.loads(line) for line in identify_lines(read_lines(stream), LIBRARY)]

    assert [a["id"] for a in answers] == [None, 2]
    assert answers[0]["problems"][0]["detail"] == f"the line is longer than {MOST_LINE_BYTES} bytes"


@pytest.mark.parametrize("content", [b"", b"a", b"a\n", b"a\nb", b"\n\na\n"])
def test_lines_are_those_of_the_stream(content):
    assert list(read_lines(io.BytesIO(content))) == content.splitlines(keepends=True)


def test_lines_are_answered_as_they_come():
    taken = []

    def lines():
        for number in range(3):
            taken.append(number)
            yield b'{"id": %d}' % number

    answers = identify_lines(lines(), LIBRARY)
    next(answers)

    assert taken == [0]


def test_same_line_gives_the_same_bytes():
    line = json.dumps({"id": 1, "observations": [DAHUA, {"field": "http.title", "value": "WEB SERVICE"}]}).encode()

    assert len(set(identify_lines([line, line], LIBRARY))) == 1


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from(sorted(FIELDS)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
REPLY = st.fixed_dictionaries(
    {"channel": st.sampled_from(sorted(BY_NAME)) | JSON},
    optional={
        "text": st.text(st.characters()) | JSON,
        "base64": st.binary().map(lambda b: base64.b64encode(b).decode()),
        "port": JSON,
    },
)
OBSERVATION = st.fixed_dictionaries(
    {"field": st.sampled_from(sorted(FIELDS)) | JSON, "value": st.text(st.characters()) | JSON}
)
LINE = st.fixed_dictionaries(
    {},
    optional={
        "id": JSON, "mac": JSON, "replies": JSON | st.lists(REPLY | JSON, max_size=3),
        "observations": JSON | st.lists(OBSERVATION | JSON, max_size=3),
    },
)  # fmt: skip


@settings(deadline=None)
@given(LINE | JSON, st.booleans())
def test_no_line_of_json_raises(document, ascii_only):
    line = json.dumps(document, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")

    check(line)


@settings(deadline=None)
@given(st.binary(max_size=200) | st.text('{}[]":,\\u0d8id', max_size=60).map(str.encode))
def test_no_bytes_raise(line):
    check(line)


def check(line):
    """That the answer is whole, whatever the line is."""
    answer = identify_line(line, LIBRARY)
    found = list(identify_lines([line], LIBRARY))

    assert set(answer) == KEYS
    assert len(found) == bool(line.strip())
    assert all(msgspec.json.decode(f, type=dict[str, msgspec.Raw]).keys() == KEYS for f in found if b"\\ud" not in f)
    assert all(f.endswith(b"}\n") and not UNPRINTABLE.search(f.decode()[:-1]) for f in found)


@given(st.sampled_from(sorted(FIELDS)), st.text(max_size=80))
def test_only_the_fields_that_are_named_hold_more(field, text):
    values = (text, f'Digest realm="{text}"', f"<title>{text}</title>")
    more = [pair for value in values for derive in (http.derive, rtsp.derive) for pair in derive(field, value)]

    assert more == [] or field in HOLDING_MORE


def test_a_value_that_comes_again_is_not_read_again(monkeypatch):
    read = []
    tidied = single.tidied
    monkeypatch.setattr(single, "tidied", lambda *pair: read.append(pair) or tidied(*pair))
    single._told.cache_clear()
    lines = [
        json.dumps({"id": n, "observations": [DAHUA, {"field": "http.realm", "value": f"r{n % 2}"}]}).encode()
        for n in range(100)
    ]
    answers = list(identify_lines(lines, LIBRARY))

    assert len(read) == 3
    assert len(answers) == 100
    assert {json.loads(answer)["family"] for answer in answers} == {"dahua"}


def test_a_long_value_is_not_remembered():
    single._told.cache_clear()
    identified(observations=[{"field": "http.title", "value": "x" * (single.MOST_REMEMBERED + 1)}])

    assert single._told.cache_info().currsize == 0
