import json

from zeroconf import DNSIncoming

from netaudit.demo.content import build_answer, build_datagram
from netaudit.demo.device import Answer, Datagram, Record
from netaudit.demo.placeholders import Situation

HERE = Situation(mac="02:00:00:00:00:05", address="192.0.2.5", ports={}, request=b"\x12\x34rest")


def test_head_gets_crlf_and_the_length_of_its_body():
    head, body = build_answer(Answer(when="", head="HTTP/1.1 200 OK\nContent-Length: @length@\n", body="größe"), HERE)

    assert head == b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"
    assert body == "größe".encode()


def test_text_stays_as_it_is():
    answer = build_answer(Answer(when="", text="no\nchange"), HERE)

    assert answer == (b"no\nchange", b"")


def test_dhip_header_says_how_long_the_json_is():
    payload = build_datagram(Datagram(when="", dhip='{"mac":"@mac@"}\n'), HERE)

    assert payload[:32] == b"\x20\0\0\0DHIP" + bytes(8) + b"\x1c\0\0\0\0\0\0\0\x1c\0\0\0\0\0\0\0"
    assert json.loads(payload[32:]) == {"mac": "02:00:00:00:00:05"}


def test_mdns_answer_is_read_by_zeroconf():
    records = (
        Record(name="_a._tcp.local", type="PTR", data=r"AXIS P3245-LV 1\.2._a._tcp.local"),
        Record(name="x._a._tcp.local", type="SRV", data="0 0 80 box.local"),
        Record(name="x._a._tcp.local", type="TXT", data="mac=@mac@;path=/"),
        Record(name="box.local", type="A", data="@address@"),
    )
    message = DNSIncoming(build_datagram(Datagram(when="", records=records), HERE))
    pointer, service, text, address = message.answers()

    assert message.valid
    assert message.id == 0x1234
    assert pointer.alias == "AXIS P3245-LV 1.2._a._tcp.local."
    assert (service.port, service.server) == (80, "box.local.")
    assert text.text == b"\x15mac=02:00:00:00:00:05\x06path=/"
    assert address.address == bytes([192, 0, 2, 5])
