from collections import Counter
from dataclasses import replace
from ipaddress import IPv4Network

import pytest
from support.staging import ALL, ANSWER, DONE, ETH0, LOOPBACK, TUNNEL, gaps, heard, of_kind, says, settings
from support.standstill import Standstill

from netaudit.discovery import find
from netaudit.discovery.attached import Attached
from netaudit.discovery.course import Course
from netaudit.discovery.jobs import end_jobs, hear_out
from netaudit.discovery.ledger import Ledger
from netaudit.discovery.live import live_events
from netaudit.discovery.sadp import build_request as inquiry
from netaudit.discovery.wsd import build_probe
from netaudit.model import ChannelReport, Gap, Reply


def test_channels_are_asked_on_the_links_of_the_scope_only(stage):
    other = replace(ETH0, name="eth1", address="10.0.1.2", network=IPv4Network("10.0.1.0/24"))
    list(live_events(settings("10.0.0.8-9", interfaces=(LOOPBACK, ETH0, other))))

    assert stage.questions == Counter(
        [("arp", "find", "10.0.0.8"), ("arp", "find", "10.0.0.9")]
        + [(name, "find", "the network") for name in ("mdns", "wsd", "sadp", "dhip")]
    )


@pytest.mark.parametrize(
    ("channels", "asked"),
    [
        ({"wsd"}, {"wsd"}),
        ({"arp", "http"}, {"arp"}),
        ({"http"}, set()),
        (ALL - {"dhip"}, {"arp", "mdns", "wsd", "sadp"}),
    ],
)
def test_only_the_chosen_channels_are_asked(stage, channels, asked):
    list(live_events(settings("10.0.0.9", interfaces=(ETH0,), channels=channels)))

    assert {name for name, *_ in stage.questions} == asked


def test_who_was_silent_to_multicast_is_probed_once_by_unicast(stage):
    stage.plays(
        arp_find=says(heard("10.0.0.9"), heard("10.0.0.10"), heard("10.0.0.11"), DONE),
        sadp_find=says(heard("10.0.0.9", "sadp", ANSWER % b"false"), heard("10.0.0.11", "sadp", inquiry())),
        wsd_find=says(heard("10.0.0.11", "wsd", build_probe()), heard("10.0.0.10", "wsd", b"nonsense")),
    )
    list(live_events(settings("10.0.0.0/24", interfaces=(ETH0,))))
    reached = {key: count for key, count in stage.questions.items() if key[1] == "reach"}

    assert reached == {(name, "reach", f"10.0.0.{n}"): 1 for name in ("wsd", "sadp", "dhip") for n in (10, 11)}


def test_where_a_router_looks_for_each_address_all_channels_ask_in_one_order_and_no_faster_than_it_can(stage):
    asked = {}
    plays = {
        f"{name}_reach": lambda question, name=name: asked.update({(name, question.addresses[0]): question}) or ()
        for name in ("wsd", "sadp", "dhip")
    }
    stage.plays(arp_find=says(heard("10.0.0.9"), DONE), **plays)
    list(live_events(settings("10.0.0.9", "10.5.0.0/24", interfaces=(ETH0,))))
    near = [question for (_, address), question in asked.items() if address == "10.0.0.9"]
    far = [question for (_, address), question in asked.items() if address != "10.0.0.9"]

    assert [question.pace_s for question in near] == [0.0] * 3
    assert [round(3 / question.pace_s) for question in far] == [512] * 3
    assert len({question.addresses for question in far}) == 1


def test_addresses_behind_a_router_are_probed_and_told(stage):
    events = list(live_events(settings("10.0.0.9", "10.5.0.1-2", interfaces=(LOOPBACK, ETH0))))
    reached = {key for key in stage.questions if key[1] == "reach"}
    (gap,) = of_kind(Gap, events)

    assert reached == {(name, "reach", f"10.5.0.{n}") for name in ("wsd", "sadp", "dhip") for n in (1, 2)}
    assert (gap.kind, gap.detail.split()[0], "(10.5.0.1 and others)" in gap.detail) == ("routed", "2", True)


def test_link_without_multicast_is_probed_by_unicast_once_and_said_so(stage):
    stage.plays(sadp_reach=says(heard("10.8.0.9", "arp", interface=None)))
    events = list(live_events(settings("10.8.0.9", interfaces=(TUNNEL,))))

    assert stage.questions == {(name, "reach", "10.8.0.9"): 1 for name in ("wsd", "sadp", "dhip")}
    assert {(r.name, r.status) for r in of_kind(ChannelReport, events)} >= {("arp", "skipped"), ("mdns", "skipped")}
    assert gaps(events) == set()


