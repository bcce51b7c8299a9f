"""SNMP with a community that the operator gave: one GET, and silence says nothing, because a wrong one has no answer."""

from collections.abc import Iterator
from secrets import randbelow

from netaudit.discovery import snmp
from netaudit.discovery.login.plan import Job
from netaudit.discovery.login.reading import Read
from netaudit.model import ChannelReport, Event, Problem, Reply
from netaudit.wire.gate import Gate
from netaudit.wire.udp import Volley, fire

LISTEN_S = 2.0


def read_snmp(job: Job, gate: Gate) -> Read:
    """What a device answers to one GET, as it may be recorded."""
    read = Read()
    if job.community is None:
        return read
    secret = job.community.text
    question = snmp.build_get(secret.reveal(), job.community.version, 1 + randbelow(2**31 - 1))
    shots = ((0.0, question),)
    volley = Volley(channel="snmp", port=snmp.PORT, shots=shots, destinations=(job.address,), listen_s=LISTEN_S)
    for event in fire(volley, gate):
        if isinstance(event, ChannelReport):
            read.sent["snmp"] += event.sent
        elif isinstance(event, Problem):
            read.events.append(event)
        elif isinstance(event, Reply) and event.address == job.address:
            read.events.extend(_recorded(event, question))
    return read


def _recorded(reply: Reply, question: bytes) -> Iterator[Event]:
    """An answer to this question as it may be recorded; nothing of what answers another."""
    try:
        if snmp.request_number(reply.payload) == snmp.request_number(question):
            yield snmp.without_community(reply, question)
    except ValueError as error:
        yield Problem(stage="read", channel="snmp", address=reply.address, status="malformed", detail=str(error))
