from ipaddress import ip_address

import pytest

from netaudit.records.addresses import address_text


@pytest.mark.parametrize(
    ("text", "interface", "expected"),
    [
        ("192.0.2.7", "eth0", "192.0.2.7"),
        ("2001:db8::7", "eth0", "2001:db8::7"),
        ("fe80::7", "eth0", "fe80::7%eth0"),
        ("fe80::7", "eth0.20", "fe80::7%eth0.20"),
        ("fe80::7", None, "fe80::7"),
        ("fe80::7", "", "fe80::7"),
        ("fe80::7", "\\Device\\NPF_{0123}", "fe80::7"),
        ("fe80::7", "a%b", "fe80::7"),
        ("fe80::7", "a b", "fe80::7"),
        ("169.254.1.1", "eth0", "169.254.1.1"),
    ],
)
def test_only_link_local_ipv6_says_where(text, interface, expected):
    told = address_text(ip_address(text).packed, interface)

    assert told == expected
    assert ip_address(told).packed == ip_address(text).packed
