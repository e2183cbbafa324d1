"""What a network holds, counted: the figures of `spikewright net info`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from rich.table import Table
from rich.text import Text

from spikewright.golden import Network
from spikewright.tools.console import out

__all__ = ["describe", "show_info"]

RESET_MODES = ("normal", "linear", "none")


def describe(network: Network) -> dict[str, Any]:
    """Return the figures of a network, for reports.

    A neuron is in use if a synapse of it is connected, if it leaks or draws, if it has a
    destination, or if it starts at another potential than 0. Features are counted over the neurons
    in use, ``density`` over the cores in use.
    """
    a = network.architecture
    wired = network.synapses.any(axis=2)
    sends = network.delay > 0
    used = wired | sends | (network.potential != 0)
    used |= (network.leak != 0) | (network.threshold_mask > 0)
    synapses = np.count_nonzero(network.synapses, axis=(1, 2))
    cores = int(used.any(axis=1).sum())
    delays, counts = np.unique(network.delay[sends], return_counts=True)
    return {
        "architecture": a.to_dict(),
        "cores": a.cores,
        "cores_used": cores,
        "neurons": a.cores * a.neurons,
        "neurons_used": int(used.sum()),
        "neurons_with_synapses": int(wired.sum()),
        "neurons_with_destinations": int(sends.sum()),
        "synapses": int(synapses.sum()),
        "density": int(synapses.sum()) / (max(1, cores) * a.neurons * a.axons),
        "features": _features(network, used),
        "delays": {
            str(delay): count for delay, count in zip(delays.tolist(), counts.tolist(), strict=True)
        },
        "ports": [
            {
                "name": port.name,
                "kind": port.kind,
                "size": port.size,
                "lines": len(port.lines),
            }
            for port in network.ports
        ],
        "attached": list(network.attached),
        "metadata": network.metadata,
    }


def _features(network: Network, used: Any) -> dict[str, int]:
    """Return how many of the neurons in use need what a simpler neuron would not have."""
    weighted = network.weights != 0
    found = {
        "stochastic weights": (network.weight_stochastic & weighted).any(axis=2),
        "leak": network.leak != 0,
        "stochastic leak": network.leak_stochastic & (network.leak != 0),
        "leak reversal": network.leak_reversal & (network.leak != 0),
        "stochastic threshold": network.threshold_mask > 0,
        "negative saturation": network.negative_saturate,
        "reset potential": network.reset_potential != 0,
        "initial potential": network.potential != 0,
    }
    for mode, name in enumerate(RESET_MODES):
        found[f"reset {name}"] = network.reset_mode == mode
    return {name: int((where & used).sum()) for name, where in found.items()}


def show_info(found: dict[str, Any]) -> None:
    """Print the figures for people."""
    for name, text in _lines(found):
        out.print(f"{name:14}{text}", markup=False, soft_wrap=True)
    if found["ports"]:
        table = Table("port", "kind", "size", "lines", box=None, pad_edge=False)
        for port in found["ports"]:
            # As text: a name in brackets is no markup.
            cells = (port["name"], port["kind"], f"{port['size']:,}", f"{port['lines']:,}")
            table.add_row(*map(Text, cells))
        out.print()
        out.print(table)


def _lines(found: dict[str, Any]) -> Iterable[tuple[str, str]]:
    a = found["architecture"]
    yield "file", f"{found['file']}, {found['title']}, {found['bytes']:,} bytes"
    mesh = f"{a['width']} x {a['height']} cores of {a['neurons']} neurons and {a['axons']} axons"
    yield "mesh", mesh
    rest = {n: v for n, v in a.items() if n not in ("width", "height", "neurons", "axons")}
    yield "architecture", ", ".join(f"{name} {value}" for name, value in rest.items())
    yield "cores", f"{found['cores_used']:,} of {found['cores']:,} in use"
    yield (
        "neurons",
        f"{found['neurons_used']:,} of {found['neurons']:,} in use, "
        f"{found['neurons_with_synapses']:,} with synapses, "
        f"{found['neurons_with_destinations']:,} with a destination",
    )
    density = f"{100 * found['density']:.2f} % of the crossbars of the cores in use"
    yield "synapses", f"{found['synapses']:,}, {density}"
    features = [f"{name} {count:,}" for name, count in found["features"].items() if count]
    yield "features", ", ".join(features) or "none"
    delays = [f"{count:,} of {delay}" for delay, count in found["delays"].items()]
    yield "delays", ", ".join(delays) or "none"
    yield "attached", ", ".join(found["attached"]) or "nothing"
    yield "ports", f"{len(found['ports'])}"
    if found["metadata"]:
        yield "metadata", str(found["metadata"])
