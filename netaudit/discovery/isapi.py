"""ISAPI: XML answers of Hikvision's web service, and of its forerunners PSIA and std-cgi.

Bodies hold user names, and some hold passwords and salts. Only the elements named here become observations.
A recorder's list of channels (ISAPI/ContentMgmt/InputProxy/channels) tells of the cameras behind it.
"""

import re
from collections.abc import Iterator
from functools import partial
from itertools import islice

from netaudit.discovery.channel import EXAMPLE, Channel, Request, observe
from netaudit.discovery.children import CHILD_FIELDS, MAX_CHILDREN, observe_child
from netaudit.discovery.contents import read_bodies
from netaudit.discovery.http import build_get
from netaudit.discovery.markup import Element, child_texts, flat_fields, local_name, namespace, parse, texts
from netaudit.discovery.text import clean, decode, mac_address, yes_no
from netaudit.model import Observation, Reply

_FIELDS = {
    "manufacturer": "isapi.manufacturer",
    "model": "isapi.model",
    "serialNumber": "isapi.serial_number",
    "deviceName": "isapi.device_name",
    "deviceType": "isapi.device_type",
    "deviceDescription": "isapi.device_description",
    "deviceLocation": "isapi.location",
    "systemContact": "isapi.contact",
    "OEMCode": "isapi.oem_code",
    "hardwareVersion": "isapi.hardware_version",
    "firmwareVersionInfo": "isapi.firmware_info",
}
# A version, and the element that holds the date of its build.
_VERSIONS = {
    "isapi.firmware": ("firmwareVersion", "firmwareReleasedDate"),
    "isapi.encoder_version": ("encoderVersion", "encoderReleasedDate"),
}
ACTIVATION = "/SDK/activateStatus"  # the maker's guide says that it needs no authentication
DEVICE_INFO = "/ISAPI/System/deviceInfo"  # its refusal says that ISAPI is there
# Names that PSIA, the open forerunner which others implement too, does not have.
_ELEMENTS = frozenset(
    {
        "telecontrolID", "subSerialNumber", "encoderReleasedDate", "firmwareVersionInfo", "marketType", "OEMCode",
        "dynVideoInputChannelID", "InputProxyChannel", "IOProxyInputPort", "isSupportEZVIZ", "isSupportEhome",
        "RacmCap", "SmartCodec", "ActivateStatus", "userCheck", "enableHighlight", "MotionDetectionLayout", "gridMap",
        "enableDualVca", "normalizedScreenSize", "LineItemList", "FieldDetectionRegionList", "detectionTarget",
    }
)  # fmt: skip
_EVENT = ("activePostCount", "eventType", "eventState")  # PSIA has these too, but no JSON
_EXTENSION = "urn:selfextension:"  # what begins the namespace of the maker's own elements in a document of PSIA
_SDK = "DEV_MANAGE"  # what a list of administrative protocols calls the maker's own SDK
# The roots whose direct children speak of the device itself. Elsewhere a model or a serial number may be a child's.
_DEVICE_ROOTS = ("DeviceInfo", "EventNotificationAlert")
_LEAVES = frozenset({*_FIELDS, "macAddress"}.union(*_VERSIONS.values()))
_CHANNELS = frozenset({"InputProxyChannel", "InputProxyChannelStatus"})
_CHILD = {
    "child.protocol": "proxyProtocol",
    "child.address": "ipAddress",
    "child.model": "model",
    "child.serial": "serialNumber",
    "child.firmware": "firmwareVersion",
}
MAX_BYTES = 256 * 1024  # a list of some two hundred channels; `markup` allows no more elements
_NUMBER = re.compile(r"[0-9]{1,4}")
MAX_PAIRS = 256
_COMPANY = 3
_NAMESPACE = re.compile(r"""["']@?xmlns["']\s{0,4}:\s{0,4}["'](http://[\w./-]{4,128})["']""")
_PAIR = re.compile(r"""["'](\w{3,32})["']\s{0,4}:\s{0,4}["']([^"'\r\n]{1,256})["']""")
_FOREIGN_ROOTS = frozenset({"html", "envelope", "root", "rss", "svg"})


def read(reply: Reply) -> Iterator[Observation]:
    """What an ISAPI document says of the device, and of the cameras behind it."""
    return read_bodies(reply, _read_body)


def _read_body(reply: Reply, body: bytes) -> Iterator[Observation]:
    try:
        root = parse(body, MAX_BYTES)
        name = local_name(root.tag)
    except ValueError:
        name = ""
    if not name or name in _LEAVES or (name[0].islower() and not len(root)):
        yield from _read_excerpt(reply, body)
        return
    if name.lower() in _FOREIGN_ROOTS:
        raise ValueError(f"no ISAPI document: the root element is {name!r}")
    yield from observe(reply, "isapi.root", clean(name))
    yield from observe(reply, "isapi.namespace", clean(namespace(root.tag)))
    if name in _DEVICE_ROOTS:
        yield from _read_device(reply, child_texts(root))
    yield from _read_extensions(reply, root)
    yield from _read_elements(reply, root)
    if name == "ActivateStatus":
        yield from observe(reply, "isapi.activated", yes_no(child_texts(root).get("Activated", "")))
    if name == "InputProxyChannelList":
        count = sum(local_name(child.tag) == "InputProxyChannel" for child in root)
        yield from observe(reply, "isapi.channels", str(count))
    yield from _read_children(reply, root)


