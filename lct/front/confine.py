"""Run Python that nobody vouches for: an empty folder, no environment, no network, bounded.

The process may read Python, its packages and one folder, write in that folder, and nothing else;
`Confined.layers` says which of the layers in `sandbox` this system has.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import select
import subprocess
import sys
import sysconfig
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from spikewright.lct.front import sandbox

__all__ = ["Confined", "Limits"]

MIB = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a process may use.

    Attributes
    ----------
    seconds : float
        Wall time of one answer.
    processor_seconds : int
        Processor time of the whole process.
    memory : int
        Address space, MiB.
    file : int
        Size of any file it writes, MiB.
    files : int
        Open files.
    output : int
        What it prints, MiB.
    """

    seconds: float = 60.0
    processor_seconds: int = 3_600
    memory: int = 3_072
    file: int = 96
    files: int = 64
    output: int = 4


class Confined:
    """A process that runs a Python module or file.

    Parameters
    ----------
    what : str
        The name of a module, or of a file ``NAME.py`` in the folder.
    folder : Path
        Where it works, and all that it can write; also what it prints beside its answers.
    arguments : sequence of str
        Its command line.
    limits : Limits
    writes : sequence of str
        Files in the folder, which are all that it can write; where left out, the whole folder.
    without : collection of str
        Layers to leave off, for showing what the others do alone.

    Attributes
    ----------
    layers : tuple of str
        Layers of confinement that are active, of `sandbox.LAYERS`.
    """

    def __init__(
        self,
        what: str,
        folder: Path,
        arguments: Sequence[str] = (),
        limits: Limits | None = None,
        *,
        writes: Sequence[str] = (),
        without: Collection[str] = (),
    ) -> None:
        self.limits = limits or Limits()
        self._pending, self._printed, self._closed = b"", 0, False
        folder = folder.resolve()
        for name in writes:
            (folder / name).touch(0o600)
        ours, theirs = os.pipe()
        bounds = self.limits
        request = {
            "what": what,
            "arguments": list(arguments),
            "folder": str(folder),
            "reads": [*_reads(), *([str(folder)] if writes else [])],
            "writes": [str(folder / name) for name in writes] or [str(folder)],
            "without": list(without),
            "report": theirs,
            "limits": {
                "AS": bounds.memory * MIB,
                "CPU": bounds.processor_seconds,
                "FSIZE": bounds.file * MIB,
                "NOFILE": bounds.files,
                "NPROC": 0,
            },
        }
        with (folder / "printed.txt").open("wb") as printed:
            self._process = subprocess.Popen(
                [sys.executable, "-s", "-P", "-B", "-m", sandbox.__name__, json.dumps(request)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=printed,
                cwd=folder,
                env={"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"},
                pass_fds=(theirs,),
            )
        os.close(theirs)
        with os.fdopen(ours, encoding="utf-8") as report:
            text = report.read()
        self.layers: tuple[str, ...] = tuple(json.loads(text)) if text else ()

    def ask(self, question: str) -> str:
        """Write a line to the process and return its answer, a line too.

        Returns
        -------
        str
            Empty where the process ended instead.

        Raises
        ------
        TimeoutError
            There was none in time; the process is ended.
        """
        stdin = self._process.stdin
        assert stdin is not None
        try:
            stdin.write(question.encode() + b"\n")
            stdin.flush()
        except BrokenPipeError:
            return ""
        return self.line()

    def wait(self) -> int:
        """Wait for the end of a process that is not asked anything.

        Returns
        -------
        int
            Its status, negative for a signal.

        Raises
        ------
        TimeoutError
            It did not end in time; it has been ended.
        OverflowError
            It printed too much; it has been ended.
        """
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.stdin = None
        end = time.monotonic() + self.limits.seconds
        while self.line(end):
            pass
        return self.end()

    def end(self) -> int:
        """End the process if it runs, and return its status, negative for a signal."""
        if self._closed:
            # It has closed its output, so it ends by itself.
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(2.0)
        if self._process.poll() is None:
            self._process.kill()
        if self._process.stdout is not None and not self._process.stdout.closed:
            self._process.communicate()
        return self._process.wait()

    def line(self, end: float = 0.0) -> str:
        """The next line it prints, empty at its end.

        It has until `end`, of the monotonic clock, or the usual seconds.
        """
        stdout = self._process.stdout
        assert stdout is not None
        end = end or time.monotonic() + self.limits.seconds
        while b"\n" not in self._pending:
            left = end - time.monotonic()
            if left <= 0 or not select.select([stdout], [], [], left)[0]:
                self.end()
                raise TimeoutError(f"longer than {self.limits.seconds:g} seconds")
            part = os.read(stdout.fileno(), 1 << 16)
            if not part:
                self._closed = True
                return ""
            self._pending += part
            self._printed += len(part)
            if self._printed > self.limits.output * MIB:
                self.end()
                raise OverflowError(f"more than {self.limits.output} MiB of text")
        line, _, self._pending = self._pending.partition(b"\n")
        return line.decode("utf-8", errors="replace") + "\n"


def _reads() -> list[str]:
    """Folders of Python, its packages and the shared libraries; never this folder."""
    here = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    here |= {path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")}
    for part in ("lct", "hdl", "golden"):
        spec = importlib.util.find_spec(f"spikewright.{part}")
        here |= set(spec.submodule_search_locations or ()) if spec else set()
    own = [sys.executable, sys.prefix + "/pyvenv.cfg", sys.base_prefix + "/lib"]
    return sorted({*here, *own, "/lib", "/lib64", "/usr/lib", "/etc/ld.so.cache", "/dev/null"})
