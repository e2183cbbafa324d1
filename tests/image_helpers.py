"""What the tests of images share: architectures of any widths, and networks that use every bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from spikewright.golden import Architecture, Network, Port
from spikewright.golden.fields import FIELDS

__all__ = ["NAMED", "architectures", "full_network", "options", "rich_network", "same"]

NAMED = {
    "tiny": Architecture.preset("tiny"),
    "ranc": Architecture.preset("ranc").with_mesh(2, 1),
    "truenorth": Architecture.preset("truenorth").with_mesh(1, 2),
    "one of each": Architecture(
        axons=1,
        neurons=1,
        axon_types=1,
        weight_bits=2,
        leak_bits=2,
        threshold_bits=1,
        mask_bits=1,
        potential_bits=5,
        delay_slots=2,
        offset_bits=1,
        width=1,
        height=1,
    ),
    "widest": Architecture(
        axons=67,
        neurons=3,
        axon_types=37,
        weight_bits=32,
        leak_bits=31,
        threshold_bits=30,
        mask_bits=30,
        potential_bits=32,
        delay_slots=256,
        offset_bits=31,
        width=2,
        height=2,
        wrap=1,
    ),
}


@st.composite
def architectures(draw: Any) -> Architecture:
    """Draw any widths, of small counts so that an example takes milliseconds."""
    number = st.integers
    values = {
        "axons": draw(number(1, 70)),
        "neurons": draw(number(1, 5)),
        "axon_types": draw(number(1, 6)),
        "weight_bits": draw(number(2, 32)),
        "leak_bits": draw(number(2, 32)),
        "threshold_bits": draw(number(1, 30)),
        "mask_bits": draw(number(1, 30)),
        "potential_bits": draw(number(2, 32)),
        "delay_slots": 1 << draw(number(1, 8)),
        "offset_bits": draw(number(2, 31)),
        "width": draw(number(1, 2)),
        "height": draw(number(1, 2)),
        "inclusive": draw(number(0, 1)),
    }
    return Architecture(**values, wrap=1)


def full_network(architecture: Architecture, seed: int, **more: Any) -> Network:
    """Return a network with each number drawn from all of its range, and each end drawn often."""
    rng = np.random.default_rng(seed)
    arrays = {}
    for field in FIELDS:
        low, high = field.range(architecture)
        shape = field.shape(architecture)
        ends = rng.choice([low, high], shape)
        arrays[field.name] = np.where(
            rng.random(shape) < 0.3, ends, rng.integers(low, high + 1, shape)
        )
    return Network(architecture, **arrays, **more)


def rich_network(seed: int = 1) -> Network:
    """Return a tiny network with all that no memory holds."""
    ports = [Port("image", "input", [(0, 1, 1, 5), (9, 0, 0, 0)]), Port("a", "output", [])]
    metadata = {"ranc": {"bus": [2, 2]}, "\u00fc": "\u00e4\U0001f600"}
    more = {"attached": ("south", "west"), "ports": ports, "metadata": metadata}
    return full_network(NAMED["tiny"], seed, **more)


def options(form: str, path: Path) -> tuple[Path | None, Path | None]:
    """Return the file of writes and the folder of memories, one of them None."""
    return (None, path) if form == "image" else (path, None)


def same(one: Network, other: Network) -> bool:
    """Tell whether two networks are equal in everything that a file of a network holds."""
    plain = [(n.architecture, n.attached, n.metadata) for n in (one, other)]
    ports = [[(p.name, p.kind, p.lines.tolist()) for p in n.ports] for n in (one, other)]
    return (
        plain[0] == plain[1]
        and ports[0] == ports[1]
        and all(
            array.dtype == other.arrays()[name].dtype
            and np.array_equal(array, other.arrays()[name])
            for name, array in one.arrays().items()
        )
    )
