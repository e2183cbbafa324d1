"""Each witness shows what it says: replayed with `evaluate`, which shares no code with the solver.

The tables are those of `bad/`.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path

import pytest

from spikewright.lct.check import check
from spikewright.lct.check_width import obligations
from spikewright.lct.diagnostics import Finding, LctError
from spikewright.lct.evaluate import evaluate, pack
from spikewright.lct.execute import Machine, first_match, matches
from spikewright.lct.ir import Node, Row, Table, Unit
from spikewright.lct.library import Library
from spikewright.lct.types import Enum, Int
from spikewright.lct.values import show

BAD = Path(__file__).parent / "bad"


def _units() -> Iterator[Unit]:
    for path in sorted(BAD.glob("*.expected")):
        try:
            yield Library(BAD).unit(path.stem)
        except LctError:
            continue


CASES = [
    pytest.param(unit, finding, id=f"{unit.name}-{n}")
    for unit in _units()
    for n, finding in enumerate(check(unit))
]


def table_of(unit: Unit, finding: Finding) -> Table:
    return next(t for t in unit.tables if t.name == finding.place.table)


def row_of(table: Table, name: str) -> Row:
    return next(r for r in table.rows if r.id == name)


def wins(table: Table, row: Row, values: Mapping[str, int]) -> bool:
    if row.is_else or table.policy == "priority":
        return first_match(table, values) is row
    return matches(row, values)


def number(text: str) -> int:
    return int(text)


def replay_gap(unit: Unit, finding: Finding) -> None:
    assert first_match(table_of(unit, finding), finding.values) is None


def replay_overlap(unit: Unit, finding: Finding) -> None:
    table = table_of(unit, finding)
    names = re.findall(r"^rows (\w+) and (\w+) both", finding.message)[0]
    rows = [row_of(table, name) for name in names]
    assert all(matches(row, finding.values) for row in rows)
    if finding.code == "conflict":
        differing = finding.message.partition("differ in ")[2]
        for position, target in enumerate(table.targets):
            texts = [result(row, position, target.symbol.name, finding) for row in rows]
            values = set(texts) - {""}
            assert (len(values) > 1) == (target.symbol.name in differing.split(" and "))


def result(row: Row, position: int, name: str, finding: Finding) -> str:
    """What a row gives a target, held against what the witness says."""
    cell = row.targets[position]
    if cell == "*":
        return ""
    value = evaluate(cell, finding.values) if isinstance(cell, Node) else finding.values[name]
    shown = finding.witness.get(f"=> {name} (row {row.id})", str(value))
    assert number(shown) == value
    return str(value)


def replay_shadowed(unit: Unit, finding: Finding) -> None:
    table = table_of(unit, finding)
    row = row_of(table, finding.place.row)
    assert matches(row, finding.values)
    first = first_match(table, finding.values)
    assert first is not None
    assert first.id == finding.witness["first row that matches"]
    assert table.rows.index(first) < table.rows.index(row)


def replay_width(unit: Unit, finding: Finding) -> None:
    if finding.place.table == "Signals":
        return
    table, values = table_of(unit, finding), finding.values
    row = row_of(table, finding.place.row)
    name, value = re.findall(r"^(.*) may be (-?\d+), and", finding.message)[0]
    assert finding.witness[name] == value
    left = [c.text for c in table.conditions]
    right = [t.symbol.name for t in table.targets]
    cells: list[Node] = []
    if finding.place.column in left:
        cells = [c for c in (row.conditions[left.index(finding.place.column)],) if c is not None]
    else:
        assert wins(table, row, values)
        cell = row.targets[right.index(finding.place.column)]
        assert isinstance(cell, Node)
        kind = table.targets[right.index(finding.place.column)].symbol.type
        if isinstance(kind, Int) and not kind.low <= evaluate(cell, values) <= kind.high:
            assert evaluate(cell, values) == int(value)
            return
        cells = [cell]
    broken = [
        d
        for d in obligations(cells[0])
        if all(bool(evaluate(n, values)) == yes for n, yes in d.path)
        and not d.low <= evaluate(d.node, values) <= d.high
    ]
    assert int(value) in [evaluate(d.node, values) for d in broken]


def replay_loop(unit: Unit, finding: Finding) -> None:
    """Change one signal of the loop only: the next one changes."""
    names = list(finding.witness)
    starts = [n for n in names if " or " in finding.witness[n] and not n.startswith("=> ")]
    assert starts
    for start in starts:
        after = names[names.index(start) + 1]
        inner, prefix = unit, ""
        if unit.kind == "structure":
            owner = start.partition(".")[0]
            inner, prefix = unit.instances[owner].unit, f"{owner}."
        values = {
            n.removeprefix(prefix): v for n, v in finding.values.items() if n.startswith(prefix)
        }
        texts = (finding.witness[start], finding.witness[after])
        replay_edge(
            inner, values, start.removeprefix(prefix), after[3:].removeprefix(prefix), texts
        )


def replay_edge(
    unit: Unit, values: dict[str, int], start: str, end: str, texts: tuple[str, str]
) -> None:
    machine, symbol, kind = Machine(unit), unit.symbols[end], unit.symbols[start].type
    given = (values[start], values[f"{start} else"])
    seen = [machine.outcome(symbol, {**values, start: value}) for value in given]
    assert seen[0] != seen[1]
    assert " or ".join(show(pack(v, kind), kind) for v in given) == texts[0]
    assert " or ".join(show(pack(v, symbol.type), symbol.type) for v in seen) == texts[1]


def choices(kind: object) -> list[int]:
    if isinstance(kind, Enum):
        return [value for _, value in kind.members]
    assert isinstance(kind, Int)
    return list(range(kind.low, kind.high + 1))


def replay_assumption(unit: Unit, finding: Finding) -> None:
    assumption = next(a for a in unit.assumptions if a.id == finding.place.row)
    machine, values = Machine(unit), finding.values
    if "after reset" in finding.message:
        assert not evaluate(assumption.node, machine.reset())
    elif "this step" in finding.message:
        known = machine.complete(values)
        assert machine.allowed(known)
        after = machine.step(known)
        assert not evaluate(assumption.node, {**known, **after})
        for name, text in finding.witness.items():
            if name.startswith("=> "):
                assert after[name[3:]] == number(text)
    elif "reads an output" in finding.message:
        known = machine.complete(values)
        assert not evaluate(assumption.node, known)
        assert known == values
    elif "no input can keep" in finding.message:
        for given in product(*(choices(s.type) for s in machine.inputs)):
            drawn = dict(zip((s.name for s in machine.inputs), given, strict=True))
            assert not evaluate(assumption.node, {**values, **drawn})


def every_input(unit: Unit) -> Iterator[dict[str, int]]:
    symbols = unit.by_role("input") + unit.by_role("register")
    for values in product(*(choices(s.type) for s in symbols)):
        known = dict(zip((s.name for s in symbols), values, strict=True))
        if all(evaluate(a.node, known) for a in unit.assumptions):
            yield known


def prove_dead(unit: Unit, finding: Finding) -> None:
    """No witness can show this one; all inputs do."""
    table = table_of(unit, finding)
    row = row_of(table, finding.place.row)
    assert not any(wins(table, row, v) for v in every_input(unit))


def prove_redundant(unit: Unit, finding: Finding) -> None:
    table = table_of(unit, finding)
    column = [c.text for c in table.conditions].index(finding.place.column)
    if not finding.place.row:
        assert all(r.conditions[column] is None for r in table.rows)
        return
    row = row_of(table, finding.place.row)
    rest = [c for k, c in enumerate(row.conditions) if c is not None and k != column]
    own = row.conditions[column]
    assert own is not None
    above = table.rows[: table.rows.index(row)] if table.policy == "priority" else ()
    for values in every_input(unit):
        if all(evaluate(c, values) for c in rest) and not any(matches(r, values) for r in above):
            assert evaluate(own, values)


def prove_unreachable(unit: Unit, finding: Finding) -> None:
    name, text = re.findall(r"^register (\w+) can never be (\w+)$", finding.message)[0]
    machine = Machine(unit)
    kind = unit.symbols[name].type
    waiting, seen = [machine.reset()], []
    while waiting:
        state = waiting.pop()
        if state not in seen:
            seen.append(state)
            assert show(pack(state[name], kind), kind) != text
            for given in product(*(choices(s.type) for s in machine.inputs)):
                drawn = dict(zip((s.name for s in machine.inputs), given, strict=True))
                waiting.append(machine.step(machine.complete({**state, **drawn})))


def replay_ambiguous(unit: Unit, finding: Finding) -> None:
    """Both readings, each of which the witness gives; a target's counts where its row wins."""
    reading = next(r for r in unit.readings if r.span == finding.place.span)
    here, there = (evaluate(n, finding.values) for n in (reading.node, reading.verilog))
    assert here != there
    assert finding.witness["=> here"] == str(here)
    assert finding.witness["=> in Verilog"] == str(there)
    if finding.place.table == "main" and finding.place.row:
        table = table_of(unit, finding)
        assert wins(table, row_of(table, finding.place.row), finding.values)


