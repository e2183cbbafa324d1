"""A unit's symbols in a design: where each bit stands, and in which code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from spikewright.lct.builder import Builder, Term
from spikewright.lct.compare.mapping import Entry, Mapping, MappingError
from spikewright.lct.evaluate import pack
from spikewright.lct.front.design import Design
from spikewright.lct.ir import Symbol, Unit
from spikewright.lct.types import Array, Enum, Int, Struct, Type

__all__ = ["Binding", "Wire"]

_MOST_CODES = 1 << 12


@dataclass(frozen=True)
class Wire:
    """Bits of an HDL name that stand for a part of a symbol.

    Attributes
    ----------
    offset, kind : int, Type
        The part: its lowest bit within the symbol, and its type.
    name, low, width : str, int, int
        The bits in the HDL.
    code : tuple of (int, int)
        Packed value of the part, number in the HDL; empty where both are the same.
    """

    offset: int
    kind: Type
    name: str
    low: int
    width: int
    code: tuple[tuple[int, int], ...] = ()

    def encode(self, b: Builder, part: Term) -> Term:
        """The HDL's number for a value of the part."""
        if not self.code:
            return part
        result = b.number(self.code[-1][1], self.width)
        for value, number in self.code[:-1]:
            here = b.equal(part, b.number(value, self.kind.width))
            result = b.choose(here, b.number(number, self.width), result)
        return result

    def encode_value(self, part: int) -> int:
        """As `encode`, of a packed number."""
        return dict(self.code).get(part, 0) if self.code else part

    def decode_value(self, number: int) -> int | None:
        """The part's packed value; None where the HDL's number stands for none."""
        if not self.code:
            return number
        return next((value for value, n in self.code if n == number), None)


