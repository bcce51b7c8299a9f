"""A bundle is written anew, whole in itself, and says that it was scrubbed."""

from netaudit.model import Gap, Problem, Reply, Run
from netaudit.records.bundle import BundleWriter, read_bundle
from netaudit.scrubbing.bundles import bundle_events, placed, scrub_bundle
from netaudit.scrubbing.pseudonyms import Pseudonyms
from netaudit.scrubbing.replacer import Replacer

NAMES = Pseudonyms(b"k" * 32)
CLEAN = Replacer({b"Entrance": b"Abcdefgh", b"c0:56:e3:00:53:01": b"c0:56:e3:11:11:11"}, NAMES)
REPLY = Reply(
    transport="tcp", address="151.101.1.69", asked="151.101.1.69", port=80, payload=b"Entrance", request=b"to Entrance",
    mac="c0:56:e3:00:53:01", facts=(("tls.version", "TLSv1.2"), ("x", "Entrance")),
)  # fmt: skip
RUN = Run(
    id="r",
    feed="live",
    started_at=1.0,
    finished_at=2.0,
    targets=("Entrance.example", "10.0.0.0/24"),
    site="Bank, Laval",
)


def scrubbed(tmp_path, *events, finish=True):
    with BundleWriter(tmp_path / "a.bundle", RUN, {"channels": "http"}) as writer:
        for event in events:
            writer.add(event)
        if finish:
            writer.finish(9.0)
    scrub_bundle(tmp_path / "a.bundle", tmp_path / "b.bundle", CLEAN, NAMES)
    return read_bundle(tmp_path / "b.bundle")


def test_a_reply_loses_its_names_and_stays_whole(tmp_path):
    recording = scrubbed(tmp_path, REPLY)
    (reply,) = recording.events

    assert (reply.payload, reply.request, reply.mac) == (b"Abcdefgh", b"to Abcdefgh", "c0:56:e3:11:11:11")
    assert reply.address == reply.asked != "151.101.1.69"
    assert reply.facts == (("tls.version", "TLSv1.2"), ("x", "Abcdefgh"))
    assert recording.complete


def test_the_run_says_that_it_was_scrubbed_and_not_where_it_was(tmp_path):
    recording = scrubbed(tmp_path)

    assert recording.settings == {"channels": "http", "scrubbed": "yes"}
    assert (recording.run.site, recording.run.targets) == ("scrubbed", ("Abcdefgh.example", "10.0.0.0/24"))
    assert (recording.run.started_at, recording.run.finished_at) == (1.0, 9.0)


def test_problems_and_gaps_lose_names_too(tmp_path):
    events = (
        Problem(stage="read", channel="http", address="10.0.0.7", status="malformed", detail="Entrance"),
        Gap(kind="routed", detail="at Entrance", address="151.101.1.69"),
    )
    problem, gap = scrubbed(tmp_path, *events).events

    assert (problem.detail, problem.address, gap.detail) == ("Abcdefgh", "10.0.0.7", "at Abcdefgh")
    assert gap.address != "151.101.1.69"


def test_a_bundle_that_was_cut_off_stays_so(tmp_path):
    recording = scrubbed(tmp_path, REPLY, finish=False)

    assert not recording.complete
    assert [type(event) for event in recording.events] == [Reply, Gap]
    assert len(list(bundle_events(tmp_path / "b.bundle"))) == 2


def test_addresses_keep_their_zone_and_private_ones_stay():
    assert placed("fe80::1%eth0", CLEAN, NAMES) == "fe80::1%eth0"
    assert placed("2607:f8b0::1%eth0", CLEAN, NAMES).startswith("2001:db8:")
    assert placed("10.0.0.7", CLEAN, NAMES) == "10.0.0.7"
