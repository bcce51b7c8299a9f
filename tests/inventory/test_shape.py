import json
from pathlib import Path

import jsonschema
import pytest
from support.inventories import EMPTY, SMALL, hostile

from netaudit.inventory import document, encode, encode_schema, schema
from netaudit.vocabulary import STATUSES, VERDICTS

SHIPPED = Path(__file__).parents[2] / "docs" / "reference" / "inventory-schema.json"


@pytest.fixture(scope="module")
def validator():
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


@pytest.mark.parametrize("doc", [document(EMPTY), document(SMALL), hostile()], ids=["empty", "small", "hostile"])
def test_what_is_written_holds_the_schema(validator, doc):
    assert list(validator.iter_errors(json.loads(encode(doc)))) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), "netaudit.inventory/2"),
        (("assets", 0, "verdict"), "clean"),
        (("assets", 0, "evidence", 0, "strength"), "certain"),
        (("assets", 0, "evidence", 0, "supports"), ["hikvision"]),
        (("assets", 0, "evidence", 0, "seen_at"), "2026-01-31 09:00:00"),
        (("assets", 0, "ports", 0, "port"), 65536),
        (("problems", 0, "status"), "odd"),
    ],
)
def test_what_breaks_the_contract_breaks_the_schema(validator, path, value):
    told = json.loads(encode(document(SMALL)))
    place = told
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value

    assert [list(e.absolute_path)[: len(path)] for e in validator.iter_errors(told)] == [list(path)]


def test_keys_that_are_not_known_are_allowed(validator):
    told = {**json.loads(encode(document(SMALL))), "new": 1}

    assert list(validator.iter_errors(told)) == []


def test_the_closed_lists_are_those_of_the_vocabulary():
    parts = schema()["$defs"]

    assert parts["ProblemDocument"]["properties"]["status"]["enum"] == sorted(STATUSES)
    assert sorted(parts["AssetDocument"]["properties"]["verdict"]["enum"]) == sorted(VERDICTS)


def test_the_schema_in_the_docs_is_current():
    assert SHIPPED.read_bytes() == encode_schema(), "netaudit report --schema > docs/reference/inventory-schema.json"
