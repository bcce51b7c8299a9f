"""Sites and subnets as maps of tiles: one square for each address of a subnet, drawn by what stands there.

What a device is shows in the shape of its tile, so that the map reads without colour: full, half, hollow, a dot.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from netaudit.inventory import address_order
from netaudit.report.htmldoc.figures import link
from netaudit.report.htmldoc.shown import TARGETS, Shown

SIDE: Final = 16  # tiles in a row; 16 rows are a subnet of 256 addresses
TILE: Final = 10  # units of the picture, with the gap between tiles
MAPS_SHOWN: Final = 48
SHAPES: Final = {
    "full": "M{x} {y}h8v8h-8z",
    "half": "M{x} {y}h8l-8 8z",
    "hollow": "M{x} {y}h8v8h-8zm1.5 1.5v5h5v-5z",
    "dot": "M{x2} {y2}h4v4h-4z",
}


@dataclass(frozen=True, slots=True)
class TileMap:
    """The map of one subnet."""

    site: str
    subnet: str
    number: int
    targets: int  # that are more than possible
    nameless: int
    paths: tuple[tuple[str, str], ...]  # (shape, path data)
    height: int
    link: str


def tile_maps(rows: Iterable[Shown]) -> tuple[list[TileMap], int]:
    """The maps of the subnets with most to do, by site and address, and how many subnets have none."""
    groups: defaultdict[tuple[str, str], list[Shown]] = defaultdict(list)
    for row in rows:
        groups[(row.site, row.subnet)].append(row)
    first = sorted(groups, key=lambda key: (-_targets(groups[key]), -len(groups[key]), _place(key)))[:MAPS_SHOWN]
    return [_map(*key, groups[key]) for key in sorted(first, key=_place)], len(groups) - len(first)


def shape_of(row: Shown) -> str:
    """The shape of a device's tile."""
    if row.asset.family in TARGETS:
        return "half" if row.asset.verdict == "possible" else "full"
    return "dot" if row.asset.family == "unknown" else "hollow"


def _place(key: tuple[str, str]) -> tuple[str, tuple[int, int, str]]:
    site, subnet = key
    return (site, address_order(subnet.partition("/")[0]))


def _targets(rows: Sequence[Shown]) -> int:
    return sum(row.asset.family in TARGETS for row in rows)


def _map(site: str, subnet: str, rows: Sequence[Shown]) -> TileMap:
    cells, extra = _cells(rows, ordered="." in subnet)
    shapes: defaultdict[str, list[str]] = defaultdict(list)
    for cell, row in [*cells.items(), *enumerate(extra, SIDE * SIDE)]:
        x, y = cell % SIDE * TILE + 1, cell // SIDE * TILE + 1
        shapes[shape_of(row)].append(SHAPES[shape_of(row)].format(x=x, y=y, x2=x + 2, y2=y + 2))
    counts = Counter(shape_of(row) for row in rows)
    last = SIDE * SIDE + len(extra) if "." in subnet else len(cells) + len(extra)
    return TileMap(
        site=site,
        subnet=subnet,
        number=len(rows),
        targets=counts["full"],
        nameless=counts["dot"],
        paths=tuple((shape, "".join(shapes[shape])) for shape in SHAPES if shape in shapes),
        height=-(-last // SIDE) * TILE,
        link=link(subnet=subnet, **({"site": site} if site else {})),
    )


def _cells(rows: Sequence[Shown], *, ordered: bool) -> tuple[dict[int, Shown], list[Shown]]:
    """Where devices stand: by the last number of their address, or one after the other where there is no such order."""
    cells: dict[int, Shown] = {}
    extra: list[Shown] = []
    for number, row in enumerate(rows):
        cell = _last_number(row) if ordered else number
        if cell is None or cell in cells:
            extra.append(row)
        else:
            cells[cell] = row
    return (cells, extra) if ordered else (dict(list(cells.items())[: SIDE * SIDE]), [])


def _last_number(row: Shown) -> int | None:
    for address in row.asset.addresses:
        try:
            parsed = ip_address(address)
        except ValueError:
            continue
        return int(parsed) & 255 if parsed.version == 4 else None
    return None
