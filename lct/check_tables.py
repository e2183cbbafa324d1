"""Rows against each other: gaps, overlaps, rows that never win, conditions that say nothing."""

from __future__ import annotations

from itertools import combinations

from spikewright.lct.context import Context, Reason, explain, phrase
from spikewright.lct.evaluate import evaluate
from spikewright.lct.ir import ANY, Table

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


def _can_win(context: Context, table: Table, row: int) -> bool:
    """Report a dead or shadowed row; True where the row decides something."""
    guards = context.now.guards(table)
    this, place = table.rows[row], context.place(table, row)
    answer = context.ask(guards[row])
    if answer == "unknown":
        context.undecided("dead", f"whether row {this.id} ever matches", place)
    if answer == "unsat":
        _dead(context, table, row)
    if answer != "sat" or table.policy == "unique" or this.is_else:
        return answer != "unsat"
    answer = context.ask(guards[row], context.now.none_before(table)[row])
    if answer == "unknown":
        context.undecided("shadowed", f"whether row {this.id} ever wins", place)
    if answer == "unsat":
        _shadowed(context, table, row)
    return answer != "unsat"


def _cells(context: Context, table: Table, row: int, without: int | None = None) -> list[Reason]:
    """The conditions of one row, but for one column."""
    cells = zip(table.conditions, table.rows[row].conditions, strict=True)
    return [
        Reason("column", column.text, context.now.terms.truth(cell))
        for k, (column, cell) in enumerate(cells)
        if cell is not None and k != without
    ]


def _above(context: Context, table: Table, row: int) -> list[Reason]:
    """That no earlier row matches, one by one."""
    guards = context.now.guards(table)
    return [Reason("row", table.rows[j].id, context.builder.negate(guards[j])) for j in range(row)]


def _dead(context: Context, table: Table, row: int) -> None:
    this = table.rows[row]
    place = context.place(table, row)
    if this.is_else:
        context.find("dead", "row else never matches: the other rows cover every input", place)
        return
    why = context.reasons([], _cells(context, table, row))
    if len(why) > 1:
        message = f"row {this.id} never matches: {explain(why)} exclude each other"
    else:
        message = f"row {this.id} never matches: its cell in column {why[0].name} is never true"
    context.find("dead", message, place)


def _shadowed(context: Context, table: Table, row: int) -> None:
    guards, names = context.now.guards(table), [r.id for r in table.rows]
    why = context.reasons([guards[row]], _above(context, table, row))
    above = [r for r in why if r.kind == "row"]
    given = [r for r in why if r.kind != "row"]
    verb = "matches" if len(above) == 1 else "match"
    message = f"row {names[row]} never wins: {explain(above)} always {verb} first"
    if given:
        message += f", given {explain(given)}"
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

    One question covers all pairs, and is all that a good table needs.
    """
    b, guards = context.builder, context.now.guards(table)
    rows = [i for i in range(len(guards)) if not table.rows[i].is_else]
    clash = b.any(
        b.all([guards[j], b.any(guards[i] for i in rows[:n])]) for n, j in enumerate(rows) if n
    )
    answer, found = context.ask(clash), 0
    for first, second in combinations(rows, 2) if answer == "sat" else ():
        if found < MOST_OVERLAPS and context.ask(guards[first], guards[second]) == "sat":
            _overlap(context, table, first, second)
            found += 1
    if answer == "unknown" or (answer == "sat" and not found):
        question = f"which rows of table {table.name} exclude each other"
        context.undecided("overlap", question, context.place(table))


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
        message = f"{names} both match this input and differ in {phrase(unequal)}"
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
    own = this.conditions[column]
    assert own is not None
    opposite = b.negate(now.terms.truth(own))
    ordered = table.policy == "priority"
    cells = _cells(context, table, row, column)
    before = [now.none_before(table)[row]] if ordered and row else []
    answer = context.ask(opposite, *before, *(c.term for c in cells))
    name = table.conditions[column].text
    place = context.place(table, row, name, this.condition_spans[column])
    if answer == "unknown":
        context.undecided("redundant", f"whether the cell in column {name} matters", place)
    if answer == "unsat":
        above = _above(context, table, row) if ordered else []
        why = context.reasons([opposite], cells + above)
        reason = f"it follows from {explain(why)}" if why else "it always holds"
        message = f"the cell in column {name} could be `-`: {reason}"
        context.find("redundant", message, place)
