"""Asking for the documents that makers serve without a login, and for the description that UPnP serves.

What a device's own discovery has told already is not asked again: who answers SADP or DHIP has named model, serial
number, firmware and state in a protocol of its maker's.
"""

from netaudit.discovery import isapi, vapix
from netaudit.discovery.http import build_get
from netaudit.discovery.visiting.door import Door, fetch
from netaudit.discovery.visiting.state import Asking, Visit


def wants_description(state: Visit, port: int) -> bool:
    """Whether SSDP named a description on this port."""
    named = state.target.description
    return "upnp" in state.channels and state.description_wanted and named is not None and named[0] == port


def ask_description(state: Visit, door: Door) -> Asking:
    """The description, once; neither a redirect nor a URL in it is followed."""
    if state.target.description and door.may_ask(state):
        request = build_get(state.target.address, door.port, state.target.description[1], secured=door.secured)
        yield from fetch(state, door, request, "upnp")
        state.description_wanted = not door.sent


def wants_activation(state: Visit, port: int) -> bool:
    """Whether this may be a device of Hikvision's that has not told its state otherwise."""
    told = state.target.known_by & {"sadp", "dhip", "axis"}
    return "isapi" in state.channels and state.activation_wanted and not told and port not in state.target.bare_ports


def ask_activation(state: Visit, door: Door) -> Asking:
    """The activation status, once per device: the maker's guide says that it needs no login."""
    page = state.pages.get(door.port)
    if not _is_asked_here(state, door) or page == "another" or not door.may_ask(state):
        return
    request = build_get(state.target.address, door.port, isapi.ACTIVATION, secured=door.secured)
    answer = yield from fetch(state, door, request, "isapi")
    state.activation_wanted = not door.sent
    state.device_info_wanted = bool(answer) and b"ActivateStatus" not in answer and page == "hikvision"


def wants_device_info(state: Visit, port: int) -> bool:
    """Whether the activation status told nothing, here or on the port before, and its page spoke for Hikvision."""
    return state.device_info_wanted and port not in state.target.bare_ports


def ask_device_info(state: Visit, door: Door) -> Asking:
    """The page of the device, whose refusal names a realm and so the maker's service."""
    if not _is_asked_here(state, door) or not door.may_ask(state):
        return
    request = build_get(state.target.address, door.port, isapi.DEVICE_INFO, secured=door.secured)
    yield from fetch(state, door, request, "isapi")
    state.device_info_wanted = not door.sent


def wants_product(state: Visit, port: int) -> bool:
    """Whether mDNS or the hardware address says Axis."""
    return (
        "vapix" in state.channels
        and state.product_wanted
        and "axis" in state.target.known_by
        and port not in state.target.bare_ports
    )


def ask_product(state: Visit, door: Door) -> Asking:
    """Axis' unrestricted properties, once per device, by the one POST of JSON that is ever sent."""
    if not _is_asked_here(state, door) or not door.may_ask(state):
        return
    request = vapix.build_request(state.target.address, door.port, secured=door.secured)
    yield from fetch(state, door, request, "vapix")
    state.product_wanted = not door.sent


def _is_asked_here(state: Visit, door: Door) -> bool:
    """Whether a page was answered here, or none was to be asked for; one that sends to TLS is asked there."""
    if "http" not in state.channels:
        return True
    return state.pages.get(door.port, "") not in {"", "elsewhere"}
