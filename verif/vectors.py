"""Run one hardware unit over arrays: a row of inputs a clock cycle, a row of outputs back.

Any module will do: the C++ that moves words between array and ports is generated from its ports.
A small unit runs several million rows a second, which makes exhaustive tests practical.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .build import build_library
from .design import Design, Options
from .errors import ToolError
from .ports import Port, cpp_name, load_statement, store_statement
from .words import from_words, to_values, to_words

__all__ = ["VerilatedUnit", "from_words"]

_DRIVER = Path(__file__).with_name("vectors.cpp")


class VerilatedUnit:
    """A compiled module with an array face.

    In each row the inputs are set, the outputs are read once they have settled, and then the clock
    rises: an output that depends on an input of the same row shows it, a register shows its new
    value in the next row. Registers hold their power-on values until the first rising edge.

    Parameters
    ----------
    design : Design
    ports : dict, optional
        By default read from the Verilog.
    clock, reset : str
        Names of those inputs. The clock is driven here, and may be missing. The reset is an input
        like others, except that `run` holds it at 0 where it is not given.
    options : Options, optional
    root : Path, optional
        Folder of builds, see `cache.default_root`.

    Members
    -------
    inputs, outputs : dict
        Ports by name, without the clock.
    """

    def __init__(
        self,
        design: Design,
        *,
        ports: Mapping[str, Port] | None = None,
        clock: str = "clk",
        reset: str = "rst",
        options: Options | None = None,
        root: Path | None = None,
    ) -> None:
        ports = dict(ports or design.ports())
        self.inputs = _select(ports, "input", clock)
        self.outputs = _select(ports, "output", clock)
        self._reset = reset
        self._coverage = bool(options and options.coverage)
        driver = {
            "vectors.cpp": _DRIVER.read_text(),
            "glue.h": _glue(self.inputs, self.outputs, clock if clock in ports else None),
        }
        library = build_library(design, driver, ports=ports, options=options, root=root)
        self._top = design.top
        self._library = _bind(library, self._coverage)
        self._unit: int | None = self._library.sw_unit_new()

    @classmethod
    def from_amaranth(cls, component: Any, name: str = "top", **keywords: Any) -> VerilatedUnit:
        """Convert a component and compile it; ports with a signed shape are signed here too."""
        return cls(Design.from_amaranth(component, name), **keywords)

    def run(
        self, inputs: Mapping[str, ArrayLike], *, rows: int | None = None
    ) -> dict[str, NDArray[Any]]:
        """Run one cycle for each row.

        Parameters
        ----------
        inputs : dict
            For every input port a value per row, or one integer for all rows. A port wider than 64
            bits takes Python integers, or an array (rows, words) of uint32, least word first.
        rows : int, optional
            Needed only where no input is an array.

        Returns
        -------
        dict
            For every output port an int64 array (uint64 for an unsigned port of 64 bits), or for a
            wider one an array (rows, words) of uint32, which `from_words` makes integers of.
        """
        if self._unit is None:
            raise ToolError(f"Unit {self._top} must be open, and is closed")
        columns = self._columns(inputs)
        count = _row_count(self._top, columns, rows)
        words_in = np.zeros((count, _words(self.inputs)), np.uint32)
        words_out = np.empty((count, _words(self.outputs)), np.uint32)
        for (name, port), offset in zip(self.inputs.items(), _offsets(self.inputs), strict=True):
            if name in columns:
                words_in[:, offset : offset + port.words] = columns[name]
        done = self._library.sw_unit_run(
            self._unit, count, words_in.ctypes.data, words_out.ctypes.data
        )
        if done != count:
            raise ToolError(
                f"Unit {self._top} stopped itself in row {done} of {count}, "
                "by an assertion or by $finish"
            )
        return {
            name: to_values(port, words_out[:, offset : offset + port.words])
            for (name, port), offset in zip(
                self.outputs.items(), _offsets(self.outputs), strict=True
            )
        }

    def reset(self, cycles: int = 1) -> None:
        """Hold the reset for some cycles, all other inputs at zero."""
        if self._reset not in self.inputs:
            raise ToolError(f"Unit {self._top} must have an input {self._reset!r} to be reset")
        self.run({name: int(name == self._reset) for name in self.inputs}, rows=cycles)

    def write_coverage(self, path: Path) -> None:
        """Write Verilator's coverage points, counted since the unit was made."""
        if not self._coverage:
            raise ToolError(f"Unit {self._top} must be built with coverage to write it")
        self._library.sw_unit_coverage(self._unit, str(path).encode())

    def close(self) -> None:
        """Free the model; its code stays loaded, as for every shared library."""
        if self._unit is not None:
            self._library.sw_unit_delete(self._unit)
            self._unit = None

    def __enter__(self) -> VerilatedUnit:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_unit", None) is not None:
            self.close()

    def _columns(self, inputs: Mapping[str, ArrayLike]) -> dict[str, NDArray[Any]]:
        unknown = [name for name in inputs if name not in self.inputs]
        if unknown:
            raise ToolError(
                f"Inputs of {self._top} must be among {', '.join(self.inputs)}, not {unknown[0]!r}"
            )
        missing = [name for name in self.inputs if name not in inputs and name != self._reset]
        if missing:
            raise ToolError(f"Input {missing[0]} of {self._top} must be given, and is not")
        return {name: to_words(values, self.inputs[name], name) for name, values in inputs.items()}


