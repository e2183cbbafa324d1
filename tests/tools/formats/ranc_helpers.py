"""What the tests of RANC's formats share: networks and files to try, and RANC in a few lines."""

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from spikewright.golden import FIELDS, Architecture, Network, Port
from spikewright.tools.formats.ranc_json import read_ranc
from spikewright.tools.formats.report import FormatError, Report

__all__ = [
    "BASE",
    "RANC",
    "Document",
    "chain",
    "changed",
    "documents",
    "expressible",
    "neuron",
    "read",
    "refusal",
    "same",
]

Document = dict[str, Any]


def neuron(**changes: Any) -> Document:
    """Return a neuron of RANC's JSON that fires in every tick in which axon 0 has a spike."""
    return {
        "reset_potential": 0,
        "weights": [1, 0, 0, 0],
        "leak": 0,
        "positive_threshold": 1,
        "negative_threshold": 0,
        "destination_core_offset": [1, 0],
        "destination_axon": 0,
        "destination_tick": 0,
        "current_potential": 0,
        "reset_mode": 0,
    } | changes


BASE: Document = {
    "packets": [
        [{"destination_core": [0, 0], "destination_axon": 1, "destination_tick": 0}],
        [],
        [
            {"destination_core": [1, 0], "destination_axon": 3, "destination_tick": 14},
            {"destination_core": [1, 0], "destination_axon": 3, "destination_tick": 14},
        ],
    ],
    "output_bus": {"coordinates": [1, 1], "num_outputs": 300},
    "cores": [
        {
            "coordinates": [0, 0],
            "axons": [0, 3],
            "connections": [[1, 0], [0, 1], []],
            "neurons": [
                neuron(destination_tick=14),
                neuron(
                    reset_potential=-256,
                    weights=[1, -2, 255, -256],
                    leak=-7,
                    positive_threshold=255,
                    negative_threshold=-256,
                    destination_core_offset=[1, 1],
                    destination_axon=257,
                    destination_tick=15,
                    current_potential=9,
                    reset_mode=1,
                ),
                neuron(weights=[0, 0], destination_core_offset=[0, 0]),
            ],
        },
        {
            "coordinates": [1, 0],
            "axons": [],
            "connections": [[]],
            "neurons": [neuron(destination_core_offset=[0, 1])],
        },
    ],
}


def changed(*changes: tuple[Any, ...]) -> Document:
    """Return the file with values replaced: keys and indices, then the value."""
    document = copy.deepcopy(BASE)
    for *place, last, value in changes:
        entry: Any = document
        for key in place:
            entry = entry[key]
        if value is None:
            del entry[last]
        else:
            entry[last] = value
    return document


def read(folder: Path, document: Any, **options: Any) -> tuple[Network, Report]:
    path = folder / "net.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return read_ranc(path, **options)


def refusal(folder: Path, document: Any, **options: Any) -> str:
    with pytest.raises(FormatError) as error:
        read(folder, document, **options)
    return str(error.value)


def same(one: Network, other: Network) -> bool:
    """Return whether two networks agree in all they hold."""
    return (
        one.architecture == other.architecture
        and one.attached == other.attached
        and one.metadata == other.metadata
        and [(p.name, p.kind, p.lines.tolist()) for p in one.ports]
        == [(p.name, p.kind, p.lines.tolist()) for p in other.ports]
        and all(np.array_equal(getattr(one, f.name), getattr(other, f.name)) for f in FIELDS)
    )


