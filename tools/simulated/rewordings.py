"""Other words for the same table, as different people would write it.

None of these is meant to change what a table says; whether it does is found out afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from random import Random

from .paper import Grid, Paper

__all__ = ["LONGEST", "REWORDINGS", "reword", "spoken_name"]

LONGEST = 1 << 15
"""Characters of a table; those of the project's units have 9,000 at most."""

_OTHER_NAMES = ("case_{}", "when_{}", "{}_row", "r_{}")
_OTHER_DEFINITIONS = ("is_{}", "{}_now", "the_{}", "{}_value")
_NUMBER = re.compile(r"\d+")
_BOUND = re.compile(r"(>|<|>=|<=) (\d+)")
_STEPS = {">": (">=", 1), ">=": (">", -1), "<": ("<=", -1), "<=": ("<", 1)}


def reword(paper: Paper, random: Random, count: int) -> tuple[Paper, tuple[str, ...]]:
    """Up to so many rewordings, one after another, and their names."""
    done: list[str] = []
    for name in random.sample(list(REWORDINGS), len(REWORDINGS)):
        if len(done) < count:
            changed = REWORDINGS[name](paper, random)
            if changed is not None and changed != paper:
                paper = changed
                done.append(name)
    return paper, tuple(done)


def spoken_name(name: str) -> re.Pattern[str]:
    """Where a name stands by itself, and not as the name of a field or function."""
    return re.compile(rf"(?<![\w.]){re.escape(name)}\b(?! ?\()(?! = )")


def _each(paper: Paper, change: Callable[[Grid], Grid]) -> Paper:
    return replace(paper, grids=tuple(change(g) if g.name else g for g in paper.grids))


def _rows_shuffled(paper: Paper, random: Random) -> Paper | None:
    def change(grid: Grid) -> Grid:
        if grid.policy != "unique":
            return grid
        last = [r for r in grid.rows if r[0] == "else"]
        rest = [r for r in grid.rows if r[0] != "else"]
        return grid.with_rows([*random.sample(rest, len(rest)), *last])

    return _each(paper, change)


def _rows_renamed(paper: Paper, random: Random) -> Paper | None:
    pattern = random.choice(_OTHER_NAMES)
    numbered = random.random() < 0.5

    def change(grid: Grid) -> Grid:
        rows = [
            (row[0] if row[0] == "else" else pattern.format(k if numbered else row[0]), *row[1:])
            for k, row in enumerate(grid.rows)
        ]
        return grid.with_rows(rows)

    return _each(paper, change)


def _columns_shuffled(paper: Paper, random: Random) -> Paper | None:
    def change(grid: Grid) -> Grid:
        conditions = random.sample(grid.conditions, len(grid.conditions))
        targets = random.sample(grid.targets, len(grid.targets))
        return grid.picked([0, *conditions, grid.arrow, *targets])

    return _each(paper, change)


def _tables_shuffled(paper: Paper, random: Random) -> Paper | None:
    logic = paper.logic
    rest = [g for g in paper.grids if not g.name]
    return replace(paper, grids=(*rest, *random.sample(logic, len(logic))))


def _table_split(paper: Paper, random: Random) -> Paper | None:
    """One table as two with half of the targets each."""
    wide = [g for g in paper.logic if len(g.targets) > 1]
    if not wide:
        return None
    grid = random.choice(wide)
    targets = random.sample(grid.targets, len(grid.targets))
    half = len(targets) // 2
    parts = []
    for letter, some in (("a", targets[:half]), ("b", targets[half:])):
        part = grid.picked([0, *grid.conditions, grid.arrow, *sorted(some)])
        parts.append(replace(part, section=f"Table {grid.name}_{letter} ({grid.policy})"))
    return paper.swapped(grid, *parts)


def _tables_renamed(paper: Paper, random: Random) -> Paper | None:
    pattern = random.choice(("{}_logic", "do_{}", "{}_rules"))
    return _each(
        paper, lambda g: replace(g, section=f"Table {pattern.format(g.name)} ({g.policy})")
    )


