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
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

__all__ = ["Archive", "write_archive"]

HEADER_LIMIT = 4096
_DATE = (1980, 1, 1, 0, 0, 0)  # one date for all members: equal contents give equal files
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


def write_archive(
    path: str | Path, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> None:
    """Write a header and arrays, under a temporary name first: ``path`` never holds half a file.

    Parameters
    ----------
    path : str or Path
        Replaced if it exists.
    header : mapping
        Whatever JSON can hold; at most 4096 characters of it.
    arrays : mapping of str to ndarray
        Written little-endian and in C order.
    """
    path = Path(path)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    members = {"header": np.array(json.dumps(header)), **arrays}
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, array in members.items():
                info = zipfile.ZipInfo(f"{name}.npy", _DATE)
                info.compress_type = zipfile.ZIP_DEFLATED
                little = np.asarray(array, dtype=array.dtype.newbyteorder("<"), order="C")
                with archive.open(info, "w", force_zip64=True) as stream:
                    np.lib.format.write_array(stream, little, version=(1, 0), allow_pickle=False)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


class Archive:
    """A file of named arrays, opened for reading; use it in a ``with`` statement.

    Parameters
    ----------
    path : str or Path
    error : type of ValueError
        Raised, with one sentence that names the file, for everything that is wrong in it.
    limit : int
        Bytes that all arrays together may take.
    """

    def __init__(self, path: str | Path, error: type[ValueError], limit: int) -> None:
        self.path = Path(path)
        self._error = error
        self._left = limit
        self._file = self.path.open("rb")
        try:
            self._zip = zipfile.ZipFile(self._file)
        except _DAMAGE as damage:
            self._file.close()
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
        return self._error(f"{self.path.name}: {what}")

    def check_names(self, names: list[str]) -> None:
        """Refuse a file that does not hold exactly the header and the named arrays, once each."""
        held = self._zip.namelist()
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

    def header(self, kind: str, version: int) -> dict[str, Any]:
        """Return the header of a file that says it is of this kind and version."""
        self._check_once("header.npy")
        _, data = self._member("header", r"<U\d+", (), 4 * HEADER_LIMIT)
        try:
            header = json.loads(data.decode("utf-32-le"))
        except (ValueError, RecursionError) as damage:
            raise self.wrong("member header.npy must hold JSON, and does not") from damage
        if not isinstance(header, dict):
            raise self.wrong(f"header must be a JSON object, not {type(header).__name__}")
        for name, wanted in (("format", kind), ("version", version)):
            if header.get(name) != wanted or isinstance(header.get(name), bool):
                raise self.wrong(f"header {name} must be {wanted!r}, not {header.get(name)!r}")
        return header

    def array(self, name: str, dtype: DTypeLike, shape: tuple[int, ...] | None) -> NDArray[Any]:
        """Return one array, native and writable, after its stored type and shape were checked.

        Parameters
        ----------
        name : str
        dtype : dtype
        shape : tuple of int, or None
            None takes any shape of one axis.
        """
        dtype = np.dtype(dtype)
        stored = dtype.newbyteorder("<")
        found, data = self._member(name, re.escape(stored.str), shape, self._left)
        self._left -= len(data)
        if stored.kind == "b":
            # A byte beyond 1 in a boolean array is neither true nor false: numpy's answers then
            # depend on the operation.
            octets = np.frombuffer(data, dtype=np.uint8)
            if octets.size and octets.max() > 1:
                raise self.wrong(f"member {name}.npy must hold bytes in 0..1, not {octets.max()}")
        if stored.kind == "U":
            # numpy would notice a number beyond Unicode only when the text is used.
            try:
                data.decode("utf-32-le")
            except ValueError as damage:
                raise self.wrong(f"member {name}.npy must hold Unicode, and does not") from damage
        return np.frombuffer(data, dtype=stored).reshape(found).astype(dtype)

    def _member(
        self, name: str, descr: str, shape: tuple[int, ...] | None, limit: int
    ) -> tuple[tuple[int, ...], bytes]:
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
                data = stream.read(size + 1)
        except self._error:
            raise
        except _DAMAGE as damage:
            raise self.wrong(f"member {member} must be readable, and is damaged") from damage
        if len(data) != size:
            raise self.wrong(f"member {member} must hold {size} bytes of data, and does not")
        return found, data

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
