"""One data set of an HDF5 file: its type, shape, layout and filters, without HDF5's library.

Numbers of 1, 2, 4 and 8 bytes and texts are read; compact, contiguous and chunked layouts; the
filters gzip and shuffle. Everything else is refused: references, compounds, external files.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.tools.formats.nir_image import NOWHERE, Image, Message

__all__ = ["Value", "read_dataset"]

Value = NDArray[Any] | str

SPACE, TYPE, EXTERNAL, LAYOUT, FILTERS = 0x01, 0x03, 0x07, 0x08, 0x0B
RANK_LIMIT = 6
ELEMENT_LIMIT = 2**24
TEXT_LIMIT = 2**17
_GZIP, _SHUFFLE = 1, 2
# Bit offset and width, exponent's place and width, mantissa's place and width, bias.
_IEEE = {
    2: (0, 16, 10, 5, 0, 10, 15),
    4: (0, 32, 23, 8, 0, 23, 127),
    8: (0, 64, 52, 11, 0, 52, 1023),
}


@dataclass(frozen=True, kw_only=True)
class _Form:
    """What a data set's header says.

    Members
    -------
    image : Image
    address : int
        Of the header, for messages.
    dtype : numpy.dtype
    text : {"", "fixed", "heap"}
        Where texts lie, if they are texts.
    shape : tuple of int
    filters : tuple of int
    """

    image: Image
    address: int
    dtype: np.dtype[Any]
    text: str
    shape: tuple[int, ...]
    filters: tuple[int, ...]


def read_dataset(image: Image, address: int, messages: list[Message]) -> Value:
    """Return the data set whose header has these messages.

    Returns
    -------
    ndarray or str
        A ``str`` for one text, an array of objects for several, numbers in their own type
        otherwise.

    Raises
    ------
    FormatError
    """
    parts: dict[int, Message] = {}
    for message in messages:
        parts.setdefault(message.kind, message)
    if EXTERNAL in parts:
        raise image.wrong(address, "data must lie in the file itself, not in another one")
    for kind, what in ((SPACE, "shape"), (TYPE, "type"), (LAYOUT, "layout")):
        if kind not in parts or parts[kind].shared:
            raise image.wrong(address, f"a data set must have a {what} of its own")
    try:
        dtype, text = _type(image, parts[TYPE].offset, parts[TYPE].content)
        form = _Form(
            image=image,
            address=address,
            dtype=dtype,
            text=text,
            shape=_shape(image, parts[SPACE]),
            filters=_filters(image, parts[FILTERS]) if FILTERS in parts else (),
        )
        raw = _read(form, parts[LAYOUT])
    except (struct.error, IndexError):
        raise image.wrong(address, "a data set's header must be whole, and is cut") from None
    values = np.frombuffer(raw, dtype=form.dtype).reshape(form.shape)
    return _texts(form, values) if form.text else values


def _type(image: Image, offset: int, content: bytes) -> tuple[np.dtype[Any], str]:
    """Return the type of an element, and where its text lies."""
    kind, version = content[0] & 15, content[0] >> 4
    flags, size = content[1], int.from_bytes(content[4:8], "little")
    if not 1 <= version <= 3:
        raise image.wrong(offset, f"a type must be of version 1..3, not {version}")
    order = ">" if flags & 1 else "<"
    whole = kind == 0 and size in (1, 2, 4, 8)
    if whole and struct.unpack_from("<HH", content, 8) == (0, 8 * size):
        return np.dtype(f"{order}{'i' if flags & 8 else 'u'}{size}"), ""
    ieee = kind == 1 and size in _IEEE and not flags & 0x40
    if ieee and struct.unpack_from("<HHBBBBI", content, 8) == _IEEE[size]:
        return np.dtype(f"{order}f{size}"), ""
    if kind == 3 and 1 <= size <= 4096:
        return np.dtype(f"S{size}"), "fixed"
    if kind == 8 and content[8] & 15 == 0:  # an enumeration, as which h5py writes booleans
        return _type(image, offset, content[8:])
    if kind == 9 and flags & 15 == 1 and size == 16:
        return np.dtype("V16"), "heap"
    raise image.wrong(
        offset, f"data must be numbers or texts, not of type {kind} with {size} bytes"
    )


def _shape(image: Image, message: Message) -> tuple[int, ...]:
    content = message.content
    version, rank = content[0], content[1]
    if version not in (1, 2) or rank > RANK_LIMIT or (version == 2 and content[3] == 2):
        raise image.wrong(
            message.offset, f"a shape must have 0..{RANK_LIMIT} dimensions and version 1 or 2"
        )
    start = 8 if version == 1 else 4
    shape = struct.unpack_from(f"<{rank}Q", content, start)
    if prod(shape) > ELEMENT_LIMIT:
        raise image.wrong(
            message.offset, f"a data set must have at most {ELEMENT_LIMIT} values, not {shape}"
        )
    return shape if prod(shape) else (0,)


def _filters(image: Image, message: Message) -> tuple[int, ...]:
    """Return the numbers of a chunk's filters, in the order of writing."""
    content = message.content
    version, count = content[0], content[1]
    if version not in (1, 2) or message.shared:
        raise image.wrong(message.offset, f"filters must be of version 1 or 2, not {version}")
    offset, found = 8 if version == 1 else 2, []
    for _ in range(count):
        (number,) = struct.unpack_from("<H", content, offset)
        if number not in (_GZIP, _SHUFFLE):
            raise image.wrong(message.offset, f"a filter must be gzip or shuffle, not {number}")
        if version == 1:
            name, _, values = struct.unpack_from("<HHH", content, offset + 2)
            offset += 8 + name + 4 * (values + values % 2)
        else:
            _, values = struct.unpack_from("<HH", content, offset + 2)
            offset += 6 + 4 * values
        found.append(number)
    return tuple(found)


