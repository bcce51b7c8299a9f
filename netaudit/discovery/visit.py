"""One visit: all that a device is asked over TCP, its ports in turn, one connection at a time.

How each protocol is asked stands in `visiting/`; what may be sent is the closed list of docs/protocols.md, and stands
with each channel as its `requests`. None of this sees a socket: see wire/steps.py.
"""

from collections.abc import Callable

from netaudit.discovery.visiting.secured import ask_secured
from netaudit.discovery.visiting.silence import hear_greeting
from netaudit.discovery.visiting.state import SPACING_S, Talk, Visit, missed
from netaudit.discovery.visiting.streams import ask_rtsp
from netaudit.discovery.visiting.web import ask_plain_web
from netaudit.model import Target
from netaudit.wire.steps import Connect, Conversation, Pause

MOST_PORTS = 12
RTSP_PORTS = frozenset({554, 8554})
SECURE_PORTS = frozenset({443, 8443})
SILENT_PORTS = frozenset({8000, 37777, 34567, 35000})  # SDKs of Hikvision, Dahua, Xiongmai, Lorex
PORTS = (80, 443, 554, 8000, 37777, 8080, 8443, 8554, 34567, 35000, 81, 88)
VISIT_CHANNELS = frozenset({"http", "rtsp", "tls", "tcp"})  # what a visit can ask

Manner = Callable[[Visit, int], Talk]


def visit(target: Target, channels: frozenset[str] = VISIT_CHANNELS) -> Conversation:
    """Ask the target's ports in turn, until the last one, or until the device shows that it has had enough."""
    state = Visit(target, channels)
    connected = False
    for port in target.ports[:MOST_PORTS]:
        ask = _manner(state, port)
        if ask is None:
            continue
        if connected:
            yield Pause(SPACING_S)
        connected = True
        outcome = yield Connect(port)
        state.alive = state.alive or outcome.status == "ok"
        going = yield from (ask(state, port) if outcome.status == "ok" else missed(state, port, outcome))
        if not going:
            return


def _manner(state: Visit, port: int) -> Manner | None:
    """How this port is asked; None where nothing of it is wanted."""
    listen = hear_greeting if "tcp" in state.channels else None
    if port in state.target.silent_ports:
        return listen
    if port in state.target.secure_ports:
        return ask_secured if state.channels & {"tls", "http"} else listen
    if port in RTSP_PORTS:
        return ask_rtsp if state.may_rtsp else listen
    return ask_plain_web if state.may_http else listen
