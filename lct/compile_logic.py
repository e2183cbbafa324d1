"""Logic tables to the body of `elaborate`: one branch a row."""

from __future__ import annotations

from spikewright.lct.compile_class import ClassNames, ClassShapes
from spikewright.lct.compile_expression import Expressions
from spikewright.lct.compile_names import Imports, Library, fault
from spikewright.lct.compile_text import WIDTH, assignments, comment_lines, commented, wrap
from spikewright.lct.evaluate import constant
from spikewright.lct.ir import ANY, HOLD, Node, Row, Table, Target, Unit
from spikewright.lct.types import BOOL, Enum, Int

__all__ = ["logic_lines"]

_BODY = " " * 8


def logic_lines(unit: Unit, imports: Imports, library: Library) -> tuple[list[str], set[str]]:
    """The method `elaborate` of a logic unit, and the types that it needs from the constructor."""
    return _Logic(unit, imports, library).lines()


class _Logic:
    def __init__(self, unit: Unit, imports: Imports, library: Library) -> None:
        self.unit, self.imports = unit, imports
        self.names = ClassNames(unit, imports, library, inside=True)
        self.expressions = Expressions(unit, self.names, imports)
        every = set(unit.types)
        self.shapes = ClassShapes(self.names, every)

    def lines(self) -> tuple[list[str], set[str]]:
        self.imports.use("amaranth.hdl", "Module")
        self._settle_exactness()
        out = ["", "    def elaborate(self, platform: object) -> Module:", f"{_BODY}m = Module()"]
        for part in (self._registers(), self._definitions()):
            out += ["", *part] if part else []
        for table in self.unit.tables:
            out += ["", *self._table(table)]
        return [*out, "", f"{_BODY}return m"], self.names.needed | set(self.shapes.used)

    def _settle_exactness(self) -> None:
        """Find the definitions that somebody reads bit by bit: those must be exact."""
        known = -1
        while known != sum(self.expressions.exact.values()):
            known = sum(self.expressions.exact.values())
            self._definitions()
            for table in self.unit.tables:
                self._table(table)

    # ---- registers and definitions

    def _registers(self) -> list[str]:
        out: list[str] = []
        for signal in self.unit.signals.values():
            if signal.kind == "register":
                variable = self.names.locals[signal.name]
                arguments = [self.shapes.shape(signal.type_ast)]
                if signal.type == BOOL and arguments == ["1"]:
                    arguments = []
                if signal.reset is not None:
                    arguments += self._init(signal.reset)
                if variable != signal.name:
                    arguments.append(f'name="{signal.name}"')
                self.imports.use("amaranth.hdl", "Signal")
                line = f"{_BODY}{variable} = Signal({', '.join(arguments)})"
                out += commented(line, signal.meaning, _BODY)
        return out

    def _init(self, reset: Node) -> list[str]:
        """The argument `init`; the zero of a struct or array is Amaranth's default."""
        if isinstance(reset.type, Int):
            return [f"init={self.expressions.number(reset)}"]
        if isinstance(reset.type, Enum):
            value = constant(reset)
            assert value is not None
            if value not in [v for _, v in reset.type.members]:
                raise fault(
                    self.unit, "type", f"{reset.type} has no enumerant of value {value}", reset.span
                )
            return [f"init={self.names.enumeration(reset.type)}.{reset.type.name_of(value)}"]
        if reset.op == "make":
            return [f"init={self._init_struct(reset)}"]
        if constant(reset) == 0:
            return []
        raise fault(self.unit, "type", "a reset value is written 0 or as all fields", reset.span)

    def _init_struct(self, make: Node) -> str:
        parts = []
        for name, value in zip(make.value, make.args, strict=True):
            parts += [f'"{name}": {text.removeprefix("init=")}' for text in self._init(value)]
        return f"{{{', '.join(parts)}}}"

    def _definitions(self) -> list[str]:
        out: list[str] = []
        for definition in self.unit.definitions.values():
            variable = self.names.locals[definition.name]
            node = definition.node
            plain = self.expressions.is_static(node) and self.expressions.is_plain(node)
            text = self.expressions.defined(definition)
            if not (plain or self.expressions.is_path(node)):
                self.imports.use("spikewright.lct.hardware", "wire")
                name = "" if variable == definition.name else f', name="{definition.name}"'
                text = f"wire(m, {text}{name})"
            out += commented(f"{_BODY}{variable} = {text}", definition.meaning, _BODY)
        return out

    # ---- tables

    def _table(self, table: Table) -> list[str]:
        out = [f"{_BODY}# Table {table.name} ({table.policy})"]
        groups = self._cases(table)
        if groups is None:
            return out + self._chain(table, list(table.rows), 0, _BODY)
        column = self.expressions.hardware(table.conditions[0].node)
        out.append(f"{_BODY}with m.Switch({column}):")
        for cases, rows in groups:
            head = f"m.Case({', '.join(cases)})" if cases else "m.Default()"
            inner = _BODY + " " * 8
            chain = self._chain(table, rows, 1, inner)
            case = f"{_BODY}    with {head}:"
            if (
                chain
                and chain[0].startswith(f"{inner}# row ")
                and len(case) + len(chain[0].strip()) + 2 <= WIDTH
            ):
                case, chain = f"{case}  {chain[0].strip()}", chain[1:]
            out += [*wrap(case), *(chain or [f"{inner}pass"])]
        return out

    def _cases(self, table: Table) -> list[tuple[tuple[str, ...], list[Row]]] | None:
        """Rows by the enumerants of the first column, None where a switch would not do."""
        if not table.conditions or not isinstance(table.conditions[0].node.type, Enum):
            return None
        groups: dict[frozenset[int], list[Row]] = {}
        for row in table.rows:
            values = frozenset[int]() if row.is_else else _enumerants(row.conditions[0])
            if values is None:
                return None
            groups.setdefault(values, []).append(row)
        named = [v for v in groups if v]
        if len(named) < 2 or sum(map(len, named)) > len(frozenset().union(*named)):
            return None
        kind = table.conditions[0].node.type
        has_else = frozenset[int]() in groups
        if has_else and any(not _closed(rows) for values, rows in groups.items() if values):
            # A row `else` would also have to be reached from inside a case.
            return None
        home = self.names.enumeration(kind)
        result = []
        for values, rows in groups.items():
            cases = tuple(f"{home}.{kind.name_of(v)}" for v in sorted(values))
            result.append((cases, rows))
        return result

    def _chain(self, table: Table, rows: list[Row], first: int, indent: str) -> list[str]:
        """If, Elif and Else over rows whose conditions from `first` on are still open."""
        out: list[str] = []
        for n, row in enumerate(rows):
            conditions = [c for c in row.conditions[first:] if c is not None]
            statements = self._statements(table, row, indent if len(rows) == 1 else f"{indent}    ")
            last = n == len(rows) - 1 or not conditions
            label = f"# row {row.id}" + (f": {row.note}" if row.note else "")
            if len(rows) == 1:
                return [*comment_lines(label[2:], indent), *statements]
            if n == 0 and last:
                return self._chain(table, [row], first, indent)
            if last:
                head = f"{indent}with m.Else():"
            else:
                word = "Elif" if n else "If"
                head = f"{indent}with m.{word}({self.expressions.conjunction(conditions)}):"
            if len(head) + len(label) + 2 <= WIDTH:
                out.append(f"{head}  {label}")
            else:
                out += [*wrap(head), *comment_lines(label[2:], f"{indent}    ")]
            out += statements or [f"{indent}    pass"]
            if last:
                break
        return out

    def _statements(self, table: Table, row: Row, indent: str) -> list[str]:
        domains: dict[str, list[str]] = {"comb": [], "sync": []}
        for target, value in zip(table.targets, row.targets, strict=True):
            if isinstance(value, Node):
                domain = "sync" if target.symbol.role == "register" else "comb"
                domains[domain] += self._assign(target, value)
            else:
                assert value in (ANY, HOLD)
        return [x for d, s in domains.items() for x in assignments(d, s, indent)]

    def _assign(self, target: Target, value: Node) -> list[str]:
        sink = self.names.symbol(target.symbol.name)
        signal = self.unit.signals[target.symbol.signal]
        width = ""
        if isinstance(target.symbol.type, Int):
            stream_part = signal.kind.endswith("stream") and not target.symbol.name.endswith(
                ".payload"
            )
            ast = signal.type_ast
            width = "1" if stream_part else ""
            if not stream_part and ast.kind in ("signed", "unsigned"):
                width = self.shapes.number(ast.parts[0])
        return self._assign_to(sink, width, value)

    def _assign_to(self, sink: str, width: str, value: Node) -> list[str]:
        """Assignments of a value; fields that are replaced are assigned after the whole."""
        if value.op == "symbol" and self.names.symbol(value.value) == sink:
            return []
        if value.op in ("with", "make"):
            values = value.args[1:] if value.op == "with" else value.args
            out = self._assign_to(sink, "", value.args[0]) if value.op == "with" else []
            for name, part in zip(value.value, values, strict=True):
                out += self._assign_to(f"{sink}.{name}", "", part)
            return out
        if value.op == "trunc" and width and self.expressions.number(value.args[1]) == width:
            # The assignment keeps the low bits.
            return [f"{sink}.eq({self.expressions.hardware(value.args[0])})"]
        return [f"{sink}.eq({self.expressions.hardware(value)})"]


def _enumerants(node: Node | None) -> frozenset[int] | None:
    """The enumerants that a cell of an enumerated column admits."""
    if node is None:
        return None
    if node.op == "or":
        sides = [_enumerants(a) for a in node.args]
        if sides[0] is None or sides[1] is None:
            return None
        return sides[0] | sides[1]
    if node.op == "==" and node.args[1].op == "const":
        return frozenset({int(node.args[1].value)})
    return None


def _closed(rows: list[Row]) -> bool:
    """Whether the last of these rows has no condition beside the first column."""
    return all(c is None for c in rows[-1].conditions[1:])
