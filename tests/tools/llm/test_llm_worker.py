"""A process that dies costs one answer, is seen at once, and is replaced."""

import os
import signal
import threading
import time
from pathlib import Path
from tempfile import gettempdir

import pytest

from spikewright.tools.llm.worker import Lost, Worker


class Served:
    """What the process does in these tests."""

    def __init__(self):
        self.count = 0

    def number(self):
        self.count += 1
        return self.count, os.getpid(), gettempdir()

    def die(self, number):
        os.kill(os.getpid(), number)

    def leave(self, status):
        os._exit(status)

    def wait(self, seconds):
        time.sleep(seconds)

    def fill(self):
        return len(bytearray(3 << 30))

    def fail(self):
        raise RuntimeError("no such luck\nand more")


@pytest.fixture(scope="module")
def worker():
    worker = Worker(Served, patience=20.0, memory=2)
    with pytest.MonkeyPatch.context() as patch:
        # The process imports this file by its name below the top folder.
        patch.syspath_prepend(str(Path(__file__).parents[3]))
        yield worker
    worker.close()


def test_a_process_answers_again_and_again(worker):
    first, again = worker.ask("number"), worker.ask("number")
    assert (first[0] + 1, *first[1:]) == again
    assert again[1] != os.getpid()


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (("die", signal.SIGKILL), "the process that checked it died, by signal 9"),
        (("leave", 3), "the process that checked it died, with status 3"),
    ],
)
def test_a_process_that_dies_is_seen_and_replaced(worker, question, sentence):
    _, before, folder = worker.ask("number")
    begin = time.monotonic()
    with pytest.raises(Lost, match=f"^{sentence}$"):
        worker.ask(*question)
    assert time.monotonic() - begin < 5
    count, after, _ = worker.ask("number")
    assert (count, after != before) == (1, True)
    assert not Path(folder).exists()


def test_a_fault_of_the_check_is_told_and_the_process_lives(worker):
    _, before, _ = worker.ask("number")
    with pytest.raises(Lost, match=r"^the check failed with RuntimeError: no such luck$"):
        worker.ask("fail")
    with pytest.raises(Lost, match=r"^the check failed with MemoryError: $"):
        worker.ask("fill")
    assert worker.ask("number")[1] == before


def test_a_process_that_takes_too_long_is_ended():
    worker = Worker(Served, patience=1.5)
    with pytest.raises(Lost, match=r"^the check took longer than 1\.5 seconds$"):
        worker.ask("wait", 60)
    worker.close()


def test_who_waits_for_a_process_that_is_closed_is_told():
    worker, told = Worker(Served), []

    def wait():
        try:
            worker.ask("wait", 60)
        except Lost as lost:
            told.append(str(lost))

    worker.ask("number")
    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(0.2)
    worker.close()
    thread.join(10)
    assert told == ["the run has ended"]
    with pytest.raises(Lost, match=r"^the run has ended$"):
        worker.ask("number")
