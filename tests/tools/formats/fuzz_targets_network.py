"""What a fuzzer of our own networks needs: valid files of both versions, and the target."""

import tempfile
from pathlib import Path

from spikewright.golden import Architecture, Network, Port, network_digest, random_network
from spikewright.golden.archive import write_archive

__all__ = ["SEEDS", "fuzz_one"]

TINY = Architecture.preset("tiny").with_mesh(1, 1)
ODD = Architecture(axons=11, neurons=3, axon_types=3, weight_bits=3, width=2, height=1)


def _seeds() -> tuple[bytes, ...]:
    tiny, odd = random_network(TINY, 1, attached=("west",)), random_network(ODD, 2)
    ports = (
        Port("image", "input", [(0, 1, 0, 5), (9, 0, 0, 0)]),
        Port("a", "output", [(0, 0, 0, 2)]),
    )
    named = Network(ODD, ports=ports, metadata={"ranc": {"bus": [2, 2]}}, **odd.arrays())
    old = {"format": "spikewright-network", "version": 1, "architecture": ODD.to_dict()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.npz"
        found = []
        for network in (tiny, named):
            network.save(path)
            found.append(path.read_bytes())
        write_archive(path, old | {"attached": ["east"]}, odd.arrays())
        return (*found, path.read_bytes())


SEEDS = _seeds()


def fuzz_one(data: bytes, folder: Path) -> None:
    """Read any bytes as a network; what is one must come back after it was saved."""
    path = folder / "fuzz.npz"
    path.write_bytes(data)
    network = Network.load(path)
    network.save(path)
    if network_digest(Network.load(path)) != network_digest(network):
        raise AssertionError("the network changed on its way through a file")