def nothing_to_replay(unit: Unit, finding: Finding) -> None:
    """Seen in the text alone."""
    assert unit.name + ".lct.md" == finding.place.file
    assert not finding.witness


REPLAY = {
    "gap": replay_gap,
    "overlap": replay_overlap,
    "conflict": replay_overlap,
    "shadowed": replay_shadowed,
    "width": replay_width,
    "comb-loop": replay_loop,
    "ambiguous": replay_ambiguous,
    "assumption": replay_assumption,
    "dead": prove_dead,
    "redundant": prove_redundant,
    "unreachable": prove_unreachable,
    "driven-twice": nothing_to_replay,
    "undriven": nothing_to_replay,
    "unused": nothing_to_replay,
}


@pytest.mark.parametrize(("unit", "finding"), CASES)
def test_replay(unit: Unit, finding: Finding) -> None:
    REPLAY[finding.code](unit, finding)
    symbols = set(finding.values) & set(unit.symbols)
    if symbols and unit.kind == "logic" and finding.place.table not in ("Assumptions", "Signals"):
        assert all(evaluate(a.node, finding.values) for a in unit.assumptions)


def test_every_rule_of_a_check_was_replayed() -> None:
    assert {c.values[1].code for c in CASES} == set(REPLAY)  # type: ignore[union-attr]
