"""The parts of an IBM Corelet (CPE) model file: crossbars, neuron types and cores.

Each is checked and brought into arrays here; `cpe` puts them together.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import DEFAULT_SEED, Architecture
from spikewright.tools.formats.cpe_json import REPEATED, Section, shown
from spikewright.tools.formats.cpe_lists import expanded
from spikewright.tools.formats.report import Report

__all__ = [
    "CHIP",
    "EXTERNAL",
    "FIELDS",
    "FIRST_OUTPUT",
    "LISTS",
    "MAX_CORES",
    "MAX_OUTPUTS",
    "MAX_TYPES",
    "NO_DESTINATION",
    "SIZE",
    "Cores",
    "Crossbars",
    "default_mesh",
    "read_cores",
    "read_crossbars",
    "read_types",
]

Int = NDArray[np.int64]

CHIP = Architecture.preset("truenorth")
SIZE = CHIP.neurons
MAX_CORES = CHIP.cores
MAX_TYPES = 65_536
MAX_OUTPUTS = 65_536
# Values of destCores: these, a core's id, or FIRST_OUTPUT - k for the 256 pins of output k.
NO_DESTINATION = (-1, -2)
FIRST_OUTPUT = -32
EXTERNAL = "external"  # the port of all outputs' pins
LISTS = ("dendrites", "types", "destCores", "destAxons", "destDelays")

_BIT = (0, 1)
_SIGN = (-1, 1)
_ROW_TYPES = ("S0", "S1", "S2", "S3")
_NAME = re.compile(r"N([0-9A-Fa-f]{1,8})")

# The fields of a neuron type with smallest and largest value. VR: 2^VR - 1 must fit the potential.
FIELDS: dict[str, tuple[int, int]] = {
    **{f"sigma{i}": _SIGN for i in range(4)},
    **{f"s{i}": (0, CHIP.weight_limit) for i in range(4)},
    **{f"b{i}": _BIT for i in range(4)},
    "sigma_lambda": _SIGN,
    "lambda": (0, CHIP.leak_limit),
    "c_lambda": _BIT,
    "epsilon": _BIT,
    "alpha": (0, CHIP.threshold_limit),
    "beta": (0, CHIP.threshold_limit),
    "TM": (0, CHIP.mask_bits),
    "gamma": (0, 2),
    "kappa": _BIT,
    "sigma_VR": _SIGN,
    "VR": (0, CHIP.potential_limit.bit_length() - 1),
    "V": (-CHIP.potential_limit, CHIP.potential_limit),
}
# What a neuron without a type is given: no weight, no leak, a threshold that 0 does not reach.
_SILENT = {**dict.fromkeys(FIELDS, 0), "sigma_lambda": 1, "sigma_VR": 1, "alpha": 1}


def default_mesh(count: int) -> tuple[int, int]:
    """Return width and height of the smallest mesh, as square as can be, for so many cores."""
    width = math.isqrt(count - 1) + 1
    return width, -(-count // width)


@dataclass
class Crossbars:
    """Crossbars of the file, shared or a core's own; K = how many.

    Members
    -------
    names : dict of str to int
        Index of each shared one.
    types : list of ndarray of uint8, shape (256,)
        Type of each axon.
    bits : list of ndarray of uint8, shape (256, 32)
        A row for each axon; neuron 0 is the most significant bit of the first byte.
    """

    names: dict[str, int]
    types: list[NDArray[np.uint8]]
    bits: list[NDArray[np.uint8]]

    def add(self, section: Section) -> int:
        """Read the rows of a crossbar and return its index."""
        section.only(("rows",))
        rows = section.items("rows", SIZE)
        if len(rows) != SIZE:
            raise section.wrong(f"rows must have {SIZE} entries, one an axon, not {len(rows)}")
        types, synapses = [], []
        for axon, row in enumerate(rows):
            kind, connected = _quick_row(row) or _row(section, axon, row)
            types.append(kind)
            synapses.append(connected)
        self.types.append(np.array(types, dtype=np.uint8))
        self.bits.append(np.frombuffer(b"".join(synapses), dtype=np.uint8).reshape(SIZE, -1))
        return len(self.types) - 1


def _quick_row(row: Any) -> tuple[int, bytes] | None:
    """Return type and synapses of a row, or None where something is wrong with it.

    A chip has a million rows, and to find out what is wrong takes four times as long.
    """
    try:
        kind, synapses = _ROW_TYPES.index(row["type"]), bytes.fromhex(row["synapses"])
    except (TypeError, KeyError, ValueError):
        return None
    return (kind, synapses) if len(synapses) == SIZE // 8 and len(row) == 2 else None


def _row(section: Section, axon: int, value: object) -> tuple[int, bytes]:
    """Return type and synapses of a row, or say what is wrong with it."""
    row = section.section(value, f"{section.place} row {axon}")
    row.only(("type", "synapses"))
    kind = _ROW_TYPES.index(row.choice("type", _ROW_TYPES))
    text = row.text("synapses")
    try:
        synapses = bytes.fromhex(text)
    except ValueError:
        synapses = b""
    if len(synapses) != SIZE // 8:
        raise row.wrong(f"synapses must be {SIZE // 8} hexadecimal bytes, not {shown(text)}")
    return kind, synapses


def read_crossbars(document: Section) -> Crossbars:
    """Read the library of crossbars."""
    crossbars = Crossbars(names={}, types=[], bits=[])
    for index, value in enumerate(document.items("crossbarTypes", MAX_CORES)):
        entry = document.section(value, f"crossbarTypes {index}")
        entry.only(("name", "crossbar"))
        name = entry.text("name")
        if name in crossbars.names:
            raise entry.wrong(f"name must be given once, not {shown(name)} twice")
        place = f"{entry.place} crossbar"
        crossbars.names[name] = crossbars.add(entry.section(entry.get("crossbar"), place))
    return crossbars


def read_types(document: Section) -> tuple[Int, dict[str, Int]]:
    """Read the library of neuron types; T = types.

    Returns
    -------
    numbers : ndarray of int64, shape (T + 1,), ascending
        What a core's list of types calls each: the hexadecimal number of its name, and 0 for a
        neuron that is not used.
    table : dict of str to ndarray of int64, shape (T + 1,)
        Each of `FIELDS`, in the order of ``numbers``.
    """
    rows = {0: list(_SILENT.values())}
    for index, value in enumerate(document.items("neuronTypes", MAX_TYPES)):
        entry = document.section(value, f"neuronTypes {index}")
        entry.only(("name", "class", *FIELDS))
        name = entry.text("name")
        found = _NAME.fullmatch(name)
        number = int(found[1], 16) if found else 0
        if number == 0:
            raise entry.wrong(f"name must be N and a hexadecimal number above 0, not {shown(name)}")
        if number in rows:
            raise entry.wrong(f"name must be given once, not {shown(name)} twice")
        if "class" in entry.values:
            entry.choice("class", ("NeuronGeneral",))
        rows[number] = [_parameter(entry, key) for key in FIELDS]
    numbers = np.array(sorted(rows), dtype=np.int64)
    columns = np.array([rows[number] for number in numbers.tolist()], dtype=np.int64).T
    return numbers, dict(zip(FIELDS, columns, strict=True))


def _parameter(entry: Section, key: str) -> int:
    """Return a field of a neuron type; a bit may be written as a truth value."""
    allowed = FIELDS[key]
    if allowed == _BIT and isinstance(entry.values.get(key), bool):
        return int(entry.values[key])
    if allowed == _SIGN:
        return int(entry.choice(key, _SIGN))
    return entry.integer(key, *allowed)


@dataclass
class Cores:
    """Cores of the file, in its order; n = how many.

    Members
    -------
    ids, seeds, crossbars : ndarray of int64, shape (n,)
        The last is an index into `Crossbars`.
    lists : dict of str to ndarray of int64, shape (n, 256)
        Each of `LISTS`, a value a neuron.
    unknown : set of str
        Keys that have no meaning here.
    """

    ids: Int
    seeds: Int
    crossbars: Int
    lists: dict[str, Int]
    unknown: set[str]


def read_cores(
    document: Section, crossbars: Crossbars, report: Report, *, approximate: bool
) -> Cores:
    """Read all cores, adding a core's own crossbar to the library.

    Parameters
    ----------
    approximate : bool
        Whether a time scale, and a seed of 0, are changed and reported instead of refused.
    """
    values = document.get(REPEATED)
    if len(values) > MAX_CORES:
        raise document.wrong(f"core must occur at most {MAX_CORES} times, not {len(values)}")
    lists = {key: np.empty((len(values), SIZE), dtype=np.int64) for key in LISTS}
    ids, seeds, indices = [], [], []
    seen: dict[int, int] = {}
    unknown: set[str] = set()
    for index, value in enumerate(values):
        core = document.section(value, f"core {index} of the file")
        identity = core.integer("id", 0, MAX_CORES - 1)
        core = Section(core.file, f"core {identity}", core.values)
        if identity in seen:
            both = f"{seen[identity]} and {index}"
            raise core.wrong(f"id must be given once, not in cores {both} of the file")
        seen[identity] = index
        ids.append(identity)
        seeds.append(_seed(core, report, approximate))
        _check_time(core, report, approximate)
        indices.append(_crossbar(core, crossbars))
        neurons = core.section(core.get("neurons"), f"{core.place} neurons")
        neurons.only(LISTS)
        for key in LISTS:
            lists[key][index] = expanded(neurons, key, SIZE)
        unknown |= core.values.keys() - _CORE_KEYS
    return Cores(
        ids=np.array(ids, dtype=np.int64),
        seeds=np.array(seeds, dtype=np.int64),
        crossbars=np.array(indices, dtype=np.int64),
        lists=lists,
        unknown={f"core.{key}" for key in unknown},
    )


_CORE_KEYS = {"metadata", "id", "timeScaleExponent", "rngSeed", "neurons", "crossbar"}


def _seed(core: Section, report: Report, approximate: bool) -> int:
    seed = core.integer("rngSeed", 0, 2**32 - 1, DEFAULT_SEED)
    if seed:
        return seed
    if not approximate:
        raise core.wrong(f"rngSeed must be in 1..{2**32 - 1}, not 0")
    report.change(core.place, "rngSeed must not be 0", 0, DEFAULT_SEED)
    return DEFAULT_SEED


def _check_time(core: Section, report: Report, approximate: bool) -> None:
    """Refuse a core that runs at another pace than the chip's tick."""
    exponent = core.integer("timeScaleExponent", -(2**31), 2**31, 0)
    if exponent and not approximate:
        raise core.wrong(f"timeScaleExponent must be 0, not {exponent}")
    if exponent:
        report.change(core.place, "timeScaleExponent must be 0", exponent, 0)


def _crossbar(core: Section, crossbars: Crossbars) -> int:
    """Return the index of a core's crossbar, one of the library or its own."""
    section = core.section(core.get("crossbar"), f"{core.place} crossbar")
    if "rows" in section.values:
        return crossbars.add(section)
    section.only(("name",))
    name = section.text("name")
    if name not in crossbars.names:
        raise section.wrong(f"name must be one of crossbarTypes, not {shown(name)}")
    return crossbars.names[name]
