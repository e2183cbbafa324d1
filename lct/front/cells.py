"""The value of each kind of cell as a bit-vector term.

The meanings are those of yosys' cell library. Whatever IEEE 1800 calls undefined (division by
zero, a read outside a vector, two selects of an exclusive multiplexer) is an unknown of its own: a
proof then holds for every value that a simulator or a synthesis tool may choose.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from bitwuzla import Kind

from spikewright.lct.builder import Builder, Term
from spikewright.lct.front.netlist import Cell

__all__ = ["CELLS", "Pins"]


class Pins(Protocol):
    """What a cell's meaning needs: terms at its pins, and unknowns for what is undefined."""

    builder: Builder

    def pin(self, cell: Cell, name: str) -> Term:
        """The bits at a pin."""

    def undefined(self, cell: Cell, width: int) -> Term:
        """Bits that may be anything."""


def _size(cell: Cell, pin: str) -> int:
    """Bits of the term at a pin: one, a zero, where there are none."""
    return max(len(cell.pins[pin]), 1)


def _signed(cell: Cell) -> bool:
    return bool(cell.number("A_SIGNED")) and bool(cell.number("B_SIGNED"))


def _operands(t: Pins, cell: Cell, least: int = 0) -> tuple[Term, Term, int, bool]:
    """Both operands at the width in which nothing is lost, that width, and their sign."""
    a, b, signed = t.pin(cell, "A"), t.pin(cell, "B"), _signed(cell)
    width = max(_size(cell, "A"), _size(cell, "B"), least)
    return t.builder.resize(a, width, signed), t.builder.resize(b, width, signed), width, signed


def _modular(kind: Any) -> Callable[[Pins, Cell], Term]:
    """An operation whose low bits do not depend on higher ones."""

    def value(t: Pins, cell: Cell) -> Term:
        size = len(cell.pins["Y"])
        a, b, _, _ = _operands(t, cell, size)
        return t.builder.resize(t.builder.term(kind, a, b), size, False)

    return value


def _complement(kind: Any) -> Callable[[Pins, Cell], Term]:
    """As `_modular`, then each bit inverted."""
    inner = _modular(kind)
    return lambda t, c: t.builder.term(Kind.BV_NOT, inner(t, c))


def _unary(kind: Any | None) -> Callable[[Pins, Cell], Term]:
    def value(t: Pins, cell: Cell) -> Term:
        size = len(cell.pins["Y"])
        signed = bool(cell.number("A_SIGNED"))
        a = t.builder.resize(t.pin(cell, "A"), max(size, _size(cell, "A")), signed)
        return t.builder.resize(a if kind is None else t.builder.term(kind, a), size, False)

    return value


def _buffer(t: Pins, cell: Cell) -> Term:
    return t.pin(cell, "A")


def _truth(t: Pins, cell: Cell, pin: str) -> Term:
    """Whether any bit at a pin is 1."""
    a = t.pin(cell, pin)
    return t.builder.negate(t.builder.equal(a, t.builder.number(0, a.sort().bv_size())))


def _flag(t: Pins, cell: Cell, truth: Term) -> Term:
    """A truth value at Y."""
    return t.builder.resize(t.builder.bit(truth), len(cell.pins["Y"]), False)


def _all_ones(t: Pins, cell: Cell) -> Term:
    size = len(cell.pins["A"])
    # Of no bits, all are ones.
    return t.builder.equal(t.pin(cell, "A"), t.builder.number(-1 if size else 0, max(size, 1)))


def _parity(t: Pins, cell: Cell) -> Term:
    b, a = t.builder, t.pin(cell, "A")
    result = b.bits(a, 0, 1)
    for i in range(1, len(cell.pins["A"])):
        result = b.term(Kind.BV_XOR, result, b.bits(a, i, 1))
    return b.truth(result)


def _compare(unsigned: Any, signed: Any) -> Callable[[Pins, Cell], Term]:
    def value(t: Pins, cell: Cell) -> Term:
        a, b, _, is_signed = _operands(t, cell)
        return _flag(t, cell, t.builder.term(signed if is_signed else unsigned, a, b))

    return value


def _equal(t: Pins, cell: Cell) -> Term:
    a, b, _, _ = _operands(t, cell)
    return t.builder.equal(a, b)


def _shift(kind: Any, arithmetic: Any | None = None) -> Callable[[Pins, Cell], Term]:
    def value(t: Pins, cell: Cell) -> Term:
        b, size = t.builder, len(cell.pins["Y"])
        signed = bool(cell.number("A_SIGNED"))
        own = max(size, _size(cell, "A"))
        width = max(own, _size(cell, "B"))
        a = b.resize(t.pin(cell, "A"), own, signed)
        a = b.resize(a, width, signed and arithmetic is not None)
        amount = b.resize(t.pin(cell, "B"), width, False)
        chosen = arithmetic if arithmetic is not None and signed else kind
        return b.resize(b.term(chosen, a, amount), size, False)

    return value


