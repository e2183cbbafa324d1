"""Operations of the table language as Amaranth values, for the generated sources.

Each has the value and the exact shape that `evaluate` and `scope` give it. Python integers may
stand wherever a value is read.
"""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Cat, Const, Elaboratable, Module, Mux, Shape, Signal, Value, ValueLike
from amaranth.lib import data

from spikewright.lct.adders import full_adders, word_width
from spikewright.lct.types import Int, clog2, int_for

__all__ = [
    "bit",
    "build",
    "choose",
    "clamp",
    "clog2",
    "drop_one",
    "first_one",
    "popcount",
    "replace",
    "shift_right",
    "sign",
    "trunc",
    "wire",
]


# Bits of a word of `drop_one`, which is also how many words a row of 256 has.
_WORD = 16


def wire(m: Module, value: Any, *, name: str | None = None) -> Any:
    """A combinational signal of the value's own shape, called like the variable it is put into."""
    signal = Signal(_shape_castable(value), name=name, src_loc_at=1)
    m.d.comb += signal.eq(value)
    return signal


def bit(value: ValueLike, index: ValueLike) -> Value:
    """One bit of the value; past the top bit there are zeros."""
    # Cat, because the simulator would show copies of a sign there.
    return Cat(Value.cast(value)).bit_select(index, 1)


def clamp(value: ValueLike, low: int, high: int) -> Value:
    """The value limited to `low`..`high`. Limits that cannot be passed cost nothing."""
    x = Value.cast(value)
    kind = int_for(low, high)
    shape = Shape(kind.width, kind.signed)
    own = Int(len(x), x.shape().signed)
    result: Value = _resize(x, shape)
    if own.high > high:
        result = Mux(_at_least(x, high, high + 1), Const(high, shape), result)
    if own.low < low:
        result = Mux(~_at_least(x, low, low + 1), Const(low, shape), result)
    return result


def _at_least(x: Value, *limits: int) -> Value:
    """X >= limit, for whichever limit ends in more zeros: only the bits above them are compared.

    At a limit of a clamp both sides of the choice are equal, so either will do.
    """
    limit = max(limits, key=lambda n: n & -n if n else 1 << len(x))
    zeros = min((limit & -limit).bit_length() - 1 if limit else len(x) - 1, len(x) - 1)
    top = x[zeros:]
    return (top.as_signed() if x.shape().signed else top) >= limit >> zeros


def trunc(value: ValueLike, bits: int) -> Value:
    """The low `bits` bits, with the signedness of the value."""
    x = Value.cast(value)
    return _resize(x, Shape(bits, x.shape().signed))


def popcount(m: Module, value: ValueLike) -> Value:
    """How many bits are set, in a submodule of its own."""
    m.submodules += (counter := _Popcount(Value.cast(value).as_unsigned()))
    return counter.count


class _Popcount(Elaboratable):  # type: ignore[misc]
    """Counts by `full_adders`."""

    def __init__(self, value: Value) -> None:
        self.value, self.count = value, Signal(len(value).bit_length(), name="popcount")

    def elaborate(self, _platform: Any) -> Module:
        m = Module()

        def add(a: Value, b: Value, c: Value) -> tuple[Value, Value]:
            either = wire(m, a ^ b, name="either")
            return wire(m, either ^ c, name="sum"), wire(m, either & c | a & b, name="carry")

        width = word_width(len(self.value))
        columns = full_adders(_words(self.value, width), width, len(self.count), add, _words)
        first, second = (
            Cat(column[n] if len(column) > n else Const(0, 1) for column in columns)
            for n in range(2)
        )
        m.d.comb += self.count.eq(first + second)
        return m


def first_one(value: ValueLike) -> Value:
    """Number of the lowest bit that is set, 0 if none is: a tree of multiplexers, log2(n) deep.

    Every node asks whether its lower half has a one; that is one reduction of a slice, so the
    halves are searched side by side and a simulator follows a single path.
    """
    x = Value.cast(value).as_unsigned()
    return _first_one(x, 0, len(x), clog2(len(x)))


def sign(value: ValueLike) -> Value:
    """-1, 0 or 1."""
    x = Value.cast(value)
    return Cat(x.any(), x[-1] if x.shape().signed else Const(0, 1)).as_signed()


def drop_one(value: ValueLike) -> Value:
    """`x & (x - 1)`: the value without its lowest one; 0 for 0.

    Words of 16 bits decide by themselves, and give way to a one below them, so that no carry goes
    through more than a word.
    """
    x = Value.cast(value).as_unsigned()
    words = [x[low : low + _WORD] for low in range(0, len(x), _WORD)]
    ones = Cat(*(word.any() for word in words))
    fewer = [(word & (word - 1))[: len(word)] for word in words]
    later = [Mux(ones[:k].any(), words[k], fewer[k]) for k in range(1, len(words))]
    return Cat(fewer[0], *later)


def shift_right(value: ValueLike, distance: int) -> Value:
    """The value shifted by a constant; at least 1 bit is left."""
    x = Value.cast(value)
    width = max(len(x) - distance, 1)
    return _resize(x.shift_right(distance), Shape(width, x.shape().signed))


def choose(condition: ValueLike, yes: Any, no: Any) -> Any:
    """One of two structs, arrays or enumerants of one type."""
    return _shape_castable(yes)(Mux(condition, Value.cast(yes), Value.cast(no)))


def build(layout: data.Layout, **fields: ValueLike) -> Any:
    """A struct of this layout from the values of all its fields."""
    parts = [_field(field.shape, fields[str(name)]) for name, field in layout]
    return layout(Cat(*parts))


def replace(struct: Any, **fields: ValueLike) -> Any:
    """The struct with some fields replaced."""
    layout = struct.shape()
    return build(layout, **{name: fields.get(name, struct[name]) for name, _ in layout})


def _shape_castable(value: Any) -> Any:
    if isinstance(value, Value):
        return value.shape()
    shape = getattr(value, "shape", None)
    # A bare enumerant has no shape of its own: its class is one.
    return shape() if callable(shape) else type(value)


def _field(shape: Any, value: ValueLike) -> Value:
    return _resize(Value.cast(value), Shape.cast(shape)).as_unsigned()


def _resize(x: Value, shape: Shape) -> Value:
    """The low bits of `x`, extended by its own sign where `shape` is wider."""
    own = x.shape()
    if own == shape:
        return x
    if own.width > shape.width:
        x = x[: shape.width]
    elif own.width < shape.width:
        fill = x[-1] if own.signed and own.width else Const(0, 1)
        x = Cat(x, fill.replicate(shape.width - own.width))
    return x.as_signed() if shape.signed else x.as_unsigned()


def _words(value: Value, width: int) -> list[Value]:
    padded = Cat(value, Const(0, -len(value) % width))
    return [padded[low : low + width] for low in range(0, len(value), width)]


def _first_one(x: Value, low: int, high: int, bits: int) -> Value:
    if high - low == 1:
        here = Const(low, bits)
        # Only the last bit can be reached without being set itself.
        return Mux(x[low], here, Const(0, bits)) if high == len(x) else here
    middle = low + (1 << (clog2(high - low) - 1))
    return Mux(
        x[low:middle].any(),
        _first_one(x, low, middle, bits),
        _first_one(x, middle, high, bits),
    )
