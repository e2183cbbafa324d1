"""What a fuzzer of images needs: writes in three forms, memory files, the JSON, and the target."""

import contextlib
import shutil
import tempfile
from pathlib import Path

from spikewright.golden import Architecture, Network, Port, network_digest, random_network
from spikewright.tools.commands_load import read_image, write_images
from spikewright.tools.load_memory import SIDE

__all__ = ["SEEDS", "fuzz_one"]

ARCHITECTURE = Architecture(
    axons=5, neurons=2, axon_types=2, weight_bits=3, width=2, height=1, offset_bits=2
)
SPACES = ("axon_types", "synapses", "parameters", "potential", "seed")
MEMORIES = tuple(f"{space}_{core:04d}.mem" for core in range(2) for space in SPACES)
FORMS = {b"T": "w.txt", b"B": "w.bin", b"M": "image"}
"""First byte of an input; then come the JSON, a zero byte, and the file or files."""


def _seeds() -> tuple[bytes, ...]:
    network = random_network(ARCHITECTURE, 1)
    ports = [Port("image", "input", [(0, 1, 0, 4)])]
    network = Network(
        ARCHITECTURE, attached=("west",), ports=ports, metadata={"a": [1]}, **network.arrays()
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_images(network, folder / "w.txt", folder / "image")
        write_images(network, folder / "w.bin", None)
        write_images(network, folder / "w.npz", None)
        side = (folder / "image" / SIDE).read_bytes()
        memories = b"\0".join((folder / "image" / file).read_bytes() for file in MEMORIES)
        return (
            b"T" + side + b"\0" + (folder / "w.txt").read_bytes(),
            b"B" + side + b"\0" + (folder / "w.bin").read_bytes(),
            b"M" + side + b"\0" + memories,
            (folder / "w.npz").read_bytes(),
        )


SEEDS = _seeds()


def fuzz_one(data: bytes, folder: Path) -> None:
    """Read any bytes as an image; what is one must come back after it was written."""
    shutil.rmtree(folder / "image", ignore_errors=True)
    path = folder / "w.npz"
    if data.startswith(b"PK"):
        path.write_bytes(data)
    else:
        path = folder / FORMS.get(data[:1], "w.txt")
        side, _, content = data[1:].partition(b"\0")
        if path.suffix:
            path.write_bytes(content)
            path.with_name(f"{path.name}.json").write_bytes(side)
        else:
            path.mkdir()
            (path / SIDE).write_bytes(side)
            for name, part in zip(MEMORIES, content.split(b"\0"), strict=False):
                (path / name).write_bytes(part)
    # A larger mesh asks for files that are not there, which is a message of another kind.
    with contextlib.suppress(FileNotFoundError):
        network = read_image(path, None, None)
        again = folder / "again.bin"
        write_images(network, again, None)
        if network_digest(read_image(again, None, None)) != network_digest(network):
            raise AssertionError("the network changed on its way through an image")
