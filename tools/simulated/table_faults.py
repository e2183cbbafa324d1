"""Mistakes that a model makes with a table, as edits of it; some edits happen to change nothing.

An edited table still covers every input and never twice, so that no check of the table alone would
find it: where an edit touches conditions, rows are asked one after the other, and the last is for
the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from .paper import Grid, Paper

__all__ = ["TABLE_FAULTS", "spoil"]

_NUMBER = re.compile(r"(?<![\w.])(\d+)\b(?!\))")

_OTHER = {
    " + ": " - ", " - ": " + ", " & ": " | ", " | ": " & ", " and ": " or ", " or ": " and ",
    " < ": " <= ", " <= ": " < ", " > ": " >= ", " >= ": " > ", " == ": " != ",
}  # fmt: skip
_UNSIGNED = re.compile(r"unsigned\((\d+)\)")


def spoil(paper: Paper, random: Random, fault: str) -> Paper | None:
    """Plant a fault of this name, None where the table has no place for it."""
    changed = TABLE_FAULTS[fault](paper, random)
    return None if changed is None or changed.text() == paper.text() else changed


def _asked_in_order(grid: Grid) -> Grid:
    """The same table as rows that are asked one after the other, the last for the rest."""
    if grid.policy == "priority" and grid.rows[-1][0] == "else":
        return grid
    last = grid.rows[-1]
    rest = ("else", *("-" for _ in grid.conditions), *last[grid.arrow :])
    return grid.with_rows([*grid.rows[:-1], rest]).with_policy("priority")


def _chosen(paper: Paper, random: Random, rows: int = 2) -> Grid | None:
    fit = [g for g in paper.logic if len(g.rows) >= rows]
    return random.choice(fit) if fit else None


def _row_dropped(paper: Paper, random: Random) -> Paper | None:
    """A row is forgotten, and what it was for falls to the last."""
    grid = _chosen(paper, random)
    if grid is None:
        return None
    new = _asked_in_order(grid)
    at = random.randrange(len(new.rows) - 1)
    return paper.swapped(grid, new.with_rows([r for k, r in enumerate(new.rows) if k != at]))


def _action_forgotten(paper: Paper, random: Random) -> Paper | None:
    """A row does nothing to one of its targets."""
    kinds = _kinds(paper)
    grid = _chosen(paper, random, 1)
    if grid is None:
        return None
    places = [
        (r, k)
        for r, row in enumerate(grid.rows)
        for k in grid.targets
        if row[k] not in ("hold", "0", "*")
    ]
    if not places:
        return None
    r, k = random.choice(places)
    idle = "hold" if kinds.get(grid.header[k]) == "register" else "0"
    return paper.swapped(grid, grid.with_cell(r, k, idle))


def _row_invented(paper: Paper, random: Random) -> Paper | None:
    """A row in front that the table does not have: a condition of one row, actions of another."""
    grid = _chosen(paper, random)
    if grid is None:
        return None
    new = _asked_in_order(grid)
    source, other = random.sample(range(len(new.rows)), 2)
    if new.rows[source][0] == "else":
        source, other = other, source
    real = [k for k in new.conditions if new.rows[source][k] != "-"]
    if not real:
        return None
    kept = set(random.sample(real, max(1, len(real) // 2)))
    cells = [new.rows[source][k] if k in kept else "-" for k in new.conditions]
    row = ("also", *cells, *new.rows[other][new.arrow :])
    at = random.randrange(source + 1)
    return paper.swapped(grid, new.with_rows([*new.rows[:at], row, *new.rows[at:]]))


def _wrong_value(paper: Paper, random: Random) -> Paper | None:
    """A target's number, operator or sign is another."""
    grid = _chosen(paper, random, 1)
    if grid is None:
        return None
    places = [
        (r, k) for r, row in enumerate(grid.rows) for k in grid.targets if _slips(row[k], random)
    ]
    if not places:
        return None
    r, k = random.choice(places)
    return paper.swapped(grid, grid.with_cell(r, k, random.choice(_slips(grid.rows[r][k], random))))