def _read_device(reply: Reply, values: dict[str, str]) -> Iterator[Observation]:
    for name, field in _FIELDS.items():
        yield from observe(reply, field, values.get(name))
    for field, (version, date) in _VERSIONS.items():
        if values.get(version):
            yield from observe(reply, field, f"{values[version]} {values.get(date, '')}")
    yield from observe(reply, "mac.address", mac_address(values.get("macAddress", "")))


def _read_extensions(reply: Reply, root: Element) -> Iterator[Observation]:
    """The maker's own elements in a document of PSIA: an alarm tells the serial number of whoever sends it there."""
    own = [element for element in root.iter() if namespace(element.tag).startswith(_EXTENSION)]
    for uri in dict.fromkeys(namespace(element.tag) for element in own if element is not root):
        yield from observe(reply, "isapi.namespace", clean(uri))
    if local_name(root.tag) == "EventNotificationAlert":
        serials = (clean(element.text or "") for element in own if local_name(element.tag) == "serialNumber")
        yield from observe(reply, "isapi.serial_number", next(serials, None))


def _read_elements(reply: Reply, root: Element) -> Iterator[Observation]:
    for name in sorted({local_name(element.tag) for element in root.iter()} & _ELEMENTS):
        yield from observe(reply, "isapi.element", name)
    if _SDK in texts(root, "protocol"):
        yield from observe(reply, "isapi.element", f"protocol {_SDK}")


def _read_children(reply: Reply, root: Element) -> Iterator[Observation]:
    channels = (element for element in root.iter() if local_name(element.tag) in _CHANNELS)
    for position, channel in enumerate(islice(channels, MAX_CHILDREN), start=1):
        number = _NUMBER.fullmatch(child_texts(channel).get("id", ""))
        for source in channel:
            if local_name(source.tag) == "sourceInputPortDescriptor":
                told = child_texts(source)
                values = {field: told.get(name, "") for field, name in _CHILD.items()}
                yield from observe_child(reply, f"channel {number[0] if number else position}", values)


def _read_excerpt(reply: Reply, body: bytes) -> Iterator[Observation]:
    if body.lstrip()[:1] == b"{":
        yield from _read_object(reply, decode(body[:MAX_BYTES]))
        return
    values = flat_fields(body, _LEAVES | _ELEMENTS, MAX_BYTES)
    # Without the element around them, names as common as "model" speak for ISAPI only in company.
    if not values.keys() & _ELEMENTS and len(values) < _COMPANY:
        raise ValueError("no ISAPI document, and no element that only ISAPI has")
    yield from _read_device(reply, values)
    for name in sorted(values.keys() & _ELEMENTS):
        yield from observe(reply, "isapi.element", name)


def _read_object(reply: Reply, text: str) -> Iterator[Observation]:
    """A document as JSON, as some firmware answers and most programs write it down; it keeps the XML's namespace."""
    told = _NAMESPACE.search(text)
    if told:
        yield from observe(reply, "isapi.namespace", clean(told[1]))
    elif all(f'"{name}"' in text for name in _EVENT):
        yield from observe(reply, "isapi.element", "activePostCount in JSON")
    else:
        raise ValueError("no ISAPI document: an object without the namespace, and no event")
    # Names as common as "model" speak of the device itself only beside nobody else.
    if not any(name in text for name in _CHANNELS):
        values: dict[str, str] = {}
        for pair in islice(_PAIR.finditer(text), MAX_PAIRS):
            values.setdefault(pair[1], clean(pair[2]))
        yield from _read_device(reply, values)


def _knows(reply: Reply) -> bool:
    marks = (b"hikvision.com/ver", b"isapi.org/ver", b"std-cgi.com/ver", b"psialliance-org")
    return reply.transport in {"tcp", "tls"} and any(mark in reply.payload for mark in marks)


ISAPI = Channel(
    name="isapi",
    title="ISAPI: Hikvision's web service",
    read=read,
    knows=_knows,
    fields=(
        "isapi.root", "isapi.namespace", *_FIELDS.values(), *_VERSIONS, "isapi.element", "isapi.activated",
        "isapi.channels", *CHILD_FIELDS,
    ),
    sends="GET of the activation status, and where that tells nothing of the device's page, whose refusal tells",
    requests=tuple(
        Request(
            what=f"GET {path}",
            build=partial(build_get, EXAMPLE, 80, path, secured=False),
            to="each device",
            transport="tcp",
            ports=(80, 443, 8080, 8443, 81, 88),
            most=1,
            when=when,
            source="ISAPI developer guide of the maker",
        )
        for path, when in (
            (ACTIVATION, "where the start page speaks for Hikvision or for nobody, and SADP has not told the same"),
            (DEVICE_INFO, "where that told nothing, and the start page speaks for Hikvision"),
        )
    ),
)  # fmt: skip
