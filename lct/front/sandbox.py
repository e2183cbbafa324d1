"""The inside of a confined process: give up what is not needed, then run a module or file.

Started by `confine`, never imported by what it runs. Each layer that this system has is put on; the
names of those that are go to whoever started the process before anything untrusted runs.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import resource
import runpy
import struct
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from spikewright.lct.front import namespaces

__all__ = ["LAYERS", "main"]

LAYERS = ("limits", "namespaces", "privileges", "files", "system calls")
"""What can be active. ``namespaces`` are a root and a network of its own, ``files`` is Landlock,
``system calls`` a filter that keeps sockets and processes out."""

_LIBC = ctypes.CDLL(None, use_errno=True)
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2

# Landlock: rights by the version of its interface that brought them.
_EXECUTE, _READ_FILE, _READ_FOLDER = 1, 4, 8
_RIGHTS = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
_ON_FILES = _EXECUTE | 2 | _READ_FILE | 1 << 14 | 1 << 15

# Numbers of system calls that nothing here needs: sockets, memory and queues that outlive it, other
# programs and processes, the kernel's own business. A process may still have threads.
_CALLS = {
    "x86_64": (
        0xC000003E,
        "29 30 31 41 42 43 44 49 50 53 57 58 59 62 64 68 101 129 155 161 165 166 200 240 248 249"
        " 250 272 288 297 298 303 304 308 310 311 321 322 323 424 425 428 429 430 434 438 442",
        56,
    ),
    "aarch64": (
        0xC00000B7,
        "198 199 200 201 202 203 206 221 129 130 138 180 186 190 194 195 196 117 41 51 40 39 217"
        " 218 219 97 242 240 241 264 265 268 270 271 280 281 282 424 425 428 429 430 434 438 442",
        220,
    ),
}
_CLONE3, _CLONE_THREAD = 435, 0x10000
_REFUSE, _ABSENT, _ALLOW, _KILL = 0x50000 | 1, 0x50000 | 38, 0x7FFF0000, 0x80000000


def _limits(limits: dict[str, int]) -> bool:
    for name, value in limits.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        resource.setrlimit(kind, (value, value))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return True


def _privileges() -> bool:
    """Give up every capability: an administrator's process is then bound by its limits."""
    header = struct.pack("Ii", 0x20080522, 0)
    done = _LIBC.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0), _LIBC.capset(header, bytes(24))
    return done == (0, 0)


def _files(reads: Sequence[str], writes: Sequence[str]) -> bool:
    """Landlock: write in `writes` only, read there and in `reads`."""
    version = _LIBC.syscall(444, None, 0, 1)
    if version < 1:
        return False
    rights = sum(bits for since, bits in _RIGHTS.items() if since <= version)
    attributes = struct.pack("QQQ", rights, 3, 3)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = _LIBC.syscall(444, attributes, size, 0)
    if rules < 0:
        return False
    looks = _EXECUTE | _READ_FILE | _READ_FOLDER
    for path, allowed in [*((p, rights & ~_EXECUTE) for p in writes), *((p, looks) for p in reads)]:
        if Path(path).exists():
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
            mask = rights if Path(path).is_dir() else rights & _ON_FILES
            rule = struct.pack("=Qi", allowed & mask, place)
            done = _LIBC.syscall(445, rules, 1, rule, 0)
            os.close(place)
            if done != 0:
                return False
    return bool(_LIBC.syscall(446, rules, 0) == 0)


def _system_calls() -> bool:
    """A seccomp filter that refuses what is listed."""
    if platform.machine() not in _CALLS:
        return False
    machine, numbers, clone = _CALLS[platform.machine()]

    def load(offset: int) -> bytes:
        return struct.pack("=HBBI", 0x20, 0, 0, offset)

    def jump(kind: int, value: int, yes: int, no: int) -> bytes:
        return struct.pack("=HBBI", kind, yes, no, value)

    def answer(value: int) -> bytes:
        return struct.pack("=HBBI", 0x06, 0, 0, value)

    equal, least, some = 0x15, 0x35, 0x45
    code = [load(4), jump(equal, machine, 1, 0), answer(_KILL), load(0)]
    # x86-64 answers to a second set of numbers from here on.
    code += [jump(least, 0x40000000, 0, 1), answer(_REFUSE)]
    for number in numbers.split(" "):
        code += [jump(equal, int(number), 0, 1), answer(_REFUSE)]
    # The C library falls back to clone where clone3 is absent, and there the flags can be read.
    code += [jump(equal, _CLONE3, 0, 1), answer(_ABSENT)]
    code += [jump(equal, clone, 0, 3), load(16)]
    code += [jump(some, _CLONE_THREAD, 1, 0), answer(_REFUSE), answer(_ALLOW)]
    program = ctypes.create_string_buffer(b"".join(code))
    filled = struct.pack("HxxxxxxP", len(code), ctypes.addressof(program))
    return bool(_LIBC.prctl(_SECCOMP, _FILTER, filled, 0, 0) == 0)


def main() -> None:
    """Read what to do from the command line, confine this process, run."""
    request: dict[str, Any] = json.loads(sys.argv[1])
    report = os.fdopen(request["report"], "w", encoding="utf-8")
    folder, reads, writes = request["folder"], request["reads"], request["writes"]
    os.chdir(folder)
    layers: dict[str, Callable[[], bool]] = {
        "limits": lambda: _limits(request["limits"]),
        "namespaces": lambda: namespaces.leave(folder, reads, writes),
        "privileges": _privileges,
        "files": lambda: _files(reads, writes),
        "system calls": _system_calls,
    }
    with report:
        json.dump([n for n in LAYERS if n not in request["without"] and layers[n]()], report)
    what = request["what"]
    sys.argv = [what, *request["arguments"]]
    (runpy.run_path if what.endswith(".py") else runpy.run_module)(what, run_name="__main__")


if __name__ == "__main__":
    main()
