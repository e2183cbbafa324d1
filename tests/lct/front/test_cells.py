"""Each kind of cell, held against the evaluator inside yosys."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys

import pytest
from bitwuzla import Kind

from spikewright.lct.builder import Builder
from spikewright.lct.front import cells
from spikewright.lct.front.build import build_design
from spikewright.lct.front.design import Design
from spikewright.lct.front.netlist import Netlist
from spikewright.lct.front.terms import DesignTerms
from spikewright.lct.solver import Solver

CASES = 80
"""Cells of each kind."""

UNARY = [
    "buf",
    "pos",
    "not",
    "neg",
    "reduce_and",
    "reduce_or",
    "reduce_xor",
    "reduce_xnor",
    "reduce_bool",
    "logic_not",
]
BINARY = [
    "and",
    "or",
    "xor",
    "xnor",
    "add",
    "sub",
    "mul",
    "div",
    "mod",
    "divfloor",
    "modfloor",
    "pow",
    "logic_and",
    "logic_or",
    "lt",
    "le",
    "gt",
    "ge",
    "eq",
    "ne",
    "eqx",
    "nex",
    "shl",
    "shr",
    "sshl",
    "sshr",
    "shift",
    "shiftx",
]
EMPTY = [
    *("not", "neg", "reduce_and", "reduce_or", "reduce_xor", "reduce_xnor", "reduce_bool"),
    *("logic_not", "and", "or", "xor", "xnor", "add", "sub", "mul", "logic_and", "logic_or"),
    *("lt", "le", "gt", "ge", "eq", "ne", "eqx", "nex", "shl", "shr", "sshl", "sshr", "shift"),
]
"""Kinds that may have pins without bits."""

CHOICES = ["mux", "pmux", "bwmux", "bmux", "demux"]
SCRIPT = """
import sys
from pyosys import libyosys as ys
d = ys.Design()
for c in sys.argv[1:]:
    ys.run_pass(c, d)
