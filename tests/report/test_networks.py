"""Coverage in sentences, for the table."""

from dataclasses import replace

import pytest

from netaudit.inventory import document
from netaudit.model import Coverage, HarmCheck, Inventory, Run, Subnet, SubnetChannel, SubnetTotal
from netaudit.report.networks import network_lines

RUN = Run(id="r", feed="live", started_at=0, finished_at=1)
LAN = Subnet(network="10.0.0.0/24", interface="eth0", addresses=253)
DONE = SubnetChannel(name="arp", status="done", reason=None, sent=506, answering=61)
SKIPPED = SubnetChannel(name="mdns", status="skipped", reason="no multicast", sent=0, answering=0)
COVERAGE = Coverage(addresses_in_scope=253, addresses_answering=61)


def lines(*totals, harm=None):
    coverage = replace(COVERAGE, subnets=totals, harm=harm)
    return list(network_lines(document(Inventory(run=RUN, coverage=coverage))))


def test_each_network_is_a_line_with_its_shortcomings():
    lan = SubnetTotal(subnet=LAN, answering=61, only_arp=3, channels=(DONE, SKIPPED))
    rest = SubnetTotal(subnet=Subnet(network="", addresses=1), answering=0, only_arp=0)

    assert lines(lan, rest) == [
        "10.0.0.0/24 on eth0: 61 of 253 addresses answered, 3 of them ARP only",
        "  mdns skipped: no multicast",
        "Not attached: 0 of 1 address answered",
    ]


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (None, []),
        (HarmCheck(checked=61), ["At the end 61 devices asked once more: every one still answered"]),
        (
            HarmCheck(checked=2, unchecked=1, silent=("10.0.0.9",)),
            [
                "At the end 1 of 2 devices answered no more: see whether they still work",
                "Not asked at the end, for want of a gentle way: 1 device",
            ],
        ),
        (HarmCheck(), []),
    ],
)
def test_harm_is_a_line(harm, told):
    assert lines(harm=harm) == told


def test_name_of_an_interface_is_shown_harmless():
    evil = replace(LAN, interface="e\x1b[2Jth")

    assert "\x1b" not in lines(SubnetTotal(subnet=evil, answering=0, only_arp=0))[0]
