"""ONVIF device and media services: what their SOAP answers say of the device (ONVIF Core Specification, section 8).

Excerpts are read as far as they go. A fault names nothing of the device, but its envelope declares the namespaces of
the firmware that wrote it, and these are kept where they are not everybody's.
"""

import json
from collections.abc import Iterator
from functools import partial

from netaudit.discovery.channel import EXAMPLE, Channel, Request, observe
from netaudit.discovery.contents import read_bodies
from netaudit.discovery.http import build_post
from netaudit.discovery.markup import (
    Element,
    child_texts,
    declared_namespaces,
    declared_prefixes,
    flat_fields,
    local_name,
    parse,
    texts,
)
from netaudit.discovery.named import DEVICE_SERVICE
from netaudit.discovery.text import clean, mac_address, path_of
from netaudit.discovery.wsd import read_scopes
from netaudit.model import Observation, Reply

MAX_URIS = 32
MAX_INTERFACES = 8
_DEVICE = {
    "Manufacturer": "onvif.manufacturer",
    "Model": "onvif.model",
    "FirmwareVersion": "onvif.firmware",
    "SerialNumber": "onvif.serial",
    "HardwareId": "onvif.hardware_id",
}
# What the access class PRE_AUTH allows without a user, in the order in which it is asked; nothing else is.
CALLS = ("GetSystemDateAndTime", "GetServices", "GetEndpointReference", "GetHostname")
_WITH_ARGUMENTS = {
    "GetServices": "<tds:GetServices><tds:IncludeCapability>false</tds:IncludeCapability></tds:GetServices>",
}
# Namespaces of the standards and of gSOAP's samples: every maker has them.
_COMMON = ("w3.org/", "onvif.org/", "xmlsoap.org/", "oasis-open.org/", "tempuri.org/", "microsoft.com/")


def read(reply: Reply) -> Iterator[Observation]:
    """What answers of a device service say; nothing of requests, and of faults their namespaces only."""
    return read_bodies(reply, _read_body)


def _read_body(reply: Reply, body: bytes) -> Iterator[Observation]:
    if body[:64].lstrip().startswith(b"{"):
        yield from _read_printed(reply, body)
        return
    root = parse(body)
    if local_name(root.tag) in _DEVICE:  # cut out of its answer
        yield from _read_device(reply, flat_fields(body, _DEVICE))
        return
    answers = _answers(root)
    if answers is None:
        raise ValueError(f"no ONVIF answer: the root element is {clean(local_name(root.tag), 64)!r}")
    for answer in answers:
        yield from _read_answer(reply, answer)
    if answers:
        for uri in declared_namespaces(body):
            yield from observe(reply, "onvif.namespace", None if any(common in uri for common in _COMMON) else uri)
        yield from observe(reply, "onvif.envelope", " ".join(declared_prefixes(body)))


def _answers(root: Element) -> list[Element] | None:
    """The answers and faults in this document; empty where it is a request, None where it is something else."""
    if local_name(root.tag) == "Envelope":
        body = next((element for element in root if local_name(element.tag) == "Body"), None)
        return [] if body is None else [element for element in body if _is_answer(element)]
    found = [element for element in root.iter() if _is_answer(element)]
    return found or None


def _is_answer(element: Element) -> bool:
    name = local_name(element.tag)
    return name.endswith("Response") or name == "Fault"


def _read_answer(reply: Reply, answer: Element) -> Iterator[Observation]:
    name = local_name(answer.tag)
    if name == "GetDeviceInformationResponse":
        yield from _read_device(reply, child_texts(answer))
    elif name == "GetScopesResponse":
        yield from read_scopes(reply, texts(answer, "ScopeItem"))
    elif name == "GetHostnameResponse":
        for value in texts(answer, "Name")[:1]:
            yield from observe(reply, "onvif.hostname", value)
    elif name == "GetEndpointReferenceResponse":
        for value in texts(answer, "GUID")[:1]:
            yield from observe(reply, "wsd.endpoint", value)
    elif name == "GetNetworkInterfacesResponse":
        for value in texts(answer, "HwAddress")[:MAX_INTERFACES]:
            yield from observe(reply, "mac.address", mac_address(value))
    elif name != "Fault":
        yield from _read_uris(reply, answer)


def _read_device(reply: Reply, values: dict[str, str]) -> Iterator[Observation]:
    for name, field in _DEVICE.items():
        yield from observe(reply, field, values.get(name))


def _read_uris(reply: Reply, answer: Element) -> Iterator[Observation]:
    uris = [*texts(answer, "XAddr"), *texts(answer, "Uri")]
    for path in dict.fromkeys(path_of(uri) for uri in uris[:MAX_URIS]):
        yield from observe(reply, "onvif.uri", path)


def _read_printed(reply: Reply, body: bytes) -> Iterator[Observation]:
    """A GetDeviceInformation answer as client programs print it: a JSON object with the same names, or shorter ones."""
    try:
        document = json.loads(body)
    except RecursionError:
        raise ValueError("JSON is nested too deeply") from None
    values = {str(key).lower(): value for key, value in document.items()} if isinstance(document, dict) else {}
    for key, field in _DEVICE.items():
        value = values.get(key.lower(), values.get(field.partition(".")[2]))
        yield from observe(reply, field, clean(value) if isinstance(value, str) else None)


def build_call(address: str, port: int, path: str, call: str, *, secured: bool) -> bytes:
    """One call of the device service without arguments that are ours, on one line, as SOAP 1.2 over HTTP."""
    element = _WITH_ARGUMENTS.get(call, f"<tds:{call}/>")
    body = (
        '<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" '
        f'xmlns:tds="http://www.onvif.org/ver10/device/wsdl"><e:Body>{element}</e:Body></e:Envelope>'
    )
    kind = "application/soap+xml; charset=utf-8"
    return build_post(address, port, path, body.encode("ascii"), kind, secured=secured)


def _knows(reply: Reply) -> bool:
    return reply.transport in {"tcp", "tls"} and b"www.onvif.org/ver" in reply.payload and b"Envelope" in reply.payload


ONVIF = Channel(
    name="onvif",
    title="ONVIF device and media services",
    read=read,
    knows=_knows,
    fields=(
        *_DEVICE.values(), "onvif.scope", "onvif.scopes", "onvif.hostname", "onvif.uri", "onvif.namespace", "onvif.envelope",
        "wsd.endpoint", "mac.address",
    ),
    sends="POST of four calls that ONVIF allows without a user, until the first is refused",
    requests=tuple(
        Request(
            what=f"POST {DEVICE_SERVICE}, {call}",
            build=partial(build_call, EXAMPLE, 80, DEVICE_SERVICE, call, secured=False),
            to="each device",
            transport="tcp",
            ports=(),
            most=1,
            when="where WS-Discovery named the service on the sender itself, and neither SADP nor DHIP told who it is; "
            "the first refusal ends it",
            source="ONVIF Core Specification, access class PRE_AUTH",
        )
        for call in CALLS
    ),
)  # fmt: skip
