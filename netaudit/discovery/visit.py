"""One visit: all that a device is asked over TCP, its ports in turn, one connection at a time.

How each protocol is asked stands in `visiting/`; what may be sent is the closed list of docs/protocols.md, and stands
with each channel as its `requests`. None of this sees a socket: see wire/steps.py.
"""

from collections.abc import Callable

from netaudit.discovery.visiting.secured import ask_secured
from netaudit.discovery.visiting.silence import GREETERS, hear_banner, hear_greeting
from netaudit.discovery.visiting.state import SPACING_S, Talk, Visit, missed
from netaudit.discovery.visiting.streams import ask_rtsp
from netaudit.discovery.visiting.web import ask_plain_web, is_wanted
from netaudit.model import Target
from netaudit.wire.steps import CONNECT_TIMEOUT_S, Connect, Conversation, Pause

MOST_PORTS = 12
RTSP_PORTS = frozenset({554, 8554})
SECURE_PORTS = frozenset({443, 8443})
SILENT_PORTS = frozenset({8000, 37777, 34567, 35000})  # SDKs of Hikvision, Dahua, Xiongmai, Lorex
PORTS = (80, 443, 554, 8000, 37777, 8080, 8443, 8554, 34567, 35000, 81, 88)
WEB_CHANNELS = frozenset({"http", "upnp", "isapi", "vapix", "onvif"})
VISIT_CHANNELS = WEB_CHANNELS | {"rtsp", "tls", "tcp"} | set(GREETERS.values())  # what a visit can ask
USUAL_CHANNELS = VISIT_CHANNELS - set(GREETERS.values())

Manner = Callable[[Visit, int], Talk]


def visit(target: Target, channels: frozenset[str] = USUAL_CHANNELS) -> Conversation:
    """Ask the target's ports in turn, until the last one, or until the device shows that it has had enough."""
    return go_on(Visit(target, channels))


def go_on(state: Visit, connect_s: float = CONNECT_TIMEOUT_S) -> Conversation:
    """Begin a visit, or go on with one: its target's ports in turn, with what is left of its budget.

    A target that is replaced meanwhile counts for the ports that are still to come.
    """
    connected, greeters, state.passed = False, _greeters(state), []
    while (port := _next_port(state, greeters)) is not None:
        state.passed.append(port)
        ask = _manner(state, port)
        if ask is None:
            continue
        if connected:
            yield Pause(SPACING_S)
        connected = True
        outcome = yield Connect(port, connect_s)
        state.alive = state.alive or outcome.status == "ok"
        going = yield from (ask(state, port) if outcome.status == "ok" else missed(state, port, outcome))
        if not going:
            return


def _greeters(state: Visit) -> tuple[int, ...]:
    """The ports whose greeting was asked for, once per device: the last ones of its target give way to these."""
    wanted, state.greeters_wanted = state.greeters_wanted, False
    return tuple(port for port, channel in GREETERS.items() if wanted and channel in state.channels)


def _next_port(state: Visit, greeters: tuple[int, ...]) -> int | None:
    """The first of the target's ports that has not had its turn, if any, and if there were not enough."""
    ports = (*state.target.ports[: MOST_PORTS - len(greeters)], *greeters)
    coming = (port for port in ports if port not in state.passed)
    return next(coming, None) if len(state.passed) < MOST_PORTS else None


def _manner(state: Visit, port: int) -> Manner | None:
    """How this port is asked; None where nothing of it is wanted."""
    if port in state.pages and not is_wanted(state, port):
        return None
    listen = hear_greeting if "tcp" in state.channels else None
    if port in state.target.silent_ports:
        return listen
    if GREETERS.get(port) in state.channels:
        return hear_banner
    if port in state.target.secure_ports:
        return ask_secured if "tls" in state.channels or is_wanted(state, port) else listen
    if port in RTSP_PORTS | state.target.stream_ports:
        return ask_rtsp if state.may_rtsp else listen
    return ask_plain_web if is_wanted(state, port) else listen
