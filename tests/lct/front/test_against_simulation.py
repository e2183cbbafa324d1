"""Random expressions, held against Icarus: another front end and another evaluator."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from spikewright.lct.builder import Builder
from spikewright.lct.front.cells import CELLS
from spikewright.lct.front.design import Design
from spikewright.lct.front.terms import DesignTerms
from spikewright.lct.solver import Solver

Load = Callable[..., Design]

INPUTS = {"a": (5, ""), "b": (7, " signed"), "c": (1, ""), "e": (4, " signed"), "f": (9, "")}
BINARY = ["+", "-", "*", "/", "%", "&", "|", "^", "~^", "<<", ">>", "<<<", ">>>", "<", "<=", ">"]
BINARY += [">=", "==", "!=", "&&", "||"]
UNARY = ["-", "~", "!", "&", "|", "^", "~&", "~|", "~^", "$signed", "$unsigned"]


def expression(rng: random.Random, depth: int) -> str:
    if depth == 0 or rng.random() < 0.1:
        width = rng.choice([2, 4, 6])
        value = rng.randrange(1 << width)
        name = rng.choice([*INPUTS, f"{width}'d{value}", f"{width}'sd{value}"])
        if name in INPUTS and INPUTS[name][0] > 2 and rng.random() < 0.3:
            high = rng.randrange(1, INPUTS[name][0])
            return rng.choice([f"{name}[{high}:{high - 1}]", f"{name}[{high}]"])
        return name
    below = [expression(rng, depth - 1) for _ in range(3)]
    kind = rng.random()
    if kind < 0.6:
        return f"({below[0]} {rng.choice(BINARY)} {below[1]})"
    if kind < 0.75:
        return f"{rng.choice(UNARY)}({below[0]})"
    if kind < 0.85:
        return f"({below[0]} ? {below[1]} : {below[2]})"
    # A number without a size has 32 bits in a concatenation.
    return rng.choice([f"{{{below[0]}, {below[1]}}}", f"{{2{{{below[0]}}}}}"])


def module(rng: random.Random, outputs: int) -> str:
    ports = [f"input{sign} [{width - 1}:0] {name}" for name, (width, sign) in INPUTS.items()]
    body = []
    for i in range(outputs):
        sign = rng.choice(["", " signed"])
        ports.append(f"output{sign} [{rng.choice([1, 3, 8, 12]) - 1}:0] y{i}")
        body.append(f"assign y{i} = {expression(rng, 3)};")
    return f"module m({', '.join(ports)});\n" + "\n".join(body) + "\nendmodule\n"


def simulate(folder: Path, text: str, outputs: int, inputs: list[dict[str, int]]) -> list[str]:
    """The outputs of each line, highest bit first, with blanks between."""
    wires = [f"reg [{width - 1}:0] {name};" for name, (width, _) in INPUTS.items()]
    wires += [f"wire [11:0] y{i};" for i in range(outputs)]
    names = [*INPUTS, *(f"y{i}" for i in range(outputs))]
    connections = ", ".join(f".{n}({n})" for n in names)
    steps = []
    for line in inputs:
        assigned = " ".join(f"{n} = {v};" for n, v in line.items())
        shown = ", ".join(f"u.y{i}" for i in range(outputs))
        steps.append(f'{assigned} #1 $display("{" ".join(["%b"] * outputs)}", {shown});')
    bench = f"module t; {' '.join(wires)} m u({connections});\ninitial begin\n"
    path = folder / "t.sv"
    path.write_text(text + bench + "\n".join(steps) + "\nend endmodule\n")
    run = folder / "t.vvp"
    subprocess.run(["iverilog", "-g2012", "-o", run, "-s", "t", path], check=True)
    done = subprocess.run(["vvp", "-n", run], check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


def ours(design: Design, outputs: int, inputs: list[dict[str, int]]) -> list[str]:
    builder, lines = Builder(), []
    solver = Solver(builder)
    for n, line in enumerate(inputs):
        bound = {k: builder.number(v, INPUTS[k][0]) for k, v in line.items()}
        terms = DesignTerms(design, builder, f" {n}", bound)
        lines.append([terms.value(f"y{i}") for i in range(outputs)])
    assert solver.ask(builder.true) == "sat"
    return [
        " ".join(format(solver.value(t), f"0{t.sort().bv_size()}b") for t in line) for line in lines
    ]


def wrong(expected: list[str], found: list[str]) -> list[str]:
    """Words of `found` that differ where the simulator has a value."""
    pairs = [
        (e, f)
        for line, other in zip(expected, found, strict=True)
        for e, f in zip(line.split(" "), other.split(" "), strict=True)
        if "x" not in e
    ]
    assert len(pairs) > len(expected) * 20
    return [f"{f}, not {e}" for e, f in pairs if e != f]


def compare(load: Load, folder: Path, seed: int, outputs: int, lines: int) -> list[str]:
    rng = random.Random(seed)
    text = module(rng, outputs)
    inputs = [{n: rng.randrange(1 << w) for n, (w, _) in INPUTS.items()} for _ in range(lines)]
    design = load(text, "m")
    return wrong(simulate(folder, text, outputs, inputs), ours(design, outputs, inputs))


def test_random_expressions(load: Load, tmp_path: Path) -> None:
    assert compare(load, tmp_path, 1, 60, 12) == []


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(2, 32))
def test_many_random_expressions(load: Load, tmp_path: Path, seed: int) -> None:
    assert compare(load, tmp_path, seed, 150, 24) == []


FAULTS = {"$sub": "$add", "$lt": "$le", "$reduce_xor": "$reduce_or"}


@pytest.mark.parametrize("kind", FAULTS)
def test_planted_fault(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setitem(CELLS, kind, CELLS[FAULTS[kind]])
    assert compare(load, tmp_path, 1, 60, 12)
