import pytest
from benchmarks.beside_peers import AREAS, machine, put, version

PAGE = "before\n<!-- verbs: begin -->\nold\n<!-- verbs: end -->\nafter\n"


def test_section_takes_its_place():
    assert put(PAGE, "verbs", "new \\1") == "before\n<!-- verbs: begin -->\nnew \\1\n<!-- verbs: end -->\nafter\n"


def test_page_without_its_place_is_an_error():
    with pytest.raises(ValueError, match="no place"):
        put(PAGE, "naming", "new")


def test_page_has_a_place_for_every_area(request):
    page = (request.config.rootpath / "docs" / "benchmarks.md").read_text(encoding="utf-8")

    assert all(put(page, area, "x") for area in AREAS)


def test_machine_is_told_with_its_peers():
    assert "cores" in machine()
    assert version("no-such-peer") == ""
