"""netaudit report: an inventory in any format."""

import csv
import io
import json
from dataclasses import replace

import pytest
from support.commands import run
from support.inventories import ACTING, RELABEL, RUN, SMALL, START, hostile
from support.pages import FINDINGS_JSON

from netaudit.inventory import document, encode, schema, write
from netaudit.report import FORMATS


@pytest.fixture
def inventory(tmp_path):
    path = tmp_path / "inventory.json"
    write(document(SMALL), path)
    return path


def test_table_is_what_one_gets_unasked(inventory):
    ended = run("report", inventory)

    assert (ended.code, ended.err) == (0, "")
    assert "10.0.0.5" in ended.text


def test_json_comes_out_as_it_went_in(inventory):
    assert run("report", inventory, "-o", "json").out == inventory.read_bytes()


def test_several_formats_go_where_they_are_told(inventory, tmp_path):
    ended = run(
        "report", inventory, "-o", f"csv={tmp_path / 'x.csv'}", "-o", f"table={tmp_path / 'x.txt'}", "-o", "jsonl=-"
    )
    rows = list(csv.DictReader(io.StringIO((tmp_path / "x.csv").read_text("utf-8-sig"))))

    assert len(rows) == len(ended.text.splitlines()) == len(SMALL.assets)
    assert "10.0.0.5" in (tmp_path / "x.txt").read_text()


@pytest.mark.parametrize("name", [form.name for form in FORMATS.values() if form.is_text])
def test_text_of_devices_is_data_in_every_format(tmp_path, name):
    write(hostile(), tmp_path / "hostile.json")
    text = run("report", tmp_path / "hostile.json", "-o", name).text

    assert not set(ACTING) & set(text)


def test_a_workbook_goes_to_a_file_only(tmp_path):
    write(document(SMALL), tmp_path / "small.json")

    assert "-o xlsx=FILE" in run("report", tmp_path / "small.json", "-o", "xlsx").error
    assert run("report", tmp_path / "small.json", "-o", f"xlsx={tmp_path / 'cameras.xlsx'}").code == 0
    assert (tmp_path / "cameras.xlsx").read_bytes().startswith(b"PK")


def test_formats_are_listed():
    assert [line.split()[0] for line in run("report", "--formats").text.splitlines()] == list(FORMATS)


def test_schema_is_printed():
    assert json.loads(run("report", "--schema").out) == schema()


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "not an inventory"),
        (b"{}", "not an inventory of schema"),
        (b"\xff", "not an inventory"),
        (b"[" * 10**5, "not an"),
    ],
    ids=["empty", "other", "bytes", "deep"],
)
def test_what_is_no_inventory_is_one_line(tmp_path, content, error):
    (tmp_path / "x.json").write_bytes(content)
    ended = run("report", tmp_path / "x.json")

    assert ended.code == 2
    assert f"{tmp_path}/x.json: {error}" in ended.error


def test_inventory_of_another_schema_is_refused(tmp_path):
    (tmp_path / "x.json").write_bytes(encode(document(SMALL)).replace(b"netaudit.inventory/1", b"netaudit.inventory/9"))

    assert "netaudit.inventory/9" in run("report", tmp_path / "x.json").error


def test_nothing_to_report_on_is_wrong_usage():
    assert "name an inventory" in run("report").error


def test_failed_report_leaves_the_old_file(inventory, tmp_path):
    (tmp_path / "old.csv").write_text("old")
    run("report", tmp_path / "no.json", "-o", f"csv={tmp_path / 'old.csv'}")

    assert (tmp_path / "old.csv").read_text() == "old"


@pytest.mark.parametrize(("lang", "words"), [("en", "What needs doing"), ("fr", "Ce qu&#39;il faut faire")])
def test_a_page_is_written_in_the_language_that_is_asked_for(inventory, tmp_path, lang, words):
    ended = run("report", inventory, "-o", f"html={tmp_path / 'x.html'}", "--lang", lang)

    assert (ended.code, ended.out, ended.err) == (0, b"", "")
    assert words in (tmp_path / "x.html").read_text()


def test_findings_stand_in_the_page(inventory, tmp_path):
    (tmp_path / "findings.json").write_bytes(FINDINGS_JSON)
    page = run("report", inventory, "-o", "html", "--findings", tmp_path / "findings.json").text

    assert "2 devices stand against your policies" in page


def test_what_fingerprints_mean_stands_in_the_page(inventory):
    assert run("report", inventory, "-o", "html").text.count("hikvision-sadp") >= 1


def test_findings_of_another_inventory_are_an_error_of_one_line(inventory, tmp_path):
    other = FINDINGS_JSON.replace(b'"run-1"', b'"run-2"')
    (tmp_path / "findings.json").write_bytes(other)
    ended = run("report", inventory, "-o", f"html={tmp_path / 'x.html'}", "--findings", tmp_path / "findings.json")

    assert ended.code == 2
    assert "findings are of another run" in ended.error
    assert not (tmp_path / "x.html").exists()


def test_what_is_for_the_page_only_is_refused_without_it(inventory):
    assert "add -o html=FILE" in run("report", inventory, "--lang", "fr").error


@pytest.mark.parametrize("option", ["--findings", "--progress"])
def test_a_file_that_is_not_what_it_should_be_is_an_error_of_one_line(inventory, option):
    ended = run("report", inventory, "-o", "html", option, inventory)

    assert ended.code == 2
    assert "`netaudit" in ended.error


def test_html_tells_what_a_history_knows_of_each_device(tmp_path):
    old, new, stored = tmp_path / "old.json", tmp_path / "new.json", tmp_path / "history.db"
    moved = replace(RELABEL, device=replace(RELABEL.device, addresses=("10.0.0.99",)))
    write(document(SMALL), old)
    write(
        document(
            replace(SMALL, run=replace(RUN, id="run-2", started_at=START + 9, finished_at=START + 16), assets=(moved,))
        ),
        new,
    )
    assert run("history", "add", old, new, "--history", stored).code == 0
    assert run("report", new, "--history", stored, "-o", f"html={tmp_path / 'x.html'}").code == 0
    page = (tmp_path / "x.html").read_text()

    assert "addresses: 10.0.0.5 \u2192 10.0.0.99" in page
    assert '"Moved"' in page


def test_a_history_is_for_html_and_must_be_there(inventory, tmp_path):
    assert "add -o html" in run("report", inventory, "--history", tmp_path / "h.db").error
    assert run("report", inventory, "--history", tmp_path / "h.db", "-o", f"html={tmp_path / 'x.html'}").code == 2
