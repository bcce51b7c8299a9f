"""Makes the pictures of real output in docs/pictures: `python tests/support/pictures.py`, from the project's root.

Runs the demo, and explains a device of it, in a folder of its own; what is shown is what was printed.
"""

import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
WIDTH = 116
EXPLAINED = "127.0.77.14"  # a relabel: its page says one name, its protocol another
EXPLAINED_LINES = 34


def main():
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        printed = _run(folder, "demo")
        _draw("netaudit demo", printed, PICTURES / "demo.svg")
        page = _run(folder, "explain", "netaudit-demo.json", EXPLAINED, "--bundle", "netaudit-demo.bundle")
        shown = "\n".join(page.splitlines()[:EXPLAINED_LINES]) + "\n…"
        _draw(
            f"netaudit explain netaudit-demo.json {EXPLAINED} --bundle netaudit-demo.bundle",
            shown,
            PICTURES / "explain.svg",
        )


def _run(folder, *arguments):
    environment = {**os.environ, "COLUMNS": str(WIDTH)}
    command = [sys.executable, "-m", "netaudit", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


def _draw(title, text, path):
    console = Console(record=True, width=WIDTH + 4, file=io.StringIO())
    console.print(Text(text))
    picture = re.sub(
        r"\s*@font-face \{.*?\}", "", console.export_svg(title=title), flags=re.DOTALL
    )  # fonts of elsewhere
    picture = picture.replace("<text class", '<text xml:space="preserve" class')
    path.write_text("\n".join(line.rstrip() for line in picture.splitlines()) + "\n")


if __name__ == "__main__":
    main()
