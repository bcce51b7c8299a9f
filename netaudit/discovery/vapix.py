"""VAPIX: what Axis' web service says of its product to anybody; "Basic device information", Axis developer documentation.

One POST of JSON reads it, without a user unless an administrator turned that off.
"""

import json
from collections.abc import Iterator
from functools import partial

from netaudit.discovery.channel import EXAMPLE, Channel, Request, observe
from netaudit.discovery.contents import read_bodies
from netaudit.discovery.http import build_post
from netaudit.discovery.text import clean
from netaudit.model import Observation, Reply

PATH = "/axis-cgi/basicdeviceinfo.cgi"
_BODY = b'{"apiVersion":"1.0","method":"getAllUnrestrictedProperties"}'
_FIELDS = {
    "Brand": "vapix.brand",
    "ProdNbr": "vapix.model",
    "ProdFullName": "vapix.product",
    "ProdType": "vapix.product_type",
    "SerialNumber": "vapix.serial",
    "Version": "vapix.firmware",
}
MAX_BYTES = 64 * 1024


def read(reply: Reply) -> Iterator[Observation]:
    """The properties of the product."""
    return read_bodies(reply, _read_body)


def _read_body(reply: Reply, body: bytes) -> Iterator[Observation]:
    properties = _properties(body[:MAX_BYTES])
    for name, field in _FIELDS.items():
        value = properties.get(name)
        yield from observe(reply, field, clean(value) if isinstance(value, str) else None)


def _properties(body: bytes) -> dict[str, object]:
    try:
        document = json.loads(body)
        found = document["data"]["propertyList"]
    except (RecursionError, KeyError, TypeError, IndexError):
        found = None
    if not isinstance(found, dict) or not found.keys() & _FIELDS.keys():
        raise ValueError("no list of properties: not an answer about a product of Axis")
    return found


def build_request(address: str, port: int, *, secured: bool) -> bytes:
    """The one POST of JSON that is ever sent."""
    return build_post(address, port, PATH, _BODY, "application/json", secured=secured)


def _knows(reply: Reply) -> bool:
    return reply.transport in {"tcp", "tls"} and b'"propertyList"' in reply.payload


VAPIX = Channel(
    name="vapix",
    title="VAPIX: what Axis' web service says of its product to anybody",
    read=read,
    knows=_knows,
    fields=tuple(_FIELDS.values()),
    sends="POST of the one call for properties that anybody may read, to what mDNS or its address says is Axis'",
    requests=(
        Request(
            what=f"POST {PATH}, getAllUnrestrictedProperties",
            build=partial(build_request, EXAMPLE, 80, secured=False),
            to="each device",
            transport="tcp",
            ports=(80, 443, 8080, 8443, 81, 88),
            most=1,
            when="where mDNS or the hardware address says Axis",
            source="Axis developer documentation, Basic device information",
        ),
    ),
)
