"""The page by itself: no request, no script needed, on paper, and under any text that a device can send."""

import re
from functools import partial

import pytest
from support.pages import FINDINGS_JSON
from support.pages import page as written
from support.spite import SPITEFUL, written_by_hand


@pytest.fixture(scope="module")
def worst_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("worst") / "worst.html"
    path.write_text(
        written(written_by_hand(SPITEFUL), findings=FINDINGS_JSON.replace(b"made by", b"<img src=x onerror=alert(1)>"))
    )
    return path


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_no_text_of_a_device_acts(browser, worst_file, script):
    context = browser.new_context(java_script_enabled=script)
    page, acted = context.new_page(), []
    page.on("dialog", lambda dialog: (acted.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: acted.append(str(error)))
    page.on("request", lambda request: acted.append(request.url))
    page.on("console", lambda told: acted.append(told.text))
    views = ["", "#devices", "#coverage", "#run", "#findings", *(f"#device?id=id-{n}" for n in range(len(SPITEFUL)))]
    for view in views if script else views[:1]:
        page.goto(worst_file.as_uri() + view)
    shown = page.locator("body").inner_text()
    strange = page.locator(
        "main img, main script, main iframe, main object, main b, main [onerror], main [onload]"
    ).count()
    context.close()

    assert [a for a in acted if a.partition("#")[0] != worst_file.as_uri()] == []
    assert strange == 0
    assert "[object" not in shown


def test_no_text_of_a_device_is_long_or_turns_a_line_round(browser, worst_file):
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(f"{worst_file.as_uri()}#devices")
    shown, width = page.locator("main").inner_text(), page.evaluate("document.documentElement.scrollWidth")
    context.close()

    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00]", shown)
    assert max(map(len, shown.splitlines())) < 2000
    assert width <= 1280


@pytest.mark.parametrize("code", ["en", "fr"])
def test_no_request_is_made(look, code):
    page = look("policies", code=code)
    for view in ("#devices", "#device?id=serial-5", "#findings", "#coverage", "#run", "#overview"):
        page.follow(partial(page.evaluate, "view => { location.hash = view; }", view))
    page.wait_for_timeout(100)

    assert [url for url in page.asked if not url.startswith("data:")] == [page.url.partition("#")[0]]
    assert page.wrong == []


def test_the_page_itself_forbids_requests_scripts_and_markup(look):
    page = look("small")
    tried = page.evaluate(
        """async () => {
          const met = [];
          document.addEventListener("securitypolicyviolation", event => met.push(event.effectiveDirective));
          await fetch("http://127.0.0.1:9/").catch(() => met.push("fetch failed"));
          const script = document.createElement("script");
          try { script.textContent = "window.ran = true"; document.body.append(script); } catch { met.push("script refused"); }
          try { document.body.innerHTML = "<p>x"; } catch { met.push("markup refused"); }
          const image = new Image(); image.src = "http://127.0.0.1:9/x.png"; document.body.append(image);
          const all = () => ["connect-src", "img-src"].every(directive => met.includes(directive));
          for (let tries = 0; tries < 3000 && !all(); tries++) await new Promise(done => setTimeout(done, 20));
          return [met, window.ran === true];
        }"""
    )

    assert tried[1] is False
    assert {"fetch failed", "markup refused", "connect-src", "img-src"} <= set(tried[0])


@pytest.mark.parametrize("code", ["en", "fr"])
def test_without_scripts_the_report_still_reads(look, code):
    page = look("policies", code=code, java_script_enabled=False)
    shown = page.locator("body").inner_text()
    page.locator("details summary").first.click()

    assert all(a in shown for a in ("10.0.0.5", "10.0.0.7", "10.0.0.9", "10.0.0.30", "10.0.0.70"))
    assert "XX-TEST" in shown
    assert "JavaScript" in shown
    assert "hikvision-sadp" in page.locator("details").first.inner_text()
    assert page.locator("#toolbar, #tools").first.is_hidden()


def test_without_scripts_ten_thousand_devices_are_all_there(look):
    page = look("town", java_script_enabled=False)

    assert page.locator("table.plain tbody tr").count() == 10_000
    assert page.locator("table.plain tbody tr").last.inner_text().startswith("10.0.49.209")


def test_on_paper_the_overview_is_the_whole_report(look, tmp_path):
    page = look("policies")
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    shown = page.locator("main").inner_text()

    assert page.locator(".view:visible").evaluate_all("views => views.map(view => view.id)") == [
        "overview", "devices", "findings", "coverage", "run",
    ]  # fmt: skip
    assert "10.0.0.70" in shown
    assert page.locator(".masthead nav, #toolbar, .actions, .tools").first.is_hidden()
    assert page.pdf(format="Letter").startswith(b"%PDF")


def test_after_printing_the_screen_is_as_before(look):
    page = look("town", "#devices?page=2")
    before = page.locator("#table tbody").inner_text()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#table tbody tr").count() == 10_000

    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("#table tbody").inner_text() == before


def test_a_printed_device_is_a_page_of_its_own(look):
    page = look("small", "#device?id=serial-5")
    page.locator(".evidence li").first.wait_for()
    pages = page.pdf(format="Letter").count(b"/Type /Page\n")

    assert pages <= 2  # facts and four pieces of evidence: no empty sheet before them
