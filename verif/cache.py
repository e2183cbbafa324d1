"""A folder of finished builds, each under the hash of everything it was made from.

A build is made in a folder of its own that ends in ``.partial`` and renamed when it is complete, so
a folder without that ending is whole. A lock per build lets two processes that want the same one
make it once; the kernel drops the lock of a process that dies, and the next one to build anything
sweeps up what it left.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import ToolError

__all__ = ["build_once", "default_root", "digest"]

_PARTIAL = ".partial"


def default_root() -> Path:
    """Return the folder that holds the builds.

    ``SPIKEWRIGHT_BUILD`` names it where set; otherwise it is ``build/sim`` of the checkout that
    this module lies in, or of the current directory where the package was installed without one.
    """
    named = os.environ.get("SPIKEWRIGHT_BUILD")
    if named:
        return Path(named).absolute()
    checkout = Path(__file__).resolve().parent.parent
    base = checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()
    return base / "build" / "sim"


def digest(recipe: object) -> str:
    """Return a name for anything that JSON can hold."""
    text = json.dumps(recipe, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def build_once(root: Path, name: str, make: Callable[[Path], None]) -> Path:
    """Return the finished folder ``root / name``, making it if it is not there.

    Parameters
    ----------
    root : Path
        The folder of builds.
    name : str
        Names the content: equal names must mean equal content.
    make : callable
        Called with an empty folder to fill. What it raises is raised here, and nothing stays.
    """
    finished = root / name
    if finished.is_dir():
        return finished
    if any(character.isspace() for character in str(root)):
        raise ToolError(
            f"Build folder must have no space in its path, which make cannot take, not {root}: "
            "name another in SPIKEWRIGHT_BUILD"
        )
    locks = _locks(root)
    with _lock(locks / name):
        if finished.is_dir():
            return finished
        _sweep(root, locks, name)
        partial = root / (name + _PARTIAL)
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        try:
            make(partial)
            partial.rename(finished)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return finished


def _locks(root: Path) -> Path:
    locks = root / "locks"
    try:
        locks.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ToolError(
            f"Build folder {root} must be writable: {error.strerror}; "
            "name another in SPIKEWRIGHT_BUILD"
        ) from error
    return locks


@contextmanager
def _lock(path: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold the lock file ``path``; yields whether it was got, which only not waiting can miss."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


def _sweep(root: Path, locks: Path, own: str) -> None:
    """Remove what builds that died have left; one that still runs holds its lock."""
    for partial in root.glob("*" + _PARTIAL):
        name = partial.name.removesuffix(_PARTIAL)
        if name != own:
            with _lock(locks / name, wait=False) as free:
                if free:
                    shutil.rmtree(partial, ignore_errors=True)