"""


def bits(rng: random.Random, width: int) -> str:
    """Random bits; all zeros and all ones come often."""
    if not width:
        return "{ }"
    return f"{width}'" + rng.choice(
        ["0" * width, "1" * width, *("".join(rng.choices("01", k=width)) for _ in range(4))]
    )


def cell(rng: random.Random, kind: str) -> tuple[dict[str, int], dict[str, str], int]:
    """Parameters, constants at the pins, and the width of Y."""
    width = rng.choice([1, 2, 3, 5, 8, 13])
    a, b, y = width, rng.choice([1, 2, 3, 4, 7, 9]), rng.choice([1, 2, 4, 6, 9, 15])
    if kind in EMPTY and rng.random() < 0.2:
        a, b = rng.choice([(0, b), (a, 0), (0, 0)])
    if kind in CHOICES:
        s = rng.choice([1, 2, 3])
        if kind == "mux":
            sizes = {"A": a, "B": a, "S": 1}
            return {"WIDTH": a}, {p: bits(rng, n) for p, n in sizes.items()}, a
        if kind == "bwmux":
            return {"WIDTH": a}, {p: bits(rng, a) for p in "ABS"}, a
        sizes = {"pmux": {"A": a, "B": a * s, "S": s}, "bmux": {"A": a << s, "S": s}}.get(
            kind, {"A": a, "S": s}
        )
        values = {p: bits(rng, n) for p, n in sizes.items()}
        if kind == "pmux" and rng.random() < 0.5:
            values["S"] = f"{s}'" + format(1 << rng.randrange(s), f"0{s}b")
        return {"WIDTH": a, "S_WIDTH": s}, values, a << s if kind == "demux" else a
    if kind == "buf":
        return {"WIDTH": a}, {"A": bits(rng, a)}, a
    signed = rng.randrange(2)
    parameters = {"A_SIGNED": signed, "A_WIDTH": a, "Y_WIDTH": y}
    values = {"A": bits(rng, a)}
    if kind in BINARY:
        shift = kind.startswith("s") and kind != "sub"
        other = rng.randrange(2) if kind in ("shift", "shiftx") else 0 if shift else signed
        if kind == "shiftx":
            parameters["A_SIGNED"] = 0
        parameters |= {"B_SIGNED": other, "B_WIDTH": b}
        values["B"] = bits(rng, b)
    return parameters, values, y


def text(kinds: list[str], rng: random.Random) -> str:
    """A module with `CASES` cells of each kind, and an output for each."""
    lines, ports = [], 0
    for kind in kinds:
        for i in range(CASES):
            parameters, values, width = cell(rng, kind)
            ports += 1
            lines += [f"  wire width {width} output {ports} \\{kind}_{i}"]
            lines += [f"  cell ${kind} \\cell_{kind}_{i}"]
            lines += [f"    parameter \\{n} {v}" for n, v in parameters.items()]
            lines += [f"    connect \\{n} {v}" for n, v in values.items()]
            lines += [f"    connect \\Y \\{kind}_{i}", "  end"]
    return "\n".join(["attribute \\top 1", "module \\top", *lines, "end", ""])


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Design, dict[str, str]]:
    """The cells as a design, and what yosys computes, highest bit first."""
    folder = tmp_path_factory.mktemp("cells")
    (folder / "top.il").write_text(text(UNARY + BINARY + CHOICES, random.Random(5)))
    commands = ["read_rtlil top.il", "write_json top.json", "tee -o eval.txt eval"]
    subprocess.run(
        [sys.executable, "-c", SCRIPT, *commands], cwd=folder, check=True, stdout=subprocess.DEVNULL
    )
    module = json.loads((folder / "top.json").read_text())["modules"]["top"]
    design = build_design(Netlist.from_json("top", module), "verilog", tuple, (), "")
    found = re.findall(
        r"^Eval result: \\(\w+) = (\S+)\.$", (folder / "eval.txt").read_text(), re.MULTILINE
    )
    # 32 bits are written as a decimal number.
    return design, {n: v.partition("'")[2] or format(int(v), "032b") for n, v in found}


def ours(design: Design, names: list[str], choice: int) -> dict[str, str]:
    """The outputs where all that is open is zeros, or ones."""
    builder = Builder()
    terms = DesignTerms(design, builder)
    values = {n: terms.value(n) for n in names}
    solver = Solver(builder)
    for free in terms.open.values():
        width = free.sort().bv_size()
        solver.add(builder.equal(free, builder.number(choice, width)))
    outputs = {n: builder.unknown(n, v.sort().bv_size()) for n, v in values.items()}
    for name, value in values.items():
        solver.add(builder.equal(outputs[name], value))
    assert solver.ask(builder.true) == "sat"
    return {n: format(solver.value(t), f"0{t.sort().bv_size()}b") for n, t in outputs.items()}


def compare(both: tuple[Design, dict[str, str]], kind: str) -> list[str]:
    """Outputs that are not what yosys computes; x there must be open here."""
    design, theirs = both
    names = [n for n in theirs if n.startswith(f"{kind}_") and n[len(kind) + 1 :].isdigit()]
    assert len(names) == CASES
    low, high = ours(design, names, 0), ours(design, names, -1)
    wrong = []
    for name in names:
        width = len(low[name])
        expected = theirs[name].rjust(width, "0")
        here = ["x" if a != b else a for a, b in zip(low[name], high[name], strict=True)]
        # yosys calls a result without a value one bit x, and takes several selects where the
        # values agree.
        several = kind == "pmux" and design.netlist.cells[f"cell_{name}"].pins["S"].count("1") > 1
        if set(here) == {"x"} and ("x" in expected or several):
            continue
        if "".join(here) != expected:
            wrong.append(f"{name}: {''.join(here)}, not {expected}")
    return wrong


@pytest.mark.parametrize("kind", UNARY + BINARY + CHOICES)
def test_cell(both: tuple[Design, dict[str, str]], kind: str) -> None:
    assert compare(both, kind) == []


def test_every_kind_is_here() -> None:
    assert {f"${k}" for k in UNARY + BINARY + CHOICES} == set(cells.CELLS)


@pytest.mark.parametrize(
    ("kind", "other"),
    [("sshr", "shr"), ("divfloor", "div"), ("modfloor", "mod"), ("le", "lt"), ("shiftx", "shift")],
)
def test_planted_fault(
    both: tuple[Design, dict[str, str]], kind: str, other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(cells.CELLS, f"${kind}", cells.CELLS[f"${other}"])
    assert compare(both, kind)


def test_planted_sign(both: tuple[Design, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cells.CELLS, "$lt", cells._compare(Kind.BV_ULT, Kind.BV_ULT))
    assert compare(both, "lt")
