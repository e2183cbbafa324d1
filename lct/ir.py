"""The elaborated unit: what every later stage (checks, compiler, comparison) works on.

An expression is a tree of `Node`. The operations, their arguments and their value:

========================== ============================== =====================================
op                         args                           value
========================== ============================== =====================================
const                                                     int
param                                                     (name, int)
symbol                                                    name, e.g. ``west.payload``
ref                        (the definition's node,)       name of the definition
field                      (struct,)                      name of the field
index                      (array or integer, index)
slice                      (integer, low, high)           high is exclusive
with                       (struct, values...)            names of the replaced fields
make                       (values...)                    names of the fields, all of them
neg ~ not                  (x,)
+ - * & | ^ << >>          (a, b)
== != < <= > >= and or     (a, b)
if                         (condition, yes, no)
match                      (integer,)                     (mask, value): bits under mask equal
clamp                      (x, low, high)                 low and high are constant
trunc                      (x, bits)                      bits is constant
cat                        (parts...)                     first part in the low bits
popcount first_one sign abs (x,)                          first_one of 0 is 0
clog2                      (x,)                           x is constant; at least 1
========================== ============================== =====================================
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from spikewright.lct.diagnostics import Finding, Span
from spikewright.lct.expression import Ast
from spikewright.lct.markdown import Document
from spikewright.lct.types import BOOL, Type

__all__ = [
    "ANY",
    "HOLD",
    "Assumption",
    "Condition",
    "Connection",
    "Definition",
    "Instance",
    "Node",
    "Parameter",
    "Reading",
    "Row",
    "Signal",
    "Symbol",
    "Table",
    "Target",
    "TypeDefinition",
    "Unit",
    "conjunction",
    "walk",
]


@dataclass(frozen=True, eq=False)
class Node:
    """One typed operation; `span` is where it stands in the file."""

    op: str
    args: tuple[Node, ...]
    type: Type
    value: Any = None
    span: Span | None = None


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, definitions included."""
    yield node
    for arg in node.args:
        yield from walk(arg)


def conjunction(nodes: list[Node]) -> Node:
    """All of them at once; no nodes are true."""
    if not nodes:
        return Node("const", (), BOOL, 1)
    result = nodes[0]
    for node in nodes[1:]:
        result = Node("and", (result, node), BOOL, span=result.span)
    return result


HOLD: Literal["hold"] = "hold"
ANY: Literal["*"] = "*"


@dataclass(frozen=True)
class Reading:
    """An expression that Verilog's precedence takes together otherwise.

    Attributes
    ----------
    node, verilog : Node
        What it says here, and what it would say there.
    asts : (Ast, Ast)
        The smallest parts of both trees that differ.
    span : Span
        Where these stand.
    """

    node: Node
    verilog: Node
    asts: tuple[Ast, Ast]
    span: Span


@dataclass(frozen=True)
class Parameter:
    """A compile-time number. A `base` one is set from outside, a derived one is computed."""

    name: str
    value: int
    base: bool
    node: Node
    meaning: str
    origin: str = ""
    span: Span | None = None


@dataclass(frozen=True)
class TypeDefinition:
    """A named type; `ast` is its text, `origin` the unit it was imported from, if any."""

    name: str
    type: Type
    ast: Ast
    origin: str
    meaning: str
    span: Span


@dataclass(frozen=True)
class Symbol:
    """One value that the logic reads or drives: a port, a register, or one part of a stream.

    `role` is ``input``, ``output`` or ``register``.
    """

    name: str
    type: Type
    role: str
    signal: str
    reset: int | None = None
    span: Span | None = None


@dataclass(frozen=True)
class Signal:
    """A row of the Signals section. `type_ast` is the text of the type, for the compiler."""

    name: str
    kind: str
    type: Type
    type_ast: Ast
    reset: Node | None
    meaning: str
    span: Span


@dataclass(frozen=True)
class Definition:
    """A named expression."""

    name: str
    node: Node
    meaning: str
    span: Span


@dataclass(frozen=True)
class Assumption:
    """What always holds: of inputs by promise, of registers by induction (which is checked)."""

    id: str
    node: Node
    why: str
    span: Span


@dataclass(frozen=True)
class Condition:
    """A condition column."""

    text: str
    node: Node
    span: Span


@dataclass(frozen=True)
class Target:
    """A target column: the symbol it drives."""

    symbol: Symbol
    span: Span


@dataclass(frozen=True)
class Row:
    """One rule. `conditions` follow the condition columns, None where the cell is ``-``.

    `targets` follow the target columns: a node, `HOLD` or `ANY`.
    """

    id: str
    conditions: tuple[Node | None, ...]
    targets: tuple[Node | str, ...]
    note: str
    span: Span
    condition_spans: tuple[Span, ...]
    target_spans: tuple[Span, ...]
    is_else: bool = False


@dataclass(frozen=True)
class Table:
    """A logic table; `policy` is ``unique`` or ``priority``."""

    name: str
    policy: str
    conditions: tuple[Condition, ...]
    targets: tuple[Target, ...]
    rows: tuple[Row, ...]
    span: Span


@dataclass(frozen=True)
class Instance:
    """A unit used inside a structural unit."""

    name: str
    unit: Unit
    meaning: str
    span: Span


@dataclass(frozen=True)
class Connection:
    """A wire from a source to a sink: (instance or "", port) pairs."""

    source: tuple[str, str]
    sink: tuple[str, str]
    span: Span
    source_span: Span
    sink_span: Span


@dataclass
class Unit:
    """One elaborated unit: logic (`tables`), structure (`instances`) or hand-written (`external`).

    `unused` are findings about names that nothing uses: they do not keep the unit from being used.
    `readings` are the expressions that may be ambiguous, which is for the solver to say.
    `external_paths` names, for outputs of an external unit, the inputs that they follow within one
    cycle; None where the unit does not say.
    """

    name: str
    document: Document
    parameters: dict[str, Parameter] = field(default_factory=dict)
    types: dict[str, TypeDefinition] = field(default_factory=dict)
    signals: dict[str, Signal] = field(default_factory=dict)
    symbols: dict[str, Symbol] = field(default_factory=dict)
    definitions: dict[str, Definition] = field(default_factory=dict)
    assumptions: list[Assumption] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    instances: dict[str, Instance] = field(default_factory=dict)
    connections: list[Connection] = field(default_factory=list)
    external: str = ""
    external_reason: str = ""
    external_paths: dict[str, tuple[str, ...]] | None = None
    unused: list[Finding] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """``logic``, ``structure``, ``external``, or ``types`` for a unit of shared types only."""
        if self.external:
            return "external"
        if self.instances:
            return "structure"
        return "logic" if self.signals else "types"

    def by_role(self, role: str) -> list[Symbol]:
        """Symbols that are inputs, outputs or registers."""
        return [s for s in self.symbols.values() if s.role == role]
