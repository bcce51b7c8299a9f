"""The page: one HTML file that is opened, printed and forwarded, and that asks nothing of any network.

What is counted and said is made here and written by templates, which escape everything; the table and the devices' own
pages are drawn by the page's script from data. Without scripts all devices stand in a plain list.
"""

from collections import Counter
from datetime import date, datetime
from functools import lru_cache
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from netaudit.inventory import Surveyed
from netaudit.plain import UNPRINTABLE, shorten, visible
from netaudit.report import NOTHING_BESIDE, Beside
from netaudit.report.htmldoc import figures, labels, sealed
from netaudit.report.htmldoc.findings import read_findings, rules_of
from netaudit.report.htmldoc.languages import Language, language
from netaudit.report.htmldoc.packed import pack_pages, pack_table
from netaudit.report.htmldoc.plainly import plain_rows
from netaudit.report.htmldoc.progress import burn_down, read_progress
from netaudit.report.htmldoc.script_words import script_words
from netaudit.report.htmldoc.shown import Scene
from netaudit.report.htmldoc.tiles import tile_maps
from netaudit.report.htmldoc.unseen import channel_rows, failures, gap_groups
from netaudit.report.known import retold
from netaudit.report.words import incomplete, looks_like_camera

PIECE: Final = 1000  # of the template's pieces that are written at once


def write(document: Surveyed, stream: BinaryIO, beside: Beside = NOTHING_BESIDE) -> None:
    """Write the page of a document, with what stands beside it. ValueError where that cannot be read."""
    template = _environment().get_template("page.html")
    pieces = template.stream(**_context(document, beside))
    pieces.enable_buffering(PIECE)
    stream.writelines(piece.encode() for piece in pieces)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(__name__, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(short=shorten, visible=visible, web=_web)
    return environment


def _web(url: str) -> str:
    """The address of a page on the web; empty where it is anything else."""
    return url if urlsplit(url).scheme in {"http", "https"} and not UNPRINTABLE.search(url) else ""


def _context(document: Surveyed, beside: Beside) -> dict[str, Any]:
    said = language(beside.language)
    found = read_findings(beside.findings) if beside.findings is not None else None
    if found and found.inventory != document.run.id:
        raise ValueError(
            f"the findings are of another run ({shorten(found.inventory, 60)}) than the inventory "
            f"({shorten(document.run.id, 60)}): run `netaudit comply` on this inventory"
        )
    scene = Scene(document, said, found, beside.titles, beside.past)
    return {
        **_tools(said),
        **_counted(scene, said),
        "document": document,
        "findings": found,
        "notice": retold(shorten(found.notice, 300), said.say) if found else "",
        "rules_of": rules_of,
        "harm": document.coverage.harm or None,
        "subnets": document.coverage.subnets or (),
        "gaps": gap_groups(scene),
        "channels": channel_rows(scene),
        "failures": failures(scene),
        "burn_down": burn_down(read_progress(beside.progress)) if beside.progress is not None else None,
        "rows": scene.shown,
        "plain_rows": plain_rows(scene),
        "table": sealed.embed(pack_table(scene)),
        "pages": sealed.embed(pack_pages(scene)),
        "words": sealed.embed(script_words(said, with_findings=found is not None)),
    }


def _tools(said: Language) -> dict[str, Any]:
    return {
        "say": said.markup,
        "many": said.markup_many,
        "language": said,
        "labels": labels,
        "link": figures.link,
        "policy": sealed.policy(),
        "script": Markup(sealed.script()),  # noqa: S704  our own files
        "style": Markup(sealed.style()),  # noqa: S704
    }


def _counted(scene: Scene, said: Language) -> dict[str, Any]:
    rows, document = scene.shown, scene.document
    maps, unmapped = tile_maps(rows)
    targets = [row for row in rows if "target" in row.needs]
    verdicts = Counter(row.asset.verdict for row in targets)
    return {
        "targets": targets,
        "made": verdicts["confirmed"],
        "probably": verdicts["probable"],
        "possibly": verdicts["possible"],
        "against": [row for row in rows if row.standing in labels.AGAINST],
        "nameless": [row for row in rows if "nameless" in row.needs],
        "cameras": sum(looks_like_camera(row.asset) for row in rows),
        "incomplete": incomplete(document),
        "makers": figures.makers(rows, said),
        "kinds": figures.kinds(rows, said),
        "certainties": figures.certainties(rows, said),
        "ages": figures.ages(rows, _day(document), said),
        "tasks": figures.tasks(rows, said),
        "maps": maps,
        "unmapped": unmapped,
    }


def _day(document: Surveyed) -> date:
    return datetime.fromisoformat(document.run.finished_at).date()
