from dataclasses import replace

from support.inventories import DOUBTFUL, NAMELESS, RECORDER, RELABEL, SMALL, asset
from support.pages import scene

from netaudit.report.htmldoc.tiles import MAPS_SHOWN, shape_of, tile_maps


def rows(*assets):
    return scene(replace(SMALL, assets=assets)).shown


def test_what_a_device_is_shows_in_the_shape_of_its_tile():
    axis = asset("axis", "10.0.0.90", family="axis", verdict="confirmed", manufacturer="Axis")
    shapes = {row.asset.id: shape_of(row) for row in rows(RELABEL, DOUBTFUL, NAMELESS, axis)}

    assert shapes == {"serial-5": "full", "mac-70": "half", "address-30": "dot", "axis": "hollow"}


def test_a_tile_stands_at_the_last_number_of_the_address():
    maps, rest = tile_maps(rows(RECORDER))

    assert rest == 0
    assert maps[0].subnet == "10.0.0.0/24"
    assert maps[0].paths == (("full", "M71 1h8v8h-8z"),)  # 10.0.0.7: eighth of the first row
    assert maps[0].height == 160


def test_two_devices_at_one_address_are_both_drawn():
    other = replace(RECORDER, device=replace(RECORDER.device, id="other"))
    maps, _ = tile_maps(rows(RECORDER, other))

    assert maps[0].paths[0][1].count("z") == 2
    assert maps[0].height == 170


def test_devices_without_ipv4_stand_one_after_the_other():
    six = [
        replace(RECORDER, device=replace(RECORDER.device, id=f"id-{n}", addresses=(f"2001:db8::{n + 1:x}",)))
        for n in range(20)
    ]
    none = replace(RECORDER, device=replace(RECORDER.device, id="none", addresses=()))
    maps, _ = tile_maps(rows(*six, none))

    assert {(m.subnet, m.number, m.height) for m in maps} == {("2001:db8::/64", 20, 20), ("", 1, 10)}


def test_of_many_subnets_those_with_most_to_do_are_drawn_in_order():
    calm = [asset(f"calm-{n}", f"10.1.{n}.1", family="axis", verdict="confirmed") for n in range(100)]
    maps, rest = tile_maps(rows(*calm, RELABEL))

    assert (len(maps), rest) == (MAPS_SHOWN, 101 - MAPS_SHOWN)
    assert maps[0].targets == 1
    assert [m.subnet for m in maps[:3]] == ["10.0.0.0/24", "10.1.0.0/24", "10.1.1.0/24"]


def test_a_map_leads_to_its_devices():
    maps, _ = tile_maps(scene(replace(SMALL, run=replace(SMALL.run, site="Dépôt"))).shown)

    assert maps[0].link == "#devices?subnet=10.0.0.0%2F24&site=D%C3%A9p%C3%B4t"
    assert (maps[0].number, maps[0].targets, maps[0].nameless) == (5, 2, 2)
