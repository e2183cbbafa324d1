"""HDF5 read without HDF5: the same as h5py reads, and a refusal for everything else."""

import importlib.util
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spikewright.tools.formats.nir_file import Tree, read_tree
from spikewright.tools.formats.nir_graph import read_nir
from spikewright.tools.formats.report import FormatError

pytest.importorskip("nir")
h5py = pytest.importorskip("h5py")

DTYPES = ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", ">f4", ">i2", "?")


_SPEC = importlib.util.spec_from_file_location(
    "fuzz_targets_nir", Path(__file__).with_name("fuzz_targets_nir.py")
)
assert _SPEC is not None
assert _SPEC.loader is not None
fuzz: Any = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(fuzz)


def fill(group: Any, rng: np.random.Generator, depth: int) -> None:
    """Write random groups and data sets."""
    for number in range(int(rng.integers(0, 12 if depth else 4))):
        name = f"name{number}"
        if rng.random() < 0.3 and depth < 4:
            fill(group.create_group(name), rng, depth + 1)
            continue
        shape = tuple(rng.integers(0, 9, int(rng.integers(0, 4))).tolist())
        kind = rng.random()
        if kind < 0.15:
            group[name] = "é" * int(rng.integers(0, 9))
        elif kind < 0.25:
            group[name] = [["a", "longer"], ["", "ü"]][: int(rng.integers(1, 3))]
        elif kind < 0.3:
            group[name] = np.array([b"fixed", b"x"])
        else:
            data = rng.normal(size=shape) * 100
            with np.errstate(invalid="ignore"):
                array = data.astype(rng.choice(DTYPES))
            options: dict[str, Any] = {}
            if shape and 0 not in shape and rng.random() < 0.7:
                options["chunks"] = tuple(int(rng.integers(1, n + 1)) for n in shape)
                options["compression"] = rng.choice([None, "gzip"])
                options["shuffle"] = bool(rng.random() < 0.5)
            group.create_dataset(name, data=array, **options)
        if rng.random() < 0.2:
            group[name].attrs["attribute"] = "ignored"


def same(group: Any, tree: Tree) -> None:
    """Hold what was read against what h5py reads."""
    assert sorted(group) == sorted(tree)
    for name, item in group.items():
        found = tree[name]
        if isinstance(item, h5py.Group):
            assert isinstance(found, dict)
            same(item, found)
            continue
        value = item[()]
        if isinstance(value, bytes):
            assert found == value.decode()
        elif value.dtype.kind in "OS":
            assert isinstance(found, np.ndarray)
            wanted = [text.decode() for text in value.ravel().tolist()]
            assert found.ravel().tolist() == wanted
            assert found.shape == value.shape
        else:
            assert isinstance(found, np.ndarray)
            assert np.array_equal(found.ravel(), np.asarray(value).ravel(), equal_nan=True)
            assert found.shape == np.shape(value) or 0 in np.shape(value)
            assert value.dtype in (found.dtype, np.bool_)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32 - 1))
def test_as_h5py_reads_it(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "random.h5"
    with h5py.File(path, "w") as file:
        fill(file, np.random.default_rng(seed), 0)
    tree = read_tree(path)
    with h5py.File(path) as file:
        same(file, tree)


def test_a_group_of_many_names(tmp_path: Path) -> None:
    path = tmp_path / "many.h5"
    with h5py.File(path, "w") as file:
        for number in range(700):
            file[f"group/{number}"] = number
        file.create_dataset("long", data=np.arange(100_000).reshape(1000, 100), chunks=(7, 13))
    tree = read_tree(path)
    with h5py.File(path) as file:
        same(file, tree)


def external(file: Any) -> None:
    file.create_dataset("x", (4,), "i1", external=[("/etc/passwd", 0, 4)])


def virtual(file: Any) -> None:
    layout = h5py.VirtualLayout((4,), "i1")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (4,))
    file.create_virtual_dataset("x", layout)


def deep(file: Any) -> None:
    file["/".join("d" * 30)] = 1


def link(kind: Any) -> Callable[[Any], None]:
    def put(file: Any) -> None:
        file["x"] = kind

    return put


def twice(file: Any) -> None:
    file["a"] = 1
    file["b"] = file["a"]


def loop(file: Any) -> None:
    file["a/b"] = file["/"]


def name(file: Any) -> None:
    file["näme"] = 1


def data(**options: Any) -> Callable[[Any], None]:
    def put(file: Any) -> None:
        file.create_dataset("x", **options)

    return put


