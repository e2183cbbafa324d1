"""What a fuzzer of checkpoints needs: a valid file, and the target."""

import tempfile
from pathlib import Path

import numpy as np

from spikewright.golden import (
    Architecture,
    Simulator,
    load_state,
    network_digest,
    random_network,
    random_spikes,
    save_state,
)

__all__ = ["SEEDS", "fuzz_one"]

NETWORK = random_network(Architecture.preset("tiny").with_mesh(2, 1), 1, attached=("west", "east"))
DIGESTS = {"network_digest": network_digest(NETWORK), "stimulus_digest": "s" * 64}


def _seeds() -> tuple[bytes, ...]:
    simulator = Simulator(NETWORK)
    simulator.inject(random_spikes(NETWORK, 1, 10))
    done = simulator.run(10, np.array([5, 31]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "checkpoint.npz"
        save_state(path, simulator.state(), done, **DIGESTS)
        return (path.read_bytes(),)


SEEDS = _seeds()


def fuzz_one(data: bytes, folder: Path) -> None:
    """Read any bytes as a checkpoint; a run must go on from what is one."""
    path = folder / "fuzz.npz"
    path.write_bytes(data)
    state, done = load_state(path, **DIGESTS)
    save_state(path, state, done, **DIGESTS)
    if done.architecture == NETWORK.architecture:
        simulator = Simulator(NETWORK)
        simulator.restore(state)
        simulator.run(1, done.watch)
