from netaudit.records.interest import TCP, UDP, Ignored, Interest

ADDRESSES = bytes.fromhex("c000020a c0000214")  # 192.0.2.10 to 192.0.2.20


def direction(source, target):
    return ADDRESSES + source.to_bytes(2) + target.to_bytes(2)


def test_oldest_direction_is_forgotten_where_there_are_too_many():
    ignored = Ignored()
    for port in range(5):
        ignored.remember(direction(port, 80), port, 3)

    assert list(ignored.values()) == [2, 3, 4]


def test_whoever_relies_on_a_direction_is_told_when_it_is_dropped():
    ignored = Ignored.fromkeys([direction(80, 1), direction(80, 2)])
    relied_on = ignored.relied_on = frozenset([direction(80, 1)])
    ignored.drop(direction(80, 2))
    assert ignored.relied_on is relied_on

    ignored.drop(direction(80, 1))
    assert ignored.relied_on is not relied_on
    assert not ignored


def test_udp_is_passed_unless_its_ports_are_of_interest():
    interest = Interest(ports=frozenset({3702}), listening={3702, 9999})

    assert interest.passes(UDP, direction(5004, 5005))
    assert interest.passes(UDP, direction(9999, 5005))
    assert not interest.passes(UDP, direction(3702, 5005))
    assert not interest.passes(UDP, direction(5004, 9999))


def test_tcp_is_passed_where_it_is_ignored():
    interest = Interest(ports=frozenset({3702}), ignored=Ignored.fromkeys([direction(80, 1)]))

    assert interest.passes(TCP, direction(80, 1))
    assert not interest.passes(TCP, direction(3702, 1))
