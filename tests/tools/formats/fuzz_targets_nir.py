"""What a fuzzer of the NIR importer needs: whole files, changes to them, and the target."""

import io
import random
import runpy
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import h5py
import nir
import numpy as np

from spikewright.tools.formats.nir_graph import read_nir

__all__ = ["SEEDS", "fuzz_one", "mutated"]

fuzzing = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("fuzzing.py"))))

ONE, TWO = np.ones(3), np.ones((2, 4, 4))


def written(graph: Any, compression: str | None = "gzip") -> bytes:
    stream = io.BytesIO()
    nir.write(stream, graph, compression=compression)
    return stream.getvalue()


def example() -> Any:
    """Return a graph with a nested graph, a loop, delays and three kinds of neurons."""
    inner = nir.NIRGraph(
        {
            "input": nir.Input({"input": np.array([3])}),
            "cell": nir.IF(ONE, 2 * ONE, 0 * ONE),
            "loop": nir.Linear(np.eye(3, dtype=np.float32)),
            "output": nir.Output({"output": np.array([3])}),
        },
        [("input", "cell"), ("cell", "loop"), ("loop", "cell"), ("cell", "output")],
    )
    nodes = {
        "in": nir.Input({"input": np.array([4])}),
        "affine": nir.Affine(np.arange(12, dtype=np.float32).reshape(3, 4) - 5, ONE),
        "deep": inner,
        "late": nir.Delay(np.array([1.0, 2.0, 0.0])),
        "scale": nir.Scale(np.array([1.0, -1.0, 2.0])),
        "lif": nir.LIF(10 * ONE, ONE, 0 * ONE, 9 * ONE, 0 * ONE, metadata={"by": "hand"}),
        "out": nir.Output({"output": np.array([3])}),
        "middle": nir.Output({"output": np.array([3])}),
    }
    edges = [("in", "affine"), ("affine", "deep"), ("deep", "late"), ("late", "scale")]
    edges += [("scale", "lif"), ("lif", "out"), ("deep", "middle"), ("affine", "lif")]
    return nir.NIRGraph(nodes, edges, type_check=False)


def image() -> Any:
    """Return a graph with convolution, pooling and flattening."""
    kernel = np.arange(16, dtype=np.float32).reshape(2, 2, 2, 2) % 3 - 1
    nodes = {
        "in": nir.Input({"input": np.array([2, 5, 5])}),
        "conv": nir.Conv2d((5, 5), kernel, 1, "valid", 1, 1, np.zeros(2)),
        "cell": nir.IF(TWO, TWO, 0 * TWO),
        "pool": nir.SumPool2d(np.array([2, 2]), np.array([2, 2]), np.array([0, 0])),
        "flat": nir.Flatten({"input": np.array([2, 2, 2])}, 0, -1),
        "linear": nir.Linear(np.ones((3, 8))),
        "last": nir.IF(ONE, 3 * ONE, ONE),
        "out": nir.Output({"output": np.array([3])}),
    }
    names = ["in", "conv", "cell", "pool", "flat", "linear", "last", "out"]
    return nir.NIRGraph(nodes, list(pairwise(names)), type_check=False)


def line() -> Any:
    """Return a graph with a convolution of one dimension."""
    return nir.NIRGraph.from_list(
        nir.Input({"input": np.array([1, 5])}),
        nir.Conv1d(5, np.ones((2, 1, 3)), 1, 1, 1, 1, np.zeros(2)),
        nir.IF(np.ones((2, 5)), np.ones((2, 5))),
    )


SEEDS = tuple(
    written(graph, kind) for graph in (example(), image(), line()) for kind in ("gzip", None)
)

_VALUES = (
    0,
    1,
    -1,
    2,
    3,
    0.5,
    -0.5,
    0.1,
    15,
    16,
    255,
    256,
    1e-30,
    1e30,
    1e300,
    2**40,
    np.nan,
    np.inf,
)
_TEXTS = (
    "IF",
    "LIF",
    "Linear",
    "Affine",
    "Conv2d",
    "Input",
    "Output",
    "NIRGraph",
    "Delay",
    "I",
    "",
)


