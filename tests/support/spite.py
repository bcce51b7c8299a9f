"""The worst that a device can say of itself: texts that act in one reader or another, as an inventory and as bytes.

Each text bears a mark, "zq" and its number, by which a test sees that it has arrived.
"""

import struct
from dataclasses import replace
from urllib.parse import quote
from xml.sax.saxutils import escape

from support.inventories import SMALL, START, asset, match

from netaudit.inventory import document
from netaudit.model import Gap, Problem, Reply, Run
from netaudit.records.bundle import BundleWriter

LONG = 64 * 1024
KINDS = (
    "{} </script></style></title></noscript>--><script>alert(7)</script><img src=x onerror=alert(7)>&lt;b&gt;",
    '{}"><svg onload=alert(7)>',
    "{}' onmouseover='alert(7)",
    "javascript:{}",
    "{} <!--<script> ]]></message></testcase><failure/> &amp;#x1b;",
    "{} {{{{7*7}}}}${{alert(7)}}{{% raw %}}{{say}}%(name)s{{0.__class__}}",
    "{} [bold red]x[/] [link=http://e.example]y[/link] :bomb:",
    "{} [click](javascript:alert(7)) ![i](http://e.example/x.png) `c` *s* http://e.example || # h",
    '=HYPERLINK("http://e.example","{}")',
    "+{}+1",
    "-{}+1",
    "@SUM({})",
    "\t={}",
    "\r={}",
    " ={}",
    "\uff1d{}+1",
    'a {}\r\nb,=1;=2;"=3\t=4|=5',
    "{}\n\n.\nBcc: x@e.example\n\n- overdue: all of it",
    "\x1b]0;{}\x07\x1b[2J\x1b[31mred\x9b31m\x7f\x08\x08",
    "\x00{}\x00",
    "\u202e{} gnp.exe\u2066\u2067evil\u2069\u202c\u2028\u2029\u200f\u200b\ufeff\U000e0041",
    "{}" + "A" * LONG,
    "{}" + "<b>" * (LONG // 3),
    "{} " + "\u0300" * 500,
)
SPITEFUL = tuple(text.format(f"zq{number:02}") for number, text in enumerate(KINDS))
CALM = tuple(f"zq{number:02} calm" for number in range(len(KINDS)))


def written_by_hand(texts, run="run-1"):
    """An inventory with a device for each text, which stands wherever a device, or who made the file, has a say."""
    return document(
        replace(
            SMALL,
            run=replace(SMALL.run, id=run, site=texts[0], targets=texts, excluded=texts),
            assets=tuple(_device(number, text) for number, text in enumerate(texts)),
            problems=tuple(
                Problem(stage="read", channel=text, address=text, status="malformed", detail=text) for text in texts
            ),
            coverage=replace(
                SMALL.coverage,
                gaps=tuple(
                    Gap(kind=kind, detail=text, address=text, asset=f"id-{number}")
                    for number, text in enumerate(texts)
                    for kind in ("wrong_subnet", "routed")
                ),
            ),
        )
    )


def _device(number, text):
    seen = match(text, "http.title", text, "medium", 80, "tcp", family="hikvision", brand=text, model=text)
    return asset(
        f"id-{number}", f"10.0.0.{number}", [seen], hostnames=(text,), conflicts=(text,), family="hikvision",
        verdict="possible", certainty=0.5, kind="recorder", manufacturer=text, brand=f"{text} brand", model=text,
        line=text, generation=text, firmware=text, serial=text, channels=4,
    )  # fmt: skip


def record(path, texts, broken=b"\xff\xfe\x80\xc3("):
    """A recording of a run in which each text came as bytes, in all that a device at 10.66.0.N answers."""
    run = Run(
        id="run-66", feed="live", started_at=START, finished_at=START, targets=("10.66.0.0/24",), profile="gentle",
        version="0.1.0", addresses_in_scope=254,
    )  # fmt: skip
    with BundleWriter(path, run) as bundle:
        for number, text in enumerate(texts, 1):
            for reply in replies(f"10.66.0.{number}", number, text.encode() + broken):
                bundle.add(reply)
        bundle.finish(START + 5)
    return path


def replies(address, number, said):
    """What a device sends that says the same wherever it may say something."""
    hardware = bytes([0x44, 0x19, 0xB6, 0, 0x66, number])

    def reply(channel, transport, port, payload, **more):
        return Reply(
            channel=channel, transport=transport, address=address, port=port, payload=payload, heard_at=START, **more
        )

    yield reply("http", "tcp", 80, _page(said), request=b"GET / HTTP/1.1\r\n\r\n")
    yield reply("sadp", "udp", 37020, sadp(said, hardware))
    yield reply("wsd", "udp", 3702, _probe_match(said))
    yield reply("mdns", "udp", 5353, _pointer(said))
    yield reply("dhcp", "udp", 68, _request(said, hardware), mac=hardware.hex(":"))
    yield reply("rtsp", "tcp", 554, b"RTSP/1.0 401 No\r\nCSeq: 1\r\nServer: " + _line(said) + b"\r\n\r\n")


def _line(said):
    """As it can stand in a header: what would end it is left out."""
    return said.replace(b"\r", b"").replace(b"\n", b"")[:4000]


def _page(said):
    challenge = b'Digest realm="' + _line(said).replace(b'"', b'\\"') + b'", nonce="1"'
    body = b"<html><head><title>" + said + b"</title></head></html>"
    head = b"HTTP/1.1 401 No\r\nServer: " + _line(said) + b"\r\nWWW-Authenticate: " + challenge
    return head + b"\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def sadp(said, hardware):
    """A SADP answer: the serial number begins with what is said."""
    names = ("DeviceDescription", "SoftwareVersion", "DSPVersion", "OEMInfo")
    text = escape(said.decode("latin-1")).encode("latin-1")
    parts = b"".join(b"<%s>%s</%s>" % (name.encode(), text, name.encode()) for name in names)
    serial = escape(said[:24].decode("latin-1")).encode("latin-1") + b"20190115AAWRC%08d" % hardware[-1]
    head = b"<MAC>%s</MAC><DeviceSN>%s</DeviceSN>" % (hardware.hex("-").encode(), serial)
    return b'<?xml version="1.0"?><ProbeMatch>%s%s</ProbeMatch>' % (head, parts[:6000])


def _probe_match(said):
    scopes = " ".join(f"onvif://www.onvif.org/{name}/{quote(said[:2000])}" for name in ("name", "hardware", "location"))
    return (
        '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><e:Body><d:ProbeMatches><d:ProbeMatch>'
        f"<d:Types>NetworkVideoTransmitter</d:Types><d:Scopes>{scopes}</d:Scopes>"
        "</d:ProbeMatch></d:ProbeMatches></e:Body></e:Envelope>"
    ).encode()


def _pointer(said):
    """An mDNS answer (RFC 6762): one PTR record whose instance is what is said."""
    service = b"\x05_http\x04_tcp\x05local\x00"
    label = said[:63]
    name = bytes([len(label)]) + label + b"\xc0\x0c"
    head = struct.pack("!6H", 0, 0x8400, 0, 1, 0, 0)
    return head + service + struct.pack("!HHIH", 12, 1, 120, len(name)) + name


def _request(said, hardware):
    """A DHCP REQUEST (RFC 2131)."""
    options = ((53, b"\x03"), (12, said[:255]), (60, said[:255]))
    fixed = b"\x01\x01\x06" + bytes(25) + hardware.ljust(16, b"\0") + bytes(192)
    return fixed + b"\x63\x82\x53\x63" + b"".join(bytes([c, len(v)]) + v for c, v in options) + b"\xff"
