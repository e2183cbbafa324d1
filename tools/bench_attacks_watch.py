"""What an attack must not reach, and how to see that it did: never by what the attack says."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import resource
import secrets
import socket
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from spikewright.lct.front.refusal import HIDDEN

__all__ = ["Bounds", "Seen", "Watch"]

KEY = "SPIKEWRIGHT_CANARY"
_SUBREAPER = 36
_MIB = 1 << 20


@dataclass(frozen=True)
class Bounds:
    """How much of anything an attack may use before it counts as not stopped.

    Attributes
    ----------
    seconds : float
        For the whole attempt.
    ours, theirs : int
        Memory by which our process may grow, and that of the confined one, MiB.
    disk : int
        In the folder of temporary files, MiB.
    """

    seconds: float
    ours: int = 512
    theirs: int = 1_088
    disk: int = 64


@dataclass
class Seen:
    """What came of an attempt; `traces` has a word for everything that it should not have left."""

    traces: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Watch:
    """A user's file, key, ports and folder of temporary files, all made up, and our own process.

    Parameters
    ----------
    folder : Path
        Empty, for all of it.
    """

    def __init__(self, folder: Path) -> None:
        self.home, self.temporary = folder / "home", folder / "temporary"
        self.tokens = {name: secrets.token_hex(12) for name in ("file", "name", "environment")}
        self.tcp = socket.socket()
        self.udp = socket.socket(type=socket.SOCK_DGRAM)

    def __enter__(self) -> Self:
        self.home.mkdir()
        self.temporary.mkdir()
        (self.home / "secret.txt").write_text(self.tokens["file"])
        (self.home / self.tokens["name"]).touch()
        os.environ[KEY] = self.tokens["environment"]
        self._before, tempfile.tempdir = tempfile.tempdir, str(self.temporary)
        self.tcp.bind(("127.0.0.1", 0))
        self.tcp.listen(8)
        self.udp.bind(self.tcp.getsockname())
        self.tcp.setblocking(False)
        self.udp.setblocking(False)
        # A process whose parent ends becomes our child, so that none goes unseen.
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
        return self

    def __exit__(self, *_: object) -> None:
        tempfile.tempdir = self._before
        del os.environ[KEY]
        self.tcp.close()
        self.udp.close()

    def fill(self, text: str) -> str:
        """Put what is attacked into an attack's text."""
        values = {
            "SECRET": self.home / "secret.txt",
            "HOME": self.home,
            "OUT": self.home / "out.txt",
            "PORT": self.tcp.getsockname()[1],
            "PARENT": os.getpid(),
        }
        for name, value in values.items():
            text = text.replace(f"@{name}@", str(value))
        return text

    @contextmanager
    def attempt(self, bounds: Bounds, said: Sequence[str]) -> Iterator[Seen]:
        """Watch what is done inside.

        Parameters
        ----------
        bounds : Bounds
        said : sequence of str
            A list to which everything is added that the caller of the front end gets to see.
        """
        seen, files, children = Seen(), self._files(), _children()
        ours, theirs = _grown(resource.RUSAGE_SELF), _grown(resource.RUSAGE_CHILDREN)
        start, largest = time.monotonic(), [0]
        done = threading.Event()
        meter = threading.Thread(target=self._measure, args=(done, largest))
        meter.start()
        try:
            yield seen
        finally:
            done.set()
            meter.join()
        seen.seconds = time.monotonic() - start
        found = {
            "another file": self._files() != files,
            "a connection": self._reached(),
            "a process": bool(_children() - children),
            "time": seen.seconds > bounds.seconds,
            "our memory": _grown(resource.RUSAGE_SELF) - ours > bounds.ours,
            # What other processes of ours had used before is nobody's attack.
            "memory": _grown(resource.RUSAGE_CHILDREN) > max(bounds.theirs, theirs),
            "disk": largest[0] > bounds.disk * _MIB,
            "files left over": any(self.temporary.iterdir()),
            **{f"a secret ({name})": token in text for name, token in self._known()
               for text in ["\n".join(said)]},
            "codes for a terminal": any(map(HIDDEN.search, said)),
        }  # fmt: skip
        seen.traces += [name for name, yes in found.items() if yes]

    def _known(self) -> Iterator[tuple[str, str]]:
        yield from self.tokens.items()
        yield "users", Path("/etc/passwd").read_text().partition("\n")[0]
        for entry in Path("/proc/self/environ").read_text(errors="replace").split("\0"):
            if len(entry) > 12:
                yield entry.partition("=")[0], entry

    def _files(self) -> str:
        """One word for the content, names and rights of the files that are not to change."""
        import amaranth

        state = hashlib.sha256()
        for path in [*sorted(self.home.rglob("*")), Path(amaranth.__file__ or "")]:
            state.update(f"{path} {path.lstat().st_mode} ".encode() + path.read_bytes())
        return state.hexdigest()

    def _reached(self) -> bool:
        """Whether a port was reached."""
        for action in (self.tcp.accept, lambda: self.udp.recvfrom(64)):
            try:
                found = action()
            except BlockingIOError:
                continue
            if isinstance(found[0], socket.socket):
                found[0].close()
            return True
        return False

    def _measure(self, done: threading.Event, largest: list[int]) -> None:
        """Note the most that the temporary files ever took."""
        while not done.wait(0.05):
            # Files come and go.
            with contextlib.suppress(OSError):
                found = [path.lstat() for path in self.temporary.rglob("*")]
                largest[0] = max(largest[0], 512 * sum(state.st_blocks for state in found))


def _children() -> set[int]:
    """Numbers of our processes that run."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if fields[1] == str(os.getpid()) and fields[0] != "Z":
            found.add(int(path.parent.name))
    return found


def _grown(whose: int) -> int:
    """The most memory that was ever used, MiB."""
    return resource.getrusage(whose).ru_maxrss // 1024
