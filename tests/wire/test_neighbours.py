from netaudit.wire.neighbours import read_neighbours

TABLE = """\
IP address       HW type     Flags       HW address            Mask     Device
192.0.2.10       0x1         0x2         44:19:B6:00:00:01     *        eth0
192.0.2.11       0x1         0x0         00:00:00:00:00:00     *        eth0
192.0.2.12       0x1         0x6         44:19:b6:00:00:02     *        eth0.20
192.0.2.13       0x20        0x2         80:00:02:08:fe:80     *        ib0
192.0.2.14       0x1         0x2
"""


def test_complete_ethernet_entries_are_replies(tmp_path):
    table = tmp_path / "arp"
    table.write_text(TABLE)
    replies = list(read_neighbours(table))

    assert [(r.address, r.mac, r.interface) for r in replies] == [
        ("192.0.2.10", "44:19:b6:00:00:01", "eth0"),
        ("192.0.2.12", "44:19:b6:00:00:02", "eth0.20"),
    ]
    assert {(r.channel, r.transport) for r in replies} == {("arp", "table")}
    assert replies[0].payload == TABLE.splitlines()[1].encode()


def test_no_table_is_no_neighbours(tmp_path):
    assert list(read_neighbours(tmp_path / "missing")) == []
