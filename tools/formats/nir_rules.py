"""What of a network NIR can say: the rules of the export, neuron by neuron."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import Network
from spikewright.tools.formats.report import FormatError, Report

__all__ = ["Export", "check_neurons", "destinations"]

Int = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Export:
    """What every step of an export needs to know."""

    network: Network
    file: str
    approximate: bool
    report: Report

    def wrong(self, text: str) -> FormatError:
        """Return a refusal that names the file."""
        return FormatError(f"{self.file}: {text}")

    def differ(self, place: str, rule: str, values: tuple[object, object], count: int) -> None:
        """Refuse what NIR cannot say, or report it with its value before and after."""
        if not self.approximate:
            raise self.wrong(f"{place}: {rule}, not {values[0]}")
        self.report.change(place, rule, *values, count)


def destinations(network: Network) -> Int:
    """Return the number of the core to which each neuron sends, or -1, shape (C, N).

    A packet that leaves the mesh reaches no core.
    """
    a = network.architecture
    core = np.arange(a.cores)[:, None]
    x, y = core % a.width + network.dx, core // a.width + network.dy
    inside = (x >= 0) & (x < a.width) & (y >= 0) & (y < a.height) & (network.delay > 0)
    return np.where(inside, x + a.width * y, -1)


def check_neurons(export: Export, at: tuple[Int, Int]) -> None:
    """Hold neurons against NIR's IF.

    Parameters
    ----------
    export : Export
    at : (core, neuron)
        Two ndarrays of int64, shape (P,): the neurons that are written.

    Raises
    ------
    FormatError
        Where one draws random numbers, leaks towards zero or is never reset; without changes
        allowed also where it is reset linearly, has a first potential, or a lower threshold that
        could matter.
    """
    n = export.network
    for name in ("wrap", "inclusive"):
        if getattr(n.architecture, name):
            raise export.wrong(f"architecture: {name} must be 0, not 1")
    connected = _connected(n, at)
    leaks, mode = n.leak[at] != 0, n.reset_mode[at]
    for name, wrong in (
        ("weight_stochastic", (n.weight_stochastic[at] & (connected > 0)).any(axis=1)),
        ("leak_stochastic", n.leak_stochastic[at] & leaks),
        ("threshold_mask", n.threshold_mask[at] > 0),
        ("leak_reversal", n.leak_reversal[at] & leaks),
        ("reset_mode", mode == 2),
    ):
        for row in np.flatnonzero(wrong)[:1]:
            value = int(n.arrays()[name][at][row].max())
            raise export.wrong(f"{_words(n, at, row)}: {name} must be 0 for an IF, not {value}")
    first = n.potential[at]
    _differ(export, at, mode == 1, "reset_mode must be 0 for an IF", mode * 0)
    _differ(export, at, first != 0, "potential must be 0, where an IF begins", first * 0)
    down = (connected * np.minimum(n.weights[at], 0)).sum(axis=1) + np.minimum(n.leak[at], 0)
    limit = n.architecture.threshold_limit
    beta = n.negative_threshold[at]
    lowest = np.minimum(np.where(mode == 0, n.reset_potential[at], 0), first)
    reached = (down < 0) | (lowest < -beta)
    rule = f"negative_threshold must be {limit}, or out of reach, for an IF, which has none"
    _differ(export, at, reached & (beta < limit), rule, np.full_like(beta, limit))
    falling = reached & (beta == limit) & (down < 0)
    if falling.any():
        export.report.notes.append(
            f"The potentials of {int(falling.sum())} neurons stay above -{limit} on the chip and "
            f"can fall further in the graph, after {-(limit // int(down[falling].min()))} ticks of "
            "nothing but inhibition."
        )


def _connected(network: Network, at: tuple[Int, Int]) -> Int:
    """Return how many synapses each neuron has to axons of each type, shape (P, G)."""
    core, neuron = at
    found = np.zeros((len(core), network.architecture.axon_types), dtype=np.int64)
    for c in np.unique(core).tolist():
        rows = np.flatnonzero(core == c)
        synapses = network.synapses[c, neuron[rows]]
        for kind in range(found.shape[1]):
            found[rows, kind] = synapses[:, network.axon_types[c] == kind].sum(axis=1)
    return found


def _differ(
    export: Export, at: tuple[Int, Int], wrong: NDArray[np.bool_], rule: str, now: NDArray[Any]
) -> None:
    """Report or refuse neurons that break a rule, which begins with the name of its field."""
    for row in np.flatnonzero(wrong)[:1]:
        was = int(export.network.arrays()[rule.split(maxsplit=1)[0]][at][row])
        words = _words(export.network, at, int(row))
        export.differ(words, rule, (was, int(now[row])), int(wrong.sum()))


def _words(network: Network, at: tuple[Int, Int], row: int) -> str:
    """Return the place of a neuron."""
    width = network.architecture.width
    core, neuron = int(at[0][row]), int(at[1][row])
    return f"core ({core % width}, {core // width}) neuron {neuron}"
