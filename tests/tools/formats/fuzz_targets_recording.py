"""What a fuzzer of recordings needs: valid files, and the target."""

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from spikewright.golden import (
    Architecture,
    Port,
    Simulator,
    load_recording,
    random_network,
    random_packets,
    random_spikes,
    save_recording,
)

__all__ = ["SEEDS", "fuzz_one"]

TINY = Architecture.preset("tiny").with_mesh(2, 1)
PORT = Port("classes", "output", [(7, 1, 0, 3)])


def _seeds() -> tuple[bytes, ...]:
    network = random_network(TINY, 1, attached=("west", "east"))
    simulator = Simulator(network)
    simulator.inject(random_spikes(network, 1, 10))
    simulator.inject_packets(random_packets(network, 1, 10))
    seen = simulator.run(10, np.array([5, 31]))
    blind = replace(seen, synaptic_events_per_tick=None, synaptic_events_per_core=None)
    found = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "recording.npz"
        save_recording(path, seen, complete=True, engine="numpy", ports=[PORT])
        found.append(path.read_bytes())
        save_recording(path, blind, complete=False, engine="rtl", attached=network.attached)
        found.append(path.read_bytes())
    return tuple(found)


SEEDS = _seeds()


def fuzz_one(data: bytes, folder: Path) -> None:
    """Read any bytes as a recording; what is one must be usable."""
    path = folder / "fuzz.npz"
    path.write_bytes(data)
    recording, info = load_recording(path)
    if len(recording.fired()) != recording.spikes_per_tick.sum():
        raise AssertionError("spikes were lost")
    recording.spike_counts()
    save_recording(path, recording, **info)
