"""The solver's expressions against `evaluate`, on random expressions and values."""

import random
from collections.abc import Callable

import pytest
from bitwuzla import Kind
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spikewright.lct.diagnostics import Span
from spikewright.lct.evaluate import evaluate, pack, unpack
from spikewright.lct.expression import parse_expression
from spikewright.lct.ir import Node
from spikewright.lct.scope import Scope, TypeFault
from spikewright.lct.solver import Solver, Terms
from spikewright.lct.types import Array, Enum, Int, Struct, Type, int_for
from spikewright.lct.values import is_value, leaves, show

COLOUR = Enum("Colour", (("RED", 1), ("GREEN", 2), ("BLUE", 5)))
POINT = Struct("Point", (("dx", Int(3, True)), ("dy", Int(2)), ("colour", COLOUR)))
SYMBOLS: dict[str, Type] = {
    "bit": Int(1),
    "tiny": Int(1, True),
    "nibble": Int(4),
    "signed": Int(5, True),
    "wide": Int(9),
    "colour": COLOUR,
    "point": POINT,
    "list": Array(Int(3, True), 5),
    "long": Array(Int(2), 70),
    "seven": Int(7),
}


def scope() -> Scope:
    made = Scope()
    made.types.update({"Colour": COLOUR, "Point": POINT})
    for name, kind in SYMBOLS.items():
        made.names[name] = Node("symbol", (), kind, name)
    return made


SCOPE = scope()
SPAN = Span(1, 1)

_NAMES = ["bit", "tiny", "nibble", "signed", "wide", "seven", "point.dx", "point.dy"]
_integers = st.sampled_from([*_NAMES, "0", "1", "7", "-1", "-6", "0x1f", "300"])
_truths = st.sampled_from(["bit", "nibble > 3", "colour == RED", "point.colour != BLUE"])


def _format(template: str) -> Callable[..., str]:
    def fill(*parts: str) -> str:
        return template.format(*(f"({p})" for p in parts))

    return fill


