import io
from dataclasses import replace

import pytest
from support.inventories import ACTING, DOUBTFUL, EMPTY, RECORDER, RELABEL, SADP_REPLY, SMALL, asset, hostile, match

from netaudit.inventory import document
from netaudit.model import ChannelTotal, Gap, Problem
from netaudit.report.explain import dump, explain, find, sides

DOC = document(SMALL)

RELABEL_PAGE = f"""\
Hikvision-made camera, sold as Annke
  id        serial-5
  address   10.0.0.5
  MAC       44:19:b6:00:00:01 (registered to Hangzhou Hikvision Digital Technology Co.,Ltd.)
  model     DS-2CD2043G0-I (EasyIP, G0)
  firmware  V5.6.3 build 190923 (built 2019-09-23)
  services  80/tcp http, 554/tcp rtsp, 3702/udp onvif, 37020/udp sadp

Verdict
  Confirmed: made by Hikvision. Certainty 99.9 %. It rests on what was read over rtsp, sadp.

Evidence for it
   1. proof: sadp.device_description = DS-2CD2043G0-I
      fingerprint hikvision-sadp says: family = hikvision, model = DS-2CD2043G0-I
      heard over sadp at 2026-01-31T09:00:03Z; reply {SADP_REPLY.digest}
        00000000  3c 3f 78 6d 6c 20 76 65 72 73 69 6f 6e 3d 22 31  |<?xml version="1|
        00000010  2e 30 22 3f 3e 0a 3c 50 72 6f 62 65 4d 61 74 63  |.0"?>.<ProbeMatc|
        00000020  68 3e                                            |h>|
        of 34 bytes
   2. weak: rtsp.realm = IP Camera
      fingerprint hikvision-rtsp-realm says: family = hikvision
      heard over rtsp at 2026-01-31T09:00:00Z; reply not kept

Evidence against it
   1. medium: http.title = WEB SERVICE
      fingerprint dahua-http-title says: family = dahua
      heard over http at 2026-01-31T09:00:00Z; reply not kept

What else is known
   1. strong: onvif.scope = onvif://www.onvif.org/name/ANNKE
      fingerprint annke-name says: brand = Annke
      heard over onvif at 2026-01-31T09:00:00Z; reply not kept

What would tell more
  - Its own web page, behind a login that you have, can tell its serial.
"""


def page(doc, one, replies=None):
    stream = io.StringIO()
    explain(doc, one, stream, replies)
    return stream.getvalue()


def page_of(example, **changes):
    doc = document(replace(EMPTY, assets=(example,), **changes))
    return page(doc, doc.assets[0])


def test_a_device_is_explained_down_to_its_bytes():
    assert page(DOC, find(DOC, "serial-5"), {SADP_REPLY.digest: SADP_REPLY.payload}) == RELABEL_PAGE


@pytest.mark.parametrize(
    "name", ["serial-5", "10.0.0.5", "44:19:b6:00:00:01", "44-19-B6-00-00-01", "4419.b600.0001", "4419b6000001"]
)
def test_a_device_is_found_by_id_address_or_mac(name):
    assert find(DOC, name).id == "serial-5"


@pytest.mark.parametrize("name", ["10.0.0.55", "", "nonsense\x1b[2J", "44:19:b6:00:00:02"])
def test_a_device_that_is_not_there_is_refused_in_one_line(name):
    with pytest.raises(ValueError, match=r"^no device in this inventory has the id, address or MAC") as refusal:
        find(DOC, name)

    assert str(refusal.value).isprintable()


def test_an_address_of_two_devices_names_both():
    doc = document(replace(EMPTY, assets=(asset("a", "10.0.0.1"), asset("b", "10.0.0.1"))))

    with pytest.raises(ValueError, match=r"^2 devices have '10\.0\.0\.1': name one by its id: a, b$"):
        find(doc, "10.0.0.1")


def test_unknown_clears_of_nothing():
    weak = match("dahua-mac", "mac.address", "90:02:a9:00:00:03", "weak", family="dahua")
    text = page_of(asset("x", "10.0.0.1", [weak]))

    assert "Who made this device is not established. That clears it of nothing." in text
    assert "What points to a maker, and not strongly enough\n   1. weak: mac.address" in text


def test_conflicts_and_gaps_of_the_device_are_told():
    text = page(DOC, find(DOC, "mac-70"))

    assert "What does not fit together\n  - the evidence names more than one maker: Dahua" in text
    assert "  - Says that it is locked: it was left alone: the device says that it is locked\n" in text
    assert "  - http: login needed (login needed)\n" in text
    assert "10.0.0.9" not in text


def test_a_locked_device_is_left_alone():
    text = page(DOC, find(DOC, "mac-70"))

    assert "leave it alone for half an hour" in text
    assert "--credentials" not in text


def test_contradiction_sends_to_the_label():
    assert "The evidence contradicts itself, so this decides." in page_of(DOUBTFUL).replace("\n    ", " ")


