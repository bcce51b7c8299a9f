"""The pictures of the report in the docs: `pytest --accept tests/browser/test_screenshots.py` takes them anew.

They show the demo, a thousand emulated devices that were scanned for real, and an inventory that was held against
policies. Taking them takes minutes; that they are there, small, and shown somewhere is tested always.
"""

import json
from pathlib import Path

import pytest
from support.commands import run
from support.pages import page as written

from netaudit.inventory import decode, encode

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "pictures"
MOST_BYTES = 300_000

# (picture, report, fragment, language, options of the browser)
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
SHOTS = (
    ("report-demo-en", "demo", "", "en", {"viewport": DESK}),
    ("report-demo-fr", "demo", "", "fr", {"viewport": DESK}),
    ("report-device-en", "demo", "#device?id={relabel}", "en", {"viewport": DESK}),
    ("report-device-fr", "demo", "#device?id={relabel}", "fr", {"viewport": DESK, "color_scheme": "dark"}),
    ("report-phone-fr", "demo", "", "fr", {"viewport": PHONE, "color_scheme": "dark"}),
    ("report-thousand-en", "thousand", "", "en", {"viewport": {"width": 1280, "height": 1500}}),
    ("report-thousand-fr", "thousand", "#devices?need=target", "fr", {"viewport": DESK}),
    ("report-policies-en", "policies", "", "en", {"viewport": DESK}),
    ("report-policies-fr", "policies", "#devices?standing=in-breach,overdue,due", "fr", {"viewport": DESK}),
    ("report-findings-en", "policies", "#findings", "en", {"viewport": DESK, "color_scheme": "dark"}),
)
NAMES = [shot[0] for shot in SHOTS]

ORGANISATION = """
name = "Example City"
entity_types = ["federal-contractor"]
jurisdictions = ["US-TX"]
[[site]]
name = "City hall"
networks = ["127.0.77.0/26"]
types = ["government"]
purpose = "government-facility"
[[site]]
name = "Works depot"
networks = ["127.0.77.64/26"]
types = ["critical-infrastructure"]
purpose = "critical-infrastructure"
"""


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_there_small_and_shown(name):
    data = (PICTURES / f"{name}.png").read_bytes()
    docs = "".join(path.read_text() for path in (ROOT / "docs").glob("*.md"))

    assert data.startswith(b"\x89PNG")
    assert len(data) < MOST_BYTES
    assert f"pictures/{name}.png" in docs


def test_no_picture_is_left_over():
    assert sorted(path.stem for path in PICTURES.glob("report-*.png")) == sorted(NAMES)


@pytest.mark.timeout(900)
def test_pictures_can_be_taken_anew(browser, accept, tmp_path):
    if not accept:
        pytest.skip("pictures are taken with --accept")
    reports, relabel = _reports(tmp_path)
    PICTURES.mkdir(exist_ok=True)
    for name, report, fragment, code, options in SHOTS:
        path = tmp_path / f"{report}-{code}.html"
        path.write_text(reports[report](code))
        (PICTURES / f"{name}.png").write_bytes(
            _taken(browser, path.as_uri() + fragment.format(relabel=relabel), options)
        )


def _taken(browser, address, options):
    context = browser.new_context(**options)
    page = context.new_page()
    page.goto(address)
    page.wait_for_timeout(200)
    shot = page.screenshot()
    context.close()
    return shot


def _reports(folder):
    """How each report is written in a language, and the id of a relabelled device of the demo."""
    from support.emulated import scanned_fleet

    from netaudit.cli.options import titles

    assert run("demo", "--inventory", folder / "demo.json", "--record", folder / "demo.bundle").code == 0
    demo = decode((folder / "demo.json").read_bytes())
    (folder / "organisation.toml").write_text(ORGANISATION)
    wanted = ("--policy", "US-889-B", "--policy", "US-TX-PROHIBITED", "--organisation", folder / "organisation.toml")
    run("comply", folder / "demo.json", *wanted, "-o", f"json={folder / 'findings.json'}")
    findings = (folder / "findings.json").read_bytes()
    assert json.loads(findings)["findings"]
    thousand = decode(encode(scanned_fleet(1000)))
    relabel = next(asset.id for asset in demo.assets if asset.brand == "Annke")
    return {
        "demo": lambda code: written(demo, code, titles=titles()),
        "thousand": lambda code: written(thousand, code, titles=titles()),
        "policies": lambda code: written(demo, code, findings=findings, titles=titles()),
    }, relabel
