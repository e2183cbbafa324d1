"""A process that answers one question after the other, and is replaced when it dies.

A pool of `concurrent.futures` whose worker is killed either breaks as a whole or waits for ever;
here the death of a process is the end of its pipe, seen at once and only by the one who asked.
"""

from __future__ import annotations

import contextlib
import resource
import signal
import tempfile
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

__all__ = ["MEMORY", "PATIENCE", "Lost", "Worker"]

PATIENCE = 900.0
"""Seconds for one answer."""

MEMORY = 4
"""Memory of the process, GiB."""


class Lost(RuntimeError):
    """There is no answer: the process died, took too long, or could not work. The text says how."""


class Worker:
    """A process, started with the first question.

    Parameters
    ----------
    make : callable
        Called in the process; its result has a method for each question. It must be picklable: a
        class of a module, or an instance of one.
    patience : float
        Seconds for one answer.
    memory : int
        GiB.
    """

    def __init__(
        self, make: Callable[[], Any], patience: float = PATIENCE, memory: int = MEMORY
    ) -> None:
        self._make, self.patience, self.memory = make, patience, memory
        # Not forked: the process that asks has threads.
        self._context = get_context("spawn")
        self._process: Any = None
        self._pipe: Connection[Any, Any] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._ended = False

    def ask(self, name: str, *arguments: Any) -> Any:
        """Call a method in the process.

        Raises
        ------
        Lost
            The next question gets a new process.
        """
        pipe = self._pipe or self._start()
        try:
            pipe.send((name, arguments))
            if not pipe.poll(self.patience):
                self._stop()
                raise Lost(f"the check took longer than {self.patience:g} seconds")
            good, value = pipe.recv()
        except (EOFError, OSError):
            how = self._stop()
            if self._ended:
                raise Lost("the run has ended") from None
            raise Lost(f"the process that checked it died, {how}") from None
        if not good:
            raise Lost(value)
        return value

    def close(self) -> None:
        """End the process; whoever waits for its answer gets `Lost`, and so does all who ask."""
        self._ended = True
        self._stop()

    def _start(self) -> Connection[Any, Any]:
        if self._ended:
            raise Lost("the run has ended")
        self._folder = tempfile.TemporaryDirectory()
        ours, theirs = self._context.Pipe()
        arguments = theirs, self._make, self.memory, self._folder.name
        self._process = self._context.Process(target=_serve, args=arguments, daemon=True)
        self._process.start()
        # Only the process itself may hold the other end, or its death would go unseen.
        theirs.close()
        self._pipe = ours
        return ours

    def _stop(self) -> str:
        """End the process, and return how it ended in words."""
        process, self._process, self._pipe = self._process, None, None
        folder, self._folder = self._folder, None
        status = 0
        if process is not None:
            # It may be about to end by itself, with a status that says why.
            process.join(0.2)
            status = process.exitcode if process.exitcode is not None else 0
            process.kill()
            process.join()
        if folder is not None:
            folder.cleanup()
        return f"by signal {-status}" if status < 0 else f"with status {status}"


def _serve(pipe: Connection[Any, Any], make: Callable[[], Any], memory: int, folder: str) -> None:
    """Answer questions until the other end of the pipe is closed."""
    # Who presses Ctrl-C means the command, which ends its processes itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What it writes, not what it maps: yosys for WebAssembly reserves far more than it uses.
    resource.setrlimit(resource.RLIMIT_DATA, (memory << 30, memory << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What a killed process leaves behind is then cleared away by the one who started it.
    tempfile.tempdir = folder
    served = make()
    with contextlib.suppress(EOFError, OSError):
        while True:
            name, arguments = pipe.recv()
            pipe.send(_answer(served, name, arguments))


def _answer(served: Any, name: str, arguments: tuple[Any, ...]) -> tuple[bool, Any]:
    try:
        return True, getattr(served, name)(*arguments)
    except Exception as error:  # noqa: BLE001 (an answer nobody foresaw: unknown, never a pass)
        said = str(error).partition("\n")[0][:200]
        return False, f"the check failed with {type(error).__name__}: {said}"
