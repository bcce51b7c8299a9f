import pytest

from netaudit.discovery.plan import Hints, targets
from netaudit.discovery.visit import MOST_PORTS, PORTS, SECURE_PORTS, SILENT_PORTS
from netaudit.model import Observation

HERE, THERE = "192.0.2.7", "192.0.2.8"


def named(field, value, address=HERE):
    return Observation(channel=field.partition(".")[0], field=field, value=str(value), address=address)


def plan(*observations, address=HERE):
    hints = Hints()
    hints.learn(observations)
    return hints.target(address)


def test_without_hints_the_usual_ports_are_asked_in_the_usual_way():
    target = plan()

    assert (target.address, target.ports) == (HERE, PORTS)
    assert (target.silent_ports, target.secure_ports) == (SILENT_PORTS, SECURE_PORTS)
    assert len(PORTS) == MOST_PORTS


def test_named_ports_come_first_and_are_asked_as_they_were_named():
    target = plan(
        *(named("sadp.http_port", 8088), named("sadp.https_port", 8448)),
        *(named("sadp.command_port", 8100), named("sadp.sdk_tls_port", 8101)),
        *(named("dhip.http_port", 8081), named("dhip.port", 37700)),
    )

    assert target.ports == (8081, 8088, 8448, 8100, 8101, 37700, *PORTS)[:MOST_PORTS]
    assert {8100, 8101, 37700} <= target.silent_ports
    assert 8448 in target.secure_ports
    assert not {8081, 8088} & (target.silent_ports | target.secure_ports)


def test_port_that_is_named_and_usual_is_asked_once():
    assert plan(named("sadp.http_port", 8080)).ports == (8080, *(p for p in PORTS if p != 8080))


def test_sdk_over_tls_is_connected_to_only():
    """A recorder names 8443, where others have their pages."""
    target = plan(named("sadp.sdk_tls_port", 8443))

    assert 8443 in target.silent_ports
    assert 8443 not in target.secure_ports


def test_web_port_where_others_have_their_sdk_is_asked():
    target = plan(named("sadp.http_port", 8000))

    assert 8000 not in target.silent_ports


def test_plain_web_port_where_others_have_tls_is_asked_plainly():
    assert 443 not in plan(named("dhip.http_port", 443)).secure_ports


@pytest.mark.parametrize("other", ["sadp.http_port", "sadp.https_port", "dhip.http_port"])
def test_nothing_is_sent_to_a_port_that_is_also_an_sdk_s(other):
    target = plan(named(other, 8100), named("sadp.command_port", 8100))

    assert 8100 in target.silent_ports
    assert 8100 not in target.secure_ports


@pytest.mark.parametrize("port", [22, 23, 445, 3306, 0, -1, 65536, "", "80a", "٨٠", "1e3", "9" * 5000])
def test_ports_that_are_none_or_somebody_else_s_are_not_asked(port):
    assert plan(named("sadp.http_port", port)).ports == PORTS


def test_who_names_many_ports_does_not_crowd_out_the_usual_ones():
    target = plan(*(named("sadp.http_port", 9000 + number) for number in range(50)))

    assert target.ports[:5] == (9000, 9001, 80, 443, 554)


def test_hints_are_of_one_address():
    assert plan(named("sadp.http_port", 8088, THERE)).ports == PORTS


def test_locked_device_is_no_target():
    hints = Hints()
    hints.learn([named("sadp.locked", "yes"), named("sadp.locked", "no", THERE)])

    assert hints.locked == {HERE}
    assert [target.address for target in targets([HERE, THERE], hints)] == [THERE]
