"""A design in the symbols of a table: the words that its outputs and registers become."""

from __future__ import annotations

import re
from collections.abc import Sequence

from spikewright.lct.compare.binding import Binding
from spikewright.lct.compare.mapping import Entry, Mapping
from spikewright.lct.compare.sides import HdlSide
from spikewright.lct.decoder.proof import Undecodable
from spikewright.lct.decoder.word import Word
from spikewright.lct.decoder.words import Words
from spikewright.lct.front.arrays import READ
from spikewright.lct.front.design import Design
from spikewright.lct.front.netlist import Bit
from spikewright.lct.ir import Symbol, Unit
from spikewright.lct.types import Int, Type

__all__ = ["Scene"]


class Scene:
    """A design and the signals that its table shall have.

    Registers that the HDL has and the signals lack become signals of their own; those that the
    signals have and the HDL lacks are left out.

    Attributes
    ----------
    unit : Unit
        Nothing but the symbols.
    mapping : Mapping
        What was given, and the names of registers that the signals lack.
    present : dict of str to Word
        Inputs and registers now.

    Raises
    ------
    Undecodable
        A port is missing, spare, or of another width.
    """

    def __init__(self, design: Design, signals: Unit, mapping: Mapping) -> None:
        self.design, self.signals = design, signals
        binding = Binding(signals, design, mapping)
        self._check(binding)
        symbols = {n: s for n, s in signals.symbols.items() if n in binding.wires}
        for cell in design.netlist.kinds(READ):
            memory = cell.parameters["MEMORY"]
            raise Undecodable(f"memory {memory} of {design.name} is too large for registers")
        needed = _needed(design, binding)
        used = {w.name for wires in binding.wires.values() for w in wires}
        entries = list(mapping.entries)
        for hdl, register in design.registers.items():
            if hdl in needed - used:
                name = _free_name(hdl, symbols)
                symbols[name] = Symbol(name, Int(len(register.bits)), "register", name)
                entries.append(Entry(f"{name}={hdl}", name, hdl))
        self.unit = Unit(signals.name, signals.document, symbols=symbols)
        self.mapping = Mapping(tuple(entries), mapping.reset)
        self.binding = Binding(self.unit, design, self.mapping)
        self.words = Words()
        self.present: dict[str, Word] = {
            s.name: self.words.unknown(s.name, s.type.width)
            for s in symbols.values()
            if s.role != "output"
        }
        self._side = HdlSide(self.binding, self.words, self.present)
        self._reset = HdlSide(self.binding, self.words, self.present, reset=True)

    def _check(self, binding: Binding) -> None:
        name = self.design.name
        for symbol in self.signals.symbols.values():
            if symbol.name in binding.widths:
                raise Undecodable(
                    f"{symbol.name} of {name} has {binding.widths[symbol.name]} bits in the HDL, "
                    f"not {symbol.type.width}"
                )
            if symbol.name not in binding.wires and symbol.role != "register":
                raise Undecodable(f"{symbol.role} {symbol.name} is not in the HDL of {name}")
        side = HdlSide(binding, Words(), {})
        for role in ("input", "output"):
            for port in side.spare(role):
                raise Undecodable(f"{role} {port} of {name} is none of the signals")

    @property
    def types(self) -> list[Type]:
        """Types of all symbols."""
        return [s.type for s in self.unit.symbols.values()]

    @property
    def targets(self) -> list[Symbol]:
        """Outputs and registers."""
        return [s for s in self.unit.symbols.values() if s.role != "input"]

    def bits(self, bits: Sequence[Bit]) -> Word:
        """Some bits of the design."""
        found: Word = self._side.terms.bits(bits)
        return found

    def value(self, symbol: Symbol) -> Word:
        """An output now, or a register after the next edge of the clock."""
        return self._value(self._side, symbol)

    def _value(self, side: HdlSide, symbol: Symbol, *, loaded: bool = False) -> Word:
        parts = []
        for wire in self.binding.wires[symbol.name]:
            register = self.design.registers.get(wire.name)
            if symbol.role != "register" or register is None:
                bits = self.design.bits(wire.name)
            elif loaded and register.load is not None:
                bits = register.load
            else:
                bits = register.data
            number: Word = side.terms.bits(bits[wire.low : wire.low + wire.width])
            if wire.code:
                number = self._decoded(number, wire.code, wire.kind.width)
            parts.append(number)
        return self.words.cat(tuple(parts))

    def _decoded(self, number: Word, code: Sequence[tuple[int, int]], width: int) -> Word:
        result = self.words.number(code[-1][0], width)
        for value, written in code[:-1]:
            here = self.words.equal(number, self.words.number(written, number.width))
            result = self.words.choose(here, self.words.number(value, width), result)
        return result

    def reset(self, symbol: Symbol) -> int:
        """A register's packed value after reset."""
        word = self._value(self._reset, symbol, loaded=True)
        if self.design.reset is None or word.op != "const":
            raise Undecodable(f"register {symbol.name} of {self.design.name} has no reset value")
        return int(word.value)

    def meaning(self, name: str) -> str:
        """What the signals say of a register."""
        return self.signals.signals[name].meaning if name in self.signals.signals else ""


def _needed(design: Design, binding: Binding) -> set[str]:
    """Registers on which outputs and the known registers depend, now or later."""
    known = {w.name for wires in binding.wires.values() for w in wires}
    todo = [design.bits(n) for n in design.outputs]
    todo += [design.registers[n].data for n in known if n in design.registers]
    found: set[str] = set()
    cells: set[str] = set()
    while todo:
        bits = todo.pop()
        for bit in bits:
            kind, name, _ = design.origin(bit)
            if kind == "symbol" and name in design.registers and name not in found:
                found.add(name)
                todo.append(design.registers[name].data)
        for cell in design.cells_behind(bits):
            if cell.name not in cells:
                cells.add(cell.name)
                todo += [pins for pin, pins in cell.pins.items() if pin not in cell.outputs]
    return found


def _free_name(hdl: str, symbols: dict[str, Symbol]) -> str:
    name = re.sub(r"\W", "_", hdl)
    name = name if name[0].isalpha() else f"r{name}"
    while name in {n.partition(".")[0] for n in symbols}:
        name += "_"
    return name
