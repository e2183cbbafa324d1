"""How files are spoilt for the fuzz tests: the same number always gives the same bytes."""

from __future__ import annotations

import contextlib
import io
import random
import re
import resource
import signal
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from spikewright.tools.formats.report import FormatError

__all__ = [
    "Outcome",
    "fuzz",
    "input_of",
    "other_bytes",
    "refusals",
    "spoilt",
    "spoilt_text",
    "spoilt_zip",
]

SECONDS = 10.0
"""A single input that takes longer is a hang: each is smaller than a megabyte."""
MEMORY = 3 * 2**30
"""Resident bytes; an importer may take one GiB, and as much again on the way."""

_NUMBER = re.compile(rb"-?\d+")
_NUMBERS = (
    *(b"0 1 -1 2 3 7 8 15 16 17 255 256 257 -255 -256 -257 65535 65536 -0 007 1e3 1.0 1.5".split()),
    *(b"2147483647 2147483648 -2147483649 4294967295 4294967296 9223372036854775808".split()),
    *(b"99999999999999999999 true null NaN Infinity [] {} \"0\" '' 0x10 1_0".split()),
)
_TOKENS = (
    *(b"[ ] { } , : \" ' \\ \n \r \0 \xff \xc3 \xe2\x82\xac".split(b" ")),
    b"[" * 3000,
    b'{"a":' * 1000,
    b"9" * 5000,
    b"PK\1\2",
    b"PK\3\4",
    b"PK\5\6",
)


class Hang(BaseException):
    """No ValueError, so that no importer takes it for a fault of the file."""


def input_of(number: int, seeds: Sequence[bytes]) -> bytes:
    """Return the input of a number."""
    return spoilt(random.Random(f"input {number}"), seeds)


def spoilt(rng: random.Random, seeds: Sequence[bytes]) -> bytes:
    """Return one of some valid files after a few changes: inside, if it is an archive."""
    zipped = rng.choice(seeds).startswith(b"PK")
    alike = [seed for seed in seeds if seed.startswith(b"PK") == zipped]
    return spoilt_zip(rng, alike) if zipped else spoilt_text(rng, alike)


def spoilt_text(rng: random.Random, seeds: Sequence[bytes]) -> bytes:
    """Return one of some files after a few changes anywhere, or now and then noise."""
    if rng.random() < 0.02:
        return rng.randbytes(rng.choice((0, 1, 10, 100, 1000)))
    data = rng.choice(seeds)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        data = _changed(rng, data, seeds)
    return data


