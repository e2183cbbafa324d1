"""The server in a process of its own, for as long as a block runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import TracebackType

__all__ = ["Served"]

SECONDS = 10.0
"""How long it may take to end."""


class Served:
    """A running server.

    Parameters
    ----------
    folder : Path, optional
        Of prepared pools; without them, pools are made when they are asked for.
    seed : int
        Of those that are made.
    wire : bool
        Whether faults of the wire are played.

    Attributes
    ----------
    base_url : str
        What a client is given, once the block has begun.

    Examples
    --------
    >>> with Served() as served:  # doctest: +SKIP
    ...     client = openai.OpenAI(base_url=served.base_url, api_key="none")
    """

    def __init__(self, folder: Path | None = None, seed: int = 0, *, wire: bool = True) -> None:
        self.arguments = [str(folder.resolve()) if folder else "", str(seed), str(int(wire))]
        self.base_url = ""
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Served:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "spikewright.tools.simulated.server", *self.arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.base_url = self._process.stdout.readline().strip()
        if not self.base_url:
            self.__exit__(None, None, None)
            raise RuntimeError("The simulated server must say where it is, and did not")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        process = self._process
        assert process is not None
        # It ends with its input.
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            stream.close()
        try:
            process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
