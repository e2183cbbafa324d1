"""A priority table against disjoint rewrites of it, with many rows: how long the proof takes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from spikewright.lct.compare import compare_design, compare_units
from spikewright.lct.front.load import load_verilog
from spikewright.lct.library import SUFFIX, Library

__all__ = ["Measured", "measure", "sources"]

_WORDS = "abcd"
_WIDTH = 32
_FLAGS = 16


@dataclass(frozen=True)
class Measured:
    """One comparison: of which form, with how many rows, how long, and what came out."""

    form: str
    rows: int
    verdict: str
    seconds: float


def _condition(random: Random) -> str:
    """A condition on two words and five flags that means the same in a table and in Verilog."""
    one, other = random.choice(_WORDS), random.choice(_WORDS)
    number = random.getrandbits(_WIDTH)
    first = random.choice(
        (
            f"({one} >= {number})",
            f"({one} < {number}) {{and}} ({other}[{random.randrange(_WIDTH)}] == 1)",
            f"({{wide}}{one} + {other} < {number})",
        )
    )
    flags = random.sample(range(_FLAGS), 5)
    return " {and} ".join([first, *(f"(s[{i}] == 1)" for i in flags)])


def sources(rows: int, seed: int = 1) -> tuple[str, str, str]:
    """A priority table, the same with exclusive rows in another order, and that as Verilog.

    Parameters
    ----------
    rows : int
        Rows with a condition of their own, at least 1.
    """
    random = Random(seed)
    conditions = [_condition(random) for _ in range(rows)]
    values = [
        random.choice(("a", "b", "c ^ d", "a & c", str(random.getrandbits(_WIDTH))))
        for _ in range(rows)
    ]
    order = list(range(rows))
    random.shuffle(order)
    lines = ["# unit", "", "## Signals", "| name | kind | type |", "|---|---|---|"]
    lines += [f"| {n} | in | unsigned({_WIDTH}) |" for n in _WORDS]
    lines += [f"| s | in | unsigned({_FLAGS}) |", f"| y | out | unsigned({_WIDTH}) |", ""]
    lines += ["## Definitions", "| name | expression |", "|---|---|"]
    texts = [c.format(**{"and": "and", "wide": ""}) for c in conditions]
    lines += [f"| m{i} | {text} |" for i, text in enumerate(texts)]
    columns = " | ".join(f"m{i}" for i in range(rows))
    tables = []
    for policy, sequence in (("priority", range(rows)), ("unique", order)):
        table = [f"## Table t ({policy})", f"| row | {columns} | => | y |"]
        table.append("|---" * (rows + 3) + "|")
        for i in sequence:
            before = "-" if policy == "priority" else "0"
            cells = [before if j < i else "1" if j == i else "-" for j in range(rows)]
            table.append(f"| r{i} | {' | '.join(cells)} | => | {values[i]} |")
        table.append(f"| else | {' | '.join('-' * rows)} | => | 0 |")
        tables.append("\n".join([*lines, "", *table]) + "\n")
    return tables[0], tables[1], _verilog(conditions, values, order)


def _verilog(conditions: list[str], values: list[str], order: list[int]) -> str:
    words = ", ".join(f"input [{_WIDTH - 1}:0] {n}" for n in _WORDS)
    lines = [f"module unit({words}, input [{_FLAGS - 1}:0] s, output [{_WIDTH - 1}:0] y);"]
    lines.append("wire n0 = 1'b1;")
    for i, condition in enumerate(conditions):
        text = condition.format(**{"and": "&&", "wide": "33'd0 + "})
        lines += [f"wire m{i} = {text};", f"wire n{i + 1} = n{i} & ~m{i};"]
    terms = [f"({{{_WIDTH}{{n{i} & m{i}}}}} & ({values[i]}))" for i in order]
    return "\n".join([*lines, f"assign y = {' | '.join(terms)};", "endmodule"]) + "\n"


def measure(rows: int, seed: int = 1) -> Iterator[Measured]:
    """Compare a priority table with its rewrite as a table, and as Verilog."""
    priority, unique, verilog = sources(rows, seed)
    with tempfile.TemporaryDirectory() as place:
        units = []
        for name, text in (("priority", priority), ("unique", unique)):
            folder = Path(place) / name
            folder.mkdir()
            (folder / f"unit{SUFFIX}").write_text(text, encoding="utf-8")
            units.append(Library(folder).unit("unit"))
    found = compare_units(units[0], units[1])
    yield Measured("table", rows, found.verdict, found.seconds)
    design = load_verilog({"unit.v": verilog}, "unit")
    found = compare_design(units[0], design)
    yield Measured("verilog", rows, found.verdict, found.seconds)
