"""What the compiled engine needs of the machine beyond Python's own operations.

Numba has atomics for GPUs only, and counts bits one by one; LLVM has the instructions of every
processor. A barrier inside compiled code takes about a microsecond, where going back to Python
after each tick would take a hundred.
"""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path
from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils, config
from numba.extending import intrinsic

__all__ = [
    "add_where",
    "barrier",
    "bits_of",
    "compiled",
    "count_ones",
    "folder",
    "inlined",
    "prefetch",
    "prefetch_to_write",
    "trailing_zeros",
]

_SPINS = 2000
"""Looks at the counter before a waiting thread offers its processor to others."""

_sched_yield = types.ExternalFunction("sched_yield", types.int32())


def _pointer(context: Any, builder: Any, signature: Any, array: Any) -> Any:
    return cgutils.create_struct_proxy(signature.args[0])(context, builder, array).data


def _entry(context: Any, builder: Any, signature: Any, arguments: Any, at: int) -> Any:
    """Return the pointer to an entry of argument ``at``, an array; the next one is its place.

    Indices that the place leaves out are 0.
    """
    kind = signature.args[at]
    array = context.make_array(kind)(context, builder, arguments[at])
    indices = cgutils.unpack_tuple(builder, arguments[at + 1], len(signature.args[at + 1]))
    indices += [context.get_constant(types.intp, 0)] * (kind.ndim - len(indices))
    return cgutils.get_item_pointer(context, builder, kind, array, indices)


@intrinsic
def _add_one(_typing: Any, counter: Any) -> Any:
    """Add one to the first entry of an int64 array, seen by all threads at once."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _pointer(context, builder, signature, arguments[0])
        return builder.atomic_rmw("add", pointer, ir.Constant(ir.IntType(64), 1), "seq_cst")

    return types.int64(counter), generate


@intrinsic
def _load(_typing: Any, counter: Any) -> Any:
    """Return the first entry of an int64 array as the other threads have left it."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _pointer(context, builder, signature, arguments[0])
        return builder.load_atomic(pointer, "seq_cst", 8)

    return types.int64(counter), generate


@intrinsic
def count_ones(_typing: Any, bits: Any) -> Any:
    """Return how many bits of an unsigned integer are set."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        count = builder.ctpop(arguments[0])
        return context.cast(builder, count, signature.args[0], types.int64)

    return types.int64(bits), generate


@intrinsic
def trailing_zeros(_typing: Any, bits: Any) -> Any:
    """Return the number of the lowest bit that is set in an unsigned integer, its width in 0."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        count = builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))
        return context.cast(builder, count, signature.args[0], types.int64)

    return types.int64(bits), generate


@intrinsic
def add_where(
    _typing: Any, sums: Any, _place: Any, weights: Any, _weight_place: Any, bits: Any
) -> Any:
    """Add weights that follow each other to sums, each where its bit is set, lowest first.

    There are as many of them as ``bits`` is wide, and sums and weights are of one type. The places
    are tuples of an index for each axis, of the first of them. Written out, LLVM finds the vectors
    by itself, but takes twice as many instructions to make masks of the bits.
    """
    lanes = bits.bitwidth

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        def vector(array: int) -> Any:
            entry = _entry(context, builder, signature, arguments, array)
            return builder.bitcast(entry, shape.as_pointer())

        width = sums.dtype.bitwidth
        shape = ir.VectorType(ir.IntType(width), lanes)
        align = width // 8
        target = vector(0)
        weight = builder.load(vector(2), align=align)
        mask = builder.bitcast(arguments[4], ir.VectorType(ir.IntType(1), lanes))
        added = builder.select(mask, weight, ir.Constant(shape, None))
        builder.store(builder.add(builder.load(target, align=align), added), target, align=align)
        return context.get_dummy_value()

    place = types.UniTuple(types.intp, sums.ndim)
    weight_place = types.UniTuple(types.intp, weights.ndim)
    return types.none(sums, place, weights, weight_place, bits), generate


@intrinsic
def bits_of(_typing: Any, values: Any, _place: Any) -> Any:
    """Return 64 bytes that follow each other, each 0 or 1, as 64 bits, the first one lowest.

    The place is a tuple of an index for each axis, of the first of them.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        shape = ir.VectorType(ir.IntType(8), 64)
        entry = _entry(context, builder, signature, arguments, 0)
        octets = builder.load(builder.bitcast(entry, shape.as_pointer()), align=1)
        set_ = builder.icmp_unsigned("!=", octets, ir.Constant(shape, None))
        return builder.bitcast(set_, ir.IntType(64))

    return types.uint64(values, types.UniTuple(types.intp, values.ndim)), generate


def _prefetch(array: Any, place: Any, *, write: bool) -> Any:
    """Return signature and code of a prefetch, to read or to write."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        entry = _entry(context, builder, signature, arguments, 0)
        octet = builder.bitcast(entry, ir.IntType(8).as_pointer())
        flag = ir.IntType(32)
        fetch = builder.module.declare_intrinsic(
            "llvm.prefetch", [octet.type], ir.FunctionType(ir.VoidType(), [octet.type, *[flag] * 3])
        )
        # To be kept in all levels of the cache; data and not instructions.
        builder.call(fetch, [octet, flag(int(write)), flag(3), flag(1)])
        return context.get_dummy_value()

    return types.none(array, types.UniTuple(types.intp, len(place))), generate


@intrinsic
def prefetch(_typing: Any, array: Any, place: Any) -> Any:
    """Have an entry of an array fetched into the cache; nothing waits for it.

    The place is a tuple of an index for each axis, or for the first ones of them.
    """
    return _prefetch(array, place, write=False)


@intrinsic
def prefetch_to_write(_typing: Any, array: Any, place: Any) -> Any:
    """Have an entry fetched as `prefetch` does, for this thread alone."""
    return _prefetch(array, place, write=True)


def compiled(function: Any, *, inline: bool = False) -> Any:
    """Compile a function when it is first called, and keep the result for other processes.

    Numba alone would keep it by the function's own file, and run what is out of date after a change
    in another one. Here the folder's name stands for the text of all files of the engine.
    """
    chosen, config.CACHE_DIR = config.CACHE_DIR, str(folder())
    try:
        return njit(nogil=True, cache=True, error_model="numpy", forceinline=inline)(function)
    finally:
        config.CACHE_DIR = chosen


def inlined(function: Any) -> Any:
    """Compile a function into those that call it.

    A call hands over an array as eight numbers, and LLVM inlines nothing of some size by itself.
    """
    return compiled(function, inline=True)


@cache
def folder() -> Path:
    """Return where compiled functions are kept, by the text of all that they are made from."""
    here = Path(__file__).resolve()
    text = b"".join(path.read_bytes() for path in sorted(here.parent.glob("fast_*.py")))
    name = f"fast-{hashlib.sha256(text).hexdigest()[:16]}"
    checkout = here.parent.parent
    if (checkout / "pyproject.toml").is_file() and os.access(checkout, os.W_OK):
        return checkout / "build" / name
    return Path.home() / ".cache" / "spikewright" / name


@compiled
def barrier(counter: Any, threads: int, turn: int) -> None:
    """Wait until all threads have come to their barrier number ``turn``, which counts from 1.

    What they wrote before is then seen by all. ``counter`` is an int64 array of one entry that
    begins at 0.
    """
    if threads == 1:
        return
    _add_one(counter)
    spins = 0
    while _load(counter) < threads * turn:
        spins += 1
        if spins > _SPINS:
            _sched_yield()
