from benchmarks import growth
from benchmarks.growing import GROWING, Growth
from benchmarks.straight import Point, table
from defusedxml import ElementTree

SVG = "{http://www.w3.org/2000/svg}"


def measured(sizes, runs):
    yield from (Point(size=n, wall_s=n / 10 + runs, cpu_s=n / 20, peak_mib=40.0, found="nobody") for n in sizes)


def tiny(title):
    return Growth(title=title, unit="things", sizes=(1, 2, 3), runs=1, measure=measured)


def page_of(names):
    return "".join(f"<!-- growth-{name}: begin -->\n<!-- growth-{name}: end -->\n" for name in names)


def test_series_is_written_into_the_page_and_drawn_beside_it(tmp_path, monkeypatch):
    monkeypatch.setattr(growth, "GROWING", {"one": tiny("One thing"), "two": tiny("Another thing")})
    page, picture = tmp_path / "page.md", tmp_path / growth.PICTURE
    page.write_text(page_of(["one", "two"]))
    picture.parent.mkdir()

    assert growth.main(["two", "--write", str(page), "--runs", "7"]) == 0
    assert "| 3 | 7.30 | 0.15 | 40.0 | nobody |" in page.read_text()
    assert titles(picture) == ["Another thing"]
    assert growth.main(["--write", str(page)]) == 0
    assert titles(picture) == ["One thing", "Another thing"]


def titles(picture):
    root = ElementTree.fromstring(picture.read_text())
    return [text.text for text in root.iter(f"{SVG}text") if text.get("class") == "title"]


def test_series_is_printed_where_no_page_is_named(capsys, monkeypatch):
    monkeypatch.setattr(growth, "GROWING", {"one": tiny("One thing")})
    growth.main(["one"])
    growth.main(["one", "--sizes", "40", "60"])

    told = capsys.readouterr().out
    assert table(tiny("One thing").series()) in told
    assert "| 60 | 7.00 |" in told


def test_page_has_a_place_for_every_series_and_its_picture_shows_all_of_them(request):
    page = request.config.rootpath / "docs" / "benchmarks.md"
    told = growth.told(page.read_text(encoding="utf-8"))

    assert [series.title for series in told] == [growth.title for growth in GROWING.values()]
    assert (page.parent / growth.PICTURE).read_text(encoding="utf-8") == growth.draw(told)
