"""A flat design with one clock: its inputs, outputs, registers, and where each bit comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from spikewright.lct.front.netlist import Bit, Cell, Netlist

__all__ = ["Design", "Memory", "Register", "WritePort"]


@dataclass(frozen=True)
class Register:
    """A register.

    Attributes
    ----------
    data : tuple of Bit
        What it takes at the clock's edge, lowest bit first.
    init : str or None
        Bits at power-on, highest first, ``x`` where not given.
    load : tuple of Bit or None
        What an asynchronous reset loads; None where the register has none.
    place : str
        FILE:LINE:COLUMN.
    """

    name: str
    bits: tuple[Bit, ...]
    data: tuple[Bit, ...]
    init: str | None
    load: tuple[Bit, ...] | None
    place: str


@dataclass(frozen=True)
class WritePort:
    """A port that writes at every edge of the clock.

    Attributes
    ----------
    address, data, enable : tuple of Bit
        Lowest first; the address is as wide as that of the highest word, or wider, and each bit of
        the data has its own enable.
    over : frozenset of int
        Ports before this one, by number, whose bits it overwrites where both write at once; those
        of the others are then undefined.
    """

    address: tuple[Bit, ...]
    data: tuple[Bit, ...]
    enable: tuple[Bit, ...]
    over: frozenset[int]


@dataclass(frozen=True)
class Memory:
    """A memory too large for a register a word.

    Attributes
    ----------
    width, depth : int
        Bits of a word, at least 1, and words.
    offset : int
        Address of the lowest word.
    init : tuple of str
        Each word at power-on, highest bit first, ``x`` where not given.
    writes : tuple of WritePort
        In the order in which they write.
    cell : Cell
        Where all of them are in the netlist.
    """

    name: str
    width: int
    depth: int
    offset: int
    init: tuple[str, ...] = field(repr=False)
    writes: tuple[WritePort, ...] = field(repr=False)
    cell: Cell = field(repr=False)

    @property
    def index(self) -> int:
        """Bits of a word's number."""
        return max(1, (self.depth - 1).bit_length())


@dataclass(frozen=True)
class Design:
    """What `load_source` returns: nothing in it is refused, every cell has a meaning.

    Attributes
    ----------
    inputs, outputs : dict of str to int
        Ports and their widths; clock and reset are in neither.
    registers : dict of str to Register
    memories : dict of str to Memory
        Those whose words are no registers.
    clock, reset : str or None
        The inputs that serve as such, where the design has them.
    reset_active : int
        The value at which the reset input resets.
    language : str
        ``verilog`` or ``amaranth``.
    parameters : mapping of str to int
        Those that the top module of `verilog` needs, to be this design.
    """

    name: str
    netlist: Netlist
    inputs: dict[str, int]
    outputs: dict[str, int]
    registers: dict[str, Register]
    memories: dict[str, Memory]
    clock: str | None
    reset: str | None
    reset_active: int
    language: str
    _origins: dict[Bit, tuple[str, str, int]] = field(repr=False)
    _verilog: Callable[[], tuple[str, ...]] = field(repr=False)
    parameters: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def verilog(self) -> tuple[str, ...]:
        """Sources that a simulator can run: the files, or Verilog made from Amaranth."""
        return self._verilog()

    def width(self, name: str) -> int:
        """Bits of a port, register or wire."""
        return len(self.bits(name))

    def bits(self, name: str) -> tuple[Bit, ...]:
        """The bits of a port, register or wire, lowest first.

        Raises
        ------
        KeyError
            There is none.
        """
        if name in self.netlist.ports:
            return self.netlist.ports[name].bits
        if name in self.registers:
            return self.registers[name].bits
        return self.netlist.nets[name].bits

    def origin(self, bit: Bit) -> tuple[str, str, int]:
        """Where a bit comes from: kind, name, and which bit of it.

        Kinds: ``symbol`` (an input or register), ``cell`` (its pin Y), ``open`` (the source says
        x), ``undriven``, ``constant``.
        """
        if bit in ("0", "1"):
            return "constant", str(bit), 0
        if isinstance(bit, str):
            return "open", bit, 0
        found = self._origins.get(bit)
        if found is None and (start := self.netlist.source(bit)) != bit:
            return self.origin(start)
        if found is None and bit in self.netlist.drivers:
            cell, _, i = self.netlist.drivers[bit]
            found = "cell", cell.name, i
        return found or ("undriven", str(bit), 0)

    def cells_behind(self, bits: Sequence[Bit]) -> Iterator[Cell]:
        """The cells that drive some bits directly."""
        seen = set()
        for bit in bits:
            kind, name, _ = self.origin(bit)
            if kind == "cell" and name not in seen:
                seen.add(name)
                yield self.netlist.cells[name]
