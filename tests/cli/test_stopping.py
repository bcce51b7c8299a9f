"""Signals that end a run in good order, whenever they come."""

import os
import signal
import threading

import pytest

from netaudit.cli.stopping import stoppable

LONG_S = 60


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_first_signal_is_told_and_the_second_ends_the_program(number, capfd):
    before = signal.getsignal(number)
    with stoppable("stopping\n") as stopped:
        signal.raise_signal(number)
        assert stopped.wait(LONG_S)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)

    assert capfd.readouterr().err == "stopping\n"
    assert signal.getsignal(number) is before


def test_signal_within_a_wait_for_the_event_holds_up_nobody():
    with stoppable() as stopped:
        with stopped._cond:  # as where a wait begins or ends
            signal.raise_signal(signal.SIGTERM)

        assert stopped.wait(LONG_S)


def test_signal_ends_a_wait():
    with stoppable() as stopped:
        threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()

        assert stopped.wait(LONG_S)


def test_in_another_thread_signals_are_left_as_they_are():
    found = []

    def look():
        with stoppable() as stopped:
            found.append((stopped.is_set(), signal.getsignal(signal.SIGINT)))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()

    assert found == [(False, signal.getsignal(signal.SIGINT))]
