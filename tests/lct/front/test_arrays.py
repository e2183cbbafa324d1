"""The same memory as an array and as registers: both do the same, and planted faults are found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from bitwuzla import Kind

from spikewright.lct.builder import Builder, Term
from spikewright.lct.front import arrays, memory
from spikewright.lct.front.arrays import _merge, _place
from spikewright.lct.front.design import Design
from spikewright.lct.front.terms import DesignTerms
from spikewright.lct.solver import Answer, Solver

Load = Callable[..., Design]

HEAD = """module m(input clk, we, ve, re, input [2:0] wa, va, ra, input [5:0] e, d, f,
output reg [5:0] y);
reg [5:0] r [{low}:{high}];
"""
SMALL = {
    "one port": "always @(posedge clk) begin if (we) r[wa] <= d; if (re) y <= r[ra]; end",
    "read at once": "always @(posedge clk) if (we) r[wa] <= d;\nalways @* y = r[ra];",
    "enables": (
        "always @(posedge clk) begin\n"
        "for (int i = 0; i < 6; i++) if (we & e[i]) r[wa][i] <= d[i];\ny <= r[ra]; end"
    ),
    "the later port first": (
        "always @(posedge clk) begin if (we) r[wa] <= d; if (ve) r[va][3:1] <= f[3:1];\n"
        "y <= r[ra]; end"
    ),
    "no port first": (
        "always @(posedge clk) if (we) r[wa] <= d;\nalways @(posedge clk) if (ve) r[va] <= f;\n"
        "always @* y = r[ra];"
    ),
    "three ports": (
        "always @(posedge clk) begin if (we) r[wa] <= d; if (ve) r[va] <= f; end\n"
        "always @(posedge clk) if (re) r[ra][5:2] <= e[5:2];\nalways @* y = r[va];"
    ),
}
RANGES = [(0, 7), (0, 4), (2, 6), (0, 12), (4, 11)]


def in_both_forms(
    load: Load, patch: pytest.MonkeyPatch, text: str, low: int, high: int
) -> tuple[Design, Design]:
    text = f"{HEAD.format(low=low, high=high)}{text}\nendmodule"
    registers = load(text)
    patch.setattr(memory, "MOST_REGISTERS", 0)
    return load(text), registers


def agree(array: Design, registers: Design, choice: int) -> Answer:
    """``unsat`` if both do the same where all that is open is zeros, or ones."""
    b = Builder()
    (found,) = array.memories.values()
    words = b.array("words", found.index, found.width)
    known = {n: b.unknown(n, w) for n, w in array.inputs.items()}
    known |= {n: b.unknown(n, array.width(n)) for n in array.registers}

    def word(term: Term, i: int) -> Term:
        return b.term(Kind.ARRAY_SELECT, term, b.number(i, found.index))

    names = [n for n in registers.registers if n.startswith("r[")]
    assert len(names) == found.depth
    assert {*registers.registers} == {*array.registers, *names}
    one = DesignTerms(array, b, " array", known | {found.name: words})
    other = DesignTerms(
        registers, b, " registers", known | {n: word(words, i) for i, n in enumerate(names)}
    )
    after = one.next_memory(found.name)
    pairs = [(word(after, i), other.next(n)) for i, n in enumerate(names)]
    pairs += [(one.value("y"), other.value("y"))]
    pairs += [(one.next(n), other.next(n)) for n in array.registers]
    solver = Solver(b)
    for free in (*one.open.values(), *other.open.values()):
        solver.add(b.equal(free, b.number(-choice, free.sort().bv_size())))
    return solver.ask(b.any(b.negate(b.equal(x, y)) for x, y in pairs))


@pytest.mark.parametrize(("low", "high"), RANGES)
@pytest.mark.parametrize("name", SMALL)
def test_as_registers(
    load: Load, monkeypatch: pytest.MonkeyPatch, name: str, low: int, high: int
) -> None:
    array, registers = in_both_forms(load, monkeypatch, SMALL[name], low, high)
    assert [agree(array, registers, choice) for choice in (0, 1)] == ["unsat", "unsat"]


def _swapped(array: Design) -> Design:
    (found,) = array.memories.values()
    writes = tuple(replace(w, over=frozenset({0})) for w in found.writes[::-1])
    return replace(array, memories={found.name: replace(found, writes=writes)})


def _shifted(array: Design) -> Design:
    (found,) = array.memories.values()
    writes = tuple(replace(w, enable=(*w.enable[1:], w.enable[0])) for w in found.writes)
    return replace(array, memories={found.name: replace(found, writes=writes)})


def _off_by_one(array: Design) -> Design:
    (found,) = array.memories.values()
    return replace(array, memories={found.name: replace(found, offset=found.offset + 1)})


def _first_for_all(array: Design) -> Design:
    (found,) = array.memories.values()
    writes = tuple(replace(w, over=frozenset(range(i))) for i, w in enumerate(found.writes))
    return replace(array, memories={found.name: replace(found, writes=writes)})


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("the later port first", _swapped),
        ("enables", _shifted),
        ("one port", _off_by_one),
        ("no port first", _first_for_all),
    ],
)
def test_planted_faults(
    load: Load, monkeypatch: pytest.MonkeyPatch, name: str, fault: Callable[[Design], Design]
) -> None:
    array, registers = in_both_forms(load, monkeypatch, SMALL[name], 0, 7)
    assert "sat" in [agree(fault(array), registers, choice) for choice in (0, 1)]


def test_planted_fault_in_the_ports(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    """Enables the wrong way round, and a write outside that is one."""
    array, registers = in_both_forms(load, monkeypatch, SMALL["one port"], 2, 6)
    with monkeypatch.context() as patch:
        patch.setattr(arrays, "_merge", lambda b, old, new, mask: _merge(b, new, old, mask))
        assert agree(array, registers, 0) == "sat"
    with monkeypatch.context() as patch:
        patch.setattr(arrays, "_place", lambda b, m, a: (_place(b, m, a)[0], b.true))
        assert agree(array, registers, 0) == "sat"
    assert agree(array, registers, 0) == "unsat"
