"""The memory of a program and of all processes that it starts, while it works."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

__all__ = ["Peaks", "watched"]

INTERVAL = 1.0


class Peaks:
    """The most memory that was seen, in MiB.

    Attributes
    ----------
    roles : dict of str to float
        The largest process of each role.
    together : float
        All processes at one moment.
    """

    def __init__(self) -> None:
        self.roles: dict[str, float] = {}
        self.together = 0.0

    def look(self, role_of: Callable[[str], str]) -> None:
        """Take a sample; processes that end meanwhile are passed over."""
        total = 0.0
        for pid in _family():
            with contextlib.suppress(OSError, KeyError, ValueError):
                words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
                now, most = _resident(pid)
                role = "parent" if pid == os.getpid() else role_of(words.decode("utf-8", "replace"))
                self.roles[role] = max(self.roles.get(role, 0.0), most)
                total += now
        self.together = max(self.together, total)


def _resident(pid: int) -> tuple[float, float]:
    """Memory of a process now, and the most it had."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    found = dict(line.split(":", 1) for line in lines if ":" in line)
    return tuple(int(found[k].split()[0]) / 1024 for k in ("VmRSS", "VmHWM"))  # type: ignore[return-value]


def _family() -> list[int]:
    """Our own process and everything below it."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            # The name stands in parentheses, and may hold any.
            parent = path.joinpath("stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1]
            children[int(parent)].append(int(path.name))
    found = [os.getpid()]
    for pid in found:
        found += children[pid]
    return found


@contextlib.contextmanager
def watched(role_of: Callable[[str], str]) -> Iterator[Peaks]:
    """Watch memory while a block runs; where there is no /proc, nothing is seen.

    Parameters
    ----------
    role_of : callable
        What a child process is called, from its command line.
    """
    peaks, ended = Peaks(), threading.Event()

    def watch() -> None:
        while True:
            peaks.look(role_of)
            if ended.wait(INTERVAL):
                return

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peaks
    finally:
        ended.set()
        thread.join()