def _grow(integers: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    binary = st.sampled_from(["+", "-", "*", "&", "|", "^"])
    compare = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
    truths = st.one_of(
        _truths,
        st.builds(lambda a, o, b: f"(({a}) {o} ({b}))", integers, compare, integers),
        st.builds(
            lambda a, o, b, c: f"((({a}) > ({b})) {o} (not (({c}) < ({a}))))",
            integers,
            st.sampled_from(["and", "or", "=="]),
            integers,
            integers,
        ),
    )
    one = ["-{}", "~{}", "abs({})", "sign({})", "popcount({})", "first_one({})"]
    one += ["clamp({}, -3, 9)", "clamp({}, 2, 300)", "trunc({}, 3)", "trunc({}, 12)", "{}[0:1]"]
    one += ["list[trunc(abs({}), 4)]", "long[trunc(abs({}), 8)]", "wide[trunc(abs({}), 3)]"]
    one += ["wide >> trunc(abs({}), 5)", "signed >> trunc(abs({}), 3)", "{} >> 2", "{} << 2"]
    one += [
        "signed << trunc(abs({}), 3)",
        "nibble << trunc(abs({}), 4)",
        "seven[trunc(abs({}), 4)]",
    ]
    one += ["(point with dx = {}, colour = GREEN).dx", "(point with dy = {}) == point"]
    one += ["Point(dy = {}, dx = {}, colour = colour).dx"]
    return st.one_of(
        st.builds(lambda a, o, b: f"(({a}) {o} ({b}))", integers, binary, integers),
        st.builds(
            lambda t, a: t.format(*[f"({a})"] * t.count("{}")), st.sampled_from(one), integers
        ),
        st.builds(_format("{} if {} else {}"), integers, truths, integers),
        st.builds(_format("cat({}, {}, point, colour)"), integers, integers),
        truths,
    )


EXPRESSIONS = st.recursive(_integers, _grow, max_leaves=12)


def _values(kind: Type) -> st.SearchStrategy[int]:
    bits = st.integers(0, (1 << kind.width) - 1)
    return bits.filter(lambda b: is_value(b, kind)) if kind.width < 10 else bits


VALUES = st.fixed_dictionaries({name: _values(kind) for name, kind in SYMBOLS.items()})


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(EXPRESSIONS, VALUES)
def test_value_is_that_of_evaluate(text: str, bits: dict[str, int]) -> None:
    try:
        node = SCOPE.node(parse_expression(text), lambda _: SPAN)
    except TypeFault:
        return
    solver = Solver()
    terms = Terms(solver.builder)
    term = terms.bits(node)
    for name, (symbol, kind) in terms.unknowns.items():
        solver.add(solver.builder.equal(symbol, solver.builder.number(bits[name], kind.width)))
    assert solver.ask() == "sat"
    values = {name: unpack(bits[name], kind) for name, kind in SYMBOLS.items()}
    expected = evaluate(node, values)
    assert solver.value(term) == pack(expected, node.type)
    # The type holds the exact value: nothing was lost by packing it.
    assert unpack(pack(expected, node.type), node.type) == expected
    if node.type == Int(1):
        assert solver.holds(terms.truth(node)) == bool(expected)


@pytest.mark.parametrize(
    ("bits", "kind", "text"),
    [
        (5, Int(3), "5"),
        (5, Int(3, True), "-3"),
        (2, COLOUR, "GREEN"),
        (3, COLOUR, "3"),
        (0b101_10_111, POINT, "(dx=-1, dy=2, colour=BLUE)"),
        (0b111_001, Array(Int(3, True), 2), "[1, -1]"),
    ],
)
def test_show(bits: int, kind: Type, text: str) -> None:
    assert show(bits, kind) == text


def test_leaves() -> None:
    assert [o for o, _ in leaves(Array(POINT, 2))] == [0, 3, 5, 8, 11, 13]


def test_domain_of_a_type_with_holes() -> None:
    kind = Array(POINT, 2)
    solver = Solver()
    term = solver.builder.unknown("x", kind.width)
    solver.add(solver.builder.negate(solver.builder.domain(term, kind)))
    assert solver.ask() == "sat"
    assert not is_value(solver.value(term), kind)
    assert is_value(0b001_00_000_101_00_000, kind)


@pytest.mark.parametrize("low", [-9, -1, 0, 3, 200])
@pytest.mark.parametrize("kind", [Int(1), Int(3), Int(3, True)])
def test_within(kind: Int, low: int) -> None:
    high = low + 4
    for value in range(kind.low, kind.high + 1):
        solver = Solver()
        term = solver.builder.number(pack(value, kind), kind.width)
        expected = "sat" if low <= value <= high else "unsat"
        assert solver.ask(solver.builder.within(term, kind, low, high)) == expected


def test_a_question_that_takes_too_long_has_no_answer() -> None:
    solver = Solver(limit=0.2)
    b = solver.builder
    x, y = (b.unknown(n, 64) for n in "xy")
    terms = Terms(b, bound={"x": x, "y": y})
    product = Node("*", tuple(Node("symbol", (), Int(64), n) for n in "xy"), Int(128))
    solver.add(b.equal(terms.bits(product), b.number((2**61 - 1) * (2**62 - 57), 128)))
    one = b.number(2, 64)
    from bitwuzla import Kind

    greater = [b.term(Kind.BV_UGT, v, one) for v in (x, y)]
    assert solver.ask(*greater) == "unknown"


@pytest.mark.parametrize("width", [*range(1, 13), 16])
def test_popcount_is_the_sum_of_the_bits(width: int) -> None:
    """Proven, for its full adders are the meaning that hardware is held against."""
    solver = Solver()
    b = solver.builder
    terms = Terms(b)
    count = terms.bits(Node("popcount", (Node("symbol", (), Int(width), "x"),), int_for(0, width)))
    x, size = terms.unknowns["x"][0], width.bit_length()
    total = b.number(0, size)
    for at in range(width):
        total = b.term(Kind.BV_ADD, total, b.resize(b.bits(x, at, 1), size, False))
    assert solver.ask(b.negate(b.equal(count, total))) == "unsat"


def test_popcount_of_a_whole_row() -> None:
    """128 bits: too many for a proof against a sum, so numbers of many kinds."""
    solver = Solver()
    b = solver.builder
    terms = Terms(b)
    count = terms.bits(Node("popcount", (Node("symbol", (), Int(128), "x"),), int_for(0, 128)))
    x = terms.unknowns["x"][0]
    rng = random.Random(128)
    rows = [0, (1 << 128) - 1, *(1 << at for at in range(128))]
    rows += [rng.getrandbits(128) & rng.getrandbits(128) for _ in range(30)]
    for row in rows:
        with solver.scratch():
            solver.add(b.equal(x, b.number(row, 128)))
            assert solver.ask() == "sat"
            assert solver.value(count) == row.bit_count()
