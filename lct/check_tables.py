"""Rows against each other: gaps, overlaps, rows that never win, conditions that say nothing."""

from __future__ import annotations

from spikewright.lct.context import Context
from spikewright.lct.evaluate import evaluate
from spikewright.lct.ir import ANY, Table
from spikewright.lct.terms import Term

__all__ = ["check_table"]

MOST_OVERLAPS = 12
"""Pairs of rows that one table is reported for: a wrong column makes hundreds."""


def check_table(context: Context, table: Table) -> None:
    """Check the conditions of one table."""
    if not table.rows:
        return
    alive = [i for i in range(len(table.rows)) if _can_win(context, table, i)]
    _gap(context, table)
    if table.policy == "unique":
        _overlaps(context, table)
    _redundant(context, table, alive)


def _phrase(names: list[str]) -> str:
    if len(names) < 3:
        return " and ".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _rows(names: list[str]) -> str:
    return f"row{'s' * (len(names) > 1)} {_phrase(names)}"


def _can_win(context: Context, table: Table, row: int) -> bool:
    """Report a dead or shadowed row; True where the row decides something."""
    ordered = table.policy == "priority" or table.rows[row].is_else
    guards = context.now.guards(table)
    place = context.place(table, row)
    if context.ask(guards[row]) == "unsat":
        _dead(context, table, row)
        return False
    if not ordered or table.rows[row].is_else:
        return True
    answer = context.ask(guards[row], context.now.none_before(table)[row])
    if answer == "unknown":
        context.undecided("shadowed", f"whether row {table.rows[row].id} ever wins", place)
    if answer == "unsat":
        _shadowed(context, table, row)
    return answer != "unsat"


def _dead(context: Context, table: Table, row: int) -> None:
    this = table.rows[row]
    place = context.place(table, row)
    if this.is_else:
        context.find("dead", "row else never matches: the other rows cover every input", place)
        return
    columns = [
        c.text
        for c, cell in zip(table.conditions, this.conditions, strict=True)
        if cell is not None
    ]
    named = list(zip(columns, context.now.cells(table, row), strict=True))
    why = context.reasons([], named)
    if len(why) > 1:
        context.find(
            "dead", f"row {this.id} never matches: {_phrase(why)} exclude each other", place
        )
    else:
        message = f"row {this.id} never matches: its cell in column {why[0]} is never true"
        context.find("dead", message, place)


def _shadowed(context: Context, table: Table, row: int) -> None:
    guards, names = context.now.guards(table), [r.id for r in table.rows]
    earlier = [(names[j], context.builder.negate(guards[j])) for j in range(row)]
    why = context.reasons([guards[row]], earlier)
    above = [n for n in names[:row] if n in why]
    under = [n for n in why if n not in above]
    message = (
        f"row {names[row]} never wins: {_rows(above)} always match{'es' * (len(above) < 2)} first"
    )
    if under:
        message += f", given {_phrase(under)}"
    context.ask(guards[row])
    witness = context.witness([guards[row]], context.shown(table))
    first = next(j for j in range(row) if _matches(table, j, witness.values))
    witness.shown["first row that matches"] = names[first]
    context.find("shadowed", message, context.place(table, row), witness)


def _matches(table: Table, row: int, values: dict[str, int]) -> bool:
    cells = (c for c in table.rows[row].conditions if c is not None)
    return all(evaluate(c, values) for c in cells)


def _gap(context: Context, table: Table) -> None:
    if table.rows[-1].is_else:
        return
    uncovered = [context.builder.negate(g) for g in context.now.guards(table)]
    place = context.place(table)
    answer = context.ask(*uncovered)
    if answer == "unknown":
        context.undecided("gap", f"whether table {table.name} covers every input", place)
    if answer == "sat":
        witness = context.witness(uncovered, context.shown(table))
        context.find("gap", f"no row of table {table.name} covers this input", place, witness)


