"""The C face of chip_driver.cpp: its structures, its functions, and its faults in words."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.architecture import Architecture

__all__ = ["OUTPUT", "Fault", "Request", "TileLibrary", "bind", "fetched", "sentence"]


class Request(ctypes.Structure):
    """Mirrors ``Request`` in chip_driver.cpp."""

    _fields_ = [
        ("first_tick", ctypes.c_int64),
        ("ticks", ctypes.c_int64),
        ("cycle_limit", ctypes.c_int64),
        ("packets", ctypes.c_int64),
        ("packet_tick", ctypes.c_void_p),
        ("packet_port", ctypes.c_void_p),
        ("packet_payload", ctypes.c_void_p),
        ("spikes", ctypes.c_void_p),
        ("potentials", ctypes.c_void_p),
        ("last", ctypes.c_void_p),
        ("column", ctypes.c_void_p),
        ("columns", ctypes.c_int64),
        ("watched", ctypes.c_void_p),
        ("fired", ctypes.c_void_p),
        ("busy_cycles", ctypes.c_void_p),
        ("cycles", ctypes.c_void_p),
        ("late", ctypes.c_void_p),
        ("off_mesh", ctypes.c_void_p),
    ]


class TileLibrary(ctypes.Structure):
    """Mirrors ``TileLibrary`` in chip_tiles.h: functions of the tile's own library."""

    _fields_ = [(name, ctypes.c_void_p) for name in ("make", "drop", "pins", "clock", "stopped")]

    @classmethod
    def load(cls, path: Path) -> TileLibrary:
        """Return the functions of a compiled tile; the library stays loaded."""
        library = ctypes.CDLL(str(path))
        names = (
            "sw_tile_new",
            "sw_tile_delete",
            "sw_tile_pins",
            "sw_tile_clock",
            "sw_tile_stopped",
        )
        return cls(*(ctypes.cast(getattr(library, name), ctypes.c_void_p) for name in names))


class Fault(ctypes.Structure):
    """Mirrors ``Fault`` in chip_driver.cpp."""

    _fields_ = [(name, ctypes.c_int64) for name in ("kind", "tick", "where", "got", "wanted")]


OUTPUT = np.dtype([("tick", np.int64), ("port", np.int64), ("payload", np.uint64)])
"""Mirrors ``Output`` in chip_driver.cpp: a packet that left."""


def sentence(
    fault: Fault,
    architecture: Architecture,
    edges: Sequence[tuple[str, int]],
    cycle_limit: int,
) -> str:
    """Return what a fault means."""
    core = f"core ({fault.where % architecture.width}, {fault.where // architecture.width})"
    if fault.kind == 1:
        states = ("a core is busy", "not quiescent", "no core became busy")
        why = [text for bit, text in enumerate(states) if fault.got >> bit & 1]
        why += [f"{fault.wanted} packets wait to enter"] if fault.wanted else []
        return (
            f"Tick {fault.tick} must be over within {cycle_limit} cycles, and is not: "
            f"{', '.join(why) or 'a packet was just taken in'}"
        )
    if fault.kind == 2:
        wanted = "none" if fault.wanted == architecture.neurons else f"neuron {fault.wanted}"
        return f"Tick {fault.tick}: {core} must retire {wanted} next, not neuron {fault.got}"
    if fault.kind == 3:
        return f"Tick {fault.tick}: {core} must retire {fault.wanted} neurons, not {fault.got}"
    if fault.kind == 4:
        side, position = edges[fault.where]
        return f"Tick {fault.tick}: packet at {side} {position} must stay until taken, and changed"
    return f"Tick {fault.tick}: the design stopped itself, by an assertion or by $finish"


def fetched(count: Any, chip: int | None, dtype: Any) -> NDArray[Any]:
    """Return the rows that a function of the library has, whose number it tells without a place."""
    rows = np.empty(count(chip, None), dtype)
    count(chip, rows.ctypes.data)
    return rows


def bind(path: Path, *, coverage: bool) -> ctypes.CDLL:
    """Load a library and tell ctypes what its functions take."""
    library = ctypes.CDLL(str(path))
    pointer, number, count = ctypes.c_void_p, ctypes.c_int64, ctypes.c_uint64
    seed, text = ctypes.c_uint32, ctypes.c_char_p
    functions: list[tuple[str, Any, list[Any]]] = [
        ("sw_chip_new", pointer, [seed, seed, pointer]),
        ("sw_chip_delete", None, [pointer]),
        ("sw_chip_reset", None, [pointer, number]),
        ("sw_chip_configure", None, [pointer, count, pointer]),
        ("sw_chip_run", None, [pointer, pointer, pointer]),
        ("sw_chip_run_bare", count, [pointer, pointer]),
        ("sw_chip_outputs", count, [pointer, pointer]),
        ("sw_chip_fired", count, [pointer, pointer]),
        ("sw_chip_errors", None, [pointer, pointer, pointer]),
        ("sw_chip_trace", None, [pointer, text, number, number]),
    ]
    if coverage:
        functions.append(("sw_chip_coverage", None, [pointer, text]))
    for name, result, arguments in functions:
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library
