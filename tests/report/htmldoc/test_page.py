import io
import re
from dataclasses import replace

import msgspec
import pytest
from support.inventories import DOUBTFUL, EMPTY, RELABEL, SMALL, SPITE, hostile
from support.pages import FINDINGS_JSON, page

from netaudit.inventory import document
from netaudit.inventory.shape import HarmDocument, SubnetDocument
from netaudit.report import FORMATS, Beside

LANGUAGES = ("en", "fr")


def visible_text(html):
    return re.sub(r"\s+", " ", re.sub(r"<script.*?</script>|<style.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL))


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("inventory", [EMPTY, SMALL], ids=["empty", "small"])
def test_a_page_is_whole_and_names_its_language(inventory, code):
    html = page(document(inventory), code)

    assert html.startswith(f'<!doctype html>\n<html lang="{code}-CA"')
    assert html.rstrip().endswith("</html>")
    assert len(re.findall("<script", html)) == 4


def test_the_first_words_say_what_matters():
    text = visible_text(page(document(SMALL)))

    assert "2 devices are made by Hikvision or Dahua" in text
    assert "1 more possibly is; one more look decides." in text
    assert "5 devices were found; 5 of 254 addresses answered." in text
    assert "The maker of 1 is not established, which clears it of nothing." in text
    assert "The run is incomplete:" in text


@pytest.mark.parametrize(
    ("verdict", "told"),
    [
        ("probable", "1 is probably made by Hikvision or Dahua."),
        ("possible", "1 is possibly made by Hikvision or Dahua; one more look decides."),
    ],
)
def test_what_is_not_certain_is_not_told_as_certain(verdict, told):
    doubtful = replace(DOUBTFUL, identity=replace(DOUBTFUL.identity, verdict=verdict))
    text = visible_text(page(document(replace(SMALL, assets=(doubtful,)))))

    assert "1 device may be made by Hikvision or Dahua" in text
    assert told in text
    assert "are made by" not in text


def test_nothing_found_is_no_proof():
    text = visible_text(page(document(EMPTY)))

    assert "No device was found" in text
    assert "That is no proof that there is none." in text


def test_with_findings_what_stands_against_policies_comes_first():
    text = visible_text(page(document(SMALL), findings=FINDINGS_JSON))

    assert "2 devices stand against your policies" in text
    assert "A test policy" in text
    assert "Text checked on 2026-01-01" in text


def test_sources_are_links_only_to_the_web():
    html = page(document(SMALL), findings=FINDINGS_JSON)

    assert 'href="https://law.example/xx"' in html
    assert "javascript:" not in html.partition("<script")[0]
    assert "A source with a bad address" in html


def test_coverage_tells_networks_and_whether_devices_are_well():
    doc = document(SMALL)
    subnet = SubnetDocument(
        network="10.0.0.0/24", interface="eth0", addresses=254, answering=61, only_arp=7, channels=()
    )
    harm = HarmDocument(checked=61, still_answering=60, unchecked=2, silent=("10.0.0.9",))
    coverage = msgspec.structs.replace(doc.coverage, subnets=(subnet,), harm=harm)
    text = visible_text(page(msgspec.structs.replace(doc, coverage=coverage)))

    assert "10.0.0.0/24 eth0 254 61 7" in text
    assert "60 of 61 devices that had answered still did at the end of the run. 2 were not checked." in text


def test_findings_of_another_run_are_refused():
    other = FINDINGS_JSON.replace(b'"run-1"', b'"run-2"')

    with pytest.raises(ValueError, match="findings are of another run"):
        FORMATS["html"].write(document(SMALL), io.BytesIO(), Beside(findings=other))


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_text_of_a_device_becomes_markup(code):
    html = page(hostile(), code)

    assert "<script>alert" not in html
    assert html.count("</script>") == 4
    assert [c for c in "\x00\x07\x1b\x7f\u202e\u2028\u2066" if c in html] == []
    assert len(SPITE) > 10


def test_templates_of_a_device_are_text():
    spite = replace(RELABEL, identity=replace(RELABEL.identity, brand="{{ 7 * 7 }}{% raw %}{say}"))
    html = page(document(replace(SMALL, assets=(spite,))))

    assert "{{ 7 * 7 }}{% raw %}{say}" in html
    assert "sold as 49" not in html


def test_french_holds_no_sentence_of_the_english_page():
    english, french = (visible_text(page(document(SMALL), code)) for code in LANGUAGES)
    words = set(re.findall(r"[A-Z][a-z]+(?: [a-z']+){3,}[.:]", english))

    assert len(words) > 10
    assert {w for w in words if w in french} == set()
