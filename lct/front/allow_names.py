"""The lists of `allow`: syntax, modules and their names, built-in functions, attributes."""

from __future__ import annotations

import ast
import re

__all__ = [
    "ATTRIBUTES",
    "BUILTINS",
    "DECORATORS",
    "MODULES",
    "NODES",
    "Found",
    "exported",
    "is_module",
    "public",
]

Found = tuple[ast.AST, str]
"""What is not allowed, and a sentence."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Left out on purpose: Print, Format and what takes one, for a format string follows attributes;
# Instance, which is a black box; Fragment and Record.
_HDL = _words(
    """Array C Cat ClockDomain ClockSignal Const DomainRenamer Elaboratable EnableInserter Memory
    Module Mux ResetInserter ResetSignal Shape ShapeLike Signal Value ValueLike signed unsigned"""
)

MODULES = {
    "__future__": _words("annotations"),
    "amaranth": _HDL,
    "amaranth.hdl": _HDL,
    "amaranth.lib": _words("data enum fifo memory stream wiring"),
    "amaranth.lib.data": _words(
        """ArrayLayout Const Field FlexibleLayout Layout Struct StructLayout Union UnionLayout
        View"""
    ),
    "amaranth.lib.enum": _words("Enum IntEnum Flag IntFlag auto"),
    "amaranth.lib.fifo": _words("FIFOInterface SyncFIFO SyncFIFOBuffered"),
    "amaranth.lib.memory": _words("Memory MemoryData"),
    "amaranth.lib.stream": _words("Interface Signature"),
    "amaranth.lib.wiring": _words(
        "Component In Member Out PureInterface Signature connect flipped"
    ),
    "amaranth.utils": _words("bits_for ceil_log2 exact_log2"),
    "enum": _words("Enum IntEnum Flag IntFlag auto"),
    "functools": _words("reduce"),
    "math": _words("ceil floor log2"),
    "operator": _words("add and_ mul or_ sub xor"),
    "spikewright.hdl.axon_sums": _words("AxonSums KindMemory"),
    "spikewright.hdl.memories": _words(
        "ParameterMemory PotentialMemory SchedulerMemory SynapseMemory TypeMemory"
    ),
    "spikewright.lct.hardware": _words(
        """bit build choose clamp clog2 drop_one first_one popcount replace shift_right sign trunc
        wire"""
    ),
    "typing": _words("Any"),
}
"""What may be imported from which module."""

_GENERATED = "spikewright.hdl.generated"
# What the generated units import themselves; the rest of their public names are their own.
_FOREIGN = _words("annotations chip data enum fifo hardware memory stream wiring")

BUILTINS = _words(
    """abs all any bin bool dict divmod enumerate filter float frozenset getattr hasattr hex int
    isinstance len list map max min object range reversed round set sorted str sum super tuple zip
    AssertionError IndexError KeyError NotImplementedError TypeError ValueError"""
)

DECORATORS = _words("classmethod property staticmethod")
"""Of methods; not among the functions, for they would make others of methods."""

ATTRIBUTES = _words(
    """format format_map mro with_traceback
    gi_frame gi_code gi_yieldfrom cr_frame cr_code cr_await ag_frame ag_code
    tb_frame tb_next tb_lasti f_back f_builtins f_code f_globals f_locals f_trace
    func_globals func_code co_code co_consts co_names"""
)
"""Public names that lead from a value to the interpreter."""

NODES = frozenset(
    getattr(ast, name)
    for name in _words(
        """Module Import ImportFrom alias ClassDef FunctionDef arguments arg Return Assign
        AugAssign AnnAssign For While If With withitem Expr Pass Break Continue Assert Raise
        BoolOp NamedExpr BinOp UnaryOp Lambda IfExp Dict Set ListComp SetComp DictComp
        GeneratorExp comprehension Compare Call keyword FormattedValue JoinedStr Constant
        Attribute Subscript Starred Name List Tuple Slice Load Store And Or Add Sub Mult Div Mod
        Pow LShift RShift BitOr BitXor BitAnd FloorDiv Invert Not UAdd USub Eq NotEq Lt LtE Gt
        GtE Is IsNot In NotIn"""
    )
)
"""Syntax. Not in it: try, with which a text could hide what stops it, del, async, yield, match."""


def is_module(name: str) -> bool:
    """Whether it is a module that a text may import or import from."""
    unit = name.removeprefix(f"{_GENERATED}.")
    return name in MODULES or name == _GENERATED or (unit != name and bool(_plain(unit)))


def exported(module: str, name: str) -> bool:
    """Whether a text may use this name of a module."""
    if module == _GENERATED:
        return bool(_plain(name))
    if module.startswith(f"{_GENERATED}."):
        return public(name) and name not in _FOREIGN
    return name in MODULES.get(module, ()) or is_module(f"{module}.{name}")


def public(name: str) -> bool:
    """Whether a name is one that a class shows."""
    return name.isascii() and not name.startswith("_")


def _plain(name: str) -> object:
    return re.fullmatch(r"[a-z][a-z0-9_]*", name)
