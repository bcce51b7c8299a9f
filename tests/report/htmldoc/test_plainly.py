from support.inventories import SMALL, crowd
from support.pages import FINDINGS, scene, scene_of

from netaudit.report.htmldoc.plainly import IN_FULL, plain_rows


def test_each_device_has_its_row():
    rows = {row.cells[0]: row.cells for row in plain_rows(scene(SMALL, findings=FINDINGS))}

    assert rows["10.0.0.5"] == (
        "10.0.0.5",
        "44:19:b6:00:00:01",
        "Hikvision-made camera, sold as Annke",
        "DS-2CD2043G0-I",
        "V5.6.3 build 190923",
        "confirmed 99.9%",
        "in breach",
        "sadp.device_description = DS-2CD2043G0-I",
    )
    assert len(rows) == len(SMALL.assets)


def test_few_devices_bring_their_evidence():
    row = next(row for row in plain_rows(scene(SMALL)) if row.cells[0] == "10.0.0.5")

    assert [title for title, _ in row.evidence] == ["Evidence for it", "Evidence against it", "What else is known"]


def test_many_devices_are_all_there_without_it():
    rows = list(plain_rows(scene_of(crowd(IN_FULL + 1))))

    assert len(rows) == IN_FULL + 1
    assert not any(row.evidence for row in rows)
