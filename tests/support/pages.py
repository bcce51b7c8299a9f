"""Pages of the HTML report, and what they are made from, for tests."""

import io

from netaudit.inventory import document
from netaudit.policy.findings import Finding, Findings, PolicyUsed, SourceUsed, encode
from netaudit.report import FORMATS, Beside
from netaudit.report.htmldoc.findings import read_findings
from netaudit.report.htmldoc.languages import language
from netaudit.report.htmldoc.shown import Scene


def _finding(asset, outcome, rule, because, **more):
    return Finding(
        kind="rule", outcome=outcome, because=(because,), as_of="2026-01-31", policy="XX-TEST", rule=rule,
        text=f"The text of {rule}.", asset=asset, severity="prohibited", **more,
    )  # fmt: skip


FINDINGS_JSON = encode(
    Findings(
        as_of="2026-01-31",
        inventory="run-1",
        organisation="City",
        policies=(
            PolicyUsed(
                id="XX-TEST",
                title="A test policy",
                checked_on="2026-01-01",
                sha256="ab" * 32,
                citation="Test 1",
                effective="2025-01-01",
                sources=(
                    SourceUsed(title="The law", url="https://law.example/xx", date="2025-01-01"),
                    SourceUsed(title="A source with a bad address", url="javascript:alert(1)", date=None),
                ),
            ),
        ),
        findings=(
            _finding("serial-5", "in-breach", "use", "made by hikvision", site="City hall"),
            _finding("serial-5", "due", "keep", "made by hikvision", deadline="2027-06-30", days_left=515),
            _finding("mac-7", "due", "keep", "made by dahua", deadline="2027-06-30", days_left=515),
            _finding("mac-70", "needs-review", "use", "possibly made by dahua", missing=("maker",)),
            _finding("mac-9", "not-applicable", "use", "of another kind"),
        ),
        tool="netaudit test",
    )
)
FINDINGS = read_findings(FINDINGS_JSON)


def scene(inventory, code="en", *, findings=None, titles=None):
    """What the page of an inventory is made from."""
    return scene_of(document(inventory), code, findings=findings, titles=titles)


def scene_of(doc, code="en", *, findings=None, titles=None):
    """What the page of a document is made from."""
    return Scene(doc, language(code), findings, titles or {})


def page(doc, code="en", **beside):
    """The page of a document."""
    stream = io.BytesIO()
    FORMATS["html"].write(doc, stream, Beside(language=code, **beside))
    return stream.getvalue().decode()
