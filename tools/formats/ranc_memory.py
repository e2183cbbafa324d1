"""The memory files of RANC's hardware, csram_000.mem, tc_000.mem and so on.

Core (x, y) of a grid X cells wide is number x + X * y. A line of csram is a neuron, the most
significant bit first: the connections, axon 0 at the right, and the neuron's numbers; a line of tc
is an axon's type. The bus's cell has no files, and no file holds the size of the grid.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import Network
from spikewright.tools.console import atomic_path
from spikewright.tools.formats.ranc_bench import (
    bus_lists,
    read_ranc_expected,
    read_ranc_inputs,
    write_inputs,
)
from spikewright.tools.formats.ranc_common import (
    Fit,
    Grid,
    RancCore,
    check_size,
    potential_note,
    ranc_architecture,
)
from spikewright.tools.formats.ranc_export import from_network
from spikewright.tools.formats.ranc_grid import find_grid
from spikewright.tools.formats.ranc_import import to_network
from spikewright.tools.formats.ranc_words import core_lines, core_words, read_words, word_axons
from spikewright.tools.formats.report import FormatError, Report

__all__ = [
    "bus_lists",
    "read_ranc_expected",
    "read_ranc_inputs",
    "read_ranc_memory",
    "write_ranc_memory",
]

_NAME = re.compile(r"(csram|tc)_([0-9]{3,6})\.mem")


def read_ranc_memory(
    folder: str | Path,
    *,
    mesh: tuple[int, int] | None = None,
    bus: tuple[int, int] | None = None,
    outputs: int | None = None,
    approximate: bool = False,
    preset: str = "ranc",
) -> tuple[Network, Report]:
    """Read a network from RANC's memory files.

    Parameters
    ----------
    folder : str or Path
        Of csram_000.mem, tc_000.mem and so on; other files in it do not matter.
    mesh : tuple of int, optional
        Width and height of the grid; by default the only ones under which every neuron sends to a
        cell of the grid, one cell has no files, and a neuron sends there.
    bus : tuple of int, optional
        Cell of the output bus; by default the only one without files.
    outputs : int, optional
        Lines of the bus; by default as many as a core has axons.
    approximate : bool
        Bring numbers into their range, and report it, instead of refusing them.
    preset : {"ranc", "truenorth"}
        See `ranc_json.read_ranc`.

    Returns
    -------
    network : Network
        As `ranc_json.read_ranc` makes it.
    report : Report

    Raises
    ------
    FormatError
        Names the file and the word, or the core, neuron and field, the rule and the value.
    """
    folder = Path(folder)
    fit = Fit(folder.name or str(folder), approximate)
    paths = _paths(folder)
    numbers = sorted(paths["csram"])
    for number in sorted(paths["csram"].keys() ^ paths["tc"].keys())[:1]:
        raise fit.wrong(f"core {number}", "a core must have both a csram and a tc file, not one")
    if not numbers:
        raise fit.wrong("folder", "there must be files csram_000.mem, tc_000.mem and so on")
    cores: dict[int, RancCore] = {}
    neurons = axons = 0
    for number in numbers:
        core, size = _read_core(paths["csram"][number], paths["tc"][number])
        if not cores:
            axons, neurons = size
            check_size(fit.name, len(numbers), 1, axons, neurons)
        if size != (axons, neurons):
            rule = f"cores must be of one size, {axons} axons and {neurons} neurons"
            name = paths["csram"][number].name
            raise FormatError(f"{name}: {rule}, not {size[0]} and {size[1]}")
        cores[number] = core
    width, height, at = find_grid(cores, mesh, bus, fit)
    placed = [replace(core, x=number % width, y=number // width) for number, core in cores.items()]
    lines = axons if outputs is None else outputs
    grid = Grid(width=width, height=height, bus=at, outputs=lines)
    architecture = ranc_architecture(
        fit.name,
        preset=preset,
        mesh=(width, height),
        axons=axons,
        neurons=neurons,
        neuron_reset_type=0,
    )
    if preset == "truenorth":
        fit.report.notes.append(potential_note(architecture))
    return to_network(placed, grid, architecture, fit), fit.report


def _paths(folder: Path) -> dict[str, dict[int, Path]]:
    """Return the files of each kind by the number of their core."""
    paths: dict[str, dict[int, Path]] = {"csram": {}, "tc": {}}
    for path in sorted(folder.iterdir()):
        match = _NAME.fullmatch(path.name)
        # A pipe of such a name would keep the reader waiting.
        if match is None or not path.is_file():
            continue
        files = paths[match.group(1)]
        other = files.setdefault(int(match.group(2)), path)
        if other is not path:
            raise FormatError(
                f"{path.name}: a core must have one {match.group(1)} file, not {other.name} too"
            )
    return paths


def _read_core(csram: Path, tc: Path) -> tuple[RancCore, tuple[int, int]]:
    """Return a core, as if it were at (0, 0), and its axons and neurons."""
    words = read_words(csram)
    axons = word_axons(csram.name, words.shape[1])
    rows, numbers = core_words(words, axons)
    types = read_words(tc)
    if types.shape != (axons, 2):
        raise FormatError(
            f"{tc.name}: the file must hold {axons} words of 2 bits, not {types.shape[0]} of "
            f"{types.shape[1]}"
        )
    core = RancCore(x=0, y=0, types=2 * types[:, 0] + types[:, 1], rows=rows, numbers=numbers)
    return core, (axons, len(numbers))


def write_ranc_memory(
    network: Network,
    folder: str | Path,
    *,
    stimulus: NDArray[np.void] | None = None,
    approximate: bool = False,
    bus: tuple[int, int] | None = None,
) -> Report:
    """Write a network as RANC's memory files, and a stimulus as its test bench's input files.

    Parameters
    ----------
    network : Network
        Its axons a power of two.
    folder : str or Path
        Empty, or not there yet.
    stimulus : ndarray of SPIKE, optional
    approximate : bool
        See `ranc_json.write_ranc`.
    bus : tuple of int, optional
        See `ranc_json.write_ranc`.

    Returns
    -------
    Report

    Raises
    ------
    FormatError
        Names core, neuron, field, rule and value, and leaves ``folder`` as it was.
    """
    folder = Path(folder)
    fit = Fit(folder.name or str(folder), approximate)
    if folder.exists():
        for path in sorted(folder.iterdir())[:1]:
            raise fit.wrong("folder", f"it must be empty or not be there, and has {path.name}")
    axons = network.architecture.axons
    if axons < 2 or axons & (axons - 1):
        raise fit.wrong("architecture", f"axons must be a power of two, 2 or more, not {axons}")
    program = from_network(network, fit, bus=bus, hardware=True)
    grid = program.grid
    if grid.outputs != axons:
        fit.report.notes.append(
            "RANC's memory files do not hold the number of the bus's lines: read them with outputs "
            f"= {grid.outputs}."
        )
    with atomic_path(folder) as temporary:
        temporary.mkdir()
        try:
            for number in range(grid.width * grid.height):
                x, y = number % grid.width, number // grid.width
                if (x, y) == grid.bus:
                    continue
                csram, tc = core_lines(*program.core(x, y))
                (temporary / f"csram_{number:03d}.mem").write_bytes(csram)
                (temporary / f"tc_{number:03d}.mem").write_bytes(tc)
            if stimulus is not None:
                write_inputs(temporary, stimulus, grid.bus, network, fit)
        except BaseException:
            shutil.rmtree(temporary)
            raise
    return fit.report