class Binding:
    """A unit's symbols in a design.

    Parameters
    ----------
    unit : Unit
    design : Design
    mapping : Mapping

    Attributes
    ----------
    wires : dict of str to tuple of Wire
        By symbol, covering all of its bits; symbols that have none are not in it.
    widths : dict of str to int
        Bits that the HDL gives a symbol, where that is another number than the table's.
    missing : list of str
        Symbols that the HDL has no name for.
    fixed : dict of str to int
        Registers whose name stands for a constant in the HDL, and its bits: a tool that finds a
        register always the same leaves it out.

    Raises
    ------
    MappingError
        An entry names what does not exist, or does not fit.
    """

    def __init__(self, unit: Unit, design: Design, mapping: Mapping | None = None) -> None:
        self.unit, self.design = unit, design
        self.wires: dict[str, tuple[Wire, ...]] = {}
        self.widths: dict[str, int] = {}
        self.missing: list[str] = []
        self.fixed: dict[str, int] = {}
        given: dict[str, list[tuple[Entry, int, Type]]] = {}
        for entry in mapping.entries if mapping else ():
            symbol, offset, kind = self._part(entry)
            given.setdefault(symbol.name, []).append((entry, offset, kind))
        for symbol in unit.symbols.values():
            if symbol.name in given:
                self.wires[symbol.name] = tuple(self._given(symbol, given[symbol.name]))
            else:
                self._usual(symbol)
        self._check_overlap()

    # ---- names

    def known(self, symbol: Symbol) -> dict[str, int]:
        """Names of the HDL that may stand for a symbol, with their widths."""
        if symbol.role == "register":
            return {n: len(r.bits) for n, r in self.design.registers.items()}
        return self.design.inputs if symbol.role == "input" else self.design.outputs

    def _part(self, entry: Entry) -> tuple[Symbol, int, Type]:
        """The symbol of an entry, and which part of it."""
        names = [n for n in self.unit.symbols if entry.symbol == n]
        names += [n for n in self.unit.symbols if re.match(re.escape(n) + r"[.\[]", entry.symbol)]
        if not names:
            raise entry.wrong(f"must name a symbol of {self.unit.name}, not {entry.symbol}")
        symbol = self.unit.symbols[max(names, key=len)]
        offset, kind = 0, symbol.type
        for step in re.findall(r"\.(\w+)|\[(\d+)\]", entry.symbol[len(symbol.name) :]):
            if step[0] and isinstance(kind, Struct) and kind.field(step[0]) is not None:
                offset, kind = offset + kind.offset(step[0]), dict(kind.fields)[step[0]]
            elif step[1] and isinstance(kind, Array) and int(step[1]) < kind.length:
                offset, kind = offset + int(step[1]) * kind.element.width, kind.element
            else:
                raise entry.wrong(f"must name a part of {symbol.name} that exists")
        return symbol, offset, kind

    def _given(self, symbol: Symbol, parts: list[tuple[Entry, int, Type]]) -> Iterator[Wire]:
        at = 0
        for entry, offset, kind in sorted(parts, key=lambda p: p[1]):
            known = self.known(symbol)
            if entry.name not in known:
                role = f"{symbol.role}s" if symbol.role == "register" else f"{symbol.role} ports"
                names = ", ".join(known) or "none"
                raise entry.wrong(f"must name one of the {role}, {names}, not {entry.name}")
            high = known[entry.name] - 1 if entry.high is None else entry.high
            low = entry.low or 0
            if high >= known[entry.name]:
                bits = known[entry.name]
                raise entry.wrong(f"must stay within the {bits} bits of {entry.name}")
            width = high - low + 1
            if not entry.code and width != kind.width:
                raise entry.wrong(f"must name {kind.width} bits, not {width}")
            if offset != at:
                raise entry.wrong(f"must follow on the part of {symbol.name} before it")
            at = offset + kind.width
            yield Wire(offset, kind, entry.name, low, width, _code(entry, kind, width))
        if at != symbol.type.width:
            raise parts[-1][0].wrong(f"must leave no part of {symbol.name} without a name")

    def _usual(self, symbol: Symbol) -> None:
        known = self.known(symbol)
        for name in self.spellings(symbol.name):
            if known.get(name) == symbol.type.width:
                self.wires[symbol.name] = (Wire(0, symbol.type, name, 0, symbol.type.width),)
                return
            if name in known:
                self.widths[symbol.name] = known[name]
                return
        parts = list(_fields(symbol.name, symbol.type))
        if len(parts) > 1:
            found = [
                Wire(offset, kind, name, 0, kind.width)
                for path, offset, kind in parts
                for name in self.spellings(path)[:1]
                if known.get(name) == kind.width
            ]
            if len(found) == len(parts):
                self.wires[symbol.name] = tuple(found)
                return
        constant = self._constant(symbol) if symbol.role == "register" else None
        if constant is None:
            self.missing.append(symbol.name)
        else:
            self.fixed[symbol.name] = constant

    def _constant(self, symbol: Symbol) -> int | None:
        """The bits of a net of a symbol's name and width, where they never change."""
        netlist = self.design.netlist
        for name in self.spellings(symbol.name):
            net = netlist.nets.get(name)
            bits = netlist.sources(net.bits) if net is not None else ()
            if len(bits) == symbol.type.width and {*bits} <= {"0", "1"}:
                return sum(1 << i for i, bit in enumerate(bits) if bit == "1")
        return None

    def spellings(self, path: str) -> list[str]:
        """Names that the HDL may have for a symbol; a register in an instance has a dot."""
        usual, short = path.replace(".", "__"), path.replace(".", "_")
        others = [n for n in self.unit.symbols if n != path and n.replace(".", "_") == short]
        owner, _, rest = path.partition(".")
        inner = f"{owner}.{rest.replace('.', '__')}" if rest else path
        return list(dict.fromkeys((usual, inner) if others else (usual, short, inner)))

    def _check_overlap(self) -> None:
        owner: dict[tuple[str, str, int], str] = {}
        for symbol in self.unit.symbols.values():
            for wire in self.wires.get(symbol.name, ()):
                for bit in range(wire.low, wire.low + wire.width):
                    other = owner.setdefault((symbol.role, wire.name, bit), symbol.name)
                    # Parts of one symbol cannot share a bit either, but then the name is the same.
                    if other != symbol.name:
                        raise MappingError(
                            f"Bit {bit} of {wire.name} must stand for one symbol, "
                            f"not for {other} and {symbol.name}"
                        )

    # ---- values

    def encode(self, b: Builder, symbol: Symbol, term: Term) -> Term:
        """A symbol's value as the HDL writes it: its wires, the first in the low bits."""
        return b.join(
            [w.encode(b, b.bits(term, w.offset, w.kind.width)) for w in self.wires[symbol.name]]
        )

    def actual(self, b: Builder, symbol: Symbol, value: Callable[[str], Term]) -> Term:
        """The same bits from the HDL, where `value` gives the term of a name."""
        return b.join([b.bits(value(w.name), w.low, w.width) for w in self.wires[symbol.name]])

    def bound(self, b: Builder, term: Callable[[Symbol], Term]) -> dict[str, Term]:
        """What `DesignTerms` binds: each input and register that stands for symbols."""
        pieces: dict[str, dict[int, Term]] = {}
        for symbol in self.unit.symbols.values():
            if symbol.role == "output":
                continue
            for w in self.wires.get(symbol.name, ()):
                part = w.encode(b, b.bits(term(symbol), w.offset, w.kind.width))
                pieces.setdefault(w.name, {})[w.low] = part
        return {name: self._whole(b, name, parts) for name, parts in pieces.items()}

    def _whole(self, b: Builder, name: str, parts: dict[int, Term]) -> Term:
        """A name's term; bits that stand for nothing are unknown."""
        terms, at = [], 0
        for low in sorted(parts):
            if low > at:
                terms.append(b.unknown(f"hdl {name} {low - 1}:{at}", low - at))
            terms.append(parts[low])
            at = low + parts[low].sort().bv_size()
        width = self.design.width(name)
        if width > at:
            terms.append(b.unknown(f"hdl {name} {width - 1}:{at}", width - at))
        return b.join(terms)

    def encode_values(self, values: Callable[[Symbol], int], *roles: str) -> dict[str, int]:
        """Numbers of the HDL by name, from packed values of the symbols of some roles."""
        result: dict[str, int] = {}
        for symbol in self.unit.symbols.values():
            if symbol.role in roles:
                for w in self.wires.get(symbol.name, ()):
                    part = (values(symbol) >> w.offset) & ((1 << w.kind.width) - 1)
                    result[w.name] = result.get(w.name, 0) | w.encode_value(part) << w.low
        return result

    def decode(self, symbol: Symbol, value: Callable[[str], int]) -> int | None:
        """A symbol's packed value from numbers of the HDL; None where a code has no such number."""
        result = 0
        for w in self.wires[symbol.name]:
            part = w.decode_value((value(w.name) >> w.low) & ((1 << w.width) - 1))
            if part is None:
                return None
            result |= part << w.offset
        return result


