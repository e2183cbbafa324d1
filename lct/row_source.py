"""Which row of a table decides, as plain Python that needs nothing of this project.

The functions take the packed values of ports and registers by their names in the HDL. They hold no
branches, so that they run on numpy's arrays, a value a cycle, as they run on integers.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterator, Mapping

from spikewright.lct.evaluate import evaluate, ordered
from spikewright.lct.ir import Node, Table, Unit
from spikewright.lct.reads import nodes_below, symbols_of
from spikewright.lct.types import BOOL, Array, Int, Struct, Type

__all__ = ["hdl_name", "rows_source"]

_HELPERS = '''\
def where(condition, yes, no):
    """``yes`` where the condition holds, else ``no``."""
    if hasattr(condition, "shape"):
        import numpy as np

        return np.where(condition, yes, no)
    return yes if condition else no


def signed(bits, width):
    """The number that packed bits are in two's complement."""
    sign = 1 << (width - 1)
    return ((bits & (2 * sign - 1)) ^ sign) - sign


def clamp(x, low, high):
    """The nearest number within limits."""
    return where(x > high, high, where(x < low, low, x))


def popcount(bits, width):
    """How many bits are set."""
    return sum((bits >> i) & 1 for i in range(width))


def first_one(bits, width):
    """The place of the lowest bit that is set; 0 where none is."""
    place = 0 * bits
    for i in reversed(range(width)):
        place = where((bits >> i) & 1, i, place)
    return place
