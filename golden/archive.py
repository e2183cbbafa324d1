"""Files of named arrays: a zip of .npy members with a JSON header, read without trust.

numpy can load such a file with `numpy.load`; the reader here is narrower. It looks at each member's
own header, and holds name, type and shape against what the caller expects, before it reads any
data, so that a hostile file can neither run code nor ask for memory without bound.
"""

from __future__ import annotations

import json
import math
import os
import re
import struct
import zipfile
import zlib
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from spikewright.golden.archive_writer import FREE_BYTES, HEADER_LIMIT, replacing, write_archive

__all__ = ["Archive", "depth", "replacing", "write_archive"]

_DEPTH_LIMIT = 16
_DIRECTORY_LIMIT = 2**20  # bytes of the zip's list of members; a few hundred members take 2**15
_TEXT_LIMIT = 500
_BLOCK = 2**20
_LOCAL_HEADER = 30  # bytes in front of a member, its name not counted
_NPY_HEADER = re.compile(
    r"\{'descr': '([^']{1,40})', 'fortran_order': (True|False), "
    r"'shape': \(([0-9, ]{0,80})\), \} *\n"
)
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    struct.error,
    OSError,
    NotImplementedError,
    ValueError,
)


class Archive:
    """A file of named arrays, opened for reading; use it in a ``with`` statement.

    Parameters
    ----------
    path : str or Path
    error : type of ValueError
        Raised, with one sentence that names the file, for everything that is wrong in it.
    limit : int, optional
        Bytes that all arrays together may take; by default 1 GiB, or the file's own size if that is
        more.
    """

    def __init__(self, path: str | Path, error: type[ValueError], limit: int | None = None) -> None:
        self.path = Path(path)
        self._error = error
        if self.path.exists() and not self.path.is_file():
            raise self.wrong("the path must be that of a regular file, and is not")
        self._file = self.path.open("rb")
        size = self._file.seek(0, os.SEEK_END)
        self._left = max(FREE_BYTES, size) if limit is None else limit
        try:
            self._check_directory(size)
            self._zip = zipfile.ZipFile(self._file)
            self._check_overlap()
        except _DAMAGE as damage:
            self._file.close()
            if isinstance(damage, self._error):
                raise
            raise self.wrong("the file must be a whole zip archive, and is not") from damage

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zip.close()
        self._file.close()

    def wrong(self, what: str) -> ValueError:
        """Return the caller's kind of error, its text headed by the file's name."""
        cut = what if len(what) <= _TEXT_LIMIT else f"{what[:_TEXT_LIMIT]}..."
        return self._error(f"{self.path.name}: {cut}")

    def _check_directory(self, size: int) -> None:
        """Refuse a list of members that would fill the memory; `zipfile` reads it without limit."""
        self._file.seek(max(0, size - 98))
        tail = self._file.read(98)
        large, locator, end = tail[-98:-42], tail[-42:-22], tail[-22:]
        if end[:4] != b"PK\5\6" or end[-2:] != b"\0\0":
            raise zipfile.BadZipFile
        length = int.from_bytes(end[12:16], "little")
        if locator[:4] == b"PK\6\7":
            place = int.from_bytes(locator[8:16], "little")
            if large[:4] != b"PK\6\6" or place != size - 98:
                raise zipfile.BadZipFile
            length = int.from_bytes(large[40:48], "little")
        if length > _DIRECTORY_LIMIT:
            raise self.wrong(
                f"the list of members must take at most {_DIRECTORY_LIMIT} bytes, not {length}"
            )

    def _check_overlap(self) -> None:
        end = 0
        for info in sorted(self._zip.infolist(), key=lambda info: info.header_offset):
            if info.header_offset < end:
                raise self.wrong(f"member {info.filename!r} must not overlap another, and does")
            end = info.header_offset + _LOCAL_HEADER + info.compress_size

    def check_names(self, names: list[str]) -> None:
        """Refuse a file that does not hold exactly the header and the named arrays, once each."""
        held = Counter(self._zip.namelist())
        wanted = [f"{name}.npy" for name in ["header", *names]]
        for name in wanted:
            self._check_once(name)
        for name in held:
            if name not in wanted:
                raise self.wrong(f"member {name!r} must not be there, no such array is known")

    def _check_once(self, member: str) -> None:
        times = self._zip.namelist().count(member)
        if times != 1:
            raise self.wrong(f"member {member} must be there once, not {times} times")

    def header(self, kind: str, *versions: int) -> dict[str, Any]:
        """Return the header of a file that says it is of this kind and one of these versions."""
        self._check_once("header.npy")
        data = self._member("header", r"<U\d+", (), 4 * HEADER_LIMIT)[1].tobytes()
        try:
            header = json.loads(data.decode("utf-32-le"))
        except (ValueError, RecursionError) as damage:
            raise self.wrong("member header.npy must hold JSON, and does not") from damage
        if not isinstance(header, dict):
            raise self.wrong(f"header must be a JSON object, not {type(header).__name__}")
        if depth(header) > _DEPTH_LIMIT:
            raise self.wrong(f"header must nest at most {_DEPTH_LIMIT} deep, and nests deeper")
        for name, wanted in (("format", (kind,)), ("version", versions)):
            value = header.get(name)
            if value not in wanted or isinstance(value, bool | float):
                rule = " or ".join(repr(one) for one in wanted)
                raise self.wrong(f"header {name} must be {rule}, not {value!r}")
        return header

    def array(
        self,
        name: str,
        dtype: DTypeLike,
        shape: tuple[int, ...] | None,
        limit: int | None = None,
    ) -> NDArray[Any]:
        """Return one array, native and writable, after its stored type and shape were checked.

        Parameters
        ----------
        name : str
        dtype : dtype
        shape : tuple of int, or None
            None takes any shape of one axis.
        limit : int, optional
            Bytes that it may take, if less than what is left of all arrays' limit.
        """
        dtype = np.dtype(dtype)
        stored = dtype.newbyteorder("<")
        room = self._left if limit is None else min(limit, self._left)
        found, octets = self._member(name, re.escape(stored.str), shape, room)
        self._left -= len(octets)
        if stored.kind == "b" and octets.size and octets.max() > 1:
            # A byte beyond 1 in a boolean array is neither true nor false: numpy's answers then
            # depend on the operation.
            raise self.wrong(f"member {name}.npy must hold bytes in 0..1, not {octets.max()}")
        if stored.kind == "U" and octets.size and octets.view("<u4").max() > 0x10FFFF:
            # numpy would notice a number beyond Unicode only when the text is used.
            raise self.wrong(f"member {name}.npy must hold Unicode, and does not")
        return octets.view(stored).reshape(found).astype(dtype, copy=False)

    def _member(
        self, name: str, descr: str, shape: tuple[int, ...] | None, limit: int
    ) -> tuple[tuple[int, ...], NDArray[np.uint8]]:
        """Return the shape and the data of a member whose own header fits what is expected."""
        member = f"{name}.npy"
        info = self._zip.getinfo(member)
        if (
            info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
            or info.flag_bits & 1
        ):
            raise self.wrong(
                f"member {member} must be stored or deflated and not encrypted, and is not"
            )
        try:
            with self._zip.open(info) as stream:
                text = self._npy_header(member, stream.read(10), stream)
                found = self._check_type(member, text, descr, shape)
                size = _itemsize(text[0]) * math.prod(found)
                if size > limit:
                    raise self.wrong(f"member {member} must take at most {limit} bytes, not {size}")
                octets = np.empty(size, dtype=np.uint8)
                filled = _fill(stream, octets)
        except self._error:
            raise
        except _DAMAGE as damage:
            raise self.wrong(f"member {member} must be readable, and is damaged") from damage
        if not filled:
            raise self.wrong(f"member {member} must hold {size} bytes of data, and does not")
        return found, octets

    def _npy_header(self, member: str, start: bytes, stream: Any) -> tuple[str, str, str]:
        """Return type, order and shape as the .npy header spells them: matched, not evaluated."""
        if len(start) != 10 or start[:8] != b"\x93NUMPY\x01\x00":
            raise self.wrong(f"member {member} must be an array of .npy version 1.0, and is not")
        length = int.from_bytes(start[8:], "little")
        match = _NPY_HEADER.fullmatch(stream.read(min(length, HEADER_LIMIT)).decode("latin-1"))
        if match is None:
            raise self.wrong(
                f"member {member} must have a .npy header of one plain array, and has not"
            )
        return match.group(1), match.group(2), match.group(3)

    def _check_type(
        self, member: str, text: tuple[str, str, str], descr: str, shape: tuple[int, ...] | None
    ) -> tuple[int, ...]:
        """Hold type, order and shape against what is expected, and return the shape."""
        if not re.fullmatch(descr, text[0]):
            wanted = "text" if descr.startswith("<U\\d") else descr.replace("\\", "")
            raise self.wrong(f"member {member} must be of type {wanted}, not {text[0]}")
        if text[1] == "True":
            raise self.wrong(f"member {member} must be stored in C order, not in Fortran order")
        found = tuple(int(size) for size in re.findall(r"\d+", text[2]))
        if shape is None and len(found) != 1:
            raise self.wrong(f"member {member} must have one axis, not {len(found)}")
        if shape is not None and found != shape:
            raise self.wrong(f"member {member} must have shape {shape}, not {found}")
        return found


def _itemsize(descr: str) -> int:
    """Return the bytes of one item of a plain type; numpy counts text in characters of four."""
    return int(descr[2:]) * (4 if descr[1] == "U" else 1)


def _fill(stream: IO[bytes], octets: NDArray[np.uint8]) -> bool:
    """Read a member's data in blocks; return whether there were just enough of them.

    Memory is taken only as it fills: a member that promises more than it holds costs nothing.
    """
    done = 0
    while done < len(octets):
        block = stream.read(min(_BLOCK, len(octets) - done))
        if not block:
            return False
        octets[done : done + len(block)] = np.frombuffer(block, dtype=np.uint8)
        done += len(block)
    # The end must be seen: only there does `zipfile` compare the checksum.
    return not stream.read(1)


def depth(value: Any) -> int:
    """Return how deep lists and objects from JSON nest, without recursion; a number is 0 deep."""
    deep, level = 0, [value]
    while level := [item for item in level if isinstance(item, dict | list)]:
        deep += 1
        level = [
            inner for item in level for inner in (item.values() if isinstance(item, dict) else item)
        ]
    return deep
