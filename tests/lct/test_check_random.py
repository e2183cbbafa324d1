"""Random small units: what the checks find is what trying every input finds.

The oracle below knows nothing of the solver: it runs through all inputs and all states.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from spikewright.lct.check import check
from spikewright.lct.evaluate import evaluate, pack, unpack
from spikewright.lct.execute import Machine, first_match, matches
from spikewright.lct.ir import ANY, Node, Row, Table, Unit
from spikewright.lct.types import Enum, Int
from spikewright.lct.values import show

MakeUnit = Callable[[str], Unit]
Found = set[tuple[str, str, str]]

HEAD = """## Types
| name | definition |
|---|---|
| Colour | enum(RED, GREEN, BLUE) |

## Signals
| name | kind | type | reset |
|---|---|---|---|
| f | in | unsigned(1) | |
| n | in | signed(2) | |
| c | in | Colour | |
| o | out | unsigned(2) | |
| all | out | unsigned(8) | |
| r | register | unsigned(1) | 0 |
| s | register | Colour | RED |
"""

# Nothing is unused.
USE = """
## Table use (unique)
| row | => | all |
|---|---|---|
| always | => | cat(f, n, c, r, s) |
"""

CONDITIONS = {
    "f": ["0", "1", "r"],
    "n": ["0", "-1", "> 0", "<= 0", "-2..0", "{0, 1}", "not 1", "0b1x", "n"],
    "c": ["RED", "not GREEN", "{RED, BLUE}", "s"],
    "r": ["0", "1"],
    "s": ["RED", "{GREEN, BLUE}", "not BLUE"],
    "n > 0": ["0", "1"],
    "n + f": ["0", "> 1", "-1..1"],
}
VALUES = {
    "o": ["0", "3", "n + 1", "f + r", "clamp(n, 0, 3)", "n if n >= 0 else 0", "*"],
    "r": ["hold", "0", "1", "f", "n == 0", "not r"],
    "s": ["hold", "RED", "c", "GREEN if f else s"],
}
ASSUMPTIONS = ["n != -2", "c != BLUE", "f or n > 0", "s != BLUE", "r == 0 or f", "c == RED", "1"]


@st.composite
def units(draw: st.DrawFn) -> str:
    columns = draw(st.lists(st.sampled_from(sorted(CONDITIONS)), max_size=3, unique=True))
    policy = draw(st.sampled_from(["unique", "priority"]))
    lines = []
    for i in range(draw(st.integers(1, 5))):
        cells = [draw(st.sampled_from(["-", "-", *CONDITIONS[c]])) for c in columns]
        values = [draw(st.sampled_from(VALUES[t])) for t in VALUES]
        lines.append([f"row{i}", *cells, "=>", *values])
    if draw(st.booleans()):
        lines.append(["else", *["-"] * len(columns), "=>", "0", "hold", "hold"])
    rows = [["row", *columns, "=>", *VALUES], ["---"] * (len(columns) + 5), *lines]
    table = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    chosen = draw(st.lists(st.sampled_from(ASSUMPTIONS), max_size=2, unique=True))
    text = HEAD
    if chosen:
        promises = "\n".join(f"| A{i} | {a} |" for i, a in enumerate(chosen))
        text += f"\n## Assumptions\n| id | always |\n|---|---|\n{promises}\n"
    return f"{text}\n## Table main ({policy})\n{table}\n{USE}"


def choices(kind: object) -> list[int]:
    if isinstance(kind, Enum):
        return [value for _, value in kind.members]
    assert isinstance(kind, Int)
    return list(range(kind.low, kind.high + 1))


def inputs(unit: Unit) -> list[dict[str, int]]:
    """All values of all inputs and registers that the assumptions allow."""
    symbols = unit.by_role("input") + unit.by_role("register")
    every = product(*(choices(s.type) for s in symbols))
    values = [dict(zip((s.name for s in symbols), v, strict=True)) for v in every]
    return [v for v in values if all(evaluate(a.node, v) for a in unit.assumptions)]


def taking(table: Table, values: Mapping[str, int]) -> list[Row]:
    """The rows that match; else does where no other does."""
    found = [r for r in table.rows if not r.is_else and matches(r, values)]
    return found or [r for r in table.rows if r.is_else]


def conflicting(table: Table, a: Row, b: Row, values: Mapping[str, int]) -> bool:
    for target, x, y in zip(table.targets, a.targets, b.targets, strict=True):
        if ANY in (x, y):
            continue
        held = values.get(target.symbol.name, 0)
        given = [
            unpack(evaluate(v, values), target.symbol.type) if isinstance(v, Node) else held
            for v in (x, y)
        ]
        if given[0] != given[1]:
            return True
    return False


def oracle(table: Table, everything: list[dict[str, int]]) -> Found:
    """Findings about rows, by trying all inputs."""
    found: Found = set()
    taken = [taking(table, v) for v in everything]
    if not all(taken):
        found.add(("gap", "", ""))
    for j, row in enumerate(table.rows):
        hits = [v for v, t in zip(everything, taken, strict=True) if row in t]
        wins = [v for v, t in zip(everything, taken, strict=True) if t and t[0] is row]
        if not hits:
            found.add(("dead", row.id, ""))
        elif table.policy == "priority" and not wins:
            found.add(("shadowed", row.id, ""))
        else:
            found |= redundant(table, j, everything)
        winning = wins if table.policy == "priority" else hits
        found |= too_wide(table, row, winning)
    return found


def redundant(table: Table, j: int, everything: list[dict[str, int]]) -> Found:
    row, earlier = table.rows[j], table.rows[:j] if table.policy == "priority" else ()
    open_to = [v for v in everything if not any(matches(r, v) for r in earlier)]
    found: Found = set()
    for k, (column, own) in enumerate(zip(table.conditions, row.conditions, strict=True)):
        rest = [c for i, c in enumerate(row.conditions) if c is not None and i != k]
        reached = [v for v in open_to if all(evaluate(c, v) for c in rest)]
        if own is not None and all(evaluate(own, v) for v in reached):
            found.add(("redundant", row.id, column.text))
    return found


def too_wide(table: Table, row: Row, winning: list[dict[str, int]]) -> Found:
    found: Found = set()
    for target, cell in zip(table.targets, row.targets, strict=True):
        kind = target.symbol.type
        if not isinstance(cell, Node) or not isinstance(kind, Int):
            continue
        if any(not kind.low <= evaluate(cell, v) <= kind.high for v in winning):
            found.add(("width", row.id, target.symbol.name))
    return found


def overlapping(table: Table, everything: list[dict[str, int]]) -> set[tuple[str, str, str]]:
    """Overlaps and conflicts of a unique table as (code, first row, second row)."""
    found: Found = set()
    rows = [r for r in table.rows if not r.is_else]
    for j, second in enumerate(rows):
        for first in rows[:j]:
            both = [v for v in everything if matches(first, v) and matches(second, v)]
            differ = any(conflicting(table, first, second, v) for v in both)
            if both:
                found.add(("conflict" if differ else "overlap", first.id, second.id))
    return found


def empty_columns(table: Table) -> Found:
    return {
        ("redundant", "", column.text)
        for k, column in enumerate(table.conditions)
        if all(row.conditions[k] is None for row in table.rows)
    }


ROWS = ("gap", "dead", "shadowed", "redundant", "width")


@settings(max_examples=100)
@given(text=units())
def test_rows(make_unit: MakeUnit, text: str) -> None:
    unit = make_unit(text)
    findings = check(unit)
    assert all(f.verdict == "fault" for f in findings)
    everything = inputs(unit)
    if not everything:
        assert [f.code for f in findings if f.place.table == "Assumptions"] == ["assumption"]
        return
    table = unit.tables[0]
    found = {(f.code, f.place.row, f.place.column) for f in findings if f.code in ROWS}
    assert found == oracle(table, everything) | empty_columns(table)
    if table.policy == "unique":
        pairs = {
            (f.code, *f.message.split(" both ")[0].removeprefix("rows ").split(" and "))
            for f in findings
            if f.code in ("overlap", "conflict")
        }
        assert pairs == overlapping(table, everything)


def reachable(unit: Unit) -> Iterator[dict[str, int]]:
    """All states that allowed inputs lead to."""
    machine = Machine(unit)
    waiting = [machine.reset()]
    seen: list[dict[str, int]] = []
    while waiting:
        state = waiting.pop()
        if state in seen:
            continue
        seen.append(state)
        yield state
        for values in product(*(choices(s.type) for s in machine.inputs)):
            drawn = dict(zip((s.name for s in machine.inputs), values, strict=True))
            known = machine.complete({**state, **drawn})
            if machine.allowed(known):
                waiting.append(machine.step(known))


@settings(max_examples=60)
@given(text=units())
def test_states(make_unit: MakeUnit, text: str) -> None:
    unit = make_unit(text)
    everything, table = inputs(unit), unit.tables[0]
    complete = all(first_match(table, v) for v in everything)
    # An invariant that does not hold, or a gap, is reported: what follows from it means nothing.
    findings = check(unit)
    broken = [f for f in findings if f.code == "assumption" and "needs" not in f.message]
    if not complete or broken or not everything:
        return
    states = list(reachable(unit))
    never = {
        f"register {s.name} can never be {show(pack(value, s.type), s.type)}"
        for s in unit.by_role("register")
        for value in choices(s.type)
        if all(state[s.name] != value for state in states)
    }
    assert {f.message for f in findings if f.code == "unreachable"} == never
    assert all(f.verdict == "fault" for f in findings)


@settings(max_examples=40)
@given(text=units())
def test_needless_assumptions(make_unit: MakeUnit, text: str) -> None:
    """An assumption is needless if, and only if, the other findings are the same without it."""
    unit = make_unit(text)
    if not unit.assumptions:
        return
    findings = check(unit)
    if any(f.code == "assumption" and "nothing needs" not in f.message for f in findings):
        return
    needless = {f.place.row for f in findings if f.code == "assumption"}

    def others(unit: Unit) -> set[tuple[str, str, str]]:
        keys = {(f.code, f.place.row, f.place.column) for f in check(unit)}
        return {k for k in keys if k[0] != "assumption"}

    for assumption in unit.assumptions:
        line = unit.document.lines[assumption.span.line - 1]
        shorter = text.replace(line + "\n", "")
        if len(unit.assumptions) == 1:
            shorter = shorter.replace("\n## Assumptions\n| id | always |\n|---|---|\n", "")
        if others(make_unit(shorter)) != others(unit):
            assert assumption.id not in needless, "This one is needed: a finding changes."
