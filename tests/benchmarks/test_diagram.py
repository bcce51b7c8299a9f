from benchmarks.diagram import COLOURS, draw
from benchmarks.scores import Bin
from defusedxml import ElementTree

SVG = "{http://www.w3.org/2000/svg}"
BINS = [Bin(count=9, certainty=0.6, right=0.5), Bin(count=90, certainty=0.95, right=1.0)]


def drawn(curves):
    return ElementTree.fromstring(draw(curves))


def test_every_bin_has_a_mark_and_every_curve_a_line_in_the_legend():
    root = drawn({"one": BINS, "two <lines>": BINS[:1]})

    marks = [group for group in root.iter(f"{SVG}g") if group.find(f"{SVG}circle") is not None]
    words = [text.text for text in root.iter(f"{SVG}text")]
    assert len(marks) == 3
    assert words[-2:] == ["one: 99 claims", "two <lines>: 9 claims"]


def test_colours_suit_light_and_dark_ground():
    text = draw({"one": BINS})

    assert "prefers-color-scheme: dark" in text
    assert COLOURS[0] in text
    assert "black" not in text
    assert "white" not in text


def test_scale_begins_below_everything_drawn():
    root = drawn({"one": [Bin(count=400, certainty=0.98, right=1.0)]})

    assert "0.75" in [text.text for text in root.iter(f"{SVG}text")]
    assert drawn({"none": []}).tag == f"{SVG}svg"
