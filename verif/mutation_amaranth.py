"""Faults that could be planted in the Amaranth source of a unit, as the compiler writes it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations

from spikewright.lct.ir import Unit
from spikewright.lct.types import Int

from .mutation import Candidate, Change
from .mutation_amaranth_branches import branch_candidates
from .mutation_amaranth_source import Source
from .mutation_amaranth_values import value_candidates

__all__ = ["amaranth_candidates"]


def amaranth_candidates(text: str, unit: Unit) -> Iterator[Candidate]:
    """Everything that could be planted.

    Parameters
    ----------
    text : str
        As `mutation_bases.amaranth_base` writes it.
    """
    source = Source(text, unit)
    yield from branch_candidates(source)
    yield from value_candidates(source)
    yield from _shapes(source)
    yield from _resets(source)
    yield from _stuck(source)
    yield from _swapped(source)


def _shapes(source: Source) -> Iterator[Candidate]:
    """Registers and ports of another width."""
    for node in ast.walk(source.method):
        if isinstance(node, ast.Call) and source.of(node.func) == "Signal" and node.args:
            shape = source.of(node.args[0])
            if shape[:1].isdigit() or (shape.startswith("self.") and "._" not in shape):
                name = _register_name(source, node)
                for new in ("- 1", "+ 1"):
                    change = source.change(node.args[0], f"{shape} {new}")
                    yield Candidate("wrong width or sign", "register", (change,), name)
        if isinstance(node, ast.Call) and source.of(node.func) == "trunc":
            change = source.change(node.args[1], f"{source.of(node.args[1])} - 1")
            yield Candidate("wrong width or sign", "cut", (change,), kind="wrong value")
    for node in ast.walk(source.init):
        if isinstance(node, ast.Call) and source.of(node.func) in ("In", "Out"):
            kind = node.args[0]
            if isinstance(kind, ast.Constant) and kind.value == 1:
                change = source.change(kind, "2")
                yield Candidate("wrong width or sign", "port", (change,))
            elif isinstance(kind, ast.Constant | ast.Attribute | ast.Name):
                text = source.of(kind)
                if "._" not in text and (text[:1].isdigit() or text.endswith("bits")):
                    for new in ("- 1", "+ 1"):
                        change = source.change(kind, f"{text} {new}")
                        yield Candidate("wrong width or sign", "port", (change,))


def _register_name(source: Source, node: ast.Call) -> str:
    for statement in source.method.body:
        if isinstance(statement, ast.Assign) and statement.value is node:
            found = source.symbols.get(source.of(statement.targets[0]))
            return found.name if found else ""
    return ""


def _resets(source: Source) -> Iterator[Candidate]:
    for statement in source.method.body:
        if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Call):
            continue
        call = statement.value
        if source.of(call.func) != "Signal":
            continue
        name = _register_name(source, call)
        if not name or source.unit.symbols[name].role != "register":
            continue
        end = source.span(call)[1] - 1
        comma = ", " if call.args or call.keywords else ""
        gone = Change(end, end, f"{comma}reset_less=True")
        yield Candidate("wrong or missing reset", "missing", (gone,), name)
        for word in call.keywords:
            if word.arg == "init":
                yield from _init(source, word.value, name)
        width = source.unit.symbols[name].type.width
        if not any(word.arg == "init" for word in call.keywords):
            change = Change(end, end, f"{comma}init=Const(1, {width})")
            yield Candidate("wrong or missing reset", "value", (change,), name)


def _init(source: Source, value: ast.expr, name: str) -> Iterator[Candidate]:
    width = source.unit.symbols[name].type.width
    if isinstance(value, ast.Constant) and isinstance(value.value, int):
        for bit in {0, width // 2, width - 1}:
            change = source.change(value, str(value.value ^ (1 << bit)))
            yield Candidate("wrong or missing reset", "value", (change,), name)
    elif isinstance(value, ast.Attribute) and source.of(value.value) in source.enums:
        for member in source.enums[source.of(value.value)]:
            if member != value.attr:
                change = source.change(value.value, source.of(value.value))
                new = source.change(value, f"{source.of(value.value)}.{member}")
                yield Candidate("wrong or missing reset", "value", (new,), name)


def _stuck(source: Source) -> Iterator[Candidate]:
    at = source.text.rindex("        return m")
    for text, symbol in source.symbols.items():
        if symbol.role == "input":
            continue
        domain = "comb" if symbol.role == "output" else "sync"
        zeros = f"Const(0, {symbol.type.width})"
        values = [("zeros", zeros), ("ones", f"~{zeros}")]
        if domain == "sync":
            values.append(("kept", text))
        for operator, value in values:
            new = f"        m.d.{domain} += {text}.as_value().eq({value})\n"
            if isinstance(symbol.type, Int):
                new = new.replace(".as_value()", "")
            if operator == "kept":
                new = f"        m.d.{domain} += {text}.eq({value})\n"
            change = Change(at, at, new)
            yield Candidate("stuck output", operator, (change,), symbol.name)


def _swapped(source: Source) -> Iterator[Candidate]:
    for role in ("input", "output"):
        ports = {t: s for t, s in source.symbols.items() if s.role == role}
        for one, two in combinations(ports, 2):
            if ports[one].type != ports[two].type:
                continue
            changes = []
            for node in ast.walk(source.method):
                if isinstance(node, ast.Attribute) and source.of(node) in (one, two):
                    changes.append(source.change(node, two if source.of(node) == one else one))
            if changes:
                yield Candidate("swapped ports", "everywhere", tuple(changes))
