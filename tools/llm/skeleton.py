"""The frame of a unit's HDL: its ports and registers, with nothing that it does."""

from __future__ import annotations

import keyword
from collections.abc import Iterator

from spikewright.lct.compile import class_name
from spikewright.lct.ir import Signal, Symbol, Unit
from spikewright.lct.types import Array, Enum, Int, Struct, Type
from spikewright.tools.llm.keywords import escaped

__all__ = ["amaranth_skeleton", "verilog_skeleton"]


def verilog_skeleton(unit: Unit) -> str:
    """A module with the ports and registers of a unit."""
    ports = ["    input wire clk", "    input wire rst"] if _clocked(unit) else []
    for symbol in unit.symbols.values():
        if symbol.role != "register":
            name = escaped(symbol.name.replace(".", "__"))
            ports.append(f"    {symbol.role} wire {_vector(symbol.type)}{name}")
    registers = [
        f"    reg {_vector(s.type)}{escaped(s.name)};  // reset to {_reset(s)}"
        for s in unit.by_role("register")
    ]
    head = [f"module {unit.name} (", ",\n".join(ports), ");"]
    return "\n".join([*head, *registers, "    // ...", "endmodule"])


def _clocked(unit: Unit) -> bool:
    """Whether a unit, or one that it is made of, has registers."""
    inner = (i.unit for i in unit.instances.values())
    return bool(unit.by_role("register")) or any(u.kind == "external" or _clocked(u) for u in inner)


def _vector(kind: Type) -> str:
    signed = "signed " if isinstance(kind, Int) and kind.signed else ""
    return f"{signed}[{kind.width - 1}:0] " if kind.width > 1 else signed


def _reset(symbol: Symbol) -> str:
    return f"{symbol.type.width}'d{symbol.reset or 0}"


def amaranth_skeleton(unit: Unit) -> str:
    """A component with the ports and registers of a unit; its widths are the unit's own."""
    types = list(_named(unit))
    enums = [_declared(k) for k in types if isinstance(k, Enum)]
    structs = [x for k in types if isinstance(k, Struct) for x in _declared(k)]
    children = {i.unit.name: i.unit for i in unit.instances.values()}
    blocks = [[*_IMPORTS, *map(_import, children.values())], *enums, structs, _class(unit)]
    return "\n\n\n".join("\n".join(lines) for lines in blocks if lines)


_IMPORTS = (
    "from amaranth.hdl import Cat, Const, Module, Mux, Signal, signed, unsigned",
    "from amaranth.lib import data, enum, stream, wiring",
    "from amaranth.lib.wiring import In, Out, connect, flipped",
)

# What a variable of `elaborate` would hide.
_TAKEN = {"m", "self", "data", "enum", "stream", "wiring", "connect", "flipped"}
_TAKEN |= {"signed", "unsigned"}


def _class(unit: Unit) -> list[str]:
    ports = [s for s in unit.signals.values() if s.kind != "register"]
    lines = [f"class {class_name(unit.name)}(wiring.Component):"]
    lines += ["    def __init__(self) -> None:", "        super().__init__(", "            {"]
    lines += [f'                "{p.name}": {_port(p)},' for p in ports]
    lines += ["            }", "        )", ""]
    lines += ["    def elaborate(self, platform: object) -> Module:", "        m = Module()"]
    lines += [f"        {_register(s)}" for s in unit.by_role("register")]
    for name, instance in unit.instances.items():
        made = class_of_child(instance.unit)
        lines.append(f"        m.submodules.{name} = {_variable(name)} = {made}()")
    return [*lines, "        # ...", "        return m"]


def _variable(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) or name in _TAKEN else name


def class_of_child(unit: Unit) -> str:
    """The class of a unit that a structure is made of."""
    return unit.external.partition(":")[2] if unit.external else class_name(unit.name)


def _import(unit: Unit) -> str:
    module = f"spikewright.hdl.generated.{unit.name}"
    if unit.external:
        module = unit.external.partition(":")[0]
    return f"from {module} import {class_of_child(unit)}"


def _named(unit: Unit) -> Iterator[Struct | Enum]:
    """The named types of a unit's signals, inner ones first, each once."""
    seen: set[str] = set()

    def visit(kind: Type) -> Iterator[Struct | Enum]:
        if isinstance(kind, Array):
            yield from visit(kind.element)
        elif isinstance(kind, Struct | Enum) and kind.name not in seen:
            for _, part in kind.fields if isinstance(kind, Struct) else ():
                yield from visit(part)
            seen.add(kind.name)
            yield kind

    for signal in unit.signals.values():
        yield from visit(signal.type)


def _declared(kind: Struct | Enum) -> list[str]:
    name = kind.name.rpartition(".")[2]
    if isinstance(kind, Enum):
        members = [f"    {n} = {v}" for n, v in kind.members]
        return [f"class {name}(enum.Enum, shape={kind.width}):", *members]
    fields = [f'        "{n}": {_shape(t)},' for n, t in kind.fields]
    return [f"{name} = data.StructLayout(", "    {", *fields, "    }", ")"]


def _shape(kind: Type) -> str:
    match kind:
        case Int():
            return str(kind) if kind.signed else str(kind.width)
        case Array():
            return f"data.ArrayLayout({_shape(kind.element)}, {kind.length})"
    return kind.name.rpartition(".")[2]


def _port(signal: Signal) -> str:
    shape = _shape(signal.type)
    if signal.kind.endswith("stream"):
        shape = f"stream.Signature({shape})"
    return f"{'In' if signal.kind.startswith('in') else 'Out'}({shape})"


def _register(symbol: Symbol) -> str:
    init = f", init={_init(symbol.reset or 0, symbol.type)}" if symbol.reset else ""
    if isinstance(symbol.type, Enum) and not init:
        init = f", init={_init(0, symbol.type)}"
    return f'{_variable(symbol.name)} = Signal({_shape(symbol.type)}{init}, name="{symbol.name}")'


def _init(bits: int, kind: Type) -> str:
    """A packed value as Amaranth wants it."""
    match kind:
        case Struct():
            parts = (f'"{n}": {_init(_cut(bits, kind.offset(n), t), t)}' for n, t in kind.fields)
            return f"{{{', '.join(parts)}}}"
        case Array():
            wide = kind.element.width
            cut = (_cut(bits, i * wide, kind.element) for i in range(kind.length))
            return f"[{', '.join(_init(b, kind.element) for b in cut)}]"
        case Enum():
            return f"{kind.name.rpartition('.')[2]}.{kind.name_of(bits)}"
    return str(bits - (1 << kind.width) if kind.signed and bits >> (kind.width - 1) else bits)


def _cut(bits: int, low: int, kind: Type) -> int:
    return bits >> low & ((1 << kind.width) - 1)
