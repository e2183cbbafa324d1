"""A NIR file as nested dictionaries of arrays and texts; nothing of it is trusted.

`nir.read` would build NIR's nodes from it with HDF5's library; see `nir_image` why that is not
called. Reading needs no further package.
"""

from __future__ import annotations

from pathlib import Path

from spikewright.tools.formats.nir_dataset import Value, read_dataset
from spikewright.tools.formats.nir_image import NOWHERE, Image
from spikewright.tools.formats.report import read_bytes

__all__ = ["FILE_LIMIT", "Tree", "read_tree"]

Tree = dict[str, "Tree | Value"]

FILE_LIMIT = 256 * 2**20
"""Bytes of one file."""

DEPTH_LIMIT = 24
OBJECT_LIMIT = 100_000
SIGNATURE = b"\x89HDF\r\n\x1a\n"
_SYMBOLS, _LINK_INFO, _LINK = 0x11, 0x02, 0x06
_SOFT_LINK = 2


def read_tree(path: Path) -> Tree:
    """Return the groups and data sets of a file.

    Parameters
    ----------
    path : Path
        An HDF5 file of the form that NIR's own writer gives.

    Raises
    ------
    FormatError
        For any file that is damaged, too large, leads out of itself, or uses newer parts of HDF5.
    """
    image = Image(read_bytes(path, FILE_LIMIT), path.name)
    image.expect(0, SIGNATURE)
    version, offsets, lengths = image.unpack("BxxxxBB", 8)
    (base,) = image.unpack("Q", 24)
    if (version, offsets, lengths, base) != (0, 8, 8, 0):
        raise image.wrong(
            8,
            "the file must be HDF5 with superblock 0, as nir.write gives it, not with "
            f"superblock {version}",
        )
    (root,) = image.unpack("Q", 64)
    return _Walk(image).group(root, 0)


class _Walk:
    """The way through a file's groups, each object met once."""

    def __init__(self, image: Image) -> None:
        self.image = image
        self._seen: set[int] = set()

    def group(self, address: int, depth: int) -> Tree:
        """Return what the group with this header holds."""
        found = self.object(address, depth)
        if not isinstance(found, dict):
            raise self.image.wrong(address, "the file must begin with a group, not with data")
        return found

    def object(self, address: int, depth: int) -> Tree | Value:
        """Return what the header at this address stands for."""
        if address in self._seen:
            raise self.image.wrong(address, "an object must have one name, and has two")
        self._seen.add(address)
        if depth > DEPTH_LIMIT or len(self._seen) > OBJECT_LIMIT:
            raise self.image.wrong(
                address,
                f"groups must be at most {DEPTH_LIMIT} deep, with {OBJECT_LIMIT} objects in all",
            )
        messages = self.image.messages(address)
        for message in messages:
            if message.kind in (_LINK, _LINK_INFO):
                raise self.image.wrong(
                    message.offset,
                    "groups must be symbol tables, as nir.write gives them where all names are "
                    "ASCII",
                )
        tables = [message for message in messages if message.kind == _SYMBOLS]
        if not tables:
            return read_dataset(self.image, address, messages)
        tree, heap = self.image.unpack("QQ", tables[0].offset)
        return self._entries(tree, heap, depth + 1)

    def _entries(self, root: int, heap: int, depth: int) -> Tree:
        """Return all members of a group."""
        found: Tree = {}
        nodes = [(root, 99)]
        while nodes:
            node, above = nodes.pop()
            if above == 0:
                self._leaf(node, heap, depth, found)
                continue
            self.image.expect(node, b"TREE")
            kind, level, count = self.image.unpack("BBH", node + 4)
            if kind != 0 or level >= above:
                raise self.image.wrong(node, "a tree of names must have its leaves below it")
            children = [self.image.unpack("Q", node + 32 + 16 * i)[0] for i in range(count)]
            nodes += [(child, level) for child in reversed(children)]
        return found

    def _leaf(self, node: int, heap: int, depth: int, found: Tree) -> None:
        """Add the members that one leaf of a group's tree names."""
        self.image.expect(node, b"SNOD")
        (count,) = self.image.unpack("H", node + 6)
        for number in range(count):
            at = node + 8 + 40 * number
            offset, address, cache = self.image.unpack("QQI", at)
            name = self.image.heap_name(heap, offset)
            if cache == _SOFT_LINK or address == NOWHERE:
                raise self.image.wrong(at, f"{name!r} must be an object of the file, not a link")
            if name in found:
                raise self.image.wrong(at, f"a group must name {name!r} once, and does twice")
            found[name] = self.object(address, depth)
