"""Networks as NIR, the exchange graph of spiking simulators and chips.

What the chip holds exactly is read as it is, and everything else is refused, or approximated where
the user asks for it. `nir_lower` says how a graph is read in steps of time, `nir_neurons` which
neurons an IF and a LIF are, `nir_code` which weights the chip can hold, `nir_timing` by how many
ticks each layer is late, `nir_export` what of a network NIR can say.
"""

from __future__ import annotations

import json
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from spikewright.golden import Network, NetworkError, PortError
from spikewright.golden.network import METADATA_LIMIT
from spikewright.tools.formats.nir_code import LIMITS
from spikewright.tools.formats.nir_export import write_nir
from spikewright.tools.formats.nir_file import read_tree
from spikewright.tools.formats.nir_lower import Lowered, lower
from spikewright.tools.formats.nir_neurons import Coder, Population, populate
from spikewright.tools.formats.nir_nodes import read_graph
from spikewright.tools.formats.nir_place import place
from spikewright.tools.formats.nir_timing import settle
from spikewright.tools.formats.report import FormatError, Report

__all__ = ["read_nir", "write_nir"]


def read_nir(
    path: str | Path,
    *,
    approximate: bool = False,
    mesh: tuple[int, int] | None = None,
    dt: float = 1.0,
) -> tuple[Network, Report]:
    """Read a graph as a network of the "truenorth" architecture.

    Each Input becomes an input port and each Output an output port of its name, with the elements
    of their shapes in C order. A spike on an input in tick t is step t of the graph; the report
    says by how many ticks each output is late.

    Parameters
    ----------
    path : str or Path
        An HDF5 file as NIR's own writer gives it.
    approximate : bool
        Take the nearest weights, biases, resets and delays where the chip has not the exact ones,
        and a constant decay for that of a LIF. The report says by how much each node differs.
    mesh : (width, height), optional
        Cores to use, up to 64 each; by default as few as the graph needs.
    dt : float
        Length of a tick in the file's unit of time. With 1, the default, a spike adds r * weight to
        an IF, which is how graphs without time constants are exchanged; for time constants and
        delays in seconds and ticks of a millisecond it is 0.001. It is taken as it is written in
        decimals.

    Returns
    -------
    network : Network
    report : Report

    Raises
    ------
    FormatError
        One sentence that names the file and what in it must be otherwise: for any damaged file, and
        for any graph that does not fit the chip.
    """
    path = Path(path)
    _check_options(path.name, mesh, dt)
    step = Fraction(str(float(dt)))
    report = Report()
    graph = read_graph(read_tree(path), path.name)
    lowered = lower(graph, step, approximate, report)
    if not lowered.layers:
        raise FormatError(f"{path.name}: the graph must have a node of neurons, and has none")
    coder = Coder(approximate)
    populations = [populate(layer, step, coder, report) for layer in lowered.layers]
    populations, latency = settle(lowered, populations)
    ticks = {output.name: latency[output.source] for output in lowered.outputs}
    try:
        network = place(lowered, populations, latency, mesh, _metadata(dt, ticks))
    except (PortError, NetworkError) as wrong:
        # What is left: names that no port can have.
        raise FormatError(f"{path.name}: {wrong}") from None
    _tell(report, lowered, populations, latency)
    return network, report


def _check_options(name: str, mesh: tuple[int, int] | None, dt: float) -> None:
    if not isfinite(dt) or not 1e-9 <= dt <= 1e9:
        raise FormatError(f"{name}: dt must be in 1e-9..1e9, not {dt}")
    if mesh is not None and not all(1 <= size <= 64 for size in mesh):
        raise FormatError(f"{name}: mesh must be 1..64 cores wide and high, not {mesh}")


def _metadata(dt: float, latency: dict[str, int]) -> dict[str, Any]:
    """Return what later tools may want to know; with very many outputs only what fits."""
    full = {"nir": {"dt": dt, "latency": latency}}
    return full if len(json.dumps(full)) <= METADATA_LIMIT else {"nir": {"dt": dt}}


def _tell(
    report: Report, lowered: Lowered, populations: list[Population], latency: list[int]
) -> None:
    """Add to the report what a user must know to use the network."""
    for output in lowered.outputs:
        report.notes.append(
            f"output {output.name!r}: a spike of step t comes in tick t + {latency[output.source]}."
        )
    for population in populations:
        down = np.zeros(population.size, dtype=np.int64)
        np.add.at(down, population.row, np.minimum(population.weight, 0))
        down += np.where(population.reversal, 0, np.minimum(population.leak, 0))
        if (down < 0).any():
            limit = LIMITS.threshold
            first = -(-limit // int(-down.min()))
            report.notes.append(
                f"node {population.name!r}: potentials stay at -{limit} where NIR's would fall "
                f"further, which takes {first} ticks of nothing but inhibition."
            )
