"""The register map: read from hdl/registers.rdl, and the files that are written from it.

The description is SystemRDL, read by systemrdl-compiler. Whoever does not have it can still tell
whether the files are up to date: each carries a digest of the description that it was written from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spikewright.lct.generate import Change, write_file
from spikewright.tools.errors import UserError
from spikewright.tools.registers_ipxact import memory_maps
from spikewright.tools.registers_render import c_header, constants, page, unit

__all__ = ["Choice", "Field", "Map", "Register", "generate_registers", "read_registers"]

ROOT = Path(__file__).resolve().parent.parent
DESCRIPTION = Path("hdl/registers.rdl")


@dataclass(frozen=True)
class Choice:
    """A named value of a field."""

    name: str
    value: int
    text: str


@dataclass(frozen=True)
class Field:
    """Bits `low` to `low + width - 1` of a register; `reset` is None where hardware decides."""

    name: str
    low: int
    width: int
    access: str
    constant: bool
    reset: int | None
    text: str
    choices: tuple[Choice, ...] = ()
    choices_name: str = ""


@dataclass(frozen=True)
class Register:
    """A word at byte offset `offset`, or `count` of them side by side where it is an array."""

    name: str
    offset: int
    count: int
    text: str
    fields: tuple[Field, ...]

    @property
    def words(self) -> int:
        """Words that it takes."""
        return max(1, self.count)

    @property
    def writable(self) -> int:
        """Mask of the bits that can be written."""
        return sum(((1 << f.width) - 1) << f.low for f in self.fields if "w" in f.access)

    @property
    def constant(self) -> bool:
        """Whether nothing changes it."""
        return all(f.constant for f in self.fields)


@dataclass(frozen=True)
class Map:
    """All registers; `digest` is the description's, `top` what systemrdl-compiler made of it."""

    title: str
    text: str
    registers: tuple[Register, ...]
    digest: str
    top: Any


def read_registers(path: Path = ROOT / DESCRIPTION) -> Map:
    """Read a description.

    Raises
    ------
    UserError
        It has an error, or systemrdl-compiler is not installed.
    """
    try:
        from systemrdl.compiler import RDLCompiler
        from systemrdl.messages import MessagePrinter, RDLCompileError
    except ImportError:
        raise UserError(
            f"{path.name} is newer than the files written from it, and systemrdl-compiler must be "
            "installed to write them again: pip install systemrdl-compiler peakrdl-cheader"
        ) from None

    messages: list[str] = []

    class Printer(MessagePrinter):
        """Keeps the messages instead of printing them."""

        def emit_message(self, lines: list[str]) -> None:
            messages.extend(lines)

    compiler = RDLCompiler(message_printer=Printer())
    try:
        compiler.compile_file(str(path))
        top = compiler.elaborate().top
    except RDLCompileError as error:
        raise UserError("\n".join([f"{path.name} must compile: {error}", *messages])) from None
    registers = tuple(_register(node) for node in top.registers())
    text = top.get_property("desc") or ""
    return Map(top.get_property("name"), text, registers, _digest(path), top)


def _register(node: Any) -> Register:
    count = node.array_dimensions[0] if node.is_array else 0
    fields = tuple(_field(f) for f in node.fields())
    return Register(
        node.inst_name, node.raw_address_offset, count, node.get_property("desc") or "", fields
    )


def _field(node: Any) -> Field:
    encode = node.get_property("encode")
    members = list(encode.members.values()) if encode else []
    choices = tuple(Choice(m.name, m.value, m.rdl_desc or "") for m in members)
    access = ("r" if node.is_sw_readable else "") + ("w" if node.is_sw_writable else "")
    if node.get_property("onwrite") is not None:
        access += " 1 to clear"
    text, reset = node.get_property("desc") or "", node.get_property("reset")
    name = encode.type_name if encode else ""
    return Field(
        node.inst_name,
        node.low,
        node.width,
        access,
        not node.is_hw_writable and access == "r",
        reset,
        text,
        choices,
        name,
    )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


FILES: dict[str, Callable[[Map], str]] = {
    "hdl/register_map.py": constants,
    "hdl/registers.md": page,
    "hdl/registers.xml": memory_maps,
    "hdl/spikewright.h": c_header,
    "lct/units/registers.lct.md": unit,
}
"""Each file, and what writes it."""


def generate_registers(*, check: bool = False, root: Path = ROOT) -> list[Change]:
    """Bring the files that are written from the register map up to date.

    Parameters
    ----------
    check : bool
        Change nothing, only compare.
    root : Path
        Folder in which hdl/ and lct/ lie.

    Returns
    -------
    list of Change
        What was changed, or with `check` what would be.
    """
    path = root / DESCRIPTION
    if not _compiler() and all(_current(root / name, _digest(path)) for name in FILES):
        return []
    registers = read_registers(path)
    changes = []
    for name, render in FILES.items():
        file, new = root / name, render(registers)
        old = file.read_text(encoding="utf-8") if file.is_file() else None
        if old != new:
            changes.append(Change(file, "new" if old is None else "changed", old or "", new))
    for change in changes if not check else []:
        write_file(change.path, change.new)
    return changes


def _compiler() -> bool:
    from importlib.util import find_spec

    return find_spec("systemrdl") is not None and find_spec("peakrdl_cheader") is not None


def _current(file: Path, digest: str) -> bool:
    return file.is_file() and digest in file.read_text(encoding="utf-8")
