"""Asking an ONVIF device service what every user may know (ONVIF Core Specification, access class PRE_AUTH)."""

from netaudit.discovery.onvif import CALLS, build_call
from netaudit.discovery.visiting.door import Door, fetch, status_of
from netaudit.discovery.visiting.state import Asking, Visit

_OK = 200


def wants_services(state: Visit, port: int) -> bool:
    """Whether WS-Discovery named a device service on this port, and no maker's own protocol has told who it is."""
    told = state.target.known_by & {"sadp", "dhip"}
    return "onvif" in state.channels and not told and state.services_wanted and _path(state, port) is not None


def ask_services(state: Visit, door: Door) -> Asking:
    """The calls in their order, until the first that is not granted; at one service of a device."""
    path = _path(state, door.port)
    for call in CALLS:
        if path is None or not door.may_ask(state):
            return
        request = build_call(state.target.address, door.port, path, call, secured=door.secured)
        answer = yield from fetch(state, door, request, "onvif")
        state.services_wanted &= not answer  # a service that answered, with whatever, is the device's
        if status_of(answer) != _OK or b"Fault" in answer:
            return


def _path(state: Visit, port: int) -> str | None:
    return next((path for named, path in state.target.services if named == port), None)
