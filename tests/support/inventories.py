"""Inventories built from the model: a small one with every kind of finding, a hostile one, an empty one, a large one."""

from dataclasses import replace

from netaudit.inventory import Document, document
from netaudit.model import (
    Asset,
    ChannelTotal,
    Coverage,
    Device,
    Gap,
    Identity,
    Inventory,
    Match,
    Observation,
    Problem,
    Reply,
    Run,
)

START = 1769850000.75  # 2026-01-31T09:00:00.75Z
SADP_REPLY = Reply(transport="udp", address="10.0.0.5", port=37020, payload=b'<?xml version="1.0"?>\n<ProbeMatch>')

RUN = Run(
    id="run-1",
    feed="live",
    started_at=START,
    finished_at=START + 7,
    targets=("10.0.0.0/24",),
    profile="gentle",
    version="0.1.0",
    addresses_in_scope=254,
)
EMPTY = Inventory(run=RUN, coverage=Coverage(addresses_in_scope=254, addresses_answering=0))


def match(fingerprint, field, value, strength, port=0, transport="udp", *, reply="", seen_at=START, **claims) -> Match:
    """A match of one observation; the channel is the first word of the field."""
    seen = Observation(
        channel=field.partition(".")[0],
        field=field,
        value=value,
        transport=transport,
        port=port,
        reply=reply,
        seen_at=seen_at,
    )
    return Match(fingerprint=fingerprint, observation=seen, strength=strength, claims=tuple(claims.items()))


def asset(name, address, matches=(), *, ports=(), macs=(), conflicts=(), hostnames=(), **identity) -> Asset:
    """An asset with this id and these matches, and with an observation for each port."""
    seen = [Observation(channel=s, field="tcp.port", value=str(p), transport=t, port=p) for t, p, s in ports]
    device = Device(
        id=name,
        addresses=(address,) if address else (),
        macs=macs,
        hostnames=hostnames,
        observations=(*seen, *(m.observation for m in matches)),
    )
    return Asset(device=device, identity=Identity(evidence=tuple(matches), conflicts=conflicts, **identity))


RELABEL = asset(
    "serial-5",
    "10.0.0.5",
    [
        match("hikvision-rtsp-realm", "rtsp.realm", "IP Camera", "weak", 554, "tcp", family="hikvision"),
        match(
            "hikvision-sadp",
            "sadp.device_description",
            "DS-2CD2043G0-I",
            "proof",
            37020,
            reply=SADP_REPLY.digest,
            seen_at=START + 3,
            family="hikvision",
            model="DS-2CD2043G0-I",
        ),
        match("dahua-http-title", "http.title", "WEB SERVICE", "medium", 80, "tcp", family="dahua"),
        match("annke-name", "onvif.scope", "onvif://www.onvif.org/name/ANNKE", "strong", 3702, brand="Annke"),
    ],
    macs=("44:19:b6:00:00:01",),
    family="hikvision",
    verdict="confirmed",
    certainty=0.999,
    kind="camera",
    manufacturer="Hikvision",
    brand="Annke",
    model="DS-2CD2043G0-I",
    line="EasyIP",
    generation="G0",
    firmware="V5.6.3 build 190923",
    firmware_date="2019-09-23",
)
RECORDER = asset(
    "mac-7",
    "10.0.0.7",
    [match("dahua-dhip", "dhip.device_class", "NVR", "proof", 37810, family="dahua", kind="recorder")],
    macs=("3c:ef:8c:00:00:02",),
    family="dahua",
    verdict="confirmed",
    certainty=0.997,
    kind="recorder",
    manufacturer="Dahua",
    brand="Dahua",
    model="NVR5216",
    serial="3K01",
    channels=16,
)
DOUBTFUL = asset(
    "mac-70",
    "10.0.0.70",
    [match("dahua-http-title", "http.title", "WEB SERVICE", "medium", 80, "tcp", family="dahua")],
    macs=("90:02:a9:00:00:03",),
    family="dahua",
    verdict="possible",
    certainty=0.55,
    manufacturer="Dahua",
    conflicts=("the evidence names more than one maker: Dahua (medium, http.title); Uniview (medium, mac.address)",),
)
NAMELESS = asset(
    "address-30", "10.0.0.30", ports=[("tcp", 554, "rtsp"), ("tcp", 80, "http")], hostnames=("cam-hall.local",)
)
PRINTER = asset(
    "mac-9", "10.0.0.9", ports=[("tcp", 631, "http")], macs=("00:80:77:00:00:09",), kind="other", hostnames=("printer",)
)

