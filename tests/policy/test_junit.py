"""JUnit: a suite for each policy, and the counts that build servers read."""

import io

from defusedxml.ElementTree import fromstring
from support.policies import DEPARTMENT, TEST, TODAY, camera, inventory

from netaudit.policy import Findings, evaluate, junit


def document(*devices):
    found = evaluate(inventory(*devices), (TEST,), DEPARTMENT, None, TODAY)
    stream = io.BytesIO()
    junit.write(
        Findings(
            as_of="2026-11-22", inventory="run-1", organisation=None, policies=(), findings=found, tool="netaudit"
        ),
        stream,
    )
    return fromstring(stream.getvalue())


def test_a_policy_is_a_suite_with_its_counts():
    (suite,) = document(camera())
    counts = {name: suite.get(name) for name in ("name", "tests", "failures", "errors", "skipped")}

    assert counts == {"name": "XX-TEST", "tests": "8", "failures": "1", "errors": "5", "skipped": "2"}


def test_a_case_says_which_device_and_why():
    (case,) = [c for c in document(camera()).iter("testcase") if c.get("name") == "10.0.0.1 legacy"]

    assert case[0].tag == "failure"
    assert case[0].get("message").startswith("due; made by hikvision")


def test_text_that_xml_cannot_hold_is_escaped():
    device = camera(conflicts=("a\x00\x1b<b>",))
    messages = [part.get("message") for part in document(device).iter("error")]

    assert any("a\\x00\\x1b<b>" in message for message in messages)


def test_a_gap_is_an_error():
    (suite,) = document()

    assert (suite.get("name"), suite.get("errors")) == ("coverage", "1")
