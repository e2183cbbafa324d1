"""What expressions and tables read: symbols, and the parts of structs that they look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spikewright.lct.ir import Node, Symbol, Table, Unit

__all__ = [
    "depends",
    "expressions",
    "nodes_below",
    "on_cycle",
    "outputs_read",
    "reads",
    "symbols_of",
]


def nodes_below(roots: Iterable[Node]) -> Iterator[Node]:
    """Every node of some expressions, definitions included, each once."""
    seen: set[int] = set()
    stack = list(roots)[::-1]
    while stack:
        node = stack.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            stack.extend(reversed(node.args))


def symbols_of(roots: Iterable[Node]) -> list[str]:
    """Names of the symbols that some expressions read, in the order of their text."""
    return list(dict.fromkeys(n.value for n in nodes_below(roots) if n.op == "symbol"))


def _path(node: Node) -> str | None:
    """``west.payload.dx`` for a field of a symbol, None for any other expression."""
    if node.op == "symbol":
        return str(node.value)
    base = _path(node.args[0]) if node.op == "field" else None
    return f"{base}.{node.value}" if base else None


def reads(roots: Iterable[Node]) -> dict[str, Node]:
    """Symbols and fields of symbols that some expressions read, by name, in their order.

    A field stands for itself where only fields of its struct are read.
    """
    found: dict[str, Node] = {}
    seen: set[int] = set()
    stack = list(roots)[::-1]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        path = _path(node)
        if path:
            found.setdefault(path, node)
        else:
            stack.extend(reversed(node.args))
    whole = tuple(f"{p}." for p in found)
    return {p: n for p, n in found.items() if not p.startswith(whole)}


def expressions(table: Table, symbol: str | None = None) -> list[Node]:
    """What decides the targets of a table, or one of them: condition cells and target cells."""
    found = [cell for row in table.rows for cell in row.conditions if cell is not None]
    for position, target in enumerate(table.targets):
        if symbol in (None, target.symbol.name):
            cells = (row.targets[position] for row in table.rows)
            found.extend(cell for cell in cells if isinstance(cell, Node))
    return found


def depends(unit: Unit) -> dict[str, list[str]]:
    """For each output that a table drives, the symbols that its cells read."""
    found: dict[str, list[str]] = {}
    for table in unit.tables:
        for target in table.targets:
            if target.symbol.role == "output":
                name = target.symbol.name
                more = symbols_of(expressions(table, name))
                found[name] = list(dict.fromkeys(found.get(name, []) + more))
    return found


def on_cycle(graph: dict[str, list[str]]) -> list[list[str]]:
    """Strongly connected parts of a graph that hold a cycle, members in the order of the graph."""
    reach: dict[str, set[str]] = {}
    for start, following in graph.items():
        seen: set[str] = set()
        stack = list(following)
        while stack:
            name = stack.pop()
            if name not in seen:
                seen.add(name)
                stack.extend(graph.get(name, ()))
        reach[start] = seen
    parts: list[list[str]] = []
    placed: set[str] = set()
    for name in graph:
        if name in reach[name] and name not in placed:
            part = [other for other in graph if other in reach[name] and name in reach[other]]
            placed.update(part)
            parts.append(part)
    return parts


def outputs_read(unit: Unit) -> list[Symbol]:
    """Outputs that the unit itself reads."""
    roots = [n for table in unit.tables for n in expressions(table)]
    roots += [a.node for a in unit.assumptions]
    read = set(symbols_of(roots))
    return [s for s in unit.by_role("output") if s.name in read]
