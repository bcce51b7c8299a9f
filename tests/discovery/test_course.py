from dataclasses import replace
from itertools import count

from support.staging import ANSWER, DONE, ETH0, gaps, heard, of_kind, says, settings

from netaudit.discovery import find
from netaudit.discovery.channel import Channel
from netaudit.discovery.course import Course
from netaudit.discovery.live import live_events
from netaudit.model import Gap, Problem, Reply


def test_neighbour_outside_of_the_targets_is_told_once_and_not_asked(stage):
    stage.plays(arp_find=says(heard("10.0.0.77"), heard("10.0.0.77"), DONE), sadp_find=says(heard("10.0.0.77", "sadp")))
    events = list(live_events(settings("10.0.0.9", interfaces=(ETH0,))))

    assert [(gap.kind, gap.address) for gap in of_kind(Gap, events)] == [("outside_targets", "10.0.0.77")]
    assert len(of_kind(Reply, events)) == 3
    assert stage.visited == []


def test_device_on_the_wrong_subnet_is_kept_flagged_and_not_asked(stage):
    stage.plays(dhip_find=says(heard("192.168.1.108", "dhip")), arp_find=says(DONE))
    events = list(live_events(settings("10.0.0.9", interfaces=(ETH0,))))

    assert gaps(events) == {("wrong_subnet", "192.168.1.108")}
    assert [reply.address for reply in of_kind(Reply, events)] == ["192.168.1.108"]
    assert stage.visited == []


def test_answer_of_an_excluded_device_is_thrown_away_and_told(stage):
    stage.plays(arp_find=says(DONE), sadp_find=says(heard("10.0.0.9", "sadp", ANSWER % b"true")))
    events = list(live_events(settings("10.0.0.0/24", excluded=["10.0.0.9"], interfaces=(ETH0,))))
    (problem,) = of_kind(Problem, events)

    assert (problem.channel, problem.address, problem.status) == ("sadp", "10.0.0.9", "out_of_scope")
    assert of_kind(Reply, events) == []
    assert stage.visited == []
    assert gaps(events) == set()


def test_host_that_only_tries_an_address_out_is_nobody_yet(stage):
    stage.plays(arp_find=says(heard(""), DONE))
    events = list(live_events(settings("10.0.0.9", interfaces=(ETH0,))))

    assert len(of_kind(Reply, events)) == 1
    assert (gaps(events), stage.visited) == (set(), [])


def test_ipv6_neighbours_are_listed_as_they_are_and_not_asked(stage):
    stage.plays(mdns_find=says(heard("fe80::9%eth0", "mdns"), heard("2001:db8::9", "mdns")), arp_find=says(DONE))
    events = list(live_events(settings("10.0.0.9", interfaces=(ETH0,))))

    assert [reply.address for reply in of_kind(Reply, events)] == ["fe80::9%eth0", "2001:db8::9"]
    assert (gaps(events), stage.visited) == (set(), [])


def test_who_has_no_address_yet_is_on_no_wrong_subnet(stage):
    stage.plays(mdns_find=says(heard("0.0.0.0", "dhcp"), heard("::", "ndp")), arp_find=says(DONE))
    events = list(live_events(settings("10.0.0.9", interfaces=(ETH0,))))

    assert gaps(events) == set()


def test_our_own_ipv6_address_is_nobody_to_discover(stage):
    ours = replace(ETH0, link_local="fe80::2%eth0", ipv6=("fe80::2%eth0",))
    stage.plays(mdns_find=says(heard("fe80::2%eth0", "mdns")), arp_find=says(DONE))

    assert of_kind(Reply, list(live_events(settings("10.0.0.9", interfaces=(ours,))))) == []


def test_what_was_heard_by_listening_and_by_asking_counts_once(stage, monkeypatch):
    message = heard("10.0.0.9", "sadp", ANSWER % b"false")
    listening = Channel(name="listen", title="", read=lambda _: iter(()), find=says(message))
    monkeypatch.setattr(find, "listening", lambda question, _: [(listening, question)])
    stage.plays(sadp_find=says(message, message))
    events = list(live_events(replace(settings("10.0.0.9", interfaces=(ETH0,)), listen_s=1.0)))

    assert len(of_kind(Reply, events)) in {1, 2}  # whoever was first; what was asked twice is answered twice


def test_what_an_excluded_device_says_unasked_is_thrown_away(stage, monkeypatch):
    listening = Channel(name="listen", title="", read=lambda _: iter(()), find=says(heard("10.0.0.9", "sadp")))
    monkeypatch.setattr(find, "listening", lambda question, _: [(listening, question)])
    live = replace(settings("10.0.0.0/24", excluded=["10.0.0.9"], interfaces=(ETH0,)), listen_s=1.0)
    events = list(live_events(live))
    (problem,) = of_kind(Problem, events)

    assert (problem.address, problem.detail) == (
        "10.0.0.9",
        "it sent this unasked, and is excluded: that was thrown away",
    )
    assert of_kind(Reply, events) == []


def test_standing_tells_who_answered_and_what_lies_ahead(stage):
    told = []
    stage.plays(
        arp_find=says(heard("10.0.0.9"), heard("10.0.0.10"), DONE),
        sadp_find=says(heard("10.0.0.9", "sadp", ANSWER % b"true")),
    )
    list(live_events(settings("10.0.0.0/24", "10.5.0.1-7", interfaces=(ETH0,), progress=told.append)))
    asking = next(standing for standing in told if standing.stage == "asking")

    assert (asking.phase, asking.alive, asking.near, asking.silent, asking.dialled) == ("ask", 2, 2, 1, 7)
    assert (asking.prospect.swept + asking.prospect.probed, asking.prospect.reaching) == (254 + 7, 3)
    assert [standing.phase for standing in told if not standing.stage] == ["find", "probe_silent", "ask", ""]


def test_a_stage_is_told_at_its_ends_and_not_for_each_packet():
    told, thousandths = [], count()
    course = Course(settings("10.0.0.9", progress=told.append), None, clock=lambda: next(thousandths) / 1000)
    for done in range(1001):
        course.progress("asking", done, 1000)

    assert [standing.done for standing in told if standing.done in {0, 1000}] == [0, 1000]
    assert 10 <= len(told) < 15