def _slips(cell: str, random: Random) -> list[str]:
    """What a cell may be taken for."""
    if cell in ("0", "1"):
        return ["1" if cell == "0" else "0"]
    if cell in ("*", "hold"):
        return []
    found = []
    for match in _NUMBER.finditer(cell):
        new = max(0, int(match[1]) + random.choice((-1, 1)))
        found.append(cell[: match.start()] + str(new) + cell[match.end() :])
    for operator, other in _OTHER.items():
        for match in re.finditer(re.escape(operator), cell):
            found.append(cell[: match.start()] + other + cell[match.end() :])
    choice = re.fullmatch(r"(.+) if (.+) else (.+)", cell)
    if choice and " if " not in choice[1] + choice[3]:
        found.append(f"{choice[3]} if {choice[2]} else {choice[1]}")
    return found


def _cells_exchanged(paper: Paper, random: Random) -> Paper | None:
    """Two rows have each other's value of one target."""
    grid = _chosen(paper, random)
    if grid is None:
        return None
    k = random.choice(grid.targets)
    one, two = random.sample(range(len(grid.rows)), 2)
    first, second = grid.rows[one][k], grid.rows[two][k]
    if "*" in (first, second):
        return None
    return paper.swapped(grid, grid.with_cell(one, k, second).with_cell(two, k, first))


def _priority_swapped(paper: Paper, random: Random) -> Paper | None:
    """The order is another, and the first row's condition was not meant to be asked alone."""
    grid = _chosen(paper, random, 3)
    if grid is None:
        return None
    new = _asked_in_order(grid)
    # What rows exclude by themselves keeps an order from mattering: one such cell is left out.
    at = random.randrange(len(new.rows) - 2)
    one, two = list(new.rows[at]), list(new.rows[at + 1])
    loose = [k for k in new.conditions if two[k] != "-" and one[k] != "-"]
    if loose:
        two[random.choice(loose)] = "-"
    return paper.swapped(
        grid, new.with_rows([*new.rows[:at], tuple(two), tuple(one), *new.rows[at + 2 :]])
    )


def _condition_changed(paper: Paper, random: Random) -> Paper | None:
    """A condition is looser or stricter by one, or turned round, or left out."""
    grid = _chosen(paper, random)
    if grid is None:
        return None
    new = _asked_in_order(grid)
    places = [
        (r, k) for r, row in enumerate(new.rows[:-1]) for k in new.conditions if row[k] != "-"
    ]
    if not places:
        return None
    r, k = random.choice(places)
    options = [*_slips(new.rows[r][k], random), "-", f"not {new.rows[r][k]}"]
    first = re.fullmatch(r"(<=|>=|<|>) (.+)", new.rows[r][k])
    if first:
        options = [f"{_OTHER[f' {first[1]} '].strip()} {first[2]}", *options]
    return paper.swapped(grid, new.with_cell(r, k, random.choice(options)))


def _kinds(paper: Paper) -> dict[str, str]:
    signals = paper.section("Signals")
    assert signals is not None
    name, kind = signals.header.index("name"), signals.header.index("kind")
    return {row[name]: row[kind] for row in signals.rows}


def _register(paper: Paper, random: Random) -> tuple[Grid, int] | None:
    signals = paper.section("Signals")
    assert signals is not None
    kind = signals.header.index("kind")
    found = [k for k, row in enumerate(signals.rows) if row[kind] == "register"]
    return (signals, random.choice(found)) if found else None


def _reset_changed(paper: Paper, random: Random) -> Paper | None:
    """A register starts with another value."""
    chosen = _register(paper, random)
    if chosen is None:
        return None
    signals, row = chosen
    at, kind = signals.header.index("reset"), signals.header.index("type")
    before, type_name = signals.rows[row][at], signals.rows[row][kind]
    options = ["1" if before == "0" else "0"]
    known = paper.section("Types")
    for line in known.rows if known else ():
        found = re.fullmatch(r"enum\((.*)\)", line[1])
        if line[0] == type_name and found:
            names = [n.partition("=")[0].strip() for n in found[1].split(",")]
            options = [n for n in names if n != before]
    if not options:
        return None
    return paper.swapped(signals, signals.with_cell(row, at, random.choice(options)))