def test_ipv6_addresses_are_visited_and_not_probed(stage):
    list(live_events(settings("2001:db8::9", interfaces=(ETH0,))))

    assert stage.questions == Counter()
    assert [address for address, *_ in stage.visited] == ["2001:db8::9"]


def test_large_scope_is_probed_batch_by_batch(stage, monkeypatch):
    monkeypatch.setattr(find, "UNICAST_BATCH", 10)
    sizes = []
    stage.plays(wsd_reach=lambda question: sizes.append(len(question.addresses)) or ())
    list(live_events(settings("10.5.0.1-25", interfaces=(ETH0,), channels={"wsd"})))

    assert sizes == [10, 10, 5]
    assert sum(stage.questions.values()) == 25


def test_stop_ends_the_batches(stage, monkeypatch):
    monkeypatch.setattr(find, "UNICAST_BATCH", 10)
    stage.plays(wsd_reach=lambda question: question.gate.stopped.set() or ())
    list(live_events(settings("10.5.0.1-25", interfaces=(ETH0,), channels={"wsd"})))

    assert sum(stage.questions.values()) == 10


def test_silent_neighbours_are_probed_in_batches_that_the_kernel_can_remember(stage, monkeypatch):
    monkeypatch.setattr(find, "NEIGHBOUR_BATCH", 10)
    sizes = []
    stage.plays(
        arp_find=says(*(heard(f"10.0.0.{number}") for number in range(10, 35)), DONE),
        wsd_reach=lambda question: sizes.append(len(question.addresses)) or (),
    )
    list(live_events(settings("10.0.0.0/24", interfaces=(ETH0,))))

    assert sizes == [10, 10, 5]


# --- over IPv6, and listening -----------------------------------------------------------------------------------------

LINK_LOCAL = "fe80::2%eth0"


def asked_over(stage, interfaces, channels):
    """(channel, interface, whether over IPv6) of each question to a network."""
    asked = []

    def note(name):
        return lambda question: asked.append((name, question.link.name, question.ipv6)) or ()

    stage.plays(**{f"{name}_find": note(name) for name in channels})
    events = list(live_events(settings("10.0.0.8-9", "10.9.0.8", interfaces=interfaces, channels=channels)))
    return sorted(asked), of_kind(ChannelReport, events)


def test_over_ipv6_only_what_speaks_it_is_asked_once_per_interface(stage):
    ours = replace(ETH0, link_local=LINK_LOCAL)
    second = replace(ours, address="10.9.0.2", network=IPv4Network("10.9.0.0/24"))
    asked, _ = asked_over(stage, (ours, second), {"ndp", "mdns", "sadp"})

    assert asked == [
        ("mdns", "eth0", False), ("mdns", "eth0", False), ("mdns", "eth0", True), ("ndp", "eth0", True),
        ("sadp", "eth0", False), ("sadp", "eth0", False),
    ]  # fmt: skip


def test_an_interface_without_ipv6_is_told(stage):
    asked, reports = asked_over(stage, (ETH0,), {"ndp", "mdns"})

    assert asked == [("mdns", "eth0", False)]
    assert [(r.name, r.status, r.reason) for r in reports if r.name == "ndp"] == [
        ("ndp", "skipped", "eth0 has no IPv6 address")
    ]


def listened(monkeypatch, **changes):
    """(seconds, whether nothing is asked meanwhile, the channels asked) of each time that a link is listened to."""
    found = []

    def listening(question, asked):
        found.append((question.listen_s, question.alone, asked))
        return iter(())

    monkeypatch.setattr(find, "listening", listening)
    list(live_events(replace(settings("10.0.0.9", interfaces=(ETH0,)), **changes)))
    return found


@pytest.mark.usefixtures("stage")
def test_others_are_heard_while_questions_are_asked(monkeypatch):
    assert listened(monkeypatch, listen_s=5.0) == [(5.0, False, ALL)]
    assert listened(monkeypatch) == []


def test_an_answer_after_the_listening_counts_though_it_was_heard_before(stage, monkeypatch):
    message = heard("10.0.0.9", "sadp", ANSWER % b"false")
    listening = replace(find.arp.ARP, name="listen", find=says(message))
    monkeypatch.setattr(find, "listening", lambda question, _: [(listening, question)])
    stage.plays(arp_find=says(DONE))
    live = replace(settings("10.0.0.9", interfaces=(ETH0,)), listen_s=1.0)
    course = stage.course(live, Attached(live.scope, (ETH0,)))

    assert message in [*find.find(course), *hear_out(course)]
    assert message in list(course.take(message, "sadp"))


