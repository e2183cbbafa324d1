"""A root of its own for a confined process, with no network in it, where the kernel permits.

Only a process with one thread can do this, so it comes before anything else is imported.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["ROOT", "leave"]

ROOT = ".root"
"""Where in its folder the new root is put together; from outside it stays empty."""

_LIBC = ctypes.CDLL(None, use_errno=True)
_USER, _MOUNT, _NETWORK, _IPC, _HOST = 0x10000000, 0x20000, 0x40000000, 0x08000000, 0x04000000
_NO_SET_USER, _NO_DEVICE, _BIND, _ALL, _PRIVATE = 2, 4, 4096, 16384, 1 << 18
_MOUNT_SETATTR, _READ_ONLY, _RECURSIVE, _HERE = 442, 1, 0x8000, -100


def leave(folder: str, reads: Sequence[str], writes: Sequence[str]) -> bool:
    """Enter namespaces of users, mounts, network, messages and host name.

    There the process sees what it may read and write, under the same names, and nothing else.

    Returns
    -------
    bool
        Whether all of that was done; what the kernel does not permit is left as it was.
    """
    user, group = os.getuid(), os.getgid()
    if _LIBC.unshare(_USER | _MOUNT | _NETWORK | _IPC | _HOST) != 0:
        return False
    try:
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{user} {user} 1"),
            ("gid_map", f"{group} {group} 1"),
        ):
            Path(f"/proc/self/{name}").write_text(text)
        root = Path(folder) / ROOT
        root.mkdir()
        _mount(None, "/", None, _ALL | _PRIVATE)
        _mount("none", str(root), "tmpfs", _NO_SET_USER | _NO_DEVICE, "size=1m")
        for path in dict.fromkeys([*sorted(reads), *writes]):
            _bring(root, path, path in writes)
        # Yosys asks where its program is.
        program = root / "proc/self/exe"
        program.parent.mkdir(parents=True)
        program.symlink_to(os.path.realpath(sys.executable))
        _lock(root)
        os.chroot(root)
        os.chdir(folder)
    except OSError:
        return False
    return True


def _bring(root: Path, path: str, writable: bool) -> None:
    """Make a path of the old root one of the new."""
    if not Path(path).exists():
        return
    place = root / path.lstrip("/")
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        if Path(path).is_dir():
            place.mkdir()
        else:
            place.touch()
    elif not writable:
        return  # it came with a folder above
    _mount(path, str(place), None, _BIND | _ALL)
    if not writable:
        _lock(place, _RECURSIVE)


def _mount(source: str | None, place: str, kind: str | None, flags: int, more: str = "") -> None:
    words = [None if w is None else os.fsencode(w) for w in (source, place, kind)]
    if _LIBC.mount(*words, ctypes.c_ulong(flags), more.encode() or None) != 0:
        raise OSError(ctypes.get_errno(), "mount", place)


def _lock(place: Path, how: int = 0) -> None:
    attributes = struct.pack("QQQQ", _READ_ONLY, 0, 0, 0)
    done = _LIBC.syscall(_MOUNT_SETATTR, _HERE, os.fsencode(place), how, attributes, 32)
    if done != 0:
        raise OSError(ctypes.get_errno(), "mount_setattr", str(place))
