"""The text of a table that a stranger wrote, read within bounds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from spikewright.lct.check_drivers import check_targets
from spikewright.lct.diagnostics import Diagnostics, LctError
from spikewright.lct.elaborate import elaborate
from spikewright.lct.elaboration import ContainsItself
from spikewright.lct.ir import Node, Unit
from spikewright.lct.library import Library
from spikewright.lct.markdown import parse_markdown
from spikewright.lct.reads import expressions, nodes_below

__all__ = ["HEAVIEST", "LONGEST", "Unreadable", "plain", "read_decoded"]

LONGEST = 256 << 10
"""Bytes of text that are read."""

HEAVIEST = 4_000_000
"""Bits that all operations of a unit have together, a product counted bit by bit."""

_SENTENCE = 400


class Unreadable(ValueError):
    """A text that is no table, or none that fits its bounds."""


def plain(text: str) -> str:
    """One line of printable characters: a stranger's words may be in it."""
    line = "".join(c if c.isprintable() else " " for c in text)
    return line if len(line) <= _SENTENCE else f"{line[:_SENTENCE]}..."


def read_decoded(text: str, unit: Unit, library: Library, values: Mapping[str, int]) -> Unit:
    """The unit of a text that is to say what `unit`'s hardware does.

    Parameters
    ----------
    values : mapping of str to int
        Base parameters that `unit` was given from outside, by lower-case name.

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
        found = elaborate(document, library, dict(values), diagnostics)
        diagnostics.raise_if_any()
    except LctError as error:
        first = error.findings[0]
        raise Unreadable(plain(f"{first.place}: {first.code}: {first.message}")) from None
    except (ContainsItself, RecursionError):
        raise Unreadable("the table's expressions nest too deep") from None
    except (ValueError, OverflowError, MemoryError) as error:
        raise Unreadable(plain(f"the table is not read: {error}")) from None
    if found.kind != unit.kind:
        kind = {"logic": "logic tables", "structure": "instances"}.get(found.kind, "neither")
        wanted = "logic tables" if unit.kind == "logic" else "instances"
        raise Unreadable(f"the table has {wanted}, not {kind}")
    check_targets(found, diagnostics)
    if twice := [f for f in diagnostics.findings if f.code == "driven-twice"]:
        raise Unreadable(plain(f"{twice[0].place}: {twice[0].code}: {twice[0].message}"))
    if (bits := weight(found)) > HEAVIEST:
        raise Unreadable(f"the table's operations have at most {HEAVIEST} bits, not {bits}")
    return found


def weight(unit: Unit) -> int:
    """How large a unit's expressions are for a solver."""
    roots = [n for table in unit.tables for n in expressions(table)]
    roots += [a.node for a in unit.assumptions]
    return sum(map(_bits, nodes_below(roots)))


def _bits(node: Node) -> int:
    width = max([node.type.width, *(a.type.width for a in node.args)])
    if node.op == "*":
        return node.args[0].type.width * node.args[1].type.width
    if node.op in ("<<", ">>", "index", "popcount", "first_one"):
        return width * width.bit_length()
    return width