COMPOUND = np.zeros(2, dtype=[("a", "i4"), ("b", "f4")])
SHAPES = "a shape must have 0..6 dimensions and version 1 or 2"
TABLES = "groups must be symbol tables, as nir.write gives them where all names are ASCII"
NO_LINK = "'x' must be an object of the file, not a link"
NOT_NUMBERS = "data must be numbers or texts, not of type"
FILTER = "a filter must be gzip or shuffle, not"
LONG = "a text must have at most 4096 bytes and lie in its heap"
BAD: list[tuple[Callable[[Any], None], str]] = [
    (external, "data must lie in the file itself, not in another one"),
    (virtual, "a layout must be of version 3, not 4"),
    (deep, "groups must be at most 24 deep, with 100000 objects in all"),
    (link(h5py.SoftLink("/etc")), NO_LINK),
    (name, TABLES),
    (link(h5py.ExternalLink("a", "/")), TABLES),
    (twice, "an object must have one name, and has two"),
    (loop, "an object must have one name, and has two"),
    (data(data=COMPOUND), f"{NOT_NUMBERS} 6 with 8 bytes"),
    (data(data=np.zeros(3, dtype=complex)), f"{NOT_NUMBERS} 6 with 16 bytes"),
    (data(shape=(3,), dtype=h5py.ref_dtype), f"{NOT_NUMBERS} 7 with 8 bytes"),
    (data(shape=(3,), dtype=h5py.vlen_dtype(np.int32)), f"{NOT_NUMBERS} 9 with 16 bytes"),
    (data(data=np.zeros(99), compression="lzf"), f"{FILTER} 32000"),
    (data(data=np.zeros(99), fletcher32=True), f"{FILTER} 3"),
    (data(data=np.zeros(99), scaleoffset=2), f"{FILTER} 6"),
    (
        data(shape=(2**24 + 1,), dtype="i1"),
        "a data set must have at most 16777216 values, not (16777217,)",
    ),
    (data(shape=(99,), dtype="i1"), "a data set of 99 bytes must have them, and has not"),
    (data(shape=(9,), dtype="i1", chunks=(2,)), "a data set must have 5 chunks, not 0"),
    (data(shape=(1,) * 7, dtype="i1"), SHAPES),
    (data(data=h5py.Empty("f4")), SHAPES),
    (data(data=["x" * 5000]), LONG),
    (
        data(data=np.zeros((4, 4)), maxshape=(None, 4), chunks=(9, 4)),
        "chunks must fit (4, 4), and are (9, 4)",
    ),
]


@pytest.mark.parametrize(("write", "text"), BAD)
def test_what_is_not_read(tmp_path: Path, write: Callable[[Any], None], text: str) -> None:
    path = tmp_path / "bad.h5"
    with h5py.File(path, "w") as file:
        write(file)
    assert refused(path) == text


def refused(path: Path) -> str:
    """Return a refusal without the file's name, and without the byte, which depends on HDF5."""
    with pytest.raises(FormatError) as refusal:
        read_tree(path)
    name, _, text = str(refusal.value).partition(": ")
    assert name == path.name
    return re.sub(r"^byte \d+: ", "", text)


def test_other_files(tmp_path: Path) -> None:
    path = tmp_path / "other.nir"
    path.write_bytes(b"PK")
    assert refused(path) == "8 bytes must lie in the file, which has 2"
    path.write_bytes(b"x" * 100)
    assert refused(path) == (
        "a structure must begin with b'\\x89HDF\\r\\n\\x1a\\n', not b'xxxxxxxx'"
    )
    with h5py.File(path, "w", libver="latest") as file:
        file["x"] = 1
    assert refused(path) == (
        "the file must be HDF5 with superblock 0, as nir.write gives it, not with superblock 3"
    )


def test_a_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.nir"
    with h5py.File(path, "w") as file:
        file["node/type"] = "IF"
        file.create_dataset("node/v", data=np.arange(99), compression="gzip")
    whole = path.read_bytes()
    end = int.from_bytes(whole[40:48], "little")
    for size in range(0, min(end, len(whole)), 37):
        path.write_bytes(whole[:size])
        refused(path)


def test_limits_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.h5"
    with h5py.File(path, "w") as file:
        file["a"], file["b"] = np.zeros(1000), np.zeros(1000)
        file["c"] = ["text"] * 20
    read_tree(path)
    part = "spikewright.tools.formats"
    for name, limit, text in (
        ("nir_file.FILE_LIMIT", 1000, "the file must have at most 1000 bytes, and has more"),
        ("nir_file.OBJECT_LIMIT", 2, "groups must be at most 24 deep, with 2 objects in all"),
        ("nir_image.BYTES_LIMIT", 9000, "the data of a file must take at most 9000 bytes"),
        ("nir_image.STEP_LIMIT", 30, "the file must have at most 30 structures"),
        ("nir_dataset.TEXT_LIMIT", 19, "a data set must have at most 19 texts, not 20"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(f"{part}.{name}", limit)
            assert refused(path) == text


def test_a_chunk_unpacks_to_no_more_than_its_size(tmp_path: Path) -> None:
    path = tmp_path / "bomb.h5"
    with h5py.File(path, "w") as file:
        x = file.create_dataset("x", (100,), "u1", chunks=(100,), compression="gzip")
        x.id.write_direct_chunk((0,), zlib.compress(bytes(2**24)))
    tree = read_tree(path)
    assert np.array_equal(np.asarray(tree["x"]), np.zeros(100))


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32 - 1))
def test_only_refusals_come_of_changed_files(tmp_path: Path, seed: int) -> None:
    fuzz.fuzz_one(fuzz.mutated(seed), tmp_path)


def test_seeds_of_the_fuzzer_are_read(tmp_path: Path) -> None:
    for seed in fuzz.SEEDS:
        path = tmp_path / "seed.nir"
        path.write_bytes(seed)
        _, report = read_nir(path, approximate=True)
        assert len(report.notes) > 0