SMALL = Inventory(
    run=RUN,
    coverage=Coverage(
        addresses_in_scope=254,
        addresses_answering=5,
        channels=(
            ChannelTotal(name="wsd", status="skipped", reason="not asked for", sent=0, received=0),
            ChannelTotal(name="arp", status="failed", reason="no right to open a raw socket", sent=0, received=0),
            ChannelTotal(name="http", status="done", reason=None, sent=254, received=61),
        ),
        gaps=(
            Gap(kind="routed", detail="10.0.0.0/24 is behind a router: no ARP, no multicast"),
            Gap(
                kind="recorder_children", asset="mac-7", address="10.0.0.7", detail="16 channels declared, 0 inspected"
            ),
            Gap(kind="locked", asset="mac-70", address="10.0.0.70", detail="the device says that it is locked"),
        ),
    ),
    assets=(DOUBTFUL, NAMELESS, PRINTER, RECORDER, RELABEL),
    problems=(
        Problem(stage="ask", channel="http", address="10.0.0.70", status="auth", detail="login needed"),
        Problem(stage="ask", channel="http", address="10.0.0.9", status="timeout", detail="no answer in 5 s"),
        Problem(stage="ask", channel="http", address="10.0.0.9", status="timeout", detail="no answer in 5 s"),
    ),
    fingerprints_count=450,
    fingerprints_sha256="ab" * 32,
)

# Every text that a device may choose, as bad as it can be: markup, terminal control, formulas, lines, direction.
SPITE = (
    "[bold red]x[/] [link=http://e.example]y[/link] :bomb: </script><script>alert(1)</script>",
    "\x1b]0;owned\x07\x1b[2J\x1b[31mred\x9b31m\x7f\x00",
    '=HYPERLINK("http://e.example","x")',
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    'a\r\nb,=1;=2;"=3',
    "\u202egnp.exe\u2066\u2028\u200f\ufeff",
    "half a pair: \udce9",
    "\uff1d1+1",
)
ACTING = "\x1b\x07\x9b\x7f\x00\u202e\u2066\u2028\u200f\udce9"


def hostile() -> Document:
    """One asset for each spiteful text, which stands wherever a device has its say."""
    return document(
        replace(
            SMALL,
            assets=tuple(_spiteful(number, text) for number, text in enumerate(SPITE)),
            problems=tuple(
                Problem(stage="read", channel="http", address=f"10.0.0.{n}", status="malformed", detail=text)
                for n, text in enumerate(SPITE)
            ),
            coverage=replace(
                SMALL.coverage,
                gaps=tuple(Gap(kind="wrong_subnet", detail=t, asset=f"id-{n}") for n, t in enumerate(SPITE)),
            ),
        )
    )


def _spiteful(number: int, text: str) -> Asset:
    return asset(
        f"id-{number}",
        f"10.0.0.{number}",
        [match("f", "http.title", text, "medium", 80, "tcp", family="dahua", model=text)],
        hostnames=(text, text + "2"),
        conflicts=(text,),
        family="dahua",
        verdict="possible",
        certainty=0.5,
        kind="camera",
        manufacturer=text,
        brand=text + " brand",
        model=text,
        line=text,
        generation=text,
        firmware=text,
        serial=text,
    )


def crowd(count: int) -> Document:
    """A document of many assets: a tenth of them cameras."""
    return document(replace(SMALL, assets=tuple(_one_of_many(number) for number in range(count))))


def _one_of_many(number: int) -> Asset:
    example = (RELABEL, PRINTER)[number % 10 > 0]
    address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
    return replace(example, device=replace(example.device, id=f"id-{number}", addresses=(address,)))