def _read(form: _Form, message: Message) -> bytes:
    """Return all bytes of a data set, row after row."""
    image, content = form.image, message.content
    size = prod(form.shape) * form.dtype.itemsize
    image.charge(form.address, size)
    version, kind = content[0], content[1]
    if version != 3 or message.shared:
        raise image.wrong(message.offset, f"a layout must be of version 3, not {version}")
    if size == 0:
        return b""
    if kind == 2:
        rank = content[2] - 1
        root, *chunk = struct.unpack_from(f"<Q{rank + 1}I", content, 3)
        if rank != len(form.shape) or chunk.pop() != form.dtype.itemsize:
            raise image.wrong(message.offset, "chunks must have their data set's dimensions")
        return _chunked(form, root, tuple(chunk))
    if form.filters:
        raise image.wrong(message.offset, "only chunks can have filters")
    if kind == 0:
        (length,) = struct.unpack_from("<H", content, 2)
        start = message.offset + 4
    else:
        start, length = struct.unpack_from("<QQ", content, 2)
    if kind > 1 or start == NOWHERE or length != size:
        raise image.wrong(message.offset, f"a data set of {size} bytes must have them, and has not")
    return image.take(start, size)


def _chunked(form: _Form, root: int, chunk: tuple[int, ...]) -> bytes:
    """Return the bytes of a data set that lies in chunks, each of them present."""
    image = form.image
    if any(not 0 < c <= n for c, n in zip(chunk, form.shape, strict=True)):
        raise image.wrong(form.address, f"chunks must fit {form.shape}, and are {chunk}")
    result = np.empty(form.shape, dtype=form.dtype)
    wanted = prod(-(-n // c) for n, c in zip(form.shape, chunk, strict=True))
    seen: set[tuple[int, ...]] = set()
    nodes = [(root, 99)] if root != NOWHERE else []
    while nodes:
        node, above = nodes.pop()
        image.expect(node, b"TREE")
        kind, level, count = image.unpack("BBH", node + 4)
        if kind != 1 or level >= above:
            raise image.wrong(node, "a tree of chunks must have its leaves below it")
        step = 16 + 8 * (len(chunk) + 1)
        for number in range(count):
            at = node + 24 + number * step
            size, mask, *place = image.unpack(f"II{len(chunk) + 1}Q", at)
            (child,) = image.unpack("Q", at + step - 8)
            if level:
                nodes.append((child, level))
                continue
            start = tuple(place[:-1])
            if start in seen or any(
                p % c or p >= n for p, c, n in zip(start, chunk, form.shape, strict=True)
            ):
                raise image.wrong(at, f"a chunk must lie at its own place, not at {start}")
            seen.add(start)
            block = _unpacked(form, image.take(child, size), mask, chunk, at)
            inside = tuple(slice(0, n - p) for n, p in zip(form.shape, start, strict=True))
            part = block[inside]
            where = zip(start, part.shape, strict=True)
            result[tuple(slice(p, p + n) for p, n in where)] = part
    if len(seen) != wanted:
        raise image.wrong(form.address, f"a data set must have {wanted} chunks, not {len(seen)}")
    return result.tobytes()


def _unpacked(
    form: _Form, raw: bytes, mask: int, chunk: tuple[int, ...], offset: int
) -> NDArray[Any]:
    """Return one chunk with its filters undone; none is unpacked to more than its own size."""
    width = form.dtype.itemsize
    size = prod(chunk) * width
    form.image.charge(offset, size)
    for number, kind in reversed(list(enumerate(form.filters))):
        if mask >> number & 1:
            continue
        if kind == _GZIP:
            try:
                raw = zlib.decompressobj().decompress(raw, size)
            except zlib.error as damage:
                raise form.image.wrong(offset, f"a chunk must be gzip: {damage}") from None
        elif len(raw) == size:
            raw = np.frombuffer(raw, np.uint8).reshape(width, -1).T.tobytes()
    if len(raw) != size:
        raise form.image.wrong(offset, f"a chunk must have {size} bytes, not {len(raw)}")
    return np.frombuffer(raw, dtype=form.dtype).reshape(chunk)


def _texts(form: _Form, values: NDArray[Any]) -> Value:
    """Return texts for what stands for them."""
    image = form.image
    if values.size > TEXT_LIMIT:
        raise image.wrong(
            form.address, f"a data set must have at most {TEXT_LIMIT} texts, not {values.size}"
        )
    if form.text == "fixed":
        texts = [image.text(form.address, bytes(value)) for value in values.ravel().tolist()]
    else:
        texts = [image.heap_text(bytes(value), form.address) for value in values.ravel().tolist()]
    if not form.shape:
        return texts[0]
    found = np.empty(form.shape, dtype=object)
    found[...] = np.array(texts, dtype=object).reshape(form.shape)
    return found
