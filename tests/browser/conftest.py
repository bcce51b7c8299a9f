"""Debian's Chromium, driven by Playwright against reports in files. Without either the tests are skipped."""

import os
import shutil
from functools import partial

import pytest
from support.inventories import SMALL, hostile
from support.pages import FINDINGS_JSON, page
from support.towns import town

from netaudit.inventory import document
from netaudit.report import Past

MOVED = Past(
    first_seen="2026-01-01T08:00:00Z",
    last_seen="2026-03-01T08:00:00Z",
    changes=(
        ("2026-02-01T08:00:00Z", "moved", "addresses: 10.0.0.4 → 10.0.0.5"),
        ("2026-03-01T08:00:00Z", "changed", "<img src=x onerror=alert(1)>"),
    ),
)
CHROMIUM = shutil.which("chromium")
DEVICES = 10_000
PATIENCE_MS = 180_000  # of whoever waits for the browser: it starts beside whatever else the machine does
LISTEN = """() => {
  window.drawn = false;
  addEventListener("hashchange", () => { window.drawn = true; }, { once: true });
}"""


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("Debian's chromium is not installed: apt-get install chromium")
    alone = ["--no-sandbox"] if os.geteuid() == 0 else []  # its sandbox needs another user than root
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=alone, timeout=PATIENCE_MS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def reports(tmp_path_factory):
    """(name, language) -> the file of a report, written when it is first asked for."""
    folder = tmp_path_factory.mktemp("reports")
    made = {
        "small": lambda code: page(document(SMALL), code),
        "policies": lambda code: page(document(SMALL), code, findings=FINDINGS_JSON),
        "past": lambda code: page(document(SMALL), code, past={"serial-5": MOVED}),
        "hostile": lambda code: page(hostile(), code),
        "town": lambda code: page(town(DEVICES), code),
    }

    def file(name, code="en"):
        path = folder / f"{name}-{code}.html"
        if not path.exists():
            path.write_text(made[name](code), encoding="utf-8")
        return path

    return file


def follow(page, act):
    """Do what leads to another view, and wait until the page, which listened before us, has drawn it."""
    page.evaluate(LISTEN)
    act()
    page.wait_for_function("window.drawn")


@pytest.fixture
def look(browser, reports):
    """Opens a report: a page of the browser that keeps what it asked for and what went wrong in it.

    What leads to another view (a link, a step back) is given to its `follow`, which waits until that view is drawn.
    """
    contexts = []

    def at(name, fragment="", code="en", **options):
        contexts.append(browser.new_context(locale=f"{code}-CA", **options))
        contexts[-1].set_default_timeout(PATIENCE_MS)
        opened = contexts[-1].new_page()
        opened.follow = partial(follow, opened)
        opened.asked, opened.wrong = [], []
        opened.on("request", lambda request: opened.asked.append(request.url))
        opened.on("pageerror", lambda error: opened.wrong.append(str(error)))
        opened.on("console", lambda told: opened.wrong.append(told.text) if told.type in {"error", "warning"} else None)
        opened.goto(reports(name, code).as_uri() + fragment)
        return opened

    yield at
    for context in contexts:
        context.close()
