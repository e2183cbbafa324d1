"""The text of a table that a stranger wrote, read within bounds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from spikewright.lct.check_drivers import check_connections, check_targets
from spikewright.lct.check_loops import check_loops
from spikewright.lct.combinational import Net
from spikewright.lct.diagnostics import Diagnostics, LctError
from spikewright.lct.elaborate import elaborate
from spikewright.lct.elaboration import ContainsItself
from spikewright.lct.evaluate import ordered
from spikewright.lct.ir import Node, Unit
from spikewright.lct.library import Library
from spikewright.lct.markdown import parse_markdown
from spikewright.lct.reads import depends, expressions, nodes_below, on_cycle
from spikewright.lct.solver import LIMIT

__all__ = ["HEAVIEST", "LARGEST", "LONGEST", "MOST", "Unreadable", "plain", "read_decoded"]

LONGEST = 256 << 10
"""Bytes of text that are read."""

HEAVIEST = 4_000_000
"""Bits that all operations of a unit have together, a product counted bit by bit."""

LARGEST = 50_000
"""Parts that all expressions of a unit have together, definitions written out."""

MOST = {
    "rows": 1_000, "assumptions": 200, "signals": 500, "instances": 200, "bits of signals": 65_536,
}  # fmt: skip
"""Of each, in one unit."""

_LINES = 2_000

_SENTENCE = 400


class Unreadable(ValueError):
    """A text that is no table, or none that fits its bounds."""


def plain(text: str) -> str:
    """One line of printable characters: a stranger's words may be in it."""
    line = "".join(c if c.isprintable() else " " for c in text)
    return line if len(line) <= _SENTENCE else f"{line[:_SENTENCE]}..."


def read_decoded(
    text: str, unit: Unit, library: Library, values: Mapping[str, int], limit: float = LIMIT
) -> Unit:
    """The unit of a text that is to say what `unit`'s hardware does.

    Parameters
    ----------
    values : mapping of str to int
        Base parameters that `unit` was given from outside, by lower-case name.
    limit : float
        Seconds for one question to a solver.

    Raises
    ------
    Unreadable
        The text has faults, or is too large, or is of another kind than `unit`.
    """
    if len(text.encode("utf-8", "replace")) > LONGEST:
        raise Unreadable(f"a table has at most {LONGEST} bytes, not more")
    diagnostics = Diagnostics()
    try:
        document = parse_markdown(Path(f"{unit.name}.lct.md"), text, diagnostics)
        diagnostics.raise_if_any()
        lines = sum(len(s.table.rows) for s in document.sections if s.table is not None)
        if lines > _LINES:
            raise Unreadable(f"a table's file has at most {_LINES} rows in all, not {lines}")
        found = elaborate(document, library, dict(values), diagnostics)
        diagnostics.raise_if_any()
    except LctError as error:
        first = error.findings[0]
        raise Unreadable(plain(f"{first.place}: {first.code}: {first.message}")) from None
    except (ContainsItself, RecursionError):
        raise Unreadable("the table's expressions nest too deep") from None
    except Unreadable:
        raise
    except (ValueError, OverflowError, MemoryError) as error:
        raise Unreadable(plain(f"the table is not read: {error}")) from None
    if found.kind != unit.kind:
        kind = {"logic": "logic tables", "structure": "instances"}.get(found.kind, "neither")
        wanted = "logic tables" if unit.kind == "logic" else "instances"
        raise Unreadable(f"the table has {wanted}, not {kind}")
    _check_size(found)
    if found.kind == "logic":
        check_targets(found, diagnostics)
    else:
        check_connections(found, diagnostics)
    if on_cycle(depends(found) if found.kind == "logic" else Net(found).graph):
        check_loops(found, diagnostics, limit)
    for finding in diagnostics.findings:
        # Everything else is asked of each row.
        structure = found.kind == "structure" and finding.code == "undriven"
        if finding.code in ("driven-twice", "comb-loop") or structure:
            raise Unreadable(plain(f"{finding.place}: {finding.code}: {finding.message}"))
    return found


def _check_size(unit: Unit) -> None:
    counts = {
        "rows": sum(len(table.rows) for table in unit.tables),
        "assumptions": len(unit.assumptions),
        "signals": len(unit.signals),
        "instances": len(unit.instances),
        "bits of signals": sum(s.type.width for s in unit.symbols.values()),
    }
    for noun, count in counts.items():
        if count > MOST[noun]:
            raise Unreadable(f"a table has at most {MOST[noun]} {noun}, not {count}")
    if (parts := spelled_out(unit)) > LARGEST:
        raise Unreadable(f"the table's expressions have at most {LARGEST} parts, not {parts:.3g}")
    if (bits := weight(unit)) > HEAVIEST:
        raise Unreadable(f"the table's operations have at most {HEAVIEST} bits, not {bits}")


def weight(unit: Unit) -> int:
    """How large a unit's expressions are for a solver, each part counted once."""
    return sum(map(_bits, nodes_below(_roots(unit))))


def spelled_out(unit: Unit) -> int:
    """Parts of a unit's expressions with every definition written out where it is used."""
    sizes: dict[int, int] = {}
    for root in _roots(unit):
        for node in ordered(root):
            if id(node) not in sizes:
                sizes[id(node)] = 1 + sum(sizes[id(a)] for a in node.args)
    return sum(sizes[id(root)] for root in _roots(unit))


def _roots(unit: Unit) -> list[Node]:
    roots = [n for table in unit.tables for n in expressions(table)]
    return roots + [a.node for a in unit.assumptions]


def _bits(node: Node) -> int:
    width = max([node.type.width, *(a.type.width for a in node.args)])
    if node.op == "*":
        return node.args[0].type.width * node.args[1].type.width
    if node.op in ("<<", ">>", "index", "popcount", "first_one"):
        return width * width.bit_length()
    return width
