"""How a visit ends: nobody there, somebody in trouble, somebody who says that it is enough."""

import pytest
from support.visits import CHALLENGE, LATE, REFUSED, SHAKEN, Port, dialled, of_kind, play, usual

from netaudit.discovery.visit import PORTS
from netaudit.model import Problem
from netaudit.wire.steps import Outcome


def test_refusals_are_told_once():
    steps, results = play({}, usual(PORTS))

    assert dialled(steps) == list(PORTS)
    assert [(r.channel, r.facts) for r in results] == [("tcp", (("tcp.refused", "80"),))]


def test_nobody_is_no_problem():
    steps, results = play({}, usual(PORTS), elsewhere=LATE)

    assert (dialled(steps), results) == (list(PORTS), [])


def test_unreachable_host_ends_the_visit_without_a_word():
    steps, results = play({}, usual(PORTS), elsewhere=Outcome("unreachable", detail="EHOSTUNREACH"))

    assert (dialled(steps), results) == ([80], [])


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome("unreachable", detail="ENETUNREACH"),
        Outcome("out_of_scope", detail="outside the scope"),
        Outcome("permission", detail="EPERM"),
    ],
)
def test_what_is_wrong_on_our_side_ends_the_visit_and_is_told(outcome):
    steps, (problem,) = play({}, usual(PORTS), elsewhere=outcome)

    assert dialled(steps) == [80]
    assert (problem.status, problem.detail) == (outcome.status, outcome.detail)


def test_reset_or_lost_port_of_a_living_device_is_a_problem_and_no_end():
    ports = {
        80: Port(),
        443: Port(Outcome("closed", detail="ECONNRESET")),
        81: Port(Outcome("unreachable", detail="X")),
    }
    steps, results = play({**ports, 88: Port()})

    assert dialled(steps) == [80, 80, 443, 81, 88]
    assert [(p.status, p.detail) for p in of_kind(Problem, results)] == [
        ("closed", "port 443: ECONNRESET"),
        ("unreachable", "port 81: X"),
    ]


def test_three_timeouts_in_a_row_after_a_success_end_the_visit():
    steps, results = play({80: Port()}, usual(PORTS), elsewhere=LATE)

    assert dialled(steps) == [80, 80, 443, 554, 8000]
    (problem,) = of_kind(Problem, results)

    assert (problem.status, "left alone" in problem.detail) == ("timeout", True)


@pytest.mark.parametrize(
    "alive",
    [
        {9000: Port(REFUSED)},
        {9000: Port()},
        {554: Port(answer=CHALLENGE)},
        {443: Port(handshakes=[SHAKEN], answer=LATE), 9000: Port()},
    ],
)
def test_sign_of_life_begins_the_count_anew(alive):
    late = Port(LATE)
    steps, _ = play({80: Port(), 8080: late, 81: late, **alive, 8554: late, 9001: late, 88: late, 9002: Port()})

    assert dialled(steps)[-3:] == [8554, 9001, 88]


def test_timeouts_before_any_sign_of_life_do_not_count():
    late = dict.fromkeys((80, 443, 554, 8000, 37777, 8080), Port(LATE))
    steps, _ = play({**late, 8443: Port(handshakes=[SHAKEN, SHAKEN]), 88: Port()})

    assert dialled(steps)[-1] == 88


def test_device_that_accepts_and_never_answers_is_left_alone():
    """Its kernel answers connects, its server hangs: connecting is no sign of life then."""
    steps, results = play(dict.fromkeys((80, 8080, 81, 88, 8000), Port(answer=LATE)))

    assert dialled(steps) == [80, 8080, 81]
    assert "left alone" in results[-1].detail
