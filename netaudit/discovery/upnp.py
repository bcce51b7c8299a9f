"""UPnP device description: the XML page that SSDP's LOCATION names; UPnP Device Architecture 1.1 section 2.3."""

from collections.abc import Iterator
from functools import partial

from netaudit.discovery.channel import EXAMPLE, Channel, Request, observe
from netaudit.discovery.contents import read_bodies
from netaudit.discovery.http import build_get
from netaudit.discovery.markup import child_texts, flat_fields, local_name, parse
from netaudit.model import Observation, Reply

_FIELDS = {
    "manufacturer": "upnp.manufacturer",
    "manufacturerURL": "upnp.manufacturer_url",
    "modelName": "upnp.model_name",
    "modelNumber": "upnp.model_number",
    "modelDescription": "upnp.model_description",
    "friendlyName": "upnp.friendly_name",
    "serialNumber": "upnp.serial_number",
    "UDN": "upnp.udn",
    "deviceType": "upnp.device_type",
}


def read(reply: Reply) -> Iterator[Observation]:
    """What the root device says of itself; embedded devices are parts of it."""
    return read_bodies(reply, _read_body)


def _read_body(reply: Reply, body: bytes) -> Iterator[Observation]:
    values = _device(body)
    if not values.keys() & _FIELDS.keys():
        raise ValueError("no UPnP device description: no device with a name or a type")
    for name, field in _FIELDS.items():
        yield from observe(reply, field, values.get(name))


def _device(body: bytes) -> dict[str, str]:
    try:
        root = parse(body)
    except ValueError:
        return flat_fields(body, _FIELDS)
    device = next((element for element in root.iter() if local_name(element.tag) == "device"), None)
    return flat_fields(body, _FIELDS) if device is None else child_texts(device)


def _knows(reply: Reply) -> bool:
    return reply.transport in {"tcp", "tls"} and b"urn:schemas-upnp-org:device-1-0" in reply.payload[:4096]


UPNP = Channel(
    name="upnp",
    title="UPnP device description",
    read=read,
    knows=_knows,
    fields=tuple(_FIELDS.values()),
    sends="GET of the description that the device's SSDP answer names on itself",
    requests=(
        Request(
            what="GET of the device description, e.g. /upnpdevicedesc.xml",
            build=partial(build_get, EXAMPLE, 80, "/upnpdevicedesc.xml", secured=False),
            to="each device",
            transport="tcp",
            ports=(),
            most=1,
            when="where SSDP named it: host equal to the sender, a path of plain characters that ends in .xml, no query",
            source="UPnP Device Architecture 1.1 section 2.11",
        ),
    ),
)
