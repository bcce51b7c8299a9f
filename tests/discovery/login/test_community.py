import socket
import threading
import time
from ipaddress import IPv4Network

import pytest
from support.servers import open_gate

from netaudit.credentials import Community, Secret
from netaudit.discovery import snmp
from netaudit.discovery.login import community
from netaudit.discovery.login.plan import Job
from netaudit.model import Problem, Reply

HERE = "127.0.0.1"


@pytest.fixture
def agent(monkeypatch):
    """Runs an agent that gives what it is told to for a question; its questions, and a gate that is stopped a little later."""
    heard, gate, sockets, threads = [], open_gate(), [], []

    def start(answer):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((HERE, 0))
        sockets.append(sock)
        monkeypatch.setattr(snmp, "PORT", sock.getsockname()[1])
        monkeypatch.setattr(community, "LISTEN_S", 60.0)

        def serve():
            question, asker = sock.recvfrom(4096)
            heard.append(question)
            for payload in answer(question):
                sock.sendto(payload, asker)
            time.sleep(0.2)
            gate.stopped.set()

        threads.append(threading.Thread(target=serve))
        threads[-1].start()
        return heard, gate

    yield start
    for thread in threads:
        thread.join(5)
    for sock in sockets:
        sock.close()


def job(text="camera-read", **more):
    network = IPv4Network(f"{HERE}/32")
    return Job(keys=frozenset(), address=HERE, community=Community(network=network, text=Secret(text), **more))


def answered(question):
    """The question as its own answer, without any value."""
    return question.replace(b"\xa0", b"\xa2", 1)


def test_one_get_and_its_answer_without_the_community(agent):
    heard, gate = agent(lambda question: [answered(question)])
    read = community.read_snmp(job(), gate)
    (reply,) = read.events

    assert len(heard) == 1
    assert b"camera-read" in heard[0]
    assert isinstance(reply, Reply)
    assert b"camera-read" not in reply.payload + reply.request
    assert read.sent == {"snmp": 1}


def test_silence_and_answers_to_others_say_nothing(agent):
    heard, gate = agent(lambda question: [answered(snmp.build_get("camera-read", "2c", 5))])

    assert community.read_snmp(job(), gate).events == []
    assert len(heard) == 1


def test_nonsense_is_a_problem(agent):
    _, gate = agent(lambda question: [b"\x30\x84\xff\xff\xff\xff"])
    (problem,) = community.read_snmp(job(), gate).events

    assert isinstance(problem, Problem)
    assert problem.status == "malformed"


def test_without_a_community_nothing_is_sent():
    read = community.read_snmp(Job(keys=frozenset(), address=HERE), open_gate())

    assert (read.events, sum(read.sent.values())) == ([], 0)