def mutated(seed: int) -> bytes:
    """Return a file with changed bytes, or with changed nodes, or now and then noise."""
    rng = random.Random(seed)
    choice = rng.random()
    if choice < 0.02:
        return rng.randbytes(rng.randrange(200))
    if choice < 0.5:
        return changed_bytes(rng, bytearray(rng.choice(SEEDS)))
    stream = io.BytesIO(rng.choice(SEEDS))
    with h5py.File(stream, "r+") as file:
        for _ in range(rng.choice((1, 1, 1, 2, 4))):
            change_object(rng, file)
    return stream.getvalue()


def changed_bytes(rng: random.Random, data: bytearray) -> bytes:
    """Change some bytes; most of a file are zeros, so half of the places are others."""
    lively = [place for place, byte in enumerate(data) if byte]
    for _ in range(rng.choice((1, 1, 1, 2, 4, 16))):
        place = rng.choice(lively) if rng.random() < 0.8 else rng.randrange(len(data))
        if place >= len(data):
            break
        kind = rng.random()
        if kind < 0.4:
            data[place] = rng.randrange(256)
        elif kind < 0.6:
            data[place] ^= 1 << rng.randrange(8)
        elif kind < 0.75:
            width = rng.choice((2, 4, 8))
            data[place : place + width] = rng.choice((b"\xff", b"\0", b"\x7f")) * width
        elif kind < 0.9:
            other = rng.choice(lively) & ~7
            data[place & ~7 : (place & ~7) + 8] = data[other : other + 8]
        elif kind < 0.95:
            del data[place : place + rng.choice((1, 8, 64))]
        else:
            del data[place + 1 :]
    return bytes(data)


def change_object(rng: random.Random, file: Any) -> None:
    """Change one object of a file as a program could that writes NIR badly."""
    names: list[str] = []
    file.visit(names.append)
    if not names:
        return
    name = rng.choice(names)
    kind = rng.random()
    if kind < 0.1:
        del file[name]
    elif kind < 0.2:
        other = rng.choice(names)
        link = rng.choice(
            (h5py.SoftLink(f"/{other}"), h5py.ExternalLink("other.h5", "/"), file[other])
        )
        file[f"{rng.choice((name, 'more'))}{rng.randrange(10**9)}"] = link
    elif kind < 0.25:
        new = f"node/nodes/{rng.choice(('in', 'x', 'a,b', 'e' * 70))}{rng.randrange(10**6)}"
        if not new.startswith(name):
            file.move(name, new)
    elif isinstance(file[name], h5py.Dataset):
        old = file[name][()]
        del file[name]
        file[name] = changed_value(rng, old)
    else:
        file[name].attrs["note"] = "x"


def changed_value(rng: random.Random, old: Any) -> Any:
    """Return another value for a data set."""
    if isinstance(old, bytes):
        return rng.choice(_TEXTS)
    if old.dtype == object:
        edges = [[text.decode() for text in row] for row in old.tolist()]
        row, end = rng.randrange(len(edges)), rng.randrange(2)
        edges[row][end] = rng.choice(rng.choice(edges))
        return edges[: rng.choice((len(edges), row))]
    kind = rng.random()
    with np.errstate(all="ignore"):
        new = np.array(old, dtype=rng.choice(("f8", "f4", "f2", "i8", "i1", "u2", ">f4")))
        if kind < 0.5 and new.size:
            value = np.float64(rng.choice(_VALUES))
            flat = new.reshape(-1)
            flat[rng.randrange(new.size)] = np.nan_to_num(value).astype(new.dtype)
            if new.dtype.kind == "f":
                flat[rng.randrange(new.size)] = value.astype(new.dtype)
        elif kind < 0.7:
            new = new[None] if rng.random() < 0.5 else new.reshape(-1)
        elif kind < 0.9:
            new = np.full(old.shape, rng.choice((1, 2, 100)), dtype=new.dtype)
        else:
            new = np.zeros(rng.choice(((), (0,), (1,), (3, 0), (2, 2, 2))), dtype=new.dtype)
    return new


def fuzz_one(data: bytes, folder: Path) -> None:
    """Read any bytes as a NIR file; only a refusal may come of it."""
    path = folder / "fuzz.nir"
    path.write_bytes(data)
    for approximate in (False, True):
        with fuzzing.refusals(path.name, longest=400):
            read_nir(path, approximate=approximate)