def test_behind_a_router_the_advice_is_to_come_nearer():
    near, far = (replace(EMPTY.coverage, gaps=gaps) for gaps in ((), (Gap(kind="routed", detail="x"),)))
    advice = "Scan from inside its VLAN, so that the makers' own discovery (SADP, DHIP)"

    assert advice in page_of(DOUBTFUL, coverage=far)
    assert advice not in page_of(DOUBTFUL, coverage=near)
    assert advice in page_of(asset("x", "10.0.0.1"), coverage=near)
    assert advice not in page_of(RELABEL, coverage=far)


def test_a_channel_that_did_not_run_is_named():
    skipped = ChannelTotal(name="dhip", status="skipped", reason="not asked for", sent=0, received=0)
    text = page_of(DOUBTFUL, coverage=replace(EMPTY.coverage, channels=(skipped,)))

    assert "Let the channel dhip run: it was skipped (not asked for)." in text


def test_a_recording_is_followed_by_a_scan():
    assert "Scan it live" in page_of(DOUBTFUL, run=replace(EMPTY.run, feed="capture"))
    assert "Scan it live" not in page_of(DOUBTFUL)


def test_a_login_is_advised_where_there_is_a_page_and_something_to_learn():
    refused = Problem(stage="ask", channel="isapi", address="10.0.0.7", status="auth", detail="")

    assert "can tell its firmware." in page_of(RECORDER, problems=(refused,))
    assert "--credentials" not in page_of(RECORDER)
    assert "can tell who made it, its model" in page_of(DOUBTFUL)


def test_a_recorder_of_known_make_is_not_the_end():
    assert "The cameras behind it were not seen" in page_of(RECORDER)


def test_many_problems_are_cut_with_a_count():
    problems = tuple(
        Problem(stage="ask", channel="http", address="10.0.0.70", status="timeout", detail=str(n)) for n in range(50)
    )

    assert "and 30 problems more" in page_of(DOUBTFUL, problems=problems)


def test_no_text_of_a_device_acts():
    doc = hostile()
    text = "".join(page(doc, a) for a in doc.assets)

    assert [c for c in ACTING if c in text] == []
    assert "[bold red]x[/]" in text


def test_a_terminal_without_utf_8_is_served():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    doc = hostile()
    explain(doc, doc.assets[11], stream)
    stream.flush()

    assert b"\\uff1d1+1" in stream.buffer.getvalue()


def test_bytes_are_shown_as_they_are_where_the_value_stands():
    rows = list(dump(b"\x1b[2J" + bytes(60) + b"Dahua Rtsp Server" + bytes(400), "Dahua Rtsp Server"))

    assert rows[0] == "00000040  44 61 68 75 61 20 52 74 73 70 20 53 65 72 76 65  |Dahua Rtsp Serve|"
    assert (len(rows), rows[-1]) == (5, "of 481 bytes")


def test_bytes_are_shown_from_the_start_where_the_value_is_not_seen():
    rows = list(dump(b"\x1b[2J" + bytes(400), "nowhere"))

    assert rows[0] == "00000000  1b 5b 32 4a 00 00 00 00 00 00 00 00 00 00 00 00  |.[2J............|"
    assert list(dump(b"", "x")) == []


def test_camera_behind_a_recorder_names_it_and_says_that_it_was_not_heard():
    camera = asset("camera", "192.168.254.2", kind="camera")
    camera = replace(camera, device=replace(camera.device, behind=RECORDER.device.id))
    doc = document(replace(EMPTY, assets=(camera, RECORDER)))
    text = page(doc, find(doc, "camera"))

    assert "  behind    10.0.0.7\n" in text
    assert "It was not heard itself" in text
    assert "behind" not in page(doc, find(doc, RECORDER.device.id)).partition("\n\n")[0]


def test_what_proves_nothing_is_said_to_prove_nothing():
    generic = asset("id-1", "10.0.0.1", [match("generic-http-server", "http.server", "nginx", "weak", 80, "tcp")])
    doc = document(replace(SMALL, assets=(generic,)))

    assert "fingerprint generic-http-server says: many makers have it, it proves nothing" in page(doc, doc.assets[0])


def test_what_a_fingerprint_means_stands_beside_its_name():
    stream = io.StringIO()

    explain(DOC, find(DOC, "serial-5"), stream, titles={"annke-name": "The scope names Annke", "other": "nothing"})

    assert "    The scope names Annke\n      fingerprint annke-name says: brand = Annke\n" in stream.getvalue()
    assert "nothing" not in stream.getvalue()


def test_of_evidence_that_is_as_strong_what_says_most_comes_first():
    bare = match("dahua-dhip", "dhip.init", "1", "proof", family="dahua")
    weak = match("label", "http.title", "x", "weak", family="dahua", brand="x", model="y", line="z")
    full = match("dahua-dhip-model", "dhip.device_type", "NVR5216", "proof", family="dahua", model="NVR5216")
    seen = replace(RECORDER, identity=replace(RECORDER.identity, evidence=(bare, full, weak)))
    (told, *_) = (found for title, found in sides(document(replace(SMALL, assets=(seen,))).assets[0]) if "for" in title)

    assert [e.field for e in told] == ["dhip.device_type", "dhip.init", "http.title"]