def _select(ports: Mapping[str, Port], direction: str, clock: str) -> dict[str, Port]:
    return {
        name: port for name, port in ports.items() if port.direction == direction and name != clock
    }


def _words(ports: Mapping[str, Port]) -> int:
    return sum(port.words for port in ports.values())


def _offsets(ports: Mapping[str, Port]) -> list[int]:
    offsets, offset = [], 0
    for port in ports.values():
        offsets.append(offset)
        offset += port.words
    return offsets


def _row_count(top: str, columns: Mapping[str, NDArray[Any]], rows: int | None) -> int:
    """All arrays must agree; a scalar has only its word axis."""
    counts: dict[str, int] = {
        name: column.shape[0] for name, column in columns.items() if column.ndim == 2
    }
    wrong = [name for name, column in columns.items() if column.ndim > 2]
    if wrong:
        raise ToolError(f"{wrong[0]} must be one value a row, and has more axes")
    if rows is not None:
        counts["rows"] = rows
    if not counts:
        raise ToolError(f"Run of {top} must have an array among its inputs, or rows given")
    if len(set(counts.values())) > 1:
        lengths = ", ".join(f"{name} {count}" for name, count in counts.items())
        raise ToolError(f"Inputs of {top} must have the same number of rows, not {lengths}")
    return next(iter(counts.values()))


def _glue(inputs: Mapping[str, Port], outputs: Mapping[str, Port], clock: str | None) -> str:
    load: Sequence[str] = [
        load_statement(name, port, f"words + {offset}")
        for (name, port), offset in zip(inputs.items(), _offsets(inputs), strict=True)
    ]
    store: Sequence[str] = [
        store_statement(name, port, f"words + {offset}")
        for (name, port), offset in zip(outputs.items(), _offsets(outputs), strict=True)
    ]
    edge = []
    if clock is not None:
        # The falling edge is seen by the next row's evaluation, together with its inputs.
        edge = [f"top.{cpp_name(clock)} = 1;", "top.eval();", f"top.{cpp_name(clock)} = 0;"]
    parts = (
        ("load_inputs", "[[maybe_unused]] const uint32_t* words", load),
        ("store_outputs", "[[maybe_unused]] uint32_t* words", store),
        ("clock_cycle", "", edge),
    )
    lines = ["// Generated: how one row of words maps to the ports.", '#include "Vtop.h"']
    lines.append(f"constexpr uint64_t IN_WORDS = {_words(inputs)};")
    lines.append(f"constexpr uint64_t OUT_WORDS = {_words(outputs)};")
    for name, argument, body in parts:
        arguments = ", ".join(filter(None, ["[[maybe_unused]] Vtop& top", argument]))
        lines.append(f"inline void {name}({arguments}) {{")
        lines += [f"    {line}" for line in body]
        lines.append("}")
    return "\n".join(lines) + "\n"


def _bind(path: Path, coverage: bool) -> ctypes.CDLL:
    library = ctypes.CDLL(str(path))
    pointer = ctypes.c_void_p
    library.sw_unit_new.restype = pointer
    library.sw_unit_delete.argtypes = [pointer]
    library.sw_unit_delete.restype = None
    library.sw_unit_run.argtypes = [pointer, ctypes.c_uint64, pointer, pointer]
    library.sw_unit_run.restype = ctypes.c_uint64
    if coverage:
        library.sw_unit_coverage.argtypes = [pointer, ctypes.c_char_p]
        library.sw_unit_coverage.restype = None
    return library
