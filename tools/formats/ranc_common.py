"""What RANC's two formats share: a core in RANC's own numbers, the grid, and what fits.

RANC numbers ticks from 1 and the chip from 0, so RANC's tick t + 1 is our tick t. A packet that
RANC sends in a tick with field d is integrated 1 + d ticks later: d is our delay less one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import Architecture, ArchitectureError, Network
from spikewright.tools.formats.report import FormatError, Report

__all__ = [
    "COLUMNS",
    "DEFAULT",
    "GRID_LIMIT",
    "Fit",
    "Grid",
    "RancCore",
    "check_size",
    "core_size",
    "known_bus",
    "limits",
    "mesh_of",
    "neuron_place",
    "potential_note",
    "ranc_architecture",
]

COLUMNS = (
    "current_potential",
    "reset_potential",
    "weights[0]",
    "weights[1]",
    "weights[2]",
    "weights[3]",
    "leak",
    "positive_threshold",
    "negative_threshold",
    "reset_mode",
    "destination_core_offset[0]",
    "destination_core_offset[1]",
    "destination_axon",
    "destination_tick",
)
"""A neuron's numbers, in the order of the memory files."""

DEFAULT = np.array([0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0], dtype=np.int32)
"""The neuron that RANC puts where a file names none; without synapses it can never fire."""

GRID_LIMIT = 256
"""Cells along one axis, as many as 9 bits of offset can cross."""

_NEURON_LIMIT = 2**20
_SYNAPSE_LIMIT = 2**28


@dataclass(frozen=True, kw_only=True)
class RancCore:
    """A core as a file describes it.

    Members
    -------
    x, y : int
    types : ndarray of uint8, shape (up to A,)
        Types of the first axons; the others have type 0.
    rows : sequence of bytes
        For each of the first neurons a byte, 0 or 1, for each of the first axons.
    numbers : ndarray of int32, shape (up to N, 14)
        `COLUMNS` of the first neurons; the others are as `DEFAULT`.
    """

    x: int
    y: int
    types: NDArray[np.uint8]
    rows: Sequence[bytes]
    numbers: NDArray[np.int32]


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Cells of RANC's mesh, one of which is no core but the output bus.

    Members
    -------
    width, height : int
    bus : tuple of int
        x and y.
    outputs : int
        Lines of the bus.
    """

    width: int
    height: int
    bus: tuple[int, int]
    outputs: int


class Fit:
    """Decides what becomes of a value that does not fit: refused, or changed and reported.

    Parameters
    ----------
    name : str
        Of the file.
    approximate : bool
        Whether values may be changed.
    """

    def __init__(self, name: str, approximate: bool) -> None:
        self.name = name
        self.approximate = approximate
        self.report = Report()

    def wrong(self, place: str, text: str) -> FormatError:
        """Return a refusal to raise."""
        return FormatError(f"{self.name}: {place}: {text}")

    def change(
        self, place: str, rule: str, was: object, now: object, count: int = 1, *, hint: str = ""
    ) -> None:
        """Report a change, or refuse where none is allowed."""
        if not self.approximate:
            raise self.wrong(place, f"{rule}, not {was}{hint}")
        self.report.change(place, rule, was, now, count)

    def limited(
        self,
        values: NDArray[Any],
        what: str,
        limits: tuple[int, int],
        width: int,
        *,
        where: NDArray[np.bool_] | None = None,
        hard: bool = False,
    ) -> NDArray[Any]:
        """Return values in the limits.

        Parameters
        ----------
        values : ndarray of integers, shape (C, N)
        what : str
            The field's name.
        limits : tuple of int
            Smallest and largest.
        width : int
            Of the mesh, to name cores by their coordinates.
        where : ndarray of bool, shape (C, N), optional
            Only these matter.
        hard : bool
            Refuse even where changes are allowed: nothing near the value means anything like it.
        """
        low, high = limits
        outside = (values < low) | (values > high)
        if where is not None:
            outside &= where
        if not outside.any():
            return values
        rule = f"{what} must be in {low}..{high}"
        first = values[outside][0]
        if hard:
            raise self.wrong(neuron_place(outside, width), f"{rule}, not {first}")
        now = np.clip(first, low, high)
        self.change(neuron_place(outside, width), rule, first, now, int(outside.sum()))
        return np.where(outside, np.clip(values, low, high), values)


def neuron_place(where: NDArray[np.bool_], width: int) -> str:
    """Name the first neuron of those marked, shape (C, N)."""
    core, neuron = (int(index[0]) for index in np.nonzero(where))
    return f"core ({core % width}, {core // width}), neuron {neuron}"


def limits(architecture: Architecture) -> tuple[tuple[int, int], ...]:
    """Return the smallest and the largest value of `COLUMNS` up to negative_threshold.

    The architecture's threshold may go beyond every potential; RANC's, which is signed and as wide
    as the potential, may not.
    """
    potential = architecture.potential_range
    top = min(architecture.threshold_limit, potential[1])
    bottom = max(-architecture.threshold_limit, potential[0])
    weight, leak = architecture.weight_range, architecture.leak_range
    return potential, potential, weight, weight, weight, weight, leak, (0, top), (bottom, 0)


def mesh_of(
    cells: Sequence[tuple[int, int]], mesh: tuple[int, int] | None, fit: Fit
) -> tuple[int, int]:
    """Return width and height: the option's, or as large as cores and bus ask for."""
    width, height = mesh or (max(x for x, _ in cells) + 1, max(y for _, y in cells) + 1)
    for x, y in cells:
        if x >= width or y >= height:
            rule = f"coordinates must be in the mesh of {width} x {height} cells"
            raise fit.wrong("cores and output_bus", f"{rule}, not [{x}, {y}]")
    return width, height


