"""Every unit at once in two simulators: random inputs, all outputs equal in every cycle.

The units stand side by side in one module, so that one build holds them all. Their inputs are any
bits, whatever the neighbours of a unit would promise: both simulators read the same Verilog and
must agree on it all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.architecture import Architecture

from .blocks import portable
from .design import Design, Options
from .plain_bench import Verdict, bench_files, run_icarus
from .ports import Port, parse_ports
from .vector_rows import Vectors
from .vectors import VerilatedUnit
from .words import to_words

__all__ = ["TOP", "all_units", "random_vectors", "units_in_icarus"]

TOP = "all_units"
_SHARED = ("clk", "rst")
# A reset now and then, besides the one at the start.
_RESET_SHARE = 0.01


@cache
def all_units(architecture: Architecture) -> tuple[Design, tuple[str, ...]]:
    """Return a module with every unit that has a table, and the names of the units."""
    from spikewright.hdl.parameters import accepted
    from spikewright.hdl.verilog import component_verilog
    from spikewright.lct.library import Library
    from spikewright.lct.load import load_class

    library = Library()
    names = tuple(library.logic())
    texts = {}
    for name in names:
        made = load_class(name, library)
        component = made(**accepted(made, architecture))
        texts[name] = portable(component_verilog(component, name))
    ports = {name: parse_ports(text, name) for name, text in texts.items()}
    sources = {f"{name}.v": text for name, text in texts.items()}
    return Design(TOP, sources | {f"{TOP}.v": _side_by_side(ports)}), names


def _side_by_side(units: Mapping[str, Mapping[str, Port]]) -> str:
    heads, bodies = [f"  input wire {name}" for name in _SHARED], []
    for unit, ports in units.items():
        connected = []
        for name, port in ports.items():
            outer = name if name in _SHARED else f"{unit}__{name}"
            # Escaped, since a port may be called like a keyword.
            connected.append(f".\\{name} ({outer})")
            if name not in _SHARED:
                heads.append(f"  {port.direction} wire [{port.width - 1}:0] {outer}")
        bodies.append(f"  {unit} {unit} ({', '.join(connected)});")
    return f"module {TOP} (\n" + ",\n".join(heads) + "\n);\n" + "\n".join(bodies) + "\nendmodule\n"


def random_vectors(unit: VerilatedUnit, top: str, rows: int, seed: int) -> Vectors:
    """Record a compiled module under random inputs.

    Half of the values of an input are any bits, the others are zeros and ones at either end: a
    comparison with a limit is decided by neighbours of zero.

    Parameters
    ----------
    unit : VerilatedUnit
    top : str
        Name of its module.
    rows : int
    seed : int
    """
    rng = np.random.default_rng(seed)
    stimulus = {name: _column(port, rows, rng) for name, port in unit.inputs.items()}
    stimulus["rst"] = (rng.random(rows) < _RESET_SHARE).astype(np.uint64)
    stimulus["rst"][0] = 1
    expected = unit.run(stimulus)
    return Vectors(
        top=top,
        inputs=unit.inputs,
        outputs=unit.outputs,
        stimulus=stimulus,
        expected=expected,
        settled=1,
    )


def _column(port: Port, rows: int, rng: np.random.Generator) -> NDArray[Any]:
    octets = rng.integers(0, 256, (rows, 4 * port.words), dtype=np.uint8)
    values = [
        int.from_bytes(row.tobytes(), "little") >> (32 * port.words - port.width) for row in octets
    ]
    ends = rng.integers(0, 8, rows)
    full = (1 << port.width) - 1
    near = {0: 0, 1: 1, 2: full, 3: full - 1}
    column = np.array(
        [near.get(int(e), v) & full for e, v in zip(ends, values, strict=True)], object
    )
    return to_words(column, port) if port.width > 64 else column.astype(np.uint64)


def units_in_icarus(
    folder: Path,
    architecture: Architecture | None = None,
    *,
    rows: int = 2000,
    seed: int = 0,
    sources: Mapping[str, str] | None = None,
    root: Path | None = None,
) -> Verdict:
    """Record every unit with Verilator, and play the recording in Icarus.

    Parameters
    ----------
    folder : Path
        For the files of the bench.
    architecture : Architecture, optional
        By default `tiny`.
    rows : int
        Clock cycles.
    seed : int
        Of the inputs.
    sources : dict, optional
        Verilog that stands in for files of the units, in Icarus only.
    root : Path, optional
        Folder of builds.
    """
    design, _ = all_units(architecture or Architecture.preset("tiny"))
    with VerilatedUnit(design, options=Options(quick=True), root=root) as unit:
        vectors = random_vectors(unit, TOP, rows, seed)
    bench = f"{TOP}_bench"
    files = dict(design.sources) | dict(sources or {}) | bench_files(vectors, bench)
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    verilog = [folder / name for name in files if name.endswith(".v")]
    return run_icarus(verilog, bench, folder, timeout=600)
