"""The Amaranth source of a unit, as the compiler writes it: branches, assignments, places."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spikewright.lct.ir import Symbol, Unit
from spikewright.lct.types import Int

from .mutation import Change

__all__ = ["Branch", "Source"]


@dataclass(frozen=True)
class Branch:
    """One ``with m.If(...)`` and its like."""

    node: ast.With
    word: str
    guard: ast.expr | None
    row: str


class Source:
    """A parsed source, and the table's words for what is in it."""

    def __init__(self, text: str, unit: Unit) -> None:
        self.text, self.unit = text, unit
        self.lines = text.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)
        tree = ast.parse(text)
        (self.method,) = (
            n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == "elaborate"
        )
        self.init = next(
            n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == "__init__"
        )
        self.symbols = self._symbols()
        self.enums = {
            c.name: [t.targets[0].id for t in c.body if isinstance(t, ast.Assign)
                     and isinstance(t.targets[0], ast.Name)]
            for c in ast.walk(tree) if isinstance(c, ast.ClassDef)
        }  # fmt: skip
        self.inside: dict[ast.AST, ast.With] = {}
        for outer in ast.walk(self.method):
            if isinstance(outer, ast.With):
                for node in ast.walk(outer):
                    if node is not outer:
                        self.inside[node] = outer

    def _symbols(self) -> dict[str, Symbol]:
        """Symbols by the Python text that means them."""
        made = {
            t.targets[0].id
            for t in self.method.body
            if isinstance(t, ast.Assign) and isinstance(t.targets[0], ast.Name)
        }
        found = {}
        for symbol in self.unit.symbols.values():
            if symbol.role != "register":
                found[f"self.{symbol.name}"] = symbol
            else:
                found[symbol.name if symbol.name in made else f"{symbol.name}_"] = symbol
        return found

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Characters of a node; columns count bytes, and the sources are ASCII."""
        assert isinstance(node, ast.expr | ast.stmt | ast.keyword)
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return (
            self.starts[node.lineno - 1] + node.col_offset,
            self.starts[node.end_lineno - 1] + node.end_col_offset,
        )

    def of(self, node: ast.AST) -> str:
        """The text of a node."""
        start, end = self.span(node)
        return self.text[start:end]

    def change(self, node: ast.AST, text: str) -> Change:
        """Another text for a node."""
        return Change(*self.span(node), text)

    def block(self, node: ast.stmt) -> tuple[int, int]:
        """Whole lines of a statement."""
        assert node.end_lineno is not None
        return self.starts[node.lineno - 1], self.starts[node.end_lineno]

    def row(self, node: ast.AST) -> tuple[str, str]:
        """Table and row by the comments around a place."""
        at: ast.AST | None = node
        line = getattr(node, "lineno", 1)
        table = next(
            (f[1] for t in reversed(self.lines[:line]) if (f := re.search(r"# Table (\w+)", t))), ""
        )
        while at is not None:
            if isinstance(at, ast.With):
                name = self.named(at)
                if name:
                    return table, name
            at = self.inside.get(at)
        return table, ""

    def named(self, node: ast.With) -> str:
        """The row that a branch's comment names."""
        first = node.body[0].lineno
        for text in self.lines[node.lineno - 1 : first]:
            found = re.search(r"# row (\w+)", text)
            if found:
                return found[1]
        return ""

    def chains(self, body: Sequence[ast.stmt] | None = None) -> Iterator[list[Branch]]:
        """Every If with its Elifs and Else, and every Switch with its Cases."""
        statements = self.method.body if body is None else body
        chain: list[Branch] = []
        for node in statements:
            branch = self._branch(node)
            if chain and (branch is None or branch.word in ("If", "Switch")):
                yield chain
                chain = []
            if branch is not None:
                assert isinstance(node, ast.With)
                if branch.word != "Switch":
                    chain.append(branch)
                yield from self.chains(node.body)
        if chain:
            yield chain

    def _branch(self, node: ast.stmt) -> Branch | None:
        if not isinstance(node, ast.With):
            return None
        call = node.items[0].context_expr
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            return None
        word = call.func.attr
        guard = call.args[0] if call.args and word != "Switch" else None
        return Branch(node, word, guard, self.named(node))

    def assignments(self) -> Iterator[tuple[ast.Call, str, ast.expr, ast.expr]]:
        """Each ``x.eq(value)``: the call, the domain, x and the value."""
        for node in ast.walk(self.method):
            if not isinstance(node, ast.AugAssign):
                continue
            domain = self.of(node.target).rpartition(".")[2]
            parts = node.value.elts if isinstance(node.value, ast.List) else [node.value]
            for part in parts:
                if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
                    yield part, domain, part.func.value, part.args[0]

    def symbol(self, node: ast.expr) -> Symbol | None:
        """The symbol that an expression is, or is a part of."""
        at: ast.AST = node
        while isinstance(at, ast.expr):
            found = self.symbols.get(self.of(at))
            if found:
                return found
            at = at.value if isinstance(at, ast.Attribute | ast.Subscript) else ast.Pass()
        return None

    def bits(self) -> list[str]:
        """Python texts of inputs and registers of one bit."""
        return [text for text, s in self.symbols.items() if s.role != "output" and s.type == Int(1)]