def _last_is_else(paper: Paper, random: Random) -> Paper | None:
    """A row that needs no condition, since the others leave nothing else."""

    def change(grid: Grid) -> Grid:
        if len(grid.rows) < 2 or grid.rows[-1][0] == "else" or random.random() < 0.4:
            return grid
        at = random.randrange(len(grid.rows)) if grid.policy == "unique" else len(grid.rows) - 1
        chosen = ["else", *("-" for _ in grid.conditions), *grid.rows[at][grid.arrow :]]
        return grid.with_rows([*(r for k, r in enumerate(grid.rows) if k != at), tuple(chosen)])

    return _each(paper, change)


def _priority(paper: Paper, random: Random) -> Paper | None:
    """Rows that exclude each other, one asked after the other."""

    def change(grid: Grid) -> Grid:
        return grid.with_policy("priority") if random.random() < 0.6 else grid

    return _each(paper, change)


def _definitions_renamed(paper: Paper, random: Random) -> Paper | None:
    known = paper.section("Definitions")
    if known is None:
        return None
    pattern = random.choice(_OTHER_DEFINITIONS)
    at = known.header.index("name")
    for row in known.rows:
        name = row[at]
        paper = paper.mapped(
            lambda cell, name=name: spoken_name(name).sub(pattern.format(name), cell)  # type: ignore[misc]
        )
    new = paper.section("Definitions")
    assert new is not None
    rows = [[pattern.format(c) if k == at else c for k, c in enumerate(r)] for r in new.rows]
    return paper.swapped(new, new.with_rows(rows))


def _definition_inlined(paper: Paper, random: Random) -> Paper | None:
    known = paper.section("Definitions")
    if known is None:
        return None
    name_at, text_at = known.header.index("name"), known.header.index("expression")
    chosen = random.choice(known.rows)
    rest = [row for row in known.rows if row != chosen]
    left = paper.swapped(known, *([known.with_rows(rest)] if rest else []))
    use, text = spoken_name(chosen[name_at]), chosen[text_at]
    inlined = left.mapped(
        lambda cell: text if use.fullmatch(cell) else use.sub(lambda _: f"({text})", cell)
    )
    # Definitions that rest on each other grow without bound.
    size = sum(len(cell) for grid in inlined.grids for row in grid.rows for cell in row)
    return inlined if size <= LONGEST else None


def _bounds_moved(paper: Paper, random: Random) -> Paper | None:
    """`> 0` as `>= 1`, of whole numbers."""

    def cell(text: str) -> str:
        found = _BOUND.fullmatch(text)
        if found is None or random.random() < 0.3:
            return text
        sign, step = _STEPS[found[1]]
        return f"{sign} {int(found[2]) + step}"

    return _each(paper, lambda g: _conditions(g, cell))


def _numbers_spelled(paper: Paper, random: Random) -> Paper | None:
    """Numbers in hexadecimal or binary."""
    style = random.choice(("0x{:x}", "0b{:b}"))

    def cell(text: str) -> str:
        if not _NUMBER.fullmatch(text) or (len(text) > 1 and style.startswith("0b")):
            return text
        return style.format(int(text))

    def change(grid: Grid) -> Grid:
        return _conditions(grid, cell, [*grid.conditions, *grid.targets])

    return _each(paper, change)


def _conditions(grid: Grid, change: Callable[[str], str], columns: list[int] | None = None) -> Grid:
    places = set(grid.conditions if columns is None else columns)
    rows = [[change(c) if k in places else c for k, c in enumerate(row)] for row in grid.rows]
    return grid.with_rows(rows)


def _prose_gone(paper: Paper, random: Random) -> Paper | None:
    """No notes and meanings; of those that must be there, other words."""
    del random

    def change(grid: Grid) -> Grid:
        names = ("note",) if grid.name else ("meaning",)
        return grid.picked([k for k, h in enumerate(grid.header) if h not in names])

    return replace(paper, grids=tuple(change(g) for g in paper.grids))


REWORDINGS: dict[str, Callable[[Paper, Random], Paper | None]] = {
    "rows in another order": _rows_shuffled,
    "rows renamed": _rows_renamed,
    "columns in another order": _columns_shuffled,
    "tables in another order": _tables_shuffled,
    "table split": _table_split,
    "tables renamed": _tables_renamed,
    "else": _last_is_else,
    "priority": _priority,
    "definitions renamed": _definitions_renamed,
    "definition inlined": _definition_inlined,
    "bounds moved": _bounds_moved,
    "numbers spelled otherwise": _numbers_spelled,
    "prose gone": _prose_gone,
}
"""Ways to say the same, by their names; each may find nothing to do."""
