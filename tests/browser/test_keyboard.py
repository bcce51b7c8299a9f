"""All of it by keyboard: the focus is where a reader expects it, and comes back from where it went."""

from functools import partial


def focused(page):
    return page.evaluate("document.activeElement.id || document.activeElement.textContent.trim().slice(0, 40)")


def test_the_first_stop_skips_to_the_content(look):
    page = look("small")
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the content"

    page.keyboard.press("Enter")
    assert focused(page) == "main"
    assert page.locator("#overview").is_visible()


def test_a_new_view_begins_at_its_heading(look):
    page = look("small")
    page.get_by_role("link", name="Devices").first.focus()
    page.follow(partial(page.keyboard.press, "Enter"))

    assert focused(page) == "devices-title"
    assert page.title() == "Devices · Camera report"
    assert page.locator("nav [aria-current=page]").inner_text().startswith("Devices")


def test_a_filter_is_opened_chosen_and_closed(look):
    page = look("small", "#devices")
    page.locator("[data-facet=maker] summary").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-facet=maker] label")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.locator("#count").inner_text() == "2 of 5 devices"
    assert page.evaluate("document.activeElement.type") == "checkbox"  # the list was drawn anew beneath it

    page.keyboard.press("Escape")
    assert focused(page) == "Maker"
    assert not page.locator("[data-facet=maker] fieldset").is_visible()


def test_sorting_keeps_the_focus_on_its_head(look):
    page = look("small", "#devices")
    page.locator("[data-sort=verdict]").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.dataset.sort") == "verdict"
    assert page.locator("th.verdict[aria-sort]").first.get_attribute("aria-sort") == "descending"


def test_typing_keeps_the_focus_in_the_search(look):
    page = look("small", "#devices")
    page.locator("#search").focus()
    page.keyboard.type("dahua nvr")

    assert focused(page) == "search"
    assert page.locator("#count").inner_text() == "1 of 5 devices"


def test_every_stop_shows_that_it_has_the_focus(look):
    page = look("policies", "#devices")
    bare = []
    for _ in range(25):
        page.keyboard.press("Tab")
        shown = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        if shown == "none" and page.evaluate("document.activeElement !== document.body"):
            bare.append(focused(page))

    assert bare == []


def test_colours_go_round_and_are_remembered(look):
    page = look("small")
    button = page.locator("#theme")
    assert button.inner_text() == "Colours: as the system"

    button.click()
    button.click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.locator("#theme").inner_text() == "Colours: dark"
