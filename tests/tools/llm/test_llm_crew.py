"""Threads stop in good order: what was done is kept, and nothing hangs."""

import signal
import threading
import time

import pytest

from spikewright.tools.llm import crew as module
from spikewright.tools.llm.crew import crew
from spikewright.tools.llm.failure import ModelFailure


def keep(done, results):
    for number, _ in results:
        done.append(number)


def test_everything_is_done_once():
    done = list(crew(lambda n: (n, None), [(n,) for n in range(50)], 4, threading.Event()))
    assert sorted(n for n, _ in done) == list(range(50))


def test_nothing_to_do():
    assert not list(crew(lambda: (0, None), [], 4, threading.Event()))


def test_a_failure_that_may_pass_stops_nothing():
    failure = ModelFailure("timeout", "too late")
    done = list(crew(lambda n: (n, failure), [(n,) for n in range(9)], 2, threading.Event()))
    assert len(done) == 9


def test_a_fatal_failure_keeps_what_is_done_and_is_raised_last():
    def work(n):
        return n, ModelFailure("auth", "wrong key") if n == 3 else None

    done = []
    with pytest.raises(ModelFailure, match=r"^wrong key$"):
        keep(done, crew(work, [(n,) for n in range(100)], 1, threading.Event()))
    assert done == [0, 1, 2, 3]


def test_a_fault_of_ours_is_raised():
    with pytest.raises(ZeroDivisionError):
        list(crew(lambda n: (1 / n, None), [(0,)], 2, threading.Event()))


def test_an_interrupt_waits_for_what_is_under_way():
    begun, stop = threading.Event(), threading.Event()

    def work(n):
        begun.set()
        stop.wait(10)
        return n, None

    def interrupt():
        begun.wait(10)
        time.sleep(0.2)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    threading.Thread(target=interrupt).start()
    done = []
    with pytest.raises(KeyboardInterrupt):
        keep(done, crew(work, [(n,) for n in range(9)], 2, stop))
    assert sorted(done) == [0, 1]


def test_an_interrupt_does_not_wait_for_ever(monkeypatch):
    monkeypatch.setattr(module, "GRACE", 0.3)
    begun, never = threading.Event(), threading.Event()

    def work(n):
        begun.set()
        never.wait(30)
        return n, None

    def interrupt():
        begun.wait(10)
        time.sleep(0.2)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    threading.Thread(target=interrupt).start()
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        list(crew(work, [(0,)], 1, threading.Event()))
    assert time.monotonic() - begin < 5
    never.set()
