"""Files of named arrays, the writing half of `archive`.

Members are deflated at the quickest level. A large one whose sample hardly shrinks, such as dense
synapse bits, is stored: deflating it would take a second of a full chip's, and save little.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["FREE_BYTES", "HEADER_LIMIT", "replacing", "write_archive"]

HEADER_LIMIT = 2**16
FREE_BYTES = 2**30
"""What a small file's arrays may take; beyond it a file must be as large as what it asks for."""

_DATE = (1980, 1, 1, 0, 0, 0)  # one date for all members: equal contents give equal files
_SAMPLES, _SAMPLE = 16, 2**14
_WORTHWHILE = 0.6


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path, renamed to ``path`` at the end: ``path`` never holds half a file."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        yield partial
        partial.replace(path)
    except OSError as error:
        if error.filename == str(partial):
            # The user asked for `path`; the temporary name would only puzzle them.
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise
    finally:
        partial.unlink(missing_ok=True)


def write_archive(
    path: str | Path, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> None:
    """Write a header and arrays, under a temporary name first.

    Parameters
    ----------
    path : str or Path
        Replaced if it exists.
    header : mapping
        Whatever JSON can hold; at most 65536 characters of it.
    arrays : mapping of str to ndarray
        Written little-endian and in C order.
    """
    members = {"header": np.array(json.dumps(header)), **arrays}
    # Beyond the reader's limit a file must be as large as what it asks for.
    large = sum(array.nbytes for array in members.values()) > FREE_BYTES
    with replacing(Path(path)) as partial, zipfile.ZipFile(partial, "w") as archive:
        for name, array in members.items():
            info = zipfile.ZipInfo(f"{name}.npy", _DATE)
            little = np.asarray(array, dtype=array.dtype.newbyteorder("<"), order="C")
            if large or not _shrinks(little):
                with archive.open(info, "w", force_zip64=True) as stream:
                    _write_array(stream, little)
            else:
                # Only `writestr` lets the level be chosen without another date.
                buffer = io.BytesIO()
                _write_array(buffer, little)
                data = buffer.getvalue()
                archive.writestr(info, data, zipfile.ZIP_DEFLATED, compresslevel=1)


def _write_array(stream: IO[bytes], array: NDArray[Any]) -> None:
    np.lib.format.write_array(stream, array, version=(1, 0), allow_pickle=False)


def _shrinks(array: NDArray[Any]) -> bool:
    """Return whether deflating an array saves enough: a small one is tried, a large one sampled."""
    octets = array.reshape(-1).view(np.uint8) if array.ndim else np.zeros(0, dtype=np.uint8)
    if len(octets) <= _SAMPLES * _SAMPLE:
        return True
    starts = np.linspace(0, len(octets) - _SAMPLE, _SAMPLES).astype(np.int64)
    sample = b"".join(octets[start : start + _SAMPLE].tobytes() for start in starts)
    return len(zlib.compress(sample, 1)) < _WORTHWHILE * len(sample)
