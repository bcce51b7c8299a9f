"""Which devices must go, where are they, why do you say so: two clicks. And all that a device's own page holds."""

import pytest
from support.inventories import SADP_REPLY
from support.towns import town

ASKED = {"en": "Which must go, and where they are", "fr": "Lesquels doivent partir, et où ils sont"}
BECAUSE = {"en": "Confirmed: made by Hikvision.", "fr": "Confirmé\u00a0: fabriqué par Hikvision."}
FOR_IT = {"en": "Evidence for it", "fr": "Indices pour"}


@pytest.mark.parametrize("code", ASKED)
def test_two_clicks_tell_what_must_go_where_it_is_and_why(look, code):
    page = look("policies", code=code)

    page.follow(page.get_by_role("link", name=ASKED[code]).click)
    rows = page.locator("#table tbody tr").all_inner_texts()
    assert [row.split()[0] for row in rows] == ["10.0.0.5", "10.0.0.7"]
    assert "City hall · 10.0.0.0/24" in rows[0]

    page.follow(page.get_by_role("link", name="10.0.0.5").click)
    shown = page.locator("#device").inner_text()
    assert BECAUSE[code] in shown
    assert "XX-TEST/use" in shown
    assert shown.index(FOR_IT[code]) < shown.index("sadp.device_description")
    assert page.wrong == []


@pytest.mark.parametrize(
    ("code", "asked"), [("en", "Which are Hikvision or Dahua"), ("fr", "Lesquels sont de Hikvision")]
)
def test_without_policies_two_clicks_tell_who_made_what(look, code, asked):
    page = look("small", code=code)
    page.follow(page.get_by_role("link", name=asked).click)
    page.follow(page.get_by_role("link", name="10.0.0.70").click)

    assert page.locator("#device .sentences").count() >= 2
    assert page.wrong == []


def test_evidence_stands_for_and_against_down_to_the_reply(look):
    page = look("small", "#device?id=serial-5")
    heads = page.locator("#device h2").all_inner_texts()
    page.locator(".evidence summary").first.click()

    assert [h for h in heads if h.startswith("Evidence")] == ["Evidence for it 2", "Evidence against it 1"]
    assert page.locator(".evidence .strength").all_inner_texts()[:2] == ["proof", "weak"]
    assert page.locator(".digest:visible").first.inner_text() == SADP_REPLY.digest
    assert "2026-01-31 09:00:03 UTC" in page.locator(".evidence").first.inner_text()


SEEN = """() => [...document.querySelectorAll(".evidence li")].map(item => [
  item.querySelector(".strength").textContent, item.querySelector(".field").textContent,
  item.querySelector("q").textContent, item.querySelector(".trace dd").textContent,
  item.querySelector(".digest").textContent, item.querySelector("summary").textContent.slice(-23, -4)])"""


def test_all_evidence_of_ten_thousand_devices_arrives_in_the_page(look):
    page = look("town")
    for asset in town(10_000).assets[::500]:
        page.evaluate("id => { location.hash = `#device?id=${id}`; }", asset.id)
        page.wait_for_function("id => document.querySelector('#device code')?.textContent.endsWith(id)", arg=asset.id)
        kept = [
            [e.strength, e.field, e.value, e.fingerprint, e.reply or "not kept", e.seen_at[:19].replace("T", " ")]
            for e in asset.evidence
        ]

        assert sorted(page.evaluate(SEEN)) == sorted(kept)


def test_what_would_make_it_certain_and_what_does_not_fit(look):
    shown = look("small", "#device?id=mac-70").locator("#device").inner_text()

    assert "What does not fit together" in shown
    assert "the evidence names more than one maker" in shown
    assert "What would make it certain" in shown
    assert "leave it alone for half an hour" in shown


def test_one_walks_from_device_to_device_and_back_to_the_same_table(look):
    page = look("small", "#devices?need=target&sort=-address")
    page.follow(page.get_by_role("link", name="10.0.0.70").click)
    assert "Device 1 of 3" in page.locator(".walk").inner_text()

    page.follow(page.get_by_role("link", name="Next").click)
    assert page.locator("#device .kicker").inner_text() == "10.0.0.7"

    page.follow(page.get_by_role("link", name="Back to the table").click)
    assert page.url.endswith("#devices?need=target&sort=-address")


def test_the_browser_goes_back(look):
    page = look("small")
    page.follow(page.get_by_role("link", name="Coverage").click)
    page.follow(page.go_back)

    assert page.locator("#overview").is_visible()
    assert not page.locator("#coverage").is_visible()


def test_a_device_that_is_not_there_is_said_so(look):
    page = look("small", "#device?id=gone")

    assert "no device with the id gone" in page.locator("#device").inner_text()


@pytest.mark.parametrize(
    ("code", "seen", "kinds"),
    [
        ("en", "First seen 2026-01-01 08:00 UTC, last seen 2026-03-01 08:00 UTC.", ["Changed", "Moved"]),
        ("fr", "Vu la première fois le 2026-01-01 08:00 UTC", ["Changé", "Déplacé"]),
    ],
)
def test_a_device_with_a_history_tells_it(look, code, seen, kinds):
    page = look("past", "#device?id=serial-5", code=code)
    items = page.locator("#device .past li").all_inner_texts()

    assert seen in page.locator("#device").inner_text()
    assert [item.splitlines()[0].split(" · ")[1] for item in items] == kinds
    assert "<img src=x onerror=alert(1)>" in items[0]
    assert page.locator("#device img").count() == 0
    assert page.wrong == []


def test_a_device_that_no_history_knows_tells_none(look):
    page = look("past", "#device?id=mac-7")

    assert page.locator("#device .past").count() == 0
    assert "Over time" not in page.locator("#device").inner_text()
