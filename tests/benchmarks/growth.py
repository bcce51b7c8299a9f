"""How time and memory grow: series of measurements, the straight line nearest to each, and a picture of all.

    python tests/benchmarks/growth.py [SERIES ...] [--runs N] [--sizes N ...] [--write docs/benchmarks.md]

The series are attached, alive, silent, silent-gentle, devices, crowded, packets, replies and fingerprints; all of them
take about a quarter of an hour, and none more than three minutes unless its sizes are named. Needs root for namespaces,
and a C compiler. With --write each series takes the place of its section in the page as soon as
it was measured, and the picture beside the page is drawn anew from all sections: what was interrupted is continued
by naming the series that are left.
"""

import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.beside_peers import MARK, machine, put
from benchmarks.growing import GROWING
from benchmarks.growth_picture import draw
from benchmarks.straight import Series, read_table, table

PICTURE = "pictures/growth.svg"  # beside the page


def main(words: list[str]) -> int:
    """Print the tables, or write them into the page and draw the picture."""
    parser = argparse.ArgumentParser()
    parser.add_argument("series", nargs="*", choices=[*GROWING, []], default=[])
    parser.add_argument("--runs", type=int, default=0)
    parser.add_argument("--sizes", type=int, nargs="+", default=())
    parser.add_argument("--write", type=Path)
    given = parser.parse_args(words)
    for name in given.series or GROWING:
        section = f"{machine()}\n\n{table(GROWING[name].series(given.sizes, given.runs))}"
        if given.write:
            write(given.write, name, section)
        else:
            print(section, flush=True)
    return 0


def write(page: Path, name: str, section: str) -> None:
    """Put a section into the page, and draw the picture of all that the page tells."""
    text = put(page.read_text(encoding="utf-8"), place(name), section)
    page.write_text(text, encoding="utf-8")
    (page.parent / PICTURE).write_text(draw(told(text)), encoding="utf-8")


def told(page: str) -> list[Series]:
    """The series that were measured, as the page tells them."""
    every = (read_table(_section(page, name), growth.title, growth.unit) for name, growth in GROWING.items())
    return [series for series in every if series.points]


def place(name: str) -> str:
    """What a series is called in the marks of the page."""
    return f"growth-{name}"


def _section(page: str, name: str) -> str:
    begin, end = (re.escape(MARK.format(place(name), edge)) for edge in ("begin", "end"))
    found = re.search(f"{begin}(.*?){end}", page, re.DOTALL)
    return found[1] if found else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
