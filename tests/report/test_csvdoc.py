import csv
import io
from dataclasses import replace

import pytest
from support.inventories import EMPTY, RECORDER, RELABEL, SMALL, SPITE, hostile

from netaudit.inventory import document
from netaudit.report import csvdoc

HEADER = (
    "address,mac,hostname,family,verdict,certainty,kind,manufacturer,brand,model,line,generation,firmware,"
    "firmware_date,serial,produced,ports,behind,children,first_evidence,conflicts,site,seen,id"
)


def written(doc):
    stream = io.BytesIO()
    csvdoc.write(doc, stream)
    return stream.getvalue()


def rows(doc):
    return list(csv.DictReader(io.StringIO(written(doc).decode("utf-8-sig"), newline="")))


def test_excel_is_told_that_it_is_utf_8():
    assert written(document(EMPTY)) == b"\xef\xbb\xbf" + HEADER.encode() + b"\r\n"


def test_a_row_stands_as_an_asset_register_takes_it():
    assert rows(document(SMALL))[0] == {
        "address": "10.0.0.5",
        "mac": "44:19:b6:00:00:01",
        "hostname": "",
        "family": "hikvision",
        "verdict": "confirmed",
        "certainty": "0.999",
        "kind": "camera",
        "manufacturer": "Hikvision",
        "brand": "Annke",
        "model": "DS-2CD2043G0-I",
        "line": "EasyIP",
        "generation": "G0",
        "firmware": "V5.6.3 build 190923",
        "firmware_date": "2019-09-23",
        "serial": "",
        "produced": "",
        "ports": "tcp/80 http; tcp/554 rtsp; udp/3702 onvif; udp/37020 sadp",
        "behind": "",
        "children": "",
        "first_evidence": "proof: sadp.device_description = DS-2CD2043G0-I",
        "conflicts": "",
        "site": "",
        "seen": "2026-01-31",
        "id": "serial-5",
    }


def test_a_recorder_says_how_many_cameras_it_declares():
    assert [r["children"] for r in rows(document(SMALL))] == ["", "16", "", "", ""]


def test_a_camera_behind_a_recorder_says_behind_which():
    camera = replace(RELABEL, device=replace(RELABEL.device, behind=RECORDER.device.id))
    found = rows(document(replace(EMPTY, assets=(camera, RECORDER))))

    assert [r["behind"] for r in found] == ["10.0.0.7", ""]


def test_every_row_has_every_column_whatever_devices_say():
    found = rows(hostile())

    assert len(found) == len(SPITE)
    assert {len(r) for r in found} == {len(HEADER.split(","))}
    assert None not in {k for r in found for k in r}


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_no_cell_begins_a_formula_whatever_the_list_separator(separator):
    text = written(hostile()).decode("utf-8-sig")
    cells = [c for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) for c in row]

    assert [c for c in cells if c.lstrip("\"' \t\r\n")[:1] in set("=+-@") and "'" not in c[:3]] == []


@pytest.mark.parametrize("separator", [",", ";"])
def test_the_check_above_sees_formulas(separator):
    cells = next(csv.reader(["=1,+1;=1"], delimiter=separator))

    assert [c for c in cells if c.lstrip("\"' \t\r\n")[:1] in set("=+-@") and "'" not in c[:3]]
