from support.staging import ANSWER, DONE, ETH0, gaps, heard, of_kind, says, settings

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
