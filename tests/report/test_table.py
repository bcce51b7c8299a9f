import io
import re
from dataclasses import replace

import pytest
from support.inventories import EMPTY, NAMELESS, PRINTER, RECORDER, RELABEL, SMALL, asset, crowd, hostile

from netaudit.inventory import document
from netaudit.model import Gap, Problem
from netaudit.report import table

SMALL_PAGE = """\
5 devices found; of 254 addresses in scope 5 answered.
4 are, or look like, cameras or recorders; the maker of 1 is not established.
The run is incomplete: see what could not be seen.

Makers

   Maker             confirmed   probable   possible   together
   ────────────────────────────────────────────────────────────
   Dahua                     1                     1          2
   Hikvision                 1                                1
   not established                                            2


Devices

   Address     MAC                 What it is                   Model            Firmware              Verdict
   ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
   10.0.0.5    44:19:b6:00:00:01   Hikvision-made camera,       DS-2CD2043G0-I   V5.6.3 build 190923   confirmed 99.9 %
                                   sold as Annke
   10.0.0.7    3c:ef:8c:00:00:02   Dahua recorder               NVR5216                                confirmed 99.7 %
   10.0.0.9    00:80:77:00:00:09   other device, maker not                                             unknown
                                   established (printer,
                                   registered to Brother
                                   industries, LTD.)
   10.0.0.30                       device, maker not                                                   unknown
                                   established
                                   (cam-hall.local)
   10.0.0.70   90:02:a9:00:00:03   possibly Dahua-made device                                          possible 55 %


Needs a human eye
  10.0.0.30: looks like a camera (it speaks rtsp), and its maker is not established
  10.0.0.70: only possibly Dahua-made: certainty 55 %
  10.0.0.70: the evidence names more than one maker: Dahua (medium, http.title); Uniview (medium, mac.address)
  10.0.0.70: locked: the device says that it is locked

What could not be seen
  Cameras behind recorders that were not inspected:
    10.0.0.7: 16 channels declared, 0 inspected
  Behind a router: ARP and multicast do not reach these networks:
    10.0.0.0/24 is behind a router: no ARP, no multicast
  Channel arp failed: no right to open a raw socket
  Channel wsd skipped: not asked for
  http, 1 time: login needed
  http, 1 time: no answer in time

How to look further
  netaudit explain INVENTORY 10.0.0.30     why it is called what it is called
  netaudit report INVENTORY -o csv=FILE    all devices, for a spreadsheet
  netaudit doctor                          what this machine can see from here, and how to see more

The run
  targets   10.0.0.0/24
  profile   gentle
  time      2026-01-31T09:00:00Z to 2026-01-31T09:00:07Z
  with      netaudit 0.1.0, 450 fingerprints
"""


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    return Terminal()


def page(doc):
    stream = io.StringIO()
    table.write(doc, stream)
    return stream.getvalue()


def test_the_page_says_what_was_found_and_what_was_not():
    assert page(document(SMALL)) == SMALL_PAGE


def test_an_empty_run_proves_nothing():
    assert page(document(EMPTY)).startswith(
        "No device found; of 254 addresses in scope 0 answered.\n"
        "No camera was recognised. That is no proof that there is none.\n\nHow to look further\n"
    )


@pytest.mark.parametrize("columns", ["20", "500"])
def test_the_width_is_fixed_without_a_terminal(monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)

    assert page(document(SMALL)) == SMALL_PAGE


def test_a_terminal_gets_colour_and_its_own_width(terminal):
    table.write(document(SMALL), terminal)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", terminal.getvalue()).splitlines()

    assert "\x1b[1;33m" in terminal.getvalue()
    assert 60 < max(map(len, lines)) <= 80


def test_no_color_is_respected(terminal, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    table.write(document(SMALL), terminal)

    assert "\x1b" not in terminal.getvalue()


def test_no_markup_of_a_device_is_followed(terminal):
    table.write(hostile(), terminal)

    assert "[bold red]x[/]" in terminal.getvalue()
    assert "\x1b]8;" not in terminal.getvalue()
    assert ":bomb:" in page(hostile())


def test_a_terminal_without_utf_8_is_served():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    table.write(hostile(), stream)
    stream.flush()

    assert b"10.0.0.11" in stream.buffer.getvalue()


def test_devices_that_nothing_speaks_of_as_cameras_are_counted_where_they_are_many():
    text = page(crowd(1000))

    assert "and 900 devices in which nothing speaks of a camera; -o csv lists them all" in text
    assert text.count("Hikvision-made camera") == 100


def test_the_same_gap_is_not_told_a_hundred_times():
    gaps = tuple(Gap(kind="routed", detail=f"10.{n}.0.0/16 is behind a router") for n in range(100))
    text = page(document(replace(EMPTY, coverage=replace(EMPTY.coverage, gaps=gaps))))

    assert (text.count("is behind a router"), "and 90 more" in text) == (table.LISTED_PER_KIND, True)


def test_failures_are_counted_by_channel_and_cause():
    problems = tuple(
        Problem(stage="ask", channel="rtsp", address=f"10.0.0.{n}", status="timeout", detail="") for n in range(23)
    )

    assert "rtsp, 23 times: no answer in time" in page(document(replace(EMPTY, problems=problems)))


def test_what_needs_an_eye_is_cut_with_a_count():
    assets = tuple(replace(NAMELESS, device=replace(NAMELESS.device, id=f"id-{n}")) for n in range(100))

    assert f"and {100 - table.LISTED_FOR_THE_EYE} more" in page(document(replace(EMPTY, assets=assets)))


def test_further_addresses_and_macs_are_counted():
    device = replace(RELABEL.device, addresses=("10.0.0.5", "fe80::1"), macs=("44:19:b6:00:00:01", "44:19:b6:00:00:02"))
    text = page(document(replace(EMPTY, assets=(replace(RELABEL, device=device),))))

    assert "10.0.0.5 +1" in text
    assert "44:19:b6:00:00:01 +1" in text


def test_a_wrong_subnet_is_for_a_human_eye():
    gap = Gap(kind="wrong_subnet", asset="mac-9", detail="192.168.1.64 was heard on eth0")
    found = document(replace(EMPTY, assets=(PRINTER,), coverage=replace(EMPTY.coverage, gaps=(gap,))))

    assert "10.0.0.9: wrong subnet: 192.168.1.64 was heard on eth0" in page(found)


def test_a_recording_is_not_sent_to_the_doctor():
    found = replace(EMPTY, run=replace(EMPTY.run, feed="capture"), assets=(asset("x", "10.0.0.1"),))

    assert "netaudit doctor" not in page(document(found))


def test_camera_behind_a_recorder_says_behind_which():
    camera = asset("camera", "192.168.254.2", kind="camera", family="hikvision", verdict="probable")
    camera = replace(camera, device=replace(camera.device, behind=RECORDER.device.id))
    told = page(document(replace(EMPTY, assets=(camera, RECORDER))))

    assert re.search(r"behind (?:.*\n +)?10\.0\.0\.7", told)