def core_size(what: str, counts: Sequence[int], size: int | None, fit: Fit) -> int:
    """Return the axons or neurons of a core: the option's, or 256, or as many as are there."""
    largest = max(counts, default=0)
    if size is not None and largest > size:
        raise fit.wrong("cores", f"cores must have at most {size} {what}, not {largest}")
    return max(256, largest) if size is None else size


def potential_note(architecture: Architecture) -> str:
    """Return what a user should know of a chip whose potentials saturate."""
    limit = architecture.potential_limit
    return (
        f"Potentials saturate here at {-limit}..{limit}; RANC's simulator has 32 bits and its "
        "hardware wraps at 9: results differ only where a potential leaves its range."
    )


def known_bus(network: Network, fit: Fit) -> tuple[tuple[int, int] | None, int]:
    """Return the cell of the bus, and its number of lines, that a network was read with."""
    known = network.metadata.get("ranc")
    if known is None:
        return None, 0
    try:
        (x, y), outputs = known["bus"], known["outputs"]
        sound = all(type(value) is int and value >= 0 for value in (x, y, outputs))
    except (KeyError, TypeError, ValueError):
        sound = False
    if not sound:
        raise fit.wrong("metadata", "ranc must hold bus as [x, y] and outputs, and does not")
    return (x, y), outputs


def check_size(name: str, width: int, height: int, axons: int, neurons: int) -> None:
    """Refuse a grid that would take more memory than a whole chip, before it takes any."""
    for what, total, limit in (
        ("neurons", width * height * neurons, _NEURON_LIMIT),
        ("synapses", width * height * neurons * axons, _SYNAPSE_LIMIT),
    ):
        if total > limit:
            raise FormatError(
                f"{name}: {width} x {height} cores of {axons} axons and {neurons} neurons must "
                f"have at most {limit} {what}, not {total}"
            )


def ranc_architecture(
    name: str,
    *,
    preset: str,
    mesh: tuple[int, int],
    axons: int,
    neurons: int,
    neuron_reset_type: int,
) -> Architecture:
    """Return the architecture under which a file is to run.

    Parameters
    ----------
    name : str
        Of the file.
    preset : {"ranc", "truenorth"}
    mesh : tuple of int
        Width and height.
    axons, neurons : int
    neuron_reset_type : {0, 1}
        As in RANC's configuration file: 1 compares V <= negative_threshold.
    """
    if preset not in ("ranc", "truenorth"):
        raise FormatError(f"{name}: preset must be of ranc, truenorth, not {preset!r}")
    if neuron_reset_type not in (0, 1):
        raise FormatError(f"{name}: neuron_reset_type must be in 0..1, not {neuron_reset_type}")
    if neuron_reset_type and preset != "ranc":
        raise FormatError(f"{name}: preset must be ranc for neuron_reset_type 1, not {preset}")
    check_size(name, *mesh, axons, neurons)
    try:
        return replace(
            Architecture.preset(preset),
            width=mesh[0],
            height=mesh[1],
            axons=axons,
            neurons=neurons,
            inclusive=neuron_reset_type,
        )
    except ArchitectureError as error:
        raise FormatError(f"{name}: {error}") from None