def _shift_either(undefined: bool) -> Callable[[Pins, Cell], Term]:
    """``$shift`` and ``$shiftx``: to the right, and to the left where a signed B is negative."""

    def value(t: Pins, cell: Cell) -> Term:
        b, size = t.builder, len(cell.pins["Y"])
        have = len(cell.pins["A"])
        signed = not undefined and bool(cell.number("A_SIGNED"))
        backwards = bool(cell.number("B_SIGNED"))
        wide = max(size, have, len(cell.pins["B"])) + 1
        amount = b.resize(t.pin(cell, "B"), wide, backwards)
        # A sign fills the width of the result, and zeros come in from above.
        a = b.resize(b.resize(t.pin(cell, "A"), max(size, have), signed), wide, False)
        right = b.resize(b.term(Kind.BV_SHR, a, amount), size, False)
        if undefined:
            right = _in_range(t, cell, right, amount)
        if not backwards:
            return right
        left = b.resize(b.term(Kind.BV_SHL, a, b.term(Kind.BV_NEG, amount)), size, False)
        if undefined:
            left = t.undefined(cell, size)
        negative = b.truth(b.bits(amount, wide - 1, 1))
        return b.choose(negative, left, right)

    return value


def _in_range(t: Pins, cell: Cell, shifted: Term, amount: Term) -> Term:
    """Bits read within a vector at pin A; those outside may be anything."""
    have, size = len(cell.pins["A"]), len(cell.pins["Y"])
    b, free = t.builder, t.undefined(cell, size)
    wide = amount.sort().bv_size()
    parts = []
    for i in range(size):
        inside = b.term(Kind.BV_ULT, amount, b.number(max(have - i, 0), wide))
        parts.append(b.choose(inside, b.bits(shifted, i, 1), b.bits(free, i, 1)))
    return b.join(parts)


def _divide(unsigned: Any, signed: Any, floor: bool) -> Callable[[Pins, Cell], Term]:
    def value(t: Pins, cell: Cell) -> Term:
        b, size = t.builder, len(cell.pins["Y"])
        x, y, width, is_signed = _operands(t, cell, size)
        zero = b.equal(y, b.number(0, width))
        result = b.term(signed if is_signed else unsigned, x, y)
        if floor and is_signed:
            rest = b.term(Kind.BV_SREM, x, y)
            inexact = b.negate(b.equal(rest, b.number(0, width)))
            opposite = b.truth(b.bits(b.term(Kind.BV_XOR, x, y), width - 1, 1))
            less = b.term(Kind.BV_SUB, result, b.number(1, width))
            result = b.choose(b.all([inexact, opposite]), less, result)
        return b.choose(zero, t.undefined(cell, size), b.resize(result, size, False))

    return value


def _mux(t: Pins, cell: Cell) -> Term:
    return t.builder.choose(_truth(t, cell, "S"), t.pin(cell, "B"), t.pin(cell, "A"))


def _parallel_mux(t: Pins, cell: Cell) -> Term:
    """One of several, or A where none is selected; two at once are undefined."""
    b, width = t.builder, len(cell.pins["A"])
    selects, values = t.pin(cell, "S"), t.pin(cell, "B")
    count = len(cell.pins["S"])
    hot = [b.truth(b.bits(selects, i, 1)) for i in range(count)]
    result = t.pin(cell, "A")
    for i in reversed(range(count)):
        result = b.choose(hot[i], b.bits(values, i * width, width), result)
    if count < 2:
        return result
    below = b.term(Kind.BV_SUB, selects, b.number(1, count))
    several = b.negate(b.equal(b.term(Kind.BV_AND, selects, below), b.number(0, count)))
    return b.choose(several, t.undefined(cell, width), result)


def _bit_mux(t: Pins, cell: Cell) -> Term:
    """``$bwmux``: each bit has its own select."""
    b, s = t.builder, t.pin(cell, "S")
    yes = b.term(Kind.BV_AND, t.pin(cell, "B"), s)
    return b.term(Kind.BV_OR, yes, b.term(Kind.BV_AND, t.pin(cell, "A"), b.term(Kind.BV_NOT, s)))


def _binary_mux(t: Pins, cell: Cell) -> Term:
    """``$bmux``: part S of A."""
    b, width = t.builder, len(cell.pins["Y"])
    words = t.pin(cell, "A")
    parts = [b.bits(words, i, width) for i in range(0, len(cell.pins["A"]), width)]
    for i in range(len(cell.pins["S"])):
        select = b.truth(b.bits(t.pin(cell, "S"), i, 1))
        parts = [b.choose(select, parts[k + 1], parts[k]) for k in range(0, len(parts), 2)]
    return parts[0]


