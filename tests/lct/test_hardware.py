"""The run-time operations, against the meaning that `evaluate` gives them."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from amaranth.hdl import Const, Fragment, Module, Shape, Signal, Value, signed, unsigned
from amaranth.lib import data
from amaranth.lib import enum as amaranth_enum
from amaranth.sim import Simulator

from spikewright.lct import hardware
from spikewright.lct.evaluate import evaluate, unpack
from spikewright.lct.ir import Node
from spikewright.lct.types import Int, Type, clog2, int_for

WIDTHS = [1, 2, 3, 4, 5, 7, 8, 9, 16, 31, 33, 64, 100, 256]


def corners(width: int, count: int = 40) -> list[int]:
    """Packed values: one bit, all but one, few, random ones."""
    rng = random.Random(width)
    values = {0, 1, (1 << width) - 1, 1 << (width - 1), (1 << (width - 1)) - 1}
    while len(values) < min(count, 1 << width):
        one = 1 << rng.randrange(width)
        values |= {one, ((1 << width) - 1) ^ one, rng.getrandbits(width) & rng.getrandbits(width)}
        values.add(rng.getrandbits(width))
    return sorted(values)


def check(
    op: str,
    kind: Int,
    result: Type,
    make: Callable[[Value], Value],
    *more: Node,
    into: Module | None = None,
) -> None:
    """Compare shape and values of an operation on one integer; `into`: where it puts submodules."""
    x = Signal(Shape(kind.width, kind.signed))
    value = make(x)
    assert value.shape() == Shape(result.width, isinstance(result, Int) and result.signed)
    m = into or Module()
    y = Signal(value.shape())
    m.d.comb += y.eq(value)
    node = Node(op, (Node("symbol", (), kind, "x"), *more), result)

    async def bench(ctx: Any) -> None:
        for bits in corners(kind.width):
            ctx.set(x, unpack(bits, kind))
            assert ctx.get(y) == evaluate(node, {"x": unpack(bits, kind)}), bits

    simulator = Simulator(m)
    simulator.add_testbench(bench)
    simulator.run()


def constant(value: int) -> Node:
    return Node("const", (), int_for(value, value), value)


@pytest.mark.parametrize("sign", [False, True])
@pytest.mark.parametrize("width", WIDTHS)
def test_popcount_first_one_and_sign(width: int, sign: bool) -> None:
    kind = Int(width, sign)
    m = Module()
    check("popcount", kind, int_for(0, width), lambda x: hardware.popcount(m, x), into=m)
    check("first_one", kind, Int(clog2(width)), hardware.first_one)
    check("sign", kind, Int(2, signed=True), hardware.sign)


@pytest.mark.parametrize("width", [*WIDTHS, 17, 32, 48])
def test_drop_one(width: int) -> None:
    x, y = Signal(width), Signal(width)
    made = hardware.drop_one(x)
    assert len(made) == width
    m = Module()
    m.d.comb += y.eq(made)

    async def bench(ctx: Any) -> None:
        for bits in corners(width):
            ctx.set(x, bits)
            assert ctx.get(y) == bits & (bits - 1), bits

    simulator = Simulator(m)
    simulator.add_testbench(bench)
    simulator.run()


@pytest.mark.parametrize("kind", [Int(6), Int(6, signed=True), Int(1), Int(1, signed=True)])
@pytest.mark.parametrize(
    "limits", [(-5, 5), (0, 0), (3, 200), (-200, -3), (-500, 500), (0, 63), (-24, 24), (-17, 15)]
)
def test_clamp(kind: Int, limits: tuple[int, int]) -> None:
    low, high = limits
    made = lambda x: hardware.clamp(x, low, high)  # noqa: E731 (one line says it)
    check("clamp", kind, int_for(low, high), made, constant(low), constant(high))


@pytest.mark.parametrize("kind", [Int(6), Int(6, signed=True)])
@pytest.mark.parametrize("bits", [1, 2, 5, 6, 7, 20])
def test_trunc_and_shift_right(kind: Int, bits: int) -> None:
    result = Int(bits, kind.signed)
    check("trunc", kind, result, lambda x: hardware.trunc(x, bits), constant(bits))
    result = Int(max(1, kind.width - bits), kind.signed)
    check(">>", kind, result, lambda x: hardware.shift_right(x, bits), constant(bits))


@pytest.mark.parametrize("kind", [Int(6), Int(6, signed=True)])
def test_bit_past_the_end_is_zero(kind: Int) -> None:
    for at in (0, 5, 6, 40):
        result = Int(1)
        node_free = lambda x, at=at: hardware.bit(x, Const(at, 6))  # noqa: E731 (one line says it)
        if at < kind.width:
            check("index", kind, result, node_free, constant(at))
        else:
            check("trunc", Int(1), Int(1), lambda x, f=node_free: f(x) | x, constant(1))


def test_python_numbers_are_values_too() -> None:
    assert hardware.clamp(9, -1, 3).shape() == signed(3)
    assert hardware.trunc(-3, 2).shape() == signed(2)
    assert hardware.sign(-3).shape() == signed(2)
    assert hardware.first_one(8).shape() == unsigned(2)


def test_first_one_is_shallow() -> None:
    def depth(value: Any) -> int:
        parts = getattr(value, "operands", None) or [v for _, v in getattr(value, "cases", ())]
        return 1 + max(map(depth, parts), default=0)

    assert depth(hardware.first_one(Signal(256))) <= 12


def test_structs_are_built_replaced_and_chosen() -> None:
    class Side(amaranth_enum.Enum, shape=2):  # type: ignore[call-arg]
        WEST = 0
        EAST = 3

    layout = data.StructLayout({"x": signed(4), "side": Side, "y": unsigned(3)})
    s, out, other = Signal(layout), Signal(layout), Signal(layout)
    side, choice = Signal(Side), Signal()
    m = Module()
    m.d.comb += [
        out.eq(hardware.build(layout, x=-3, side=Side.EAST, y=s.y)),
        other.eq(hardware.choose(choice, hardware.replace(s, x=2), out)),
        side.eq(hardware.choose(choice, Side.EAST, s.side)),
    ]
    seen: list[Any] = []

    async def bench(ctx: Any) -> None:
        ctx.set(s, {"x": -8, "side": Side.WEST, "y": 5})
        for value in (0, 1):
            ctx.set(choice, value)
            seen.append((ctx.get(other.x), ctx.get(other.side), ctx.get(other.y), ctx.get(side)))

    simulator = Simulator(m)
    simulator.add_testbench(bench)
    simulator.run()
    assert seen == [(-3, Side.EAST, 5, Side.WEST), (2, Side.WEST, 5, Side.EAST)]


def test_a_wire_has_the_name_of_its_variable_and_the_shape_of_its_value() -> None:
    m, a = Module(), Signal(signed(4))
    total = hardware.wire(m, a + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        renamed = hardware.wire(m, a < 0, name="lambda")
    # Amaranth warns of a module that is never used.
    Fragment.get(m, None)
    assert (total.name, total.shape()) == ("total", signed(5))
    assert (renamed.name, renamed.shape()) == ("lambda", unsigned(1))