def _changed(rng: random.Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    start = rng.randrange(len(data) + 1)
    end = min(len(data), start + rng.choice((0, 1, 1, 2, 4, 8, 64, 1000)))
    choice = rng.random()
    if choice < 0.2:
        new = bytes(octet ^ (1 << rng.randrange(8)) for octet in data[start : start + 1])
        return data[:start] + new + data[start + 1 :]
    if choice < 0.3:
        return data[:start] if rng.random() < 0.5 else data[start:]
    if choice < 0.45:
        other = rng.choice(seeds)
        place = rng.randrange(len(other) + 1)
        return data[:start] + other[place : place + end - start] + data[end:]
    if choice < 0.75:
        match = _NUMBER.search(data, start)
        if match:
            return data[: match.start()] + rng.choice(_NUMBERS) + data[match.end() :]
    if choice < 0.85:
        return data[:start] + rng.choice(_TOKENS) + data[end:]
    if choice < 0.92:
        return data[:start] + rng.randbytes(end - start) + data[end:]
    return data[:end] + data[start:]


def other_bytes(rng: random.Random, data: bytes, start: int, end: int) -> bytes:
    """Return what may come in place of some bytes: noise, others, the same twice, or none."""
    place = rng.randrange(len(data) + 1)
    others = data[place : place + end - start]
    return rng.choice((rng.randbytes(end - start), others, data[start:end] * 2, b""))


def spoilt_zip(rng: random.Random, seeds: Sequence[bytes]) -> bytes:
    """Return one of some valid archives after changes inside, its checksums right again.

    A plain change to a zip is found by its checksum and comes no further.
    """
    if rng.random() < 0.2:
        return spoilt_text(rng, seeds)
    with zipfile.ZipFile(io.BytesIO(rng.choice(seeds))) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        place = rng.randrange(len(members) or 1)
        # The header decides most: it is worth as much as all the others.
        place = 0 if rng.random() < 0.5 else place
        if not members:
            break
        name, data = members[place]
        choice = rng.random()
        if choice < 0.04:
            del members[place]
        elif choice < 0.08:
            members.append((name, data))
        elif choice < 0.12:
            members[place] = (spoilt_text(rng, [name.encode()]).decode("latin-1"), data)
        elif choice < 0.18:
            members[place] = (name, rng.choice(members)[1])
        elif choice < 0.3:
            # The member's own header, its length kept right.
            text = spoilt_text(rng, [data[10:128]])[:60_000]
            members[place] = (name, data[:8] + len(text).to_bytes(2, "little") + text + data[128:])
        elif name == "header.npy":
            text = spoilt_text(rng, [data[128:].decode("utf-32-le", "replace").encode()]).decode(
                "latin-1"
            )
            members[place] = (name, _header(text.rstrip("\0")))
        else:
            members[place] = (name, data[:128] + _values(rng, data[128:]))
    buffer = io.BytesIO()
    kind = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(buffer, "w", kind, compresslevel=1) as archive, _quiet():
        for name, data in members:
            # What no archive can hold is no input.
            with contextlib.suppress(ValueError):
                archive.writestr(zipfile.ZipInfo(name or "x"), data, kind)
    return buffer.getvalue() if rng.random() < 0.9 else spoilt_text(rng, [buffer.getvalue()])


def _header(text: str) -> bytes:
    """Return a text as a member of one text."""
    shape = f"{{'descr': '<U{len(text)}', 'fortran_order': False, 'shape': (), }}"
    start = b"\x93NUMPY\1\0" + (118).to_bytes(2, "little")
    return start + shape.ljust(117).encode() + b"\n" + text.encode("utf-32-le")


def _values(rng: random.Random, data: bytes) -> bytes:
    """Return an array's data after a change that mostly keeps its length."""
    if rng.random() < 0.1 or not data:
        return spoilt_text(rng, [data])
    new = bytearray(data)
    for _ in range(rng.choice((1, 1, 4, 64))):
        size = rng.choice((1, 4, 8))
        place = rng.randrange(len(new)) // size * size
        value = rng.choice((0, 1, 2, 3, 127, 255, 2**15, 2**31 - 1, 2**31, 2**63 - 1, 2**63, -1))
        new[place : place + size] = (value % 2 ** (8 * size)).to_bytes(size, "little")
    return bytes(new[: len(data)])


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of zipfile, at a name that is there twice
        yield


@contextlib.contextmanager
def refusals(*names: str, longest: int = 300) -> Iterator[None]:
    """Let an importer refuse in one sentence, which begins with the name of one of the files."""
    try:
        yield
    except FormatError as refusal:
        text = str(refusal)
        named = text.startswith(tuple(f"{name}: " for name in names))
        if "\n" in text or not named or len(text) > longest:
            raise AssertionError(f"no sentence: {text!r}") from refusal


@dataclass
class Outcome:
    """How many inputs a target returned from, and how many it let an error of ours refuse."""

    returned: int = 0
    refused: dict[str, int] = field(default_factory=dict)


def fuzz(
    target: ModuleType, numbers: Sequence[int], folder: Path, *, seconds: float = SECONDS
) -> Outcome:
    """Give inputs to a target, and raise at the first that it does not refuse as it should.

    Parameters
    ----------
    target : module
        ``fuzz_one(data, folder)`` reads bytes as a file; refusals come as one of our errors, or not
        at all. ``mutated(number)`` makes the bytes; without it, ``SEEDS`` are spoilt.
    numbers : sequence of int
        Of the inputs: each always gives the same.
    folder : Path
    seconds : float
        That an input may take.
    """
    make: Callable[[int], bytes] = getattr(
        target, "mutated", lambda number: input_of(number, target.SEEDS)
    )
    outcome = Outcome()
    before = signal.signal(signal.SIGALRM, _hang)
    try:
        for number in numbers:
            data = make(number)
            try:
                signal.setitimer(signal.ITIMER_REAL, seconds)
                target.fuzz_one(data, folder)
                outcome.returned += 1
            except ValueError as error:
                if not type(error).__module__.startswith("spikewright."):
                    raise AssertionError(_fault(target, number, error)) from error
                name = type(error).__name__
                outcome.refused[name] = outcome.refused.get(name, 0) + 1
            except BaseException as error:
                raise AssertionError(_fault(target, number, error)) from error
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            resident = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            if resident > MEMORY:
                raise AssertionError(_fault(target, number, f"{resident} bytes of memory"))
    finally:
        signal.signal(signal.SIGALRM, before)
    return outcome


def _hang(_number: int, _frame: FrameType | None) -> None:
    raise Hang


def _fault(target: ModuleType, number: int, what: Any) -> str:
    return f"{target.__name__}, input {number}: {what!r}"
