"""Search, filters, sorting, columns, and the links that keep them."""

import pytest


def addresses(page):
    return page.locator("#table tbody th").all_inner_texts()


def choose(page, facet, value):
    page.locator(f"[data-facet={facet}] summary").click()
    page.locator(f"[data-facet={facet}] label", has_text=value).click()
    page.keyboard.press("Escape")


def test_all_devices_stand_in_the_order_of_their_addresses(look):
    page = look("small", "#devices")

    assert addresses(page) == ["10.0.0.5", "10.0.0.7", "10.0.0.9", "10.0.0.30", "10.0.0.70"]
    assert page.locator("#count").inner_text() == "5 devices"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("annke", ["10.0.0.5"]),
        ("DS-2CD  hikvision", ["10.0.0.5"]),
        ("4419b6000001", ["10.0.0.5"]),
        ("44:19:b6", ["10.0.0.5"]),
        ("cam-hall", ["10.0.0.30"]),
        ("nvr5216 3k01", ["10.0.0.7"]),
    ],
)
def test_a_search_finds_what_any_field_holds(look, words, found):
    page = look("small", "#devices")
    page.locator("#search").fill(words)

    assert addresses(page) == found
    assert page.locator("#count").inner_text() == "1 of 5 devices"


def test_filters_of_one_kind_add_up_and_of_several_narrow(look):
    page = look("small", "#devices")
    choose(page, "maker", "Dahua")
    assert addresses(page) == ["10.0.0.7", "10.0.0.70"]

    choose(page, "maker", "Hikvision")
    assert addresses(page) == ["10.0.0.5", "10.0.0.7", "10.0.0.70"]

    choose(page, "verdict", "possible")
    assert addresses(page) == ["10.0.0.70"]


def test_a_filter_counts_what_the_others_leave(look):
    page = look("small", "#devices?verdict=confirmed")
    page.locator("[data-facet=maker] summary").click()
    page.locator("[data-facet=maker] label").first.wait_for()

    assert [" ".join(t.split()) for t in page.locator("[data-facet=maker] label").all_inner_texts()] == [
        "Dahua 1",
        "Hikvision 1",
    ]


def test_a_link_brings_back_the_very_view(look):
    page = look("policies", "#devices")
    choose(page, "maker", "Dahua")
    page.locator("#search").fill("10.0")
    page.locator("[data-sort=what]").click()
    choose(page, "cols", "Serial number")
    again = look("policies", "#" + page.url.partition("#")[2])

    assert addresses(again) == addresses(page)
    assert again.locator("#table thead").inner_text() == page.locator("#table thead").inner_text()
    assert again.locator("#search").input_value() == "10.0"
    assert "Serial number" in again.locator("#table thead").inner_text()
    assert again.wrong == page.wrong == []


def test_sorting_turns_round_and_is_told(look):
    page = look("small", "#devices")
    page.locator("[data-sort=model]").click()
    assert addresses(page)[:2] == ["10.0.0.5", "10.0.0.7"]

    page.locator("[data-sort=model]").click()
    assert addresses(page)[:2] == ["10.0.0.7", "10.0.0.5"]  # what has no model stays last
    assert page.locator("#table th[aria-sort]").get_attribute("aria-sort") == "descending"


def test_a_filter_is_removed_by_its_chip_and_all_by_one(look):
    page = look("small", "#devices?maker=Dahua&verdict=possible")
    page.get_by_role("button", name="Remove the filter Verdict: possible").click()
    assert addresses(page) == ["10.0.0.7", "10.0.0.70"]

    page.get_by_role("button", name="Clear all filters").click()
    assert len(addresses(page)) == 5


def test_a_value_with_commas_and_percent_signs_is_one_value(look):
    page = look("hostile", "#devices")
    page.locator("[data-facet=brand] summary").click()
    label = page.locator("[data-facet=brand] label", has_text="=3 brand")
    label.click()

    assert len(addresses(page)) == 1
    again = look("hostile", "#" + page.url.partition("#")[2])
    assert addresses(again) == addresses(page)


def test_nothing_found_is_said(look):
    page = look("small", "#devices?q=no+such+thing")

    assert "No device fits these filters." in page.locator("#table").inner_text()
    assert page.locator("#count").inner_text() == "0 of 5 devices"


@pytest.mark.parametrize(
    "fragment", ["#nonsense", "#devices?%", "#devices?page=-3&cols=x&sort=y", "#device?id=%00", "#device"]
)
def test_a_broken_link_breaks_nothing(look, fragment):
    page = look("small", fragment)

    assert page.wrong == []
    assert page.locator("h1:visible").count() == 1


def test_large_tables_have_pages(look):
    page = look("town", "#devices?page=2")

    assert len(addresses(page)) == 60
    assert page.locator("#pager").inner_text().split("\n")[0].startswith("Previous")
    page.follow(page.get_by_role("link", name="Next").click)
    assert "Page 3 of 167" in page.locator("#pager").inner_text()