def _fields(path: str, kind: Type, offset: int = 0) -> Iterator[tuple[str, int, Type]]:
    """The parts of a struct that are no structs, each with its path."""
    if isinstance(kind, Struct):
        for name, part in kind.fields:
            yield from _fields(f"{path}.{name}", part, offset + kind.offset(name))
    else:
        yield path, offset, kind


def _code(entry: Entry, kind: Type, width: int) -> tuple[tuple[int, int], ...]:
    """The code of an entry: every value of the type once, each with a number of its own."""
    if not entry.code:
        return ()
    if isinstance(kind, Enum):
        values = dict(kind.members)
    elif isinstance(kind, Int) and kind.width <= _MOST_CODES.bit_length() - 1:
        values = {str(v): v for v in range(kind.low, kind.high + 1)}
    else:
        raise entry.wrong(f"must give a code to an enumeration or a small integer, not to {kind}")
    # People write the names of the table in the case of their HDL.
    folded = {name.lower(): value for name, value in values.items()}
    code: dict[int, int] = {}
    for name, number in entry.code:
        value = values.get(name, folded.get(name.lower()))
        if value is None:
            raise entry.wrong(f"must give its code for {', '.join(values)}, not for {name}")
        if number >> width:
            raise entry.wrong(f"must give numbers of {width} bits, not {number}")
        if pack(value, kind) in code or number in code.values():
            raise entry.wrong(f"must give each value one number of its own, not {name}:{number}")
        code[pack(value, kind)] = number
    left = [name for name, value in values.items() if pack(value, kind) not in code]
    if left:
        raise entry.wrong(f"must give a number to each value, not leave out {', '.join(left)}")
    return tuple(code.items())
