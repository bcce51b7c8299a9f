"""Asking a web port: the start page, then what it and the device's own announcements make worth asking.

The order is that of what an answer is worth, for the requests of a port and of a device are few (docs/protocols.md).
"""

from collections.abc import Callable

from netaudit.discovery.http import build_get
from netaudit.discovery.visiting.documents import (
    ask_activation,
    ask_description,
    ask_device_info,
    ask_product,
    wants_activation,
    wants_description,
    wants_device_info,
    wants_product,
)
from netaudit.discovery.visiting.door import Door, fetch
from netaudit.discovery.visiting.leaning import speaks_for
from netaudit.discovery.visiting.services import ask_services, wants_services
from netaudit.discovery.visiting.state import Asking, Talk, Visit


def wants_page(state: Visit, port: int) -> bool:
    """Whether the start page is asked for: not again where a connection that was to follow it came too late."""
    return _has_page(state, port) and port not in state.pages


def ask_page(state: Visit, door: Door) -> Asking:
    """The start page."""
    request = build_get(state.target.address, door.port, "/", secured=door.secured)
    answer = yield from fetch(state, door, request, "http")
    if answer:
        state.pages[door.port] = speaks_for(answer)


def wants_icon(state: Visit, port: int) -> bool:
    """Whether the icon is asked for: once per device."""
    return _has_page(state, port) and state.icon_wanted


def ask_icon(state: Visit, door: Door) -> Asking:
    """The icon of the page, where there is a page."""
    if state.pages.get(door.port) and door.may_ask(state):
        request = build_get(state.target.address, door.port, "/favicon.ico", secured=door.secured)
        yield from fetch(state, door, request, "http")
        state.icon_wanted = not door.sent


def _has_page(state: Visit, port: int) -> bool:
    return "http" in state.channels and port not in state.target.bare_ports


Question = tuple[Callable[[Visit, int], bool], Callable[[Visit, Door], Asking]]
QUESTIONS: tuple[Question, ...] = (
    (wants_page, ask_page),
    (wants_description, ask_description),
    (wants_activation, ask_activation),
    (wants_device_info, ask_device_info),
    (wants_product, ask_product),
    (wants_icon, ask_icon),
    (wants_services, ask_services),
)


def is_wanted(state: Visit, port: int) -> bool:
    """Whether anything is asked of a web server on this port."""
    return state.may_ask_web and any(wants(state, port) for wants, _ in QUESTIONS)


def ask_web(state: Visit, door: Door) -> Talk:
    """All that this port is asked."""
    for wants, ask in QUESTIONS:
        if wants(state, door.port) and not state.over:
            yield from ask(state, door)
    return not state.over


def ask_plain_web(state: Visit, port: int) -> Talk:
    """What is asked of a web server without TLS."""
    return (yield from ask_web(state, Door(port)))