@pytest.mark.usefixtures("stage")
def test_without_channels_nothing_else_is_done(monkeypatch):
    assert listened(monkeypatch, listen_s=300.0, channels=frozenset()) == [(300.0, True, frozenset())]


def test_a_device_that_was_excluded_is_known_from_the_kernel_s_table(stage, monkeypatch):
    mac = "44:19:b6:00:00:01"
    monkeypatch.setattr(find.arp, "read_table", lambda: iter([heard("10.0.0.9", transport="table", mac=mac)]))
    stage.plays(mdns_find=says(heard("fe80::9%eth0", "mdns", mac=mac), heard("fe80::8%eth0", "mdns")))
    events = list(live_events(settings("10.0.0.0/24", excluded=["10.0.0.9"], interfaces=(ETH0,))))

    assert [r.address for r in of_kind(Reply, events)] == ["fe80::8%eth0"]


# --- when finding is over ---------------------------------------------------------------------------------------------


@pytest.fixture
def found(stage):
    """Plays finding by the clock of the stage: (seconds until it ends, its course)."""

    def play(*, channels=ALL, ledger=None):
        live = replace(settings("10.0.0.0/24", interfaces=(ETH0,), channels=channels), ledger=ledger or Ledger())
        course = stage.course(live, Attached(live.scope, (ETH0,)))
        list(find.find(course))
        taken_s = stage.clock.now
        end_jobs(course)
        return taken_s, course

    return play


@pytest.fixture
def asks(stage):
    """A channel that is answered at once, and after each of these times."""

    def make(*after_s):
        def act(_):
            for number, until_s in enumerate((0.0, *after_s)):
                stage.clock.sleep(until_s - stage.clock.now)
                yield heard(f"10.0.0.{9 + number}", "sadp", ANSWER % b"false")

        return act

    return make


@pytest.fixture
def sweeps(stage):
    """A sweep that has asked everybody at once, and waits for answers."""

    def act(question):
        if question.asked:
            question.asked.set()
        yield heard("10.0.0.10")
        stage.clock.sleep(2.0)

    return act


def test_finding_is_over_when_multicast_was_asked_often_enough(stage, found, asks):
    stage.plays(sadp_find=asks(2.0))
    taken_s, course = found()

    assert taken_s == pytest.approx(find.ASKED_S, abs=0.1)
    assert set(course.alive) == {"10.0.0.9"}


def test_a_continued_run_asks_to_the_end_because_the_first_answers_may_be_lost(stage, found, asks):
    stage.plays(sadp_find=asks(2.0))
    taken_s, course = found(ledger=Ledger(cuts=[1.0]))

    assert taken_s == pytest.approx(2.0, abs=0.1)
    assert set(course.alive) == {"10.0.0.9", "10.0.0.10"}


def test_finding_does_not_end_with_a_standstill(stage, monkeypatch):
    """Whoever has answered meanwhile would be asked once more, and visited before it was heard what he is."""
    still, looks = Standstill(monkeypatch, frozen=True), []

    def answers(question):
        for answer in ((heard("10.0.0.9", "sadp", ANSWER % b"false"),), (), ()):
            still.stand_still(5.0)
            looked = len(looks)
            while len(looks) < looked + 5 and not question.gate.stopped.wait(0.001):
                pass
            yield from answer
        question.gate.stopped.wait(60)

    stage.plays(sadp_find=answers)
    live = settings("10.0.0.0/24", interfaces=(ETH0,))
    course = Course(live, Attached(live.scope, (ETH0,)))
    clock = course.clock
    course.clock = lambda: looks.append(clock()) or looks[-1]
    list(find.find(course))
    end_jobs(course)

    assert set(course.alive) == {"10.0.0.9"}


def test_finding_does_not_wait_where_nobody_listens_any_more(found):
    assert found()[0] < 0.1


@pytest.mark.parametrize(("channels", "beside"), [(ALL, True), (frozenset({"arp", "sadp"}), False)])
def test_late_answers_to_a_sweep_are_waited_for_beside_visits_if_there_are_any(stage, found, sweeps, channels, beside):
    stage.plays(arp_find=sweeps)
    taken_s, course = found(channels=channels)

    assert (taken_s < 0.1, find.is_sweeping(course)) == (beside, beside)
