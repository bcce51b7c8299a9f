from dataclasses import replace
from datetime import date

from support.inventories import DOUBTFUL, NAMELESS, PRINTER, RECORDER, RELABEL, SMALL, asset
from support.pages import scene

from netaudit.report.htmldoc import figures
from netaudit.report.htmldoc.languages import language

ENGLISH = language("en")
ROWS = scene(SMALL).shown


def rows(*assets):
    return scene(replace(SMALL, assets=assets)).shown


def test_makers_that_matter_come_first_and_the_nameless_last():
    axis = asset("axis", "10.0.0.90", family="axis", verdict="confirmed", manufacturer="Axis", kind="camera")
    many = tuple(replace(axis, device=replace(axis.device, id=f"axis-{n}")) for n in range(5))
    bars = figures.makers(rows(*many, RELABEL, NAMELESS), ENGLISH)

    assert [(bar.label, bar.number, bar.marked) for bar in bars] == [
        ("Hikvision", 1, True),
        ("Axis", 5, False),
        ("Maker not established", 1, False),
    ]


def test_labels_on_the_boxes_stand_beneath_their_maker():
    bar = figures.makers(rows(RELABEL), ENGLISH)[0]

    assert bar.notes == (("Annke", 1, "#devices?maker=Hikvision&brand=Annke"),)


def test_parts_of_a_bar_add_up():
    bars = [*figures.makers(ROWS, ENGLISH), *figures.kinds(ROWS, ENGLISH), *figures.certainties(ROWS, ENGLISH)]

    assert [bar for bar in bars if sum(n for _, n in bar.parts) != bar.number] == []
    assert sum(bar.number for bar in figures.makers(ROWS, ENGLISH)) == len(ROWS)
    assert sum(bar.number for bar in figures.kinds(ROWS, ENGLISH)) == len(ROWS)


def test_certainties_count_named_makers_only():
    bars = figures.certainties(ROWS, ENGLISH)

    assert [(bar.label, bar.number) for bar in bars] == [
        ("99% and more", 2), ("95% to 99%", 0), ("80% to 95%", 0), ("50% to 80%", 1),
    ]  # fmt: skip


def test_firmware_is_as_old_as_its_date():
    bars = figures.ages(ROWS, date(2026, 1, 31), ENGLISH)

    assert {bar.label: bar.number for bar in bars if bar.number} == {"5 to 8 years": 1, "not known": 2}


def test_no_picture_of_ages_without_a_date():
    assert figures.ages(rows(RECORDER, PRINTER), date(2026, 1, 31), ENGLISH) == []


def test_tasks_lead_to_their_devices():
    tasks = {task.link: task.number for task in figures.tasks(ROWS, ENGLISH)}

    assert tasks == {
        "#devices?need=nameless": 1,
        "#devices?need=possible": 1,
        "#devices?need=conflict": 1,
        "#devices?need=children": 1,
        "#devices?need=locked": 1,
        "#devices?need=relabel": 1,
    }


def test_a_link_escapes_what_a_device_said():
    assert figures.link(brand="a&b=c#d,e") == "#devices?brand=a%26b%3Dc%23d%2Ce"


def test_many_makers_and_labels_are_summed_up():
    assets = [
        asset(f"id-{n}", f"10.0.1.{n}", family=f"maker{n}", verdict="possible", manufacturer=f"Maker {n}")
        for n in range(40)
    ]
    labels = [replace(a, identity=replace(DOUBTFUL.identity, brand=f"Label {n}")) for n, a in enumerate(assets)]

    assert figures.makers(rows(*assets), ENGLISH)[-1].label == "20 more makers"
    assert figures.makers(rows(*labels), ENGLISH)[0].notes[-1][:2] == ("other labels", 28)