def _width_changed(paper: Paper, random: Random) -> Paper | None:
    """A register is a bit too narrow or too wide."""
    chosen = _register(paper, random)
    if chosen is None:
        return None
    signals, row = chosen
    at = signals.header.index("type")
    found = _UNSIGNED.fullmatch(signals.rows[row][at])
    if found is None or int(found[1]) < 2:
        return None
    width = int(found[1]) + random.choice((-1, 1))
    return paper.swapped(signals, signals.with_cell(row, at, f"unsigned({width})"))


def _signals_mixed_up(paper: Paper, random: Random) -> Paper | None:
    """One signal is read where another is meant."""
    signals = paper.section("Signals")
    assert signals is not None
    kind, type_at = signals.header.index("kind"), signals.header.index("type")
    groups: dict[tuple[str, str], list[str]] = {}
    for row in signals.rows:
        if not row[kind].startswith("out") or row[kind] == "out stream":
            groups.setdefault((row[kind], row[type_at]), []).append(row[0])
    alike = [names for names in groups.values() if len(names) > 1]
    grid = _chosen(paper, random, 1)
    if not alike or grid is None:
        return None
    one, two = random.sample(random.choice(alike), 2)
    name = re.compile(rf"(?<![\w.]){one}\b(?! = )")
    columns = [*grid.targets]
    places = [(r, k) for r, row in enumerate(grid.rows) for k in columns if name.search(row[k])]
    if not places:
        return None
    r, k = random.choice(places)
    return paper.swapped(grid, grid.with_cell(r, k, name.sub(two, grid.rows[r][k])))


def _definition_wrong(paper: Paper, random: Random) -> Paper | None:
    """A number or an operator of a definition is another."""
    known = paper.section("Definitions")
    if known is None:
        return None
    at = known.header.index("expression")
    places = [k for k, row in enumerate(known.rows) if _slips(row[at], random)]
    if not places:
        return None
    row = random.choice(places)
    new = random.choice(_slips(known.rows[row][at], random))
    return paper.swapped(known, known.with_cell(row, at, new))


def _value_left_open(paper: Paper, random: Random) -> Paper | None:
    """Any value would do, where one is meant."""
    grid = _chosen(paper, random, 1)
    if grid is None:
        return None
    places = [(r, k) for r, row in enumerate(grid.rows) for k in grid.targets if row[k] != "*"]
    if not places:
        return None
    r, k = random.choice(places)
    return paper.swapped(grid, grid.with_cell(r, k, "*"))


def _port_renamed(paper: Paper, random: Random) -> Paper | None:
    """A port has a name that would have been as good."""
    signals = paper.section("Signals")
    assert signals is not None
    kind = signals.header.index("kind")
    ports = [k for k, row in enumerate(signals.rows) if row[kind] != "register"]
    if not ports:
        return None
    row = random.choice(ports)
    old = signals.rows[row][0]
    new = random.choice((f"{old}_i", f"{old}_port", f"the_{old}"))
    name = re.compile(rf"(?<![\w.]){old}\b(?! = )")
    paper = paper.swapped(signals, signals.with_cell(row, 0, new))
    return paper.mapped(lambda cell: name.sub(new, cell))


TABLE_FAULTS: dict[str, Callable[[Paper, Random], Paper | None]] = {
    "row omitted": _row_dropped,
    "action omitted": _action_forgotten,
    "row hallucinated": _row_invented,
    "wrong value": _wrong_value,
    "values exchanged": _cells_exchanged,
    "swapped priority": _priority_swapped,
    "wrong condition": _condition_changed,
    "wrong reset": _reset_changed,
    "wrong width": _width_changed,
    "wrong signal": _signals_mixed_up,
    "wrong definition": _definition_wrong,
    "value left open": _value_left_open,
    "port renamed": _port_renamed,
}
"""The classes of faults; each finds a place by the random numbers, or none."""
