"""What is told of a run: each change once, losses of coverage by reason, and only what has newly become due."""

from dataclasses import replace

from support.inventories import SMALL

from netaudit.history import Change
from netaudit.inventory import document
from netaudit.model import ChannelTotal, Gap
from netaudit.policy import Finding
from netaudit.watch.told import of_changes, of_coverage, of_findings, of_unseen


def change(kind, **more):
    given = {"device": "d1", "run": "r2", "at": "2026-03-01T02:00:00Z", "site": "Depot", "address": "192.0.2.7"}
    return Change(
        **given | {"kind": kind, "name": "Hikvision DS-1", "family": "hikvision", "verdict": "confirmed"} | more
    )


def finding(outcome, asset="d1"):
    return Finding(
        kind="rule", outcome=outcome, because=(), as_of="2026-03-01", policy="CA-FED", rule="r", asset=asset,
        device="Hikvision DS-1", deadline="2026-06-30",
    )  # fmt: skip


def coverage(*channels, gaps=()):
    totals = tuple(ChannelTotal(name=n, status=s, reason=None, sent=1, received=1) for n, s in channels)
    return document(replace(SMALL, coverage=replace(SMALL.coverage, channels=totals, gaps=gaps))).coverage


def test_a_change_says_what_where_and_how():
    (notice,) = of_changes([change("gone", because="it was covered twice")])

    assert (notice.kind, notice.asset) == ("gone", "d1")
    assert notice.words == "Hikvision DS-1 (hikvision, confirmed) at 192.0.2.7: it was covered twice"


def test_one_that_comes_back_has_appeared():
    (notice,) = of_changes([change("returned")])

    assert notice.kind == "appeared"
    assert notice.words.endswith("is back")


def test_devices_that_could_not_be_seen_are_one_loss_and_not_gone():
    lost = [change("unseen", device=f"d{n}", because="192.0.2.0/24 did not answer") for n in range(50)]
    (notice,) = of_unseen(lost)

    assert notice.kind == "coverage_lost"
    assert notice.words.startswith("50 known devices could not be seen: ")


def test_a_channel_that_does_worse_is_a_loss():
    (notice,) = of_coverage(coverage(("arp", "done"), ("mdns", "done")), coverage(("arp", "failed"), ("mdns", "done")))

    assert notice.words.startswith("arp is failed, and was done")


def test_a_new_kind_of_gap_is_told_and_an_old_one_is_not():
    gap = Gap(kind="interface", detail="eth1 went down")

    assert [n.words for n in of_coverage(coverage(), coverage(gaps=(gap,)))] == ["eth1 went down"]
    assert list(of_coverage(coverage(gaps=(gap,)), coverage(gaps=(gap,)))) == []
    assert list(of_coverage(None, coverage(gaps=(gap,)))) == []


def test_what_has_newly_become_due_is_told():
    found = of_findings(
        [finding("due", "old")], [finding("due", "old"), finding("overdue"), finding("allowed-with-conditions")]
    )

    (notice,) = found
    assert (notice.kind, notice.asset) == ("overdue", "d1")
    assert "CA-FED" in notice.words
    assert "2026-06-30" in notice.words
