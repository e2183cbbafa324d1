"""Stage 4: a parsed document to a `Unit`: names resolved, widths exact, every cell typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from spikewright.lct.cells import condition_cell, target_cell
from spikewright.lct.diagnostics import Diagnostics, Place, Span
from spikewright.lct.evaluate import constant, pack
from spikewright.lct.expression import Ast, SyntaxFault, parse_expression, parse_type
from spikewright.lct.ir import (
    Assumption,
    Condition,
    Definition,
    Node,
    Parameter,
    Row,
    Signal,
    Symbol,
    Table,
    Target,
    TypeDefinition,
    Unit,
)
from spikewright.lct.markdown import Cell, Document, RawRow, Section
from spikewright.lct.scope import FUNCTIONS, Scope, TypeFault
from spikewright.lct.structure import elaborate_structure
from spikewright.lct.types import BOOL, Array, Enum, Int, Struct, Type, int_for
from spikewright.lct.unused import report_unused

__all__ = ["KINDS", "SECTIONS", "Units", "elaborate"]

KINDS = ("in", "out", "in stream", "out stream", "register")
SECTIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Parameters": (("name", "value"), ("meaning",)),
    "Types": (("name", "definition"), ("meaning",)),
    "Signals": (("name", "kind", "type"), ("reset", "meaning")),
    "Definitions": (("name", "expression"), ("meaning",)),
    "Assumptions": (("id", "always"), ("why",)),
    "Instances": (("name", "unit"), ("meaning",)),
    "Connections": (("from", "to"), ("note",)),
    "External": (("class", "reason"), ("paths",)),
}
_TABLE = re.compile(r"^Table ([A-Za-z_]\w*) \((unique|priority)\)$")
_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")


class Units(Protocol):
    """Where a unit finds the other units that it names."""

    def unit(self, name: str, overrides: Mapping[str, int]) -> Unit:
        """Elaborate the unit called `name`.

        Raises
        ------
        KeyError
            There is none.
        LctError
            It has faults of its own.
        """


def elaborate(
    document: Document, units: Units, overrides: Mapping[str, int], diagnostics: Diagnostics
) -> Unit:
    """Elaborate a document; faults go to `diagnostics`.

    Parameters
    ----------
    overrides : mapping of str to int
        Values of base parameters, by their name in lower case; names that the unit lacks are ignored.
    """
    return _Elaboration(document, units, overrides, diagnostics).run()


class _Elaboration:
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
        self.imports: dict[str, Unit | None] = {}

    def run(self) -> Unit:
        if not self.document.title:
            self.fault(
                "syntax", "a unit file starts with `# name`", self.document.place(Span(1, 1))
            )
        elif not _NAME.match(self.document.title):
            message = (
                f"a unit's name is letters, digits and underscores, not {self.document.title!r}"
            )
            self.fault("syntax", message, self.document.place(Span(1, 3, len(self.document.title))))
        sections = self._sections()
        steps: dict[str, Callable[[str, RawRow, dict[str, Cell]], None]] = {
            "Parameters": self._parameter,
            "Types": self._type,
            "Signals": self._signal,
            "Definitions": self._definition,
            "Assumptions": self._assumption,
            "External": self._external,
        }
        for title, step in steps.items():
            for row, cells in self._rows(sections.get(title)):
                step(title, row, cells)
            if title == "Signals":
                self._declare()
        if "Instances" in sections:
            rows = {t: self._rows(sections.get(t)) for t in ("Instances", "Connections")}
            elaborate_structure(
                self.unit,
                rows["Instances"],
                rows["Connections"],
                self.import_unit,
                self.diagnostics,
            )
        for section in self.document.sections:
            match = _TABLE.match(section.title)
            if match:
                self._table(section, match[1], match[2])
        if self.unit.kind == "logic" and not self.unit.tables and not self.diagnostics.findings:
            message = f"{self.unit.name} has signals and neither tables nor instances"
            self.fault("syntax", message, self.document.place(Span(1, 1)))
        if not self.diagnostics.findings:
            report_unused(self.unit, self.scope.used, self.diagnostics)
        return self.unit

    # ---- faults

    def fault(self, code: str, message: str, place: Place) -> None:
        self.diagnostics.add(code, message, place)

    def attempt(
        self, cell: Cell, place: Place, action: Callable[[Callable[[Ast], Span]], None]
    ) -> bool:
        """Run `action`; a fault in the cell's text gets its place. True when all went well."""

        def span(ast: Ast) -> Span:
            return Span(cell.span.line, cell.span.column + ast.start, max(1, ast.end - ast.start))

        try:
            action(span)
        except SyntaxFault as e:
            at = Span(cell.span.line, cell.span.column + e.start, e.length)
            self.fault("syntax", e.message, replace(place, span=at))
        except TypeFault as e:
            self.fault(e.code, e.message, replace(place, span=span(e.at)))
        else:
            return True
        return False

    # ---- sections

    def _sections(self) -> dict[str, Section]:
        found: dict[str, Section] = {}
        for section in self.document.sections:
            place = self.document.place(section.span)
            if section.title.startswith("Table "):
                if not _TABLE.match(section.title):
                    message = (
                        "a table's heading is `Table NAME (unique)` or `Table NAME (priority)`"
                    )
                    self.fault("syntax", message, place)
                elif section.table is None:
                    self.fault("syntax", f"no table follows `{section.title}`", place)
            elif section.title in found:
                self.fault("syntax", f"section {section.title} stands twice", place)
            elif section.title in SECTIONS:
                found[section.title] = section
                self._check_header(section)
            elif section.table is not None:
                known = ", ".join(SECTIONS)
                message = f"no section is called {section.title!r}: there are {known} and Table"
                self.fault("syntax", message, place)
        return found

    def _check_header(self, section: Section) -> None:
        required, optional = SECTIONS[section.title]
        if section.table is None:
            message = f"no table follows `{section.title}`"
            self.fault("syntax", message, self.document.place(section.span))
            return
        names = [c.text for c in section.table.header]
        for name in required:
            if name not in names:
                message = f"section {section.title} has no column {name!r}"
                self.fault("syntax", message, self.document.place(section.span, section.title))
        for cell in section.table.header:
            if cell.text not in required + optional:
                message = f"section {section.title} has columns {', '.join(required + optional)}, not {cell.text!r}"
                self.fault("syntax", message, self.document.place(cell.span, section.title))

    def _rows(self, section: Section | None) -> list[tuple[RawRow, dict[str, Cell]]]:
        if section is None or section.table is None:
            return []
        names = [c.text for c in section.table.header]
        required, _ = SECTIONS[section.title]
        if not set(required) <= set(names):
            return []
        return [(row, dict(zip(names, row.cells, strict=True))) for row in section.table.rows]

    def _named(
        self, section: str, cells: dict[str, Cell], taken: Mapping[str, object]
    ) -> str | None:
        cell = cells["name"]
        place = self.document.place(cell.span, section, cell.text, "name")
        if not _NAME.match(cell.text) or cell.text in (
            "if",
            "else",
            "and",
            "or",
            "not",
            "with",
            "hold",
        ):
            self.fault("syntax", f"{cell.text!r} is not a name", place)
            return None
        others = (self.unit.parameters, self.unit.types, self.unit.signals, self.unit.definitions)
        if cell.text in taken or any(cell.text in o for o in others) or cell.text in FUNCTIONS:
            self.fault("unknown-name", f"the name {cell.text} is taken already", place)
            return None
        return cell.text

    def import_unit(self, name: str, place: Place) -> Unit | None:
        """Another unit by name, None (and a fault) when it cannot be had."""
        if name not in self.imports:
            values = dict(self.overrides)
            try:
                self.imports[name] = self.units.unit(name, values)
            except KeyError:
                self.imports[name] = None
                self.fault("unknown-name", f"no unit is called {name}", place)
            except RecursionError:
                self.imports[name] = None
                self.fault("unknown-name", f"unit {name} contains itself", place)
        return self.imports[name]

    def _parameter(self, section: str, _: RawRow, cells: dict[str, Cell]) -> None:
        name = self._named(section, cells, self.unit.parameters)
        cell = cells["value"]
        place = self.document.place(cell.span, section, cells["name"].text, "value")
        meaning = cells["meaning"].text if "meaning" in cells else ""
        if name is None:
            return

        def act(span: Callable[[Ast], Span]) -> None:
            ast = parse_expression(cell.text)
            whole = cell.span
            if ast.kind == "field" and ast.parts[0].kind == "name":
                source = self.import_unit(ast.parts[0].value, place)
                if source is None:
                    return
                if ast.value != name or name not in source.parameters:
                    rule = "an imported parameter keeps its name"
                    why = rule if ast.value != name else f"{source.name} has no parameter {name}"
                    raise TypeFault("unknown-name", why, ast)
                value, base, origin = source.parameters[name].value, True, source.name
                base = source.parameters[name].base
            else:
                node, value = self.scope.node(ast, span), 0
                found = constant(node)
                if found is None:
                    raise TypeFault("type", "a parameter's value is a constant", ast)
                base, value, origin = ast.kind == "number", found, ""
                if base and name.lower() in self.overrides:
                    value = self.overrides[name.lower()]
            shown = Node("param", (), int_for(value, value), (name, value), whole)
            node = shown if origin or base else node
            self.unit.parameters[name] = Parameter(
                name, value, base, node, meaning, origin, cells["name"].span
            )
            self.scope.names[name] = shown

        self.attempt(cell, place, act)

    def _type(self, section: str, _: RawRow, cells: dict[str, Cell]) -> None:
        name = self._named(section, cells, self.unit.types)
        cell = cells["definition"]
        place = self.document.place(cell.span, section, cells["name"].text, "definition")
        if name is None:
            return

        def act(span: Callable[[Ast], Span]) -> None:
            ast = parse_type(cell.text)
            origin = ""
            if ast.kind == "type" and "." in ast.value:
                origin, _, member = ast.value.partition(".")
                source = self.import_unit(origin, place)
                if source is None:
                    return
                if member != name or member not in source.types:
                    rule = (
                        f"{origin} has no type {member}"
                        if member == name
                        else "an imported type keeps its name"
                    )
                    raise TypeFault("unknown-name", rule, ast)
                kind = source.types[member].type
                for inner in source.types.values():
                    if inner.name != name:
                        self.scope.types.setdefault(f"{origin}.{inner.name}", inner.type)
            else:
                kind = self.resolve(ast, span, name)
            meaning = cells["meaning"].text if "meaning" in cells else ""
            self.unit.types[name] = TypeDefinition(
                name, kind, ast, origin, meaning, cells["name"].span
            )
            self.scope.types[name] = kind

        self.attempt(cell, place, act)

    def resolve(self, ast: Ast, span: Callable[[Ast], Span], name: str = "") -> Type:
        """The type that a type's text means; `name` is the name it is being given."""
        if ast.kind in ("signed", "unsigned"):
            width = constant(self.scope.node(ast.parts[0], span))
            if width is None or not 1 <= width <= 4096:
                raise TypeFault(
                    "width", f"a width is a constant in 1..4096, not {width}", ast.parts[0]
                )
            return Int(width, ast.kind == "signed")
        if ast.kind == "array":
            length = constant(self.scope.node(ast.parts[1], span))
            if length is None or length < 1:
                raise TypeFault(
                    "width",
                    f"an array's length is a constant of at least 1, not {length}",
                    ast.parts[1],
                )
            return Array(self.resolve(ast.parts[0], span), length)
        if ast.kind == "type":
            if ast.value not in self.unit.types:
                raise TypeFault("unknown-name", f"no type is called {ast.value}", ast)
            self.scope.used.add(ast.value)
            return self.unit.types[ast.value].type
        if not name:
            raise TypeFault("type", f"a {ast.kind} is given a name in Types first", ast)
        members = [m.value for m in ast.parts]
        if not members or len(set(members)) < len(members):
            raise TypeFault("type", f"a {ast.kind} names each of its members once", ast)
        if ast.kind == "struct":
            return Struct(name, tuple((m.value, self.resolve(m.parts[0], span)) for m in ast.parts))
        return self._enum(ast, span, name)

    def _enum(self, ast: Ast, span: Callable[[Ast], Span], name: str) -> Enum:
        members: list[tuple[str, int]] = []
        for member in ast.parts:
            value: int | None = members[-1][1] + 1 if members else 0
            if member.parts:
                value = constant(self.scope.node(member.parts[0], span))
            if value is None or value < 0 or value in [v for _, v in members]:
                raise TypeFault(
                    "type",
                    f"an enumerant's value is constant, >= 0 and its own, not {value}",
                    member,
                )
            members.append((member.value, value))
        return Enum(name, tuple(members))

    def _signal(self, section: str, _: RawRow, cells: dict[str, Cell]) -> None:
        name = self._named(section, cells, self.unit.signals)
        place = self.document.place(cells["type"].span, section, cells["name"].text, "type")
        kind = cells["kind"].text
        if kind not in KINDS:
            at = replace(place, span=cells["kind"].span, column="kind")
            self.fault("syntax", f"a signal's kind is one of {', '.join(KINDS)}, not {kind!r}", at)
            return
        if name is None:
            return

        def act(span: Callable[[Ast], Span]) -> None:
            ast = parse_type(cells["type"].text)
            resolved = self.resolve(ast, span)
            meaning = cells["meaning"].text if "meaning" in cells else ""
            signal = Signal(name, kind, resolved, ast, None, meaning, cells["name"].span)
            self.unit.signals[name] = signal

        if self.attempt(cells["type"], place, act):
            self._reset(name, kind, cells, replace(place, column="reset"))

    def _reset(self, name: str, kind: str, cells: dict[str, Cell], place: Place) -> None:
        cell = cells.get("reset")
        text = cell.text if cell else ""
        if kind != "register":
            if text and cell:
                self.fault(
                    "no-reset",
                    f"only registers have a reset, and {name} is none",
                    replace(place, span=cell.span),
                )
            return
        if not text or cell is None:
            at = replace(place, span=self.unit.signals[name].span)
            self.fault("no-reset", f"register {name} has no reset value", at)
            return
        signal = self.unit.signals[name]

        def act(span: Callable[[Ast], Span]) -> None:
            ast = parse_expression(text)
            if ast.kind == "number" and int(ast.value, 0) == 0:
                node = Node("const", (), signal.type, 0, span(ast))
            else:
                node = self.scope.node(ast, span, signal.type)
            value = constant(node)
            fits = isinstance(signal.type, Int) and isinstance(node.type, Int)
            if value is None or not (fits or node.type == signal.type):
                raise TypeFault(
                    "type", f"the reset value of {name} is a constant of type {signal.type}", ast
                )
            if isinstance(signal.type, Int) and not signal.type.low <= value <= signal.type.high:
                raise TypeFault("width", f"reset value {value} does not fit {signal.type}", ast)
            self.unit.signals[name] = replace(signal, reset=node)

        self.attempt(cell, replace(place, span=cell.span), act)

    def _declare(self) -> None:
        """Make the symbols of all signals, and the names by which expressions reach them."""
        for signal in self.unit.signals.values():
            if not signal.kind.endswith("stream"):
                role = {"in": "input", "out": "output"}.get(signal.kind, "register")
                reset = constant(signal.reset) if signal.reset else None
                reset = pack(reset, signal.type) if reset is not None else None
                self._symbol(signal.name, signal.type, role, signal, reset)
                symbol = self.unit.symbols[signal.name]
                self.scope.names[signal.name] = Node(
                    "symbol", (), symbol.type, symbol.name, signal.span
                )
                continue
            inward = signal.kind == "in stream"
            parts = {}
            for part, kind in (("valid", BOOL), ("payload", signal.type), ("ready", BOOL)):
                role = "input" if inward == (part != "ready") else "output"
                name = f"{signal.name}.{part}"
                self._symbol(name, kind, role, signal, None)
                parts[part] = Node("symbol", (), kind, name, signal.span)
            self.scope.streams[signal.name] = parts

    def _symbol(self, name: str, kind: Type, role: str, signal: Signal, reset: int | None) -> None:
        self.unit.symbols[name] = Symbol(name, kind, role, signal.name, reset, signal.span)

    def _definition(self, section: str, _: RawRow, cells: dict[str, Cell]) -> None:
        name = self._named(section, cells, self.unit.definitions)
        cell = cells["expression"]
        place = self.document.place(cell.span, section, cells["name"].text, "expression")
        if name is None:
            return

        def act(span: Callable[[Ast], Span]) -> None:
            node = self.scope.node(parse_expression(cell.text), span)
            meaning = cells["meaning"].text if "meaning" in cells else ""
            self.unit.definitions[name] = Definition(name, node, meaning, cells["name"].span)
            self.scope.names[name] = Node("ref", (node,), node.type, name, cells["name"].span)

        self.attempt(cell, place, act)

    def _assumption(self, section: str, _: RawRow, cells: dict[str, Cell]) -> None:
        cell, label = cells["always"], cells["id"].text
        place = self.document.place(cell.span, section, label, "always")
        if not label or label in [a.id for a in self.unit.assumptions]:
            at = replace(place, span=cells["id"].span, column="id")
            self.fault("syntax", f"an assumption has an id of its own, not {label!r}", at)
            return

        def act(span: Callable[[Ast], Span]) -> None:
            ast = parse_expression(cell.text)
            node = self.scope.node(ast, span)
            if node.type != BOOL:
                raise TypeFault("type", f"an assumption has type unsigned(1), not {node.type}", ast)
            why = cells["why"].text if "why" in cells else ""
            self.unit.assumptions.append(Assumption(label, node, why, cell.span))

        self.attempt(cell, place, act)

    def _external(self, section: str, row: RawRow, cells: dict[str, Cell]) -> None:
        if self.unit.external or not re.match(r"^[\w.]+:\w+$", cells["class"].text):
            place = self.document.place(row.span, section)
            self.fault("syntax", "an external unit names one class, as module:Class", place)
            return
        self.unit.external, self.unit.external_reason = cells["class"].text, cells["reason"].text
        if "paths" in cells:
            self._paths(section, cells["paths"])

    def _paths(self, section: str, cell: Cell) -> None:
        """Read `none`, or `a, b -> x; c -> y`: the inputs that outputs follow within one cycle."""
        place = self.document.place(cell.span, section, column="paths")
        found: dict[str, list[str]] = {}
        for part in [] if cell.text == "none" else cell.text.split(";"):
            sources, arrow, output = (p.strip() for p in part.partition("->"))
            inputs = [n.strip() for n in sources.split(",")]
            if not arrow:
                message = f"paths are `none`, or `input, input -> output; ...`, not {cell.text!r}"
                self.fault("syntax", message, place)
                return
            for name, role in [*((n, "input") for n in inputs), (output, "output")]:
                if name not in self.unit.symbols or self.unit.symbols[name].role != role:
                    self.fault("unknown-name", f"no {role} is called {name}", place)
                    return
            found.setdefault(output, []).extend(inputs)
        self.unit.external_paths = {o: tuple(dict.fromkeys(names)) for o, names in found.items()}

    # ---- logic tables

    def _table(self, section: Section, name: str, policy: str) -> None:
        raw = section.table
        if raw is None:
            return
        names = [c.text for c in raw.header]
        if names.count("=>") != 1 or names[0] != "row":
            message = "a logic table has the columns row, conditions, =>, targets and perhaps note"
            self.fault("syntax", message, self.document.place(section.span, section.title))
            return
        if name in [t.name for t in self.unit.tables]:
            self.fault("syntax", f"table {name} stands twice", self.document.place(section.span))
            return
        arrow = names.index("=>")
        condition_cells = raw.header[1:arrow]
        target_cells = list(raw.header[arrow + 1 :])
        if target_cells and target_cells[-1].text == "note":
            target_cells.pop()
        conditions = [self._condition(c, name) for c in condition_cells]
        targets = [self._target(c, name) for c in target_cells]
        rows: list[Row] = []
        for row in raw.rows:
            built = self._row(name, row, condition_cells, conditions, target_cells, targets)
            if built is None:
                continue
            if rows and (rows[-1].is_else or built.id in [r.id for r in rows]):
                rule = (
                    "row else is the last" if rows[-1].is_else else f"row {built.id} stands twice"
                )
                self.fault("syntax", rule, self.document.place(row.cells[0].span, name, built.id))
            rows.append(built)
        if not raw.rows:
            self.fault("syntax", "a logic table has rows", self.document.place(section.span, name))
        self.unit.tables.append(
            Table(
                name,
                policy,
                tuple(c for c in conditions if c),
                tuple(t for t in targets if t),
                tuple(rows),
                section.span,
            )
        )

    def _condition(self, cell: Cell, table: str) -> Condition | None:
        found: list[Condition] = []

        def act(span: Callable[[Ast], Span]) -> None:
            node = self.scope.node(parse_expression(cell.text), span)
            found.append(Condition(cell.text, node, cell.span))

        self.attempt(cell, self.document.place(cell.span, table, column=cell.text), act)
        return found[0] if found else None

    def _target(self, cell: Cell, table: str) -> Target | None:
        symbol = self.unit.symbols.get(cell.text)
        place = self.document.place(cell.span, table, column=cell.text)
        if symbol is None:
            self.fault("unknown-name", f"no output or register is called {cell.text}", place)
        elif symbol.role == "input":
            self.fault("type", f"{cell.text} is an input, and a table does not drive it", place)
            symbol = None
        return Target(symbol, cell.span) if symbol else None

    def _row(
        self,
        table: str,
        row: RawRow,
        condition_cells: tuple[Cell, ...],
        conditions: list[Condition | None],
        target_cells: list[Cell],
        targets: list[Target | None],
    ) -> Row | None:
        label = row.cells[0].text
        if not label:
            self.fault("syntax", "a row has an id", self.document.place(row.cells[0].span, table))
            return None
        left = row.cells[1 : 1 + len(conditions)]
        right = row.cells[2 + len(conditions) : 2 + len(conditions) + len(targets)]
        rest = row.cells[2 + len(conditions) + len(targets) :]
        guards: list[Node | None] = []
        values: list[Node | str] = []
        for head, condition, cell in zip(condition_cells, conditions, left, strict=True):
            place = self.document.place(cell.span, table, label, head.text)
            if label == "else" and cell.text != "-":
                self.fault("syntax", "row else has no conditions: every cell is `-`", place)
            if condition is not None:
                node = condition.node
                self.attempt(
                    cell,
                    place,
                    lambda s, c=cell, n=node: guards.append(
                        condition_cell(c.text, n, self.scope, s)
                    ),
                )
        for head, target, cell in zip(target_cells, targets, right, strict=True):
            if target is not None:
                symbol = target.symbol
                self.attempt(
                    cell,
                    self.document.place(cell.span, table, label, head.text),
                    lambda s, c=cell, y=symbol: values.append(
                        target_cell(c.text, y, self.scope, s)
                    ),
                )
        if len(guards) < len(conditions) or len(values) < len(targets):
            return None
        return Row(
            label,
            tuple(guards),
            tuple(values),
            rest[0].text if rest else "",
            row.span,
            tuple(c.span for c in left),
            tuple(c.span for c in right),
            label == "else",
        )
