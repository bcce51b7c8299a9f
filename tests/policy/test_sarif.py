"""SARIF 2.1.0: its structure, its levels, and what is left out."""

import io
import json

from support.policies import DEPARTMENT, TEST, TODAY, camera, inventory

from netaudit.policy import Findings, evaluate, sarif


def log(*devices, organisation=DEPARTMENT):
    found = evaluate(inventory(*devices), (TEST,), organisation, None, TODAY)
    stream = io.BytesIO()
    sarif.write(
        Findings(
            as_of="2026-11-22", inventory="run-1", organisation=None, policies=(), findings=found, tool="netaudit"
        ),
        stream,
    )
    return json.loads(stream.getvalue())


def test_a_finding_is_a_result_at_a_device():
    (run,) = log(camera())["runs"]
    (due,) = [result for result in run["results"] if result["ruleId"] == "XX-TEST/legacy"]

    assert (due["level"], due["kind"]) == ("warning", "fail")
    assert due["locations"][0]["logicalLocations"][0]["name"] == "10.0.0.1"
    assert due["message"]["text"].startswith("due: made by hikvision")


def test_what_is_open_is_no_failure():
    (run,) = log(camera())["runs"]
    (open_,) = [result for result in run["results"] if result["ruleId"] == "XX-TEST/core-network"]

    assert (open_["level"], open_["kind"]) == ("none", "open")


def test_what_does_not_apply_is_left_out():
    (run,) = log(camera())["runs"]

    assert "XX-TEST/sellers" not in {result["ruleId"] for result in run["results"]}


def test_every_result_names_a_rule_that_is_described():
    (run,) = log()["runs"]
    described = {rule["id"] for rule in run["tool"]["driver"]["rules"]}

    assert {result["ruleId"] for result in run["results"]} == described == {"coverage: devices"}
