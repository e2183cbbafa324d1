"""Stage 4, what its parts share: the unit that grows, the names known so far, and the faults."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol, TypeAlias

from spikewright.lct.diagnostics import Diagnostics, Place, Span
from spikewright.lct.expression import KEYWORDS, TOO_DEEP, Ast, SyntaxFault
from spikewright.lct.ir import Unit
from spikewright.lct.markdown import Cell, Document, RawRow
from spikewright.lct.scope import FUNCTIONS, Poisoned, Scope, TypeFault

__all__ = ["NAME", "ContainsItself", "Elaboration", "Rows", "Spans", "Units"]

NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")

Rows: TypeAlias = list[tuple[RawRow, dict[str, Cell]]]
Spans: TypeAlias = Callable[[Ast], Span]


class ContainsItself(RecursionError):
    """A unit that, directly or through others, is part of itself."""


class Units(Protocol):
    """Where a unit finds the other units that it names."""

    def unit(self, name: str, overrides: Mapping[str, int]) -> Unit:
        """Elaborate the unit called `name`.

        Raises
        ------
        KeyError
            There is none.
        ContainsItself
            It is being elaborated already.
        LctError
            It has faults of its own.
        """


class Elaboration:
    """One unit under elaboration.

    Attributes
    ----------
    unit : Unit
        What has been elaborated so far.
    scope : Scope
        The names that expressions may use.
    """

    def __init__(
        self,
        document: Document,
        units: Units,
        overrides: Mapping[str, int],
        diagnostics: Diagnostics,
    ) -> None:
        self.document, self.units, self.overrides = document, units, overrides
        self.diagnostics = diagnostics
        self.scope = Scope()
        self.unit = Unit(document.title, document)
        self._imports: dict[str, Unit | None] = {}

    def fault(self, code: str, message: str, place: Place) -> None:
        """Record a fault."""
        self.diagnostics.add(code, message, place)

    def attempt(self, cell: Cell, place: Place, action: Callable[[Spans], None]) -> bool:
        """Run `action`; a fault in the cell's text gets its place. True when all went well.

        Nothing is reported where the text only uses what has been reported already.
        """

        def span(ast: Ast) -> Span:
            return Span(cell.span.line, cell.span.column + ast.start, max(1, ast.end - ast.start))

        try:
            action(span)
        except SyntaxFault as e:
            at = Span(cell.span.line, cell.span.column + e.start, e.length)
            self.fault("syntax", e.message, replace(place, span=at))
        except TypeFault as e:
            self.fault(e.code, e.message, replace(place, span=span(e.at)))
        except RecursionError:
            self.fault("syntax", TOO_DEEP, place)
        except Poisoned:
            # Whatever this declares is no better than what it uses.
            return False
        else:
            return True
        return False

    def declare(self, name: str, cell: Cell, place: Place, action: Callable[[Spans], None]) -> bool:
        """Run `action`, which declares `name`: where it fails, a use is no second fault."""
        done = self.attempt(cell, place, action)
        if not done:
            self.scope.broken.add(name)
        return done

    def named(self, section: str, cells: dict[str, Cell]) -> str | None:
        """The name that a row gives, None (and a fault) when it cannot have it."""
        cell = cells["name"]
        place = self.document.place(cell.span, section, cell.text, "name")
        if not NAME.match(cell.text) or cell.text in KEYWORDS or cell.text == "hold":
            self.fault("syntax", f"{cell.text!r} is not a name", place)
            return None
        unit = self.unit
        taken = (unit.parameters, unit.types, unit.signals, unit.definitions, FUNCTIONS)
        if any(cell.text in names for names in taken):
            self.fault("unknown-name", f"the name {cell.text} is taken already", place)
            return None
        return cell.text

    def import_unit(self, name: str, place: Place) -> Unit | None:
        """Another unit by name, None (and a fault) when it cannot be had."""
        if name not in self._imports:
            self._imports[name] = None
            try:
                self._imports[name] = self.units.unit(name, dict(self.overrides))
            except KeyError:
                self.fault("unknown-name", f"no unit is called {name}", place)
            except ContainsItself:
                self.fault("unknown-name", f"unit {name} contains itself", place)
        return self._imports[name]
