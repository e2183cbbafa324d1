"""Values of two versions of a type: when they are the same value."""

from __future__ import annotations

from spikewright.lct.solver import Builder, Term
from spikewright.lct.types import Array, Enum, Int, Struct, Type

__all__ = ["same"]


def same(b: Builder, left: Term, of: Type, right: Term, to: Type) -> Term | None:
    """Whether packed values of two types mean the same; None where the types cannot be compared.

    Integers are compared as numbers, whatever their widths; enumerants and fields by their names.
    """
    if of == to:
        return b.equal(left, right)
    if isinstance(of, Int) and isinstance(to, Int):
        signed = of.signed or to.signed
        width = max(k.width + (signed and not k.signed) for k in (of, to))
        return b.equal(b.resize(left, width, of.signed), b.resize(right, width, to.signed))
    if isinstance(of, Enum) and isinstance(to, Enum):
        values = dict(to.members)
        common = [(v, values[name]) for name, v in of.members if name in values]
        return b.any(
            b.all((b.equal(left, b.number(v, of.width)), b.equal(right, b.number(w, to.width))))
            for v, w in common
        )
    parts = _parts(of, to)
    if parts is None:
        return None
    found = [
        same(b, b.bits(left, i, one.width), one, b.bits(right, j, other.width), other)
        for i, one, j, other in parts
    ]
    known = [term for term in found if term is not None]
    return b.all(known) if len(known) == len(found) else None


def _parts(of: Type, to: Type) -> list[tuple[int, Type, int, Type]] | None:
    """Offset and type of each part of both; None where they are not made of the same parts."""
    if isinstance(of, Struct) and isinstance(to, Struct):
        ours, theirs = dict(of.fields), dict(to.fields)
        if ours.keys() != theirs.keys():
            return None
        return [(of.offset(n), ours[n], to.offset(n), theirs[n]) for n in ours]
    if isinstance(of, Array) and isinstance(to, Array) and of.length == to.length:
        one, other = of.element, to.element
        return [(i * one.width, one, i * other.width, other) for i in range(of.length)]
    return None
