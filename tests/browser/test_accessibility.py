"""axe-core finds nothing against WCAG 2.2 AA, on any view, in light and dark, in both languages."""

from functools import partial

import pytest

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
VIEWS = ("#overview", "#devices", "#devices?maker=Dahua", "#device?id=serial-5", "#device?id=mac-70", "#findings", "#coverage", "#run")  # fmt: skip


@pytest.fixture(scope="module")
def axe():
    return pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()


def against(axe, page):
    found = axe.run(page, options=RULES).response
    assert len(found["passes"]) > 10
    return [(v["id"], node["target"], node["failureSummary"]) for v in found["violations"] for node in v["nodes"]]


# Colours do not hang on the language, nor words on the colours: two pages hold both schemes and both languages.
@pytest.mark.parametrize(("code", "scheme"), [("en", "light"), ("fr", "dark")])
def test_axe_finds_nothing_on_any_view(look, axe, code, scheme):
    page = look("policies", code=code, color_scheme=scheme, bypass_csp=True)
    for view in VIEWS:
        page.follow(partial(page.evaluate, "view => { location.hash = view; }", view))
        assert page.locator(view.partition("?")[0]).is_visible()

        assert against(axe, page) == [], view


def test_axe_finds_nothing_in_open_filters_and_on_a_small_screen(look, axe):
    page = look("policies", "#devices", bypass_csp=True, viewport={"width": 390, "height": 800})
    page.locator("[data-facet=cols] summary").click()

    assert against(axe, page) == []


def test_axe_finds_nothing_in_the_chosen_theme(look, axe):
    page = look("policies", bypass_csp=True, color_scheme="light")
    page.locator("#theme").click()
    page.locator("#theme").click()

    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert against(axe, page) == []


def test_the_language_of_every_part_is_said(look):
    page = look("policies", "#findings", code="fr")

    assert page.evaluate("document.documentElement.lang") == "fr-CA"
    assert page.locator("[lang=en]", has_text="A test policy").count() >= 1


@pytest.mark.parametrize("view", ["", "#devices", "#device?id=serial-5", "#findings", "#coverage", "#run"])
def test_nothing_has_to_be_scrolled_sideways(look, view):
    page = look("policies", view, viewport={"width": 320, "height": 800})
    for width in (320, 390, 768, 1280):
        page.set_viewport_size({"width": width, "height": 800})

        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_devices_are_told_apart_without_colour(look):
    page = look("small", "#devices", forced_colors="active")
    marks = page.locator("#table .mark use").evaluate_all("uses => uses.map(use => use.getAttribute('href'))")

    assert set(marks) == {"#v-confirmed", "#v-possible", "#v-unknown"}
    assert "possible" in page.locator("#table").inner_text()