def _overlaps(context: Context, table: Table) -> None:
    """Find pairs of rows that match the same input.

    One question covers all pairs; only where it can be met, the pair is read off and excluded.
    """
    b, guards = context.builder, context.now.guards(table)
    rows = [i for i in range(len(guards)) if not table.rows[i].is_else]
    clash = b.any(
        b.all([guards[j], b.any(guards[i] for i in rows[:n])]) for n, j in enumerate(rows) if n
    )
    excluded: list[Term] = []
    while len(excluded) < MOST_OVERLAPS:
        answer = context.ask(clash, *excluded)
        if answer == "unknown":
            question = f"whether rows of table {table.name} exclude each other"
            context.undecided("overlap", question, context.place(table))
        if answer != "sat":
            return
        first, second = [i for i in rows if context.solver.holds(guards[i])][:2]
        _overlap(context, table, first, second)
        both = b.all([guards[first], guards[second]])
        excluded.append(b.negate(both))


def _overlap(context: Context, table: Table, first: int, second: int) -> None:
    b, now = context.builder, context.now
    given = [now.guards(table)[first], now.guards(table)[second]]
    rows = [table.rows[i] for i in (first, second)]
    pairs = [
        (k, now.value(table, first, k), now.value(table, second, k))
        for k in range(len(table.targets))
        if ANY not in (rows[0].targets[k], rows[1].targets[k])
    ]
    differ = b.any(b.negate(b.equal(x, y)) for _, x, y in pairs)
    place = context.place(table, second)
    names = f"rows {rows[0].id} and {rows[1].id}"
    answer = context.ask(*given, differ)
    if answer == "unknown":
        context.undecided("conflict", f"whether {names} give different values", place)
    conflict = answer == "sat"
    if conflict:
        given.append(differ)
    context.ask(*given)
    results = [
        context.results(table, k, f" (row {table.rows[i].id})", i)
        for k, _, _ in pairs
        if conflict
        for i in (first, second)
    ]
    inputs = context.table_inputs(table) if conflict else context.shown(table)
    witness = context.witness(given, inputs, results)
    unequal = [
        table.targets[k].symbol.name
        for n, (k, _, _) in enumerate(pairs)
        if conflict and len({witness.shown[r.name] for r in results[2 * n : 2 * n + 2]}) > 1
    ]
    for entry in results:
        if not entry.name.removeprefix("=> ").startswith(tuple(f"{u} (" for u in unequal)):
            del witness.shown[entry.name]
    if conflict:
        message = f"{names} both match this input and differ in {_phrase(unequal)}"
        context.find("conflict", message, place, witness)
    else:
        context.find("overlap", f"{names} both match this input", place, witness)


def _redundant(context: Context, table: Table, alive: list[int]) -> None:
    for column, condition in enumerate(table.conditions):
        if all(row.conditions[column] is None for row in table.rows):
            place = context.place(table, column=condition.text, span=condition.span)
            message = f"column {condition.text} decides nothing: every row has `-`"
            context.find("redundant", message, place)
    for row in alive:
        for column in range(len(table.conditions)):
            if table.rows[row].conditions[column] is not None:
                _redundant_cell(context, table, row, column)


def _redundant_cell(context: Context, table: Table, row: int, column: int) -> None:
    """Report a cell that follows from the rest of its row, and from no earlier row matching."""
    b, now, this = context.builder, context.now, table.rows[row]
    cells = [
        (c.text, now.terms.truth(cell))
        for k, (c, cell) in enumerate(zip(table.conditions, this.conditions, strict=True))
        if cell is not None and k != column
    ]
    own = this.conditions[column]
    assert own is not None
    opposite = b.negate(now.terms.truth(own))
    ordered = table.policy == "priority"
    before = [now.none_before(table)[row]] if ordered and row else []
    answer = context.ask(opposite, *before, *(t for _, t in cells))
    name = table.conditions[column].text
    place = context.place(table, row, name, this.condition_spans[column])
    if answer == "unknown":
        context.undecided("redundant", f"whether the cell in column {name} matters", place)
    if answer != "unsat":
        return
    guards = now.guards(table)
    above = [(f"row {table.rows[j].id}", b.negate(guards[j])) for j in range(row) if ordered]
    why = context.reasons([opposite], cells + above)
    reason = f"it follows from {_phrase(why)}" if why else "it always holds"
    message = f"the cell in column {name} could be `-`: {reason}"
    context.find("redundant", message, place)
