"""IBM Corelet (CPE) model files: the networks that IBM's own tool wrote for TrueNorth.

There is no public description. What is read here was found in files that the tool wrote, so these
readings are ours: a neuron of type 0 is not used; a destination of -1 or -2 is none; one of -32 - k
is output k, of 256 pins, outside the chip; and cores lie on the mesh in the order of their ids, as
no file says where on a chip they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import Network, Port
from spikewright.tools.formats.cpe_json import REPEATED, Section, read_document, shown
from spikewright.tools.formats.cpe_parts import (
    CHIP,
    EXTERNAL,
    FIRST_OUTPUT,
    MAX_CORES,
    MAX_OUTPUTS,
    NO_DESTINATION,
    SIZE,
    Cores,
    Crossbars,
    default_mesh,
    read_cores,
    read_crossbars,
    read_types,
)
from spikewright.tools.formats.cpe_write import write_cpe
from spikewright.tools.formats.report import Report

__all__ = ["read_cpe", "write_cpe"]

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]

_SECTIONS = {"model", "crossbarTypes", "neuronTypes", REPEATED}
_KIND = {"crossbarSize": SIZE, "neuronclass": "NeuronGeneral", "crossbarclass": "CrossbarBinary"}
_MODEL = {*_KIND, "coreCount", "buildKey64", "networking", "useCrossbarPrototypes"}


def read_cpe(
    path: str | Path, *, approximate: bool = False, mesh: tuple[int, int] | None = None
) -> tuple[Network, Report]:
    """Read a model file of IBM's Corelet tool.

    Parameters
    ----------
    path : str or Path
    approximate : bool
        Change, and report, what has a sensible meaning nearby: a seed of 0 becomes the default, a
        time scale becomes the tick, cores that are missing are silent, an unknown kind of
        destination is none, and `dendrites` that are not 0..255 in order name columns of the
        crossbar.
    mesh : (int, int), optional
        Width and height; core ``id`` lies at (id % width, id // width). By default the smallest
        mesh that is as square as can be.

    Returns
    -------
    network : Network
        Of the preset "truenorth" on that mesh. Neurons with a destination outside the chip send no
        packet (delay 0); each is a line of the output port "external", pin + 256 * output.
    report : Report

    Raises
    ------
    FormatError
        For any file that is not a whole and valid model, and for a mesh that cannot hold it.
    """
    path = Path(path)
    report = Report()
    document = Section(path.name, "", read_document(path))
    model = _model(document, report)
    crossbars = read_crossbars(document)
    numbers, table = read_types(document)
    cores = read_cores(document, crossbars, report, approximate=approximate)
    checks = _Checks(document, cores, report, approximate)
    count = _core_count(model, checks)
    width, height = _mesh(document, mesh, count)
    report.notes.append(
        f"cores lie on a mesh of {width} x {height} in the order of their ids, id = x + {width} * "
        "y; where they would be on a chip is not in the file"
    )
    kinds = _kinds(checks, numbers)
    core, pin = _destinations(checks, count)
    network = Network(CHIP.with_mesh(width, height), ports=_outputs(checks, pin, width))
    _fill_crossbars(network, checks, crossbars)
    _fill_neurons(network, cores.ids, kinds, table)
    network.seed[cores.ids] = cores.seeds
    _fill_destinations(network, cores, core)
    network.check()
    _note_random(network, report)
    _note_unknown(document, model, cores, report)
    return network, report


@dataclass
class _Checks:
    """What holds a file's lists against their rules, naming core and neuron."""

    document: Section
    cores: Cores
    report: Report
    approximate: bool

    def demand(self, key: str, wrong: Bool, rule: str, now: str | None = None) -> None:
        """Refuse a list where ``wrong``, shape (n, 256), holds; report it where ``now`` is given.

        Parameters
        ----------
        key : str
        wrong : ndarray of bool
        rule : str
            What the value must be.
        now : str, optional
            What becomes of a wrong value where changes are allowed.
        """
        if not wrong.any():
            return
        index, neuron = np.argwhere(wrong)[0].tolist()
        place = f"core {self.cores.ids[index]} neuron {neuron}"
        value = int(self.cores.lists[key][index, neuron])
        if now is None or not self.approximate:
            raise self.document.wrong(f"{place}: {key} must be {rule}, not {value}")
        self.report.change(place, f"{key} must be {rule}", value, now, int(wrong.sum()))


def _model(document: Section, report: Report) -> Section:
    """Return the section that says what kind of model it is, after checking that it is ours."""
    model = document.section(document.get("model"), "model")
    for key, known in _KIND.items():
        if key in model.values:
            model.choice(key, (known,))
    networking = model.values.get("networking", "INTRA")
    if networking != "INTRA":
        report.notes.append(f"networking {shown(networking)} of the model has no meaning here")
    return model


def _core_count(model: Section, checks: _Checks) -> int:
    """Return how many cores the model has; those of the file must be these."""
    given, top = len(checks.cores.ids), int(checks.cores.ids.max()) + 1
    expected = model.integer("coreCount", 1, MAX_CORES, top)
    if expected == given == top:
        return given
    rule = "coreCount must be the number of cores, whose ids start at 0"
    was = f"{expected} for {given} cores up to id {top - 1}"
    if not checks.approximate:
        raise model.wrong(f"{rule}, not {was}")
    count = max(expected, top)
    checks.report.change(model.place, rule, was, f"{count}, of which {count - given} are silent")
    return count


def _mesh(document: Section, mesh: tuple[int, int] | None, count: int) -> tuple[int, int]:
    """Return width and height, by default those of the smallest mesh."""
    width, height = default_mesh(count) if mesh is None else mesh
    reach = CHIP.offset_range[1] + 1
    if not (1 <= width <= reach and 1 <= height <= reach and count <= width * height <= MAX_CORES):
        raise document.wrong(
            f"the mesh must have {count}..{MAX_CORES} cores and sides of 1..{reach}, not "
            f"{width} x {height}"
        )
    return width, height


def _kinds(checks: _Checks, numbers: Int) -> Int:
    """Return each neuron's type, an index into the table of types."""
    types = checks.cores.lists["types"]
    kinds = np.searchsorted(numbers, types).clip(max=len(numbers) - 1)
    checks.demand("types", numbers[kinds] != types, "0 or the number of a neuron type")
    unused = int((types == 0).sum())
    if unused:
        checks.report.notes.append(
            f"neurons of type 0, which are not used and never fire: {unused}"
        )
    return kinds


def _destinations(checks: _Checks, count: int) -> tuple[Int, Int]:
    """Return each neuron's destination core and pin, shape (n, 256), -1 where it has none."""
    lists = checks.cores.lists
    core, axon, delay = lists["destCores"], lists["destAxons"], lists["destDelays"]
    last = FIRST_OUTPUT - MAX_OUTPUTS + 1
    rule = f"a core in 0..{count - 1}, -1 or -2 for none, or an output in {last}..{FIRST_OUTPUT}"
    checks.demand("destCores", (core >= count) | (core < last), rule)
    unknown = (core < min(NO_DESTINATION)) & (core > FIRST_OUTPUT)
    checks.demand("destCores", unknown, rule, now="none")
    outside = core <= FIRST_OUTPUT
    addressed = (core >= 0) | outside
    wrong_axon = addressed & ((axon < 0) | (axon >= SIZE))
    checks.demand("destAxons", wrong_axon, f"in 0..{SIZE - 1}")
    slots = CHIP.delay_slots
    checks.demand("destDelays", addressed & ((delay < 1) | (delay >= slots)), f"in 1..{slots - 1}")
    pin = np.where(outside, SIZE * (FIRST_OUTPUT - core) + axon, -1)
    return np.where(core >= 0, core, -1), pin


def _outputs(checks: _Checks, pin: Int, width: int) -> list[Port]:
    """Return the port of the neurons that address outputs, if any do."""
    index, neuron = np.nonzero(pin >= 0)
    if not len(index):
        return []
    checks.report.notes.append(
        f"neurons that address outputs outside the chip: {len(index)}; they send no packet, but "
        f"are lines {SIZE} * ({FIRST_OUTPUT} - destCores) + destAxons of the output port "
        f"{EXTERNAL}, and seen in the tick in which they fire, whatever destDelays says"
    )
    core = checks.cores.ids[index]
    lines = np.stack([pin[index, neuron], core % width, core // width, neuron], axis=1)
    return [Port(EXTERNAL, "output", lines[np.lexsort(lines.T[::-1])])]


def _fill_crossbars(network: Network, checks: _Checks, crossbars: Crossbars) -> None:
    """Write synapses and axon types; each crossbar of the library is unpacked once."""
    cores, columns = checks.cores, checks.cores.lists["dendrites"]
    checks.demand("dendrites", (columns < 0) | (columns >= SIZE), f"in 0..{SIZE - 1}")
    other = columns != np.arange(SIZE)
    checks.demand("dendrites", other, "the neuron's own number", now="a column of the crossbar")
    for index in np.unique(cores.crossbars).tolist():
        ids = cores.ids[cores.crossbars == index]
        network.synapses[ids] = np.unpackbits(crossbars.bits[index], axis=1).T
        network.axon_types[ids] = crossbars.types[index]
    for index in np.flatnonzero(other.any(axis=1)).tolist():
        identity = cores.ids[index]
        network.synapses[identity] = network.synapses[identity][columns[index]]


def _fill_neurons(network: Network, ids: Int, kinds: Int, table: dict[str, Int]) -> None:
    """Write the parameters of all neurons of the file, field by field."""

    def given(key: str) -> Int:
        return table[key][kinds]

    for i in range(CHIP.axon_types):
        network.weights[ids, :, i] = given(f"sigma{i}") * given(f"s{i}")
        network.weight_stochastic[ids, :, i] = given(f"b{i}")
    network.leak[ids] = given("sigma_lambda") * given("lambda")
    network.leak_stochastic[ids] = given("c_lambda")
    network.leak_reversal[ids] = given("epsilon")
    network.threshold[ids] = given("alpha")
    network.negative_threshold[ids] = given("beta")
    network.threshold_mask[ids] = given("TM")
    network.reset_mode[ids] = given("gamma")
    network.negative_saturate[ids] = given("kappa")
    network.reset_potential[ids] = given("sigma_VR") * (2 ** given("VR") - 1)
    network.potential[ids] = given("V")


def _fill_destinations(network: Network, cores: Cores, core: Int) -> None:
    """Write the way to each destination core, counted from the neuron's own."""
    width = network.architecture.width
    sends, ids = core >= 0, cores.ids[:, None]
    network.dx[cores.ids] = np.where(sends, core % width - ids % width, 0)
    network.dy[cores.ids] = np.where(sends, core // width - ids // width, 0)
    network.axon[cores.ids] = np.where(sends, cores.lists["destAxons"], 0)
    network.delay[cores.ids] = np.where(sends, cores.lists["destDelays"], 0)


def _note_random(network: Network, report: Report) -> None:
    drawn = network.weight_stochastic.any(axis=2) | network.leak_stochastic
    count = int((drawn | (network.threshold_mask > 0)).sum())
    if count:
        report.notes.append(
            f"neurons that draw random numbers: {count}; IBM's generator is not public, so they "
            "follow the chip in distribution, not draw for draw"
        )


def _note_unknown(document: Section, model: Section, cores: Cores, report: Report) -> None:
    unknown = cores.unknown | (document.values.keys() - _SECTIONS)
    unknown |= {f"model.{key}" for key in model.values.keys() - _MODEL}
    names = [name if len(name) <= 40 else f"{name[:40]}..." for name in sorted(unknown)]
    if names:
        more = f" and {len(names) - 10} more" if len(names) > 10 else ""
        report.notes.append(f"keys without a meaning here: {', '.join(names[:10])}{more}")