def _spread(t: Pins, cell: Cell) -> Term:
    """``$demux``: A at part S, zeros elsewhere."""
    b, width, size = t.builder, len(cell.pins["A"]), len(cell.pins["Y"])
    wide = max(size, len(cell.pins["S"])) + width.bit_length()
    at = b.term(Kind.BV_MUL, b.resize(t.pin(cell, "S"), wide, False), b.number(width, wide))
    return b.bits(b.term(Kind.BV_SHL, b.resize(t.pin(cell, "A"), wide, False), at), 0, size)


def _power(t: Pins, cell: Cell) -> Term:
    """``$pow``: a negative exponent leaves 0, but 1 and -1 keep their size, and 0 has no value."""
    b, size = t.builder, len(cell.pins["Y"])
    base = t.pin(cell, "A")
    have, signed = base.sort().bv_size(), bool(cell.number("A_SIGNED"))
    wide = b.resize(base, size, signed)
    exponent, result = t.pin(cell, "B"), b.number(1, size)
    last = len(cell.pins["B"]) - 1
    for i in reversed(range(last + 1)):
        result = b.term(Kind.BV_MUL, result, result)
        more = b.term(Kind.BV_MUL, result, wide)
        result = b.choose(b.truth(b.bits(exponent, i, 1)), more, result)
    if not _signed(cell):
        return result
    # -1 to a power is 1 or -1, by the lowest bit of the exponent.
    odd = b.truth(b.bits(exponent, 0, 1))
    minus = b.choose(odd, b.number(-1, size), b.number(1, size))
    small = b.choose(b.equal(base, b.number(1, have)), b.number(1, size), b.number(0, size))
    small = b.choose(b.equal(base, b.number(-1, have)), minus, small)
    small = b.choose(b.equal(base, b.number(0, have)), t.undefined(cell, size), small)
    return b.choose(b.truth(b.bits(exponent, last, 1)), small, result)


CELLS: dict[str, Callable[[Pins, Cell], Term]] = {
    "$buf": _buffer,
    "$pos": _unary(None),
    "$not": _unary(Kind.BV_NOT),
    "$neg": _unary(Kind.BV_NEG),
    "$and": _modular(Kind.BV_AND),
    "$or": _modular(Kind.BV_OR),
    "$xor": _modular(Kind.BV_XOR),
    "$xnor": _complement(Kind.BV_XOR),
    "$add": _modular(Kind.BV_ADD),
    "$sub": _modular(Kind.BV_SUB),
    "$mul": _modular(Kind.BV_MUL),
    "$div": _divide(Kind.BV_UDIV, Kind.BV_SDIV, floor=False),
    "$mod": _divide(Kind.BV_UREM, Kind.BV_SREM, floor=False),
    "$divfloor": _divide(Kind.BV_UDIV, Kind.BV_SDIV, floor=True),
    "$modfloor": _divide(Kind.BV_UREM, Kind.BV_SMOD, floor=False),
    "$pow": _power,
    "$reduce_and": lambda t, c: _flag(t, c, _all_ones(t, c)),
    "$reduce_or": lambda t, c: _flag(t, c, _truth(t, c, "A")),
    "$reduce_bool": lambda t, c: _flag(t, c, _truth(t, c, "A")),
    "$reduce_xor": lambda t, c: _flag(t, c, _parity(t, c)),
    "$reduce_xnor": lambda t, c: _flag(t, c, t.builder.negate(_parity(t, c))),
    "$logic_not": lambda t, c: _flag(t, c, t.builder.negate(_truth(t, c, "A"))),
    "$logic_and": lambda t, c: _flag(t, c, t.builder.all([_truth(t, c, "A"), _truth(t, c, "B")])),
    "$logic_or": lambda t, c: _flag(t, c, t.builder.any([_truth(t, c, "A"), _truth(t, c, "B")])),
    "$lt": _compare(Kind.BV_ULT, Kind.BV_SLT),
    "$le": _compare(Kind.BV_ULE, Kind.BV_SLE),
    "$gt": _compare(Kind.BV_UGT, Kind.BV_SGT),
    "$ge": _compare(Kind.BV_UGE, Kind.BV_SGE),
    "$eq": lambda t, c: _flag(t, c, _equal(t, c)),
    "$ne": lambda t, c: _flag(t, c, t.builder.negate(_equal(t, c))),
    "$eqx": lambda t, c: _flag(t, c, _equal(t, c)),
    "$nex": lambda t, c: _flag(t, c, t.builder.negate(_equal(t, c))),
    "$shl": _shift(Kind.BV_SHL),
    "$sshl": _shift(Kind.BV_SHL),
    "$shr": _shift(Kind.BV_SHR),
    "$sshr": _shift(Kind.BV_SHR, Kind.BV_ASHR),
    "$shift": _shift_either(undefined=False),
    "$shiftx": _shift_either(undefined=True),
    "$mux": _mux,
    "$pmux": _parallel_mux,
    "$bwmux": _bit_mux,
    "$bmux": _binary_mux,
    "$demux": _spread,
}
"""By yosys' name of the cell. What is not here has no meaning that a proof may rest on."""