'''
_TRUTHS = ("==", "!=", "<", "<=", ">", ">=", "and", "or", "not", "match")
_WORDS = {"and": "&", "or": "|"}
_TAKEN = {"where", "signed", "clamp", "popcount", "first_one", "v", "abs", "range", "sum"}
_EXACT_BITS = 62
"""Numbers of so many bits have room in numpy's own integers."""


def hdl_name(name: str) -> str:
    """A symbol's name in the HDL."""
    return name.replace(".", "__")


def rows_source(unit: Unit) -> str:
    """A module with a function for each logic table, and what to know about them.

    Its ``TABLES`` gives for each table the function that says which rows match, and all rows: the
    first that matches decides.
    """
    parts = [
        f'"""Which row of each table of {unit.name} decides: generated, do not edit."""\n',
        _HELPERS,
    ]
    names = {}
    for table in unit.tables:
        names[table.name] = f"table_{table.name}"
        parts.append("\n".join(_function(table, names[table.name])))
    wide = any(n.type.width > _EXACT_BITS for t in unit.tables for n in _nodes(t))
    listed = [
        f'    "{t.name}": ({names[t.name]}, {tuple(r.id for r in t.rows)!r}),' for t in unit.tables
    ]
    reads = tuple(hdl_name(n) for n in symbols_of(n for t in unit.tables for n in _cells(t)))
    parts.append(
        "\n".join(["TABLES = {", *listed, "}", f"READS = {reads!r}", f"WIDE = {wide}", ""])
    )
    return "\n\n".join(parts)


def _cells(table: Table) -> list[Node]:
    return [c for row in table.rows for c in row.conditions if c is not None]


def _nodes(table: Table) -> Iterator[Node]:
    return nodes_below(_cells(table))


def _function(table: Table, name: str) -> list[str]:
    """The text of a function: definitions in the order of their use, then a line a row."""
    lines = [
        f"def {name}(v):",
        f'    """Which rows of table {table.name} match; None where no other does."""',
    ]
    writer = _Writer()
    rows = []
    for row in table.rows:
        cells = [c for c in row.conditions if c is not None]
        texts = [writer.operand(c) for c in cells]
        text = "None" if row.is_else else " & ".join(texts) or "True"
        rows.append(f'        "{row.id}": {text},')
    return [*lines, *(f"    {line}" for line in writer.lines), "    return {", *rows, "    }\n"]


class _Writer:
    """Expressions as text; definitions become lines before them."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._texts: dict[int, tuple[Node, str]] = {}
        self._named: dict[str, Node] = {}

    def text(self, node: Node) -> str:
        """The text of an expression."""
        for part in ordered(node):
            if id(part) not in self._texts:
                self._texts[id(part)] = part, self._one(part)
        return self._texts[id(node)][1]

    def operand(self, node: Node) -> str:
        """The text in parentheses where it needs them."""
        text = self.text(node)
        atom = text.replace("_", "").isalnum() or (text.endswith((")", "]")) and _closed(text))
        return text if atom else f"({text})"

    def number(self, node: Node) -> str:
        """An operand of arithmetic: numpy's truth values are no numbers."""
        text = self.operand(node)
        truth = node.type == BOOL and node.op not in ("const", "param", "symbol", "field", "index")
        return f"({text} * 1)" if truth else text

    def packed(self, node: Node) -> str:
        """The bits of a value."""
        text = self.number(node)
        negative = isinstance(node.type, Int) and node.type.signed
        return f"({text} & {_mask(node.type.width)})" if negative else text

    def _one(self, node: Node) -> str:
        op, args = node.op, node.args
        if op == "symbol":
            return _unpacked(f'v["{hdl_name(node.value)}"]', node.type)
        if op in ("const", "param", "clog2"):
            return _constant(node)
        if op == "ref":
            return self._definition(node)
        if op in ("with", "make"):
            return self._struct(node)
        if op == "cat":
            return self._cat(list(args))
        return str(getattr(self, _METHODS.get(op, "_plain"))(node))

    def _plain(self, node: Node) -> str:
        side = self.operand if node.op in ("and", "or") else self.number
        return f" {_WORDS.get(node.op, node.op)} ".join(map(side, node.args))

    def _definition(self, node: Node) -> str:
        name = (
            f"{node.value}_"
            if keyword.iskeyword(node.value) or node.value in _TAKEN
            else node.value
        )
        if name not in self._named:
            self._named[name] = node
            self.lines.append(f"{name} = {self._texts[id(node.args[0])][1]}")
        return name

    def _not(self, node: Node) -> str:
        return f"{self.number(node.args[0])} == 0"

    def _negative(self, node: Node) -> str:
        return f"-{self.number(node.args[0])}"

    def _inverse(self, node: Node) -> str:
        return _cut(f"~{self.number(node.args[0])}", node.type)

    def _match(self, node: Node) -> str:
        mask, value = node.value
        return f"({self.packed(node.args[0])} & {mask:#x}) == {value:#x}"

    def _if(self, node: Node) -> str:
        return f"where({', '.join(self.text(a) for a in node.args)})"

    def _call(self, node: Node) -> str:
        return f"{node.op}({', '.join(map(self.number, node.args))})"

    def _counted(self, node: Node) -> str:
        return f"{node.op}({self.packed(node.args[0])}, {node.args[0].type.width})"

    def _sign(self, node: Node) -> str:
        x = self.number(node.args[0])
        return f"({x} > 0) * 1 - ({x} < 0) * 1"

    def _trunc(self, node: Node) -> str:
        return _cut(self.number(node.args[0]), node.type)

    def _field(self, node: Node) -> str:
        base = node.args[0].type
        assert isinstance(base, Struct)
        offset = base.offset(node.value)
        return _cut(f"{self.operand(node.args[0])} >> {offset}", node.type)

    def _index(self, node: Node) -> str:
        base, at = node.args
        if isinstance(base.type, Array):
            place = f"{self.number(at)} * {node.type.width}"
            return _cut(f"{self.operand(base)} >> ({place})", node.type)
        return f"({self.packed(base)} >> {self.number(at)}) & 1"

    def _slice(self, node: Node) -> str:
        return _cut(f"{self.packed(node.args[0])} >> {self.number(node.args[1])}", node.type)

    def _cat(self, parts: list[Node]) -> str:
        texts, at = [], 0
        for part in parts:
            texts.append(f"({self.packed(part)} << {at})")
            at += part.type.width
        return " | ".join(texts)

    def _struct(self, node: Node) -> str:
        kind, values = node.type, node.args[node.op == "with" :]
        assert isinstance(kind, Struct)
        texts, kept = [], (1 << kind.width) - 1
        for name, value in zip(node.value, values, strict=True):
            part, offset = kind.field(name), kind.offset(name)
            assert part is not None
            kept &= ~(((1 << part.width) - 1) << offset)
            texts.append(f"(({self.number(value)} & {_mask(part.width)}) << {offset})")
        base = [f"({self.operand(node.args[0])} & {kept:#x})"] if node.op == "with" else []
        return " | ".join([*base, *texts])


_METHODS: Mapping[str, str] = {
    "not": "_not",
    "neg": "_negative",
    "~": "_inverse",
    "match": "_match",
    "if": "_if",
    "clamp": "_call",
    "abs": "_call",
    "popcount": "_counted",
    "first_one": "_counted",
    "sign": "_sign",
    "trunc": "_trunc",
    "field": "_field",
    "index": "_index",
    "slice": "_slice",
}


def _constant(node: Node) -> str:
    return str(evaluate(node, {}))


def _mask(width: int) -> str:
    return f"{(1 << width) - 1:#x}"


def _cut(text: str, kind: Type) -> str:
    """The low bits of a number, as a value of the type."""
    if isinstance(kind, Int) and kind.signed:
        return f"signed({text}, {kind.width})"
    return f"({text}) & {_mask(kind.width)}"


def _unpacked(text: str, kind: Type) -> str:
    return f"signed({text}, {kind.width})" if isinstance(kind, Int) and kind.signed else text


def _closed(text: str) -> bool:
    """Whether the last bracket closes the first: ``f(x)``, but not ``(a) + (b)``."""
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter in "([") - (letter in ")]")
        if not depth and letter in ")]" and at < len(text) - 1:
            return False
        if not depth and letter == " ":
            return False
    return True
