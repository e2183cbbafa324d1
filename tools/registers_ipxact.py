"""The register map in the words of IP-XACT (IEEE 1685-2014): the memory map of a component."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from spikewright.tools.registers import Field, Map, Register

__all__ = ["MEMORY_MAP", "memory_maps"]

MEMORY_MAP = "registers"
"""Name of the memory map, to which the slave interface refers."""

_ACCESS = {"r": "read-only", "w": "write-only", "rw": "read-write"}


def memory_maps(registers: Map) -> str:
    """Return the element `ipxact:memoryMaps`, with the digest of the description."""
    return "\n".join(_lines(registers)) + "\n"


def _lines(registers: Map) -> Iterator[str]:
    last = registers.registers[-1]
    yield "<!-- Generated from registers.rdl: do not edit, change the description."
    yield f"     Written by: spikewright generate. Description: {registers.digest} -->"
    yield "<ipxact:memoryMaps>"
    yield "  <ipxact:memoryMap>"
    yield f"    <ipxact:name>{MEMORY_MAP}</ipxact:name>"
    yield "    <ipxact:addressBlock>"
    yield "      <ipxact:name>spikewright</ipxact:name>"
    yield f"      <ipxact:description>{escape(registers.text)}</ipxact:description>"
    yield "      <ipxact:baseAddress>'h0</ipxact:baseAddress>"
    yield f"      <ipxact:range>'h{last.offset + 4 * last.words:x}</ipxact:range>"
    yield "      <ipxact:width>32</ipxact:width>"
    for register in registers.registers:
        yield from _register(register)
    yield "    </ipxact:addressBlock>"
    yield "    <ipxact:addressUnitBits>8</ipxact:addressUnitBits>"
    yield "  </ipxact:memoryMap>"
    yield "</ipxact:memoryMaps>"


def _register(register: Register) -> Iterator[str]:
    yield "      <ipxact:register>"
    yield f"        <ipxact:name>{register.name}</ipxact:name>"
    yield f"        <ipxact:description>{escape(register.text)}</ipxact:description>"
    if register.count:
        yield f"        <ipxact:dim>{register.count}</ipxact:dim>"
    yield f"        <ipxact:addressOffset>'h{register.offset:x}</ipxact:addressOffset>"
    yield "        <ipxact:size>32</ipxact:size>"
    for field in register.fields:
        yield from _field(field)
    yield "      </ipxact:register>"


def _field(field: Field) -> Iterator[str]:
    yield "        <ipxact:field>"
    yield f"          <ipxact:name>{field.name}</ipxact:name>"
    yield f"          <ipxact:description>{escape(field.text)}</ipxact:description>"
    yield f"          <ipxact:bitOffset>{field.low}</ipxact:bitOffset>"
    if field.reset is not None:
        value = f"<ipxact:value>'h{field.reset:x}</ipxact:value>"
        yield f"          <ipxact:resets><ipxact:reset>{value}</ipxact:reset></ipxact:resets>"
    yield f"          <ipxact:bitWidth>{field.width}</ipxact:bitWidth>"
    yield f"          <ipxact:access>{_ACCESS[field.access.split()[0]]}</ipxact:access>"
    if field.choices:
        yield "          <ipxact:enumeratedValues>"
        for choice in field.choices:
            yield "            <ipxact:enumeratedValue>"
            yield f"              <ipxact:name>{choice.name}</ipxact:name>"
            yield f"              <ipxact:description>{escape(choice.text)}</ipxact:description>"
            yield f"              <ipxact:value>{choice.value}</ipxact:value>"
            yield "            </ipxact:enumeratedValue>"
        yield "          </ipxact:enumeratedValues>"
    if "1 to clear" in field.access:
        yield "          <ipxact:modifiedWriteValue>oneToClear</ipxact:modifiedWriteValue>"
    yield "        </ipxact:field>"