@st.composite
def expressible(draw: st.DrawFn, preset: str = "ranc", inclusive: int = 0) -> Network:
    """Return any network that RANC can hold, in the form in which it is read."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    width, height = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    a = replace(
        Architecture.preset(preset),
        width=width,
        height=height,
        axons=2 ** draw(st.integers(1, 3)),
        neurons=draw(st.integers(1, 4)),
        inclusive=inclusive,
    )
    shape = a.cores, a.neurons
    bus = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    outputs = draw(st.integers(1, a.axons)) if preset == "ranc" else draw(st.integers(1, 40))
    low, high = a.potential_range
    low, high = max(low, -a.threshold_limit), min(high, a.threshold_limit)

    def numbers(least: int, most: int, size: tuple[int, ...] = shape) -> Any:
        values = rng.integers(least, most + 1, size)
        values = np.where(rng.random(size) < 0.5, np.clip(values, -3, 3), values)
        return np.where(rng.random(size) < 0.05, rng.choice([least, most], size), values)

    typed = (*shape, 4)
    arrays: dict[str, Any] = {
        "synapses": rng.random((*shape, a.axons)) < 0.4,
        "axon_types": rng.integers(0, 4, (a.cores, a.axons)),
        "weights": numbers(*a.weight_range, typed),
        "leak": numbers(*a.leak_range),
        "threshold": np.abs(numbers(0, high)),
        "negative_threshold": np.abs(numbers(0, -low)),
        "reset_mode": rng.integers(0, 2, shape),
        "reset_potential": numbers(*a.potential_range),
        "potential": numbers(*a.potential_range),
    }
    core = np.arange(a.cores)[:, None]
    x, y = core % width, core // width
    to_x, to_y = rng.integers(0, width, shape), rng.integers(0, height, shape)
    on_bus = (to_x == bus[0]) & (to_y == bus[1])
    line = rng.integers(0, outputs, shape)
    arrays["dx"] = np.where(on_bus, width - x + line // a.axons, to_x - x)
    arrays["dy"] = np.where(on_bus, 0, to_y - y)
    arrays["axon"] = np.where(on_bus, line % a.axons, rng.integers(0, a.axons, shape))
    arrays["delay"] = rng.integers(1, 16, shape)
    silent = rng.random(shape) < 0.2
    silent |= rng.random((a.cores, 1)) < 0.2
    silent[bus[0] + width * bus[1]] = True
    arrays["axon_types"][bus[0] + width * bus[1]] = 0
    for field in FIELDS:
        if field.name in arrays and "neuron" in field.axes:
            arrays[field.name][silent] = field.default
    # A neuron that differs from RANC's default in nothing else must differ here.
    arrays["leak"][~silent & (arrays["leak"] == 0)] = 1
    cores, neurons = np.nonzero(on_bus & ~silent)
    lines = [line[cores, neurons], cores % width, cores // width, neurons]
    return Network(
        a,
        attached=("east",),
        ports=[Port("bus", "output", np.stack(lines, axis=1))],
        metadata={"ranc": {"bus": list(bus), "outputs": outputs}},
        **arrays,
    )


@st.composite
def documents(draw: st.DrawFn, *, axons: int, neurons: int, limit: int = 256) -> Document:
    """Return RANC's JSON of any kind: short rows, cores that are not there, spare connections."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    width, height = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    cells = [(x, y) for x in range(width) for y in range(height)]
    bus = cells[draw(st.integers(0, len(cells) - 1))]
    outputs = draw(st.integers(1, 9))

    def one(least: int, most: int) -> int:
        near = int(rng.integers(max(least, -2), min(most, 3) + 1))
        return near if rng.random() < 0.7 else int(rng.integers(least, most + 1))

    def a_neuron(x: int, y: int) -> Document:
        to = cells[rng.integers(0, len(cells))]
        return neuron(
            reset_potential=one(-limit, limit - 1),
            weights=[one(-limit, limit - 1) for _ in range(rng.integers(0, 5))],
            leak=one(-limit, limit - 1),
            positive_threshold=one(0, limit - 1),
            negative_threshold=one(-limit, 0),
            destination_core_offset=[to[0] - x, to[1] - y],
            destination_axon=int(rng.integers(0, outputs if to == bus else axons)),
            destination_tick=int(rng.integers(0, 15 + (to == bus))),
            current_potential=one(-limit, limit - 1),
            reset_mode=int(rng.integers(0, 2)),
        )

    cores = []
    for x, y in cells:
        # The grid is as large as the core in its corner says, if the bus is not there.
        missing = rng.random() < 0.2 and (x, y) != cells[-1]
        if (x, y) == bus or missing:
            continue
        count = int(rng.integers(0, neurons + 1))
        rows = [rng.integers(0, 2, rng.integers(0, axons + 1)).tolist() for _ in range(count)]
        cores.append(
            {
                "coordinates": [x, y],
                "axons": rng.integers(0, 4, rng.integers(0, axons + 1)).tolist(),
                "neurons": [a_neuron(x, y) for _ in range(count)],
                "connections": [*rows, *[[0]] * int(rng.integers(0, neurons + 1 - count))],
            }
        )
    targets = [cell for cell in cells if cell != bus]
    packets = [
        [
            {
                "destination_core": list(targets[rng.integers(0, len(targets))]),
                "destination_axon": int(rng.integers(0, axons)),
                "destination_tick": int(rng.integers(0, 15)),
            }
            for _ in range(rng.integers(0, 6) if targets else 0)
        ]
        for _ in range(rng.integers(0, 6))
    ]
    place = {"coordinates": list(bus), "num_outputs": outputs}
    return {"packets": packets, "output_bus": place, "cores": cores}


RANC = replace(Architecture.preset("ranc"), width=2, height=1, axons=4, neurons=3)


def chain(architecture: Architecture = RANC, **options: Any) -> Network:
    """Return neurons that pass spikes on, from core 0 to core 1 and from there nowhere."""
    shape = architecture.cores, architecture.neurons
    arrays: dict[str, Any] = {
        "synapses": np.broadcast_to(np.eye(3, 4, dtype=np.bool_), (*shape, 4)),
        "weights": 1,
        "dx": [[1] * 3, [0] * 3],
        "axon": np.broadcast_to(np.arange(3), shape),
        "delay": [[1, 2, 3], [0] * 3],
    }
    lines = [(n, 1, 0, n) for n in range(3)]
    options = {"ports": [Port("classes", "output", lines)]} | options
    return Network(architecture, **arrays | options)
