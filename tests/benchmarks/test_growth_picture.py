from benchmarks.growth_picture import COLOURS, draw
from benchmarks.straight import Point, Series
from defusedxml import ElementTree

SVG = "{http://www.w3.org/2000/svg}"
POINTS = tuple(Point(size=n * 1000, wall_s=1 + n, cpu_s=n / 2, peak_mib=50 + n) for n in (1, 2, 4))
ONE = Series(title="One", unit="devices", points=POINTS)
TWO = Series(title="Two <of them>", unit="packets", points=POINTS[:2])


def drawn(*every):
    return ElementTree.fromstring(draw(every))


def test_every_figure_of_every_series_has_its_points_and_its_line():
    groups = list(drawn(ONE, TWO).iter(f"{SVG}g"))

    assert [len(group.findall(f"{SVG}circle")) for group in groups] == [3, 3, 3, 2, 2, 2]
    assert all(len(group.findall(f"{SVG}path")) == 1 for group in groups)
    assert [group.find(f"{SVG}title").text for group in groups[:3]] == list(COLOURS)


def test_every_series_is_named_and_described():
    root = drawn(ONE, TWO)

    words = [text.text for text in root.iter(f"{SVG}text")]
    assert {"One", "Two <of them>", "4,000 devices", "2,000 packets"} <= set(words)
    assert "One: 4,000 devices take 5.0 s, 2.0 s of a processor and 54 MiB" in root.find(f"{SVG}desc").text


def test_points_on_a_line_lie_on_the_line_that_is_drawn():
    group = next(drawn(ONE).iter(f"{SVG}g"))
    ends = group.find(f"{SVG}path").get("d").removeprefix("M").split("L")
    last = group.findall(f"{SVG}circle")[-1]

    assert ends[1].split() == [last.get("cx").removesuffix(".0"), last.get("cy")]


def test_nothing_is_drawn_outside_its_frame():
    root = drawn(ONE, TWO)
    frames = [(float(r.get("x")), float(r.get("y"))) for r in root.iter(f"{SVG}rect")]
    inside = [
        any(x <= float(c.get("cx")) <= x + 320 and y <= float(c.get("cy")) <= y + 120 for x, y in frames)
        for group in root.iter(f"{SVG}g")
        for c in group.iter(f"{SVG}circle")
    ]

    assert inside
    assert all(inside)


def test_colours_suit_light_and_dark_ground():
    text = draw([ONE])

    assert "prefers-color-scheme: dark" in text
    assert "white" not in text
    assert "black" not in text
