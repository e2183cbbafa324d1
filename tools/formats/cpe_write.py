"""Write a network as an IBM Corelet (CPE) model file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import Network, Port
from spikewright.tools.console import atomic_write
from spikewright.tools.formats.cpe_lists import coded
from spikewright.tools.formats.cpe_parts import (
    CHIP,
    EXTERNAL,
    FIELDS,
    FIRST_OUTPUT,
    LISTS,
    MAX_CORES,
    MAX_OUTPUTS,
    MAX_TYPES,
    SIZE,
    default_mesh,
)
from spikewright.tools.formats.report import FormatError, Report

__all__ = ["write_cpe"]

Int = NDArray[np.int64]

_RESETS = 2 ** np.arange(FIELDS["VR"][1] + 1) - 1


def write_cpe(network: Network, path: str | Path, *, approximate: bool = False) -> Report:
    """Write a network as a model file of IBM's Corelet tool.

    Parameters
    ----------
    network : Network
        Of the cores of the preset "truenorth", at most 4,096 of them. Neurons on the output port
        "external" address outputs outside the chip, 256 pins each.
    path : str or Path
        Replaced as a whole, or left as it was.
    approximate : bool
        Change, and report, what the file cannot hold: a reset potential becomes the nearest
        +-(2^VR - 1), a packet that leaves the mesh is not sent, and a neuron keeps one destination
        of several.

    Returns
    -------
    Report

    Raises
    ------
    FormatError
        Names what the file cannot hold: core, neuron, field, rule and value.
    """
    path = Path(path)
    network.check()
    export = _Export(network, path.name, approximate)
    export.check_chip()
    lists = export.destinations()
    lists["types"], types = export.types()
    atomic_write(path, "".join(_text(network, types, lists)))
    return export.report


@dataclass
class _Export:
    """A network on its way into a file; C = cores, N = neurons."""

    network: Network
    name: str
    approximate: bool
    report: Report = field(default_factory=Report)

    def demand(self, wrong: NDArray[np.bool_], rule: str, was: NDArray[Any], now: str) -> None:
        """Refuse, or report, the neurons where ``wrong``, shape (C, N), holds."""
        if not wrong.any():
            return
        core, neuron = np.argwhere(wrong)[0].tolist()
        width, found = self.network.architecture.width, was[core, neuron].tolist()
        place = f"core ({core % width}, {core // width}) neuron {neuron}"
        value = tuple(found) if isinstance(found, list) else found
        if not self.approximate:
            raise FormatError(f"{self.name}: {place}: {rule}, not {value}")
        self.report.change(place, rule, value, now, int(wrong.sum()))

    def check_chip(self) -> None:
        """Refuse other cores than TrueNorth's; note what has no place in the file."""
        a = self.network.architecture
        wanted = CHIP.to_dict() | {"width": a.width, "height": a.height}
        for key, own in a.to_dict().items():
            if own != wanted[key]:
                raise FormatError(
                    f"{self.name}: the network's {key} must be {wanted[key]}, not {own}"
                )
        if a.cores > MAX_CORES:
            raise FormatError(
                f"{self.name}: the network must have at most {MAX_CORES} cores, not {a.cores}"
            )
        lost = [f"port {port.name}" for port in self.network.ports if not _is_external(port)]
        lost += ["attached sides"] if self.network.attached else []
        lost += ["metadata"] if self.network.metadata else []
        if (a.width, a.height) != default_mesh(a.cores):
            lost.append(f"the mesh, which is {a.width} x {a.height}")
        if lost:
            self.report.notes.append(f"the file does not hold: {', '.join(lost)}")

    def destinations(self) -> dict[str, Int]:
        """Return the lists of destinations, each of shape (C, N)."""
        network, a = self.network, self.network.architecture
        core = np.arange(a.cores)[:, None]
        x, y = core % a.width + network.dx, core // a.width + network.dy
        sends = network.delay > 0
        inside = (x >= 0) & (x < a.width) & (y >= 0) & (y < a.height)
        target = x + a.width * y
        rule = "the destination must be a core of the mesh"
        self.demand(sends & ~inside, rule, np.stack([x, y], axis=2), "no packet")
        sends &= inside
        pin = self._pins(sends)
        return {
            "dendrites": np.broadcast_to(np.arange(SIZE), pin.shape),
            "destCores": np.where(sends, target, np.where(pin < 0, -1, FIRST_OUTPUT - pin // SIZE)),
            "destAxons": np.where(sends, network.axon, np.where(pin < 0, 0, pin % SIZE)),
            "destDelays": np.where(sends, network.delay, 1).astype(np.int64),
        }

    def _pins(self, sends: NDArray[np.bool_]) -> Int:
        """Return each neuron's line of the external port, or -1."""
        pin = np.full(sends.shape, -1, dtype=np.int64)
        count = np.zeros(sends.shape, dtype=np.int64)
        for port in filter(_is_external, self.network.ports):
            if port.size > SIZE * MAX_OUTPUTS:
                limit = SIZE * MAX_OUTPUTS - 1
                raise FormatError(
                    f"{self.name}: port {EXTERNAL}: lines must be in 0..{limit}, "
                    f"not {port.size - 1}"
                )
            # From the largest down, so that the smallest stays.
            line, x, y, neuron = port.lines[np.argsort(-port.lines[:, 0])].T.astype(np.int64)
            core = x + self.network.architecture.width * y
            pin[core, neuron] = line
            np.add.at(count, (core, neuron), 1)
        count += sends & (pin >= 0)
        rule = f"a neuron must have one destination, a core or a line of port {EXTERNAL}"
        self.demand(count > 1, rule, count, "the core, or else the smallest line")
        return pin

    def types(self) -> tuple[Int, list[dict[str, Any]]]:
        """Return each neuron's type, shape (C, N), numbered from 1, and the types themselves."""
        fields = self._fields()
        rows = np.stack([fields[key].ravel() for key in FIELDS], axis=1, dtype=np.int32)
        # Rows as single values: they need no order that means something.
        whole = rows.view(np.dtype((np.void, rows.itemsize * rows.shape[1]))).ravel()
        _, first, kinds = np.unique(whole, return_index=True, return_inverse=True)
        if len(first) > MAX_TYPES:
            raise FormatError(
                f"{self.name}: the neurons must be of at most {MAX_TYPES} types, not {len(first)}"
            )
        types: list[dict[str, Any]] = []
        for number, row in enumerate(rows[first].tolist(), 1):
            types.append({"name": f"N{number:08X}", "class": "NeuronGeneral"})
            for (key, allowed), value in zip(FIELDS.items(), row, strict=True):
                types[-1][key] = bool(value) if allowed == (0, 1) else value
        return kinds.reshape(fields["V"].shape) + 1, types

    def _fields(self) -> dict[str, NDArray[Any]]:
        """Return every field of a neuron type, of shape (C, N)."""
        n = self.network
        size = np.abs(n.reset_potential)
        power = np.searchsorted((_RESETS[:-1] + _RESETS[1:]) / 2, size)
        inexact = _RESETS[power] != size
        rule = "reset_potential must be +-(2^VR - 1)"
        self.demand(inexact, rule, n.reset_potential, "the nearest such number")
        return {
            **{f"sigma{i}": _sign(n.weights[..., i]) for i in range(CHIP.axon_types)},
            **{f"s{i}": np.abs(n.weights[..., i]) for i in range(CHIP.axon_types)},
            **{f"b{i}": n.weight_stochastic[..., i] for i in range(CHIP.axon_types)},
            "sigma_lambda": _sign(n.leak),
            "lambda": np.abs(n.leak),
            "c_lambda": n.leak_stochastic,
            "epsilon": n.leak_reversal,
            "alpha": n.threshold,
            "beta": n.negative_threshold,
            "TM": n.threshold_mask,
            "gamma": n.reset_mode,
            "kappa": n.negative_saturate,
            "sigma_VR": _sign(n.reset_potential),
            "VR": power,
            "V": n.potential,
        }


def _is_external(port: Port) -> bool:
    return (port.name, port.kind) == (EXTERNAL, "output")


def _sign(values: NDArray[np.int32]) -> Int:
    """Return -1 or 1; the sign of 0 is 1."""
    return np.where(values < 0, -1, 1)


def _text(network: Network, types: list[dict[str, Any]], lists: dict[str, Int]) -> Iterator[str]:
    """Yield the file, a line for each row, type and core."""
    cores = network.architecture.cores
    crossbars: dict[bytes, int] = {}
    numbers = []
    for core in range(cores):
        key = network.axon_types[core].tobytes()
        key += np.packbits(network.synapses[core].T, axis=1).tobytes()
        numbers.append(crossbars.setdefault(key, len(crossbars) + 1))
    model = {
        "coreCount": cores,
        "neuronclass": "NeuronGeneral",
        "crossbarSize": SIZE,
        "crossbarclass": "CrossbarBinary",
        "networking": "INTRA",
        "useCrossbarPrototypes": True,
    }
    yield f'{{\n"model":{_json(model)},\n"crossbarTypes":['
    for key, number in crossbars.items():
        rows = [{"type": f"S{key[axon]}", "synapses": _hex(key, axon)} for axon in range(SIZE)]
        lines = ",\n".join(map(_json, rows))
        yield "\n" if number == 1 else ",\n"
        yield f'{{"name":"{_name(number)}","crossbar":{{"rows":[\n{lines}]}}}}'
    yield '],\n"neuronTypes":[\n' + ",\n".join(map(_json, types)) + "]"
    for core in range(cores):
        neurons = {key: coded(lists[key][core]) for key in LISTS}
        value = {
            "id": core,
            "timeScaleExponent": 0,
            "rngSeed": int(network.seed[core]),
            "neurons": neurons,
            "crossbar": {"name": _name(numbers[core])},
        }
        yield f',\n"core":{_json(value)}'
    yield "\n}\n"


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _name(number: int) -> str:
    return f"coreProt{number:07d}"


def _hex(crossbar: bytes, axon: int) -> str:
    """Return an axon's row of a crossbar, whose first 256 bytes are the axons' types."""
    width = SIZE // 8
    start = SIZE + width * axon
    return crossbar[start : start + width].hex(" ").upper()
