"""`spikewright load`: every form there and back, and what is refused."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spikewright.golden import Architecture, Network
from spikewright.tools import load_memory
from spikewright.tools.commands_load import read_image, write_images

HERE = Path(__file__).parent
invoke = SimpleNamespace(**runpy.run_path(str(HERE / "command_helpers.py"))).invoke
helpers = SimpleNamespace(**runpy.run_path(str(HERE.parent / "image_helpers.py")))
NAMED = helpers.NAMED
TINY = NAMED["tiny"]
FORMS = ("w.txt", "w.bin", "w.npz", "image")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names() -> list[str]:
    return sorted(path.name for path in Path().iterdir())


# There and back.


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NAMED)
def test_named_architectures(name: str, form: str) -> None:
    network = helpers.full_network(NAMED[name], 1, attached=("east",), metadata={"a": [1]})
    write_images(network, *helpers.options(form, Path(form)))
    assert helpers.same(read_image(Path(form), None, None), network)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    architecture=helpers.architectures(), seed=st.integers(0, 2**32), form=st.sampled_from(FORMS)
)
def test_any_widths(here: Path, architecture: Architecture, seed: int, form: str) -> None:
    network = helpers.full_network(architecture, seed)
    path = here / f"{len(names())}{form}"
    write_images(network, *helpers.options(form, path))
    assert helpers.same(read_image(path, None, None), network)


@pytest.mark.parametrize("form", FORMS)
def test_command(form: str) -> None:
    network = helpers.rich_network()
    network.save("net.npz")
    option = "--memory" if form == "image" else "--writes"
    status, text, complaints = invoke("load", "net.npz", option, form)
    assert (status, complaints) == (0, "")
    what = "memory files of 4 cores" if form == "image" else "708 AXI4-Lite writes"
    assert text.endswith(f"Wrote {form}: {what}\n")
    status, text, complaints = invoke("load", "--read", form, "--out", "same.npz")
    assert (status, text, complaints) == (0, "Wrote same.npz: network\n", "")
    assert Path("same.npz").read_bytes() == Path("net.npz").read_bytes()


def test_all_at_once_as_json() -> None:
    helpers.rich_network().save("net.npz")
    status, text, _ = invoke("load", "net.npz", "--writes", "w.txt", "--memory", "image", "--json")
    assert status == 0
    assert json.loads(text) == {
        "cores": 4,
        "width": 2,
        "height": 2,
        "wrote": {
            "w.txt.json": "what the writes do not say",
            "w.txt": "708 AXI4-Lite writes",
            "image": "memory files of 4 cores",
        },
    }
    assert len(list(Path("image").iterdir())) == 4 * 5 + 2


@pytest.mark.parametrize("form", ["w.txt", "image"])
def test_architecture_instead_of_the_json(form: str) -> None:
    network = helpers.rich_network()
    write_images(network, *helpers.options(form, Path(form)))
    Path("a.json").write_text(json.dumps(TINY.to_dict()))
    bare = Network(TINY, **network.arrays())
    for given_options in (["--preset", "tiny"], ["--architecture", "a.json"]):
        status, _, complaints = invoke("load", "--read", form, "--out", "b.npz", *given_options)
        assert (status, complaints) == (0, "")
        assert helpers.same(Network.load("b.npz"), bare)
    (Path("image/image.json") if form == "image" else Path("w.txt.json")).rename("other.json")
    status, _, complaints = invoke("load", "--read", form, "--out", "c.npz", "--side", "other.json")
    assert (status, complaints) == (0, "")
    assert helpers.same(Network.load("c.npz"), network)


def test_digits_of_either_case() -> None:
    network = helpers.rich_network()
    write_images(network, Path("w.txt"), None)
    Path("w.txt").write_text(Path("w.txt").read_text().upper())
    assert helpers.same(read_image(Path("w.txt"), None, None), network)


def test_c_array_has_the_same_writes() -> None:
    network = helpers.rich_network()
    write_images(network, Path("w.h"), None)
    write_images(network, Path("w.bin"), None)
    lines = Path("w.h").read_text().splitlines()
    rows = [line[1:-2].split(", ") for line in lines if line.startswith("{")]
    pairs = np.array([[int(number, 16) for number in row] for row in rows], "<u4")
    assert pairs.tobytes() == Path("w.bin").read_bytes()
    assert "spikewright_writes[708] = {" in Path("w.h").read_text()


@pytest.mark.parametrize("name", NAMED)
def test_words_in_two_memories(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def halves(bits: int) -> list[tuple[str, int]]:
        return (
            [("entries", bits - bits // 3), ("rest", bits // 3)]
            if bits > 2
            else [("entries", bits)]
        )

    monkeypatch.setattr(load_memory, "memory_parts", halves)
    network = helpers.full_network(NAMED[name], 3)
    write_images(network, None, Path("image"))
    assert Path("image/parameters_rest_0000.mem").exists()
    include = Path("image/load_image.vh").read_text()
    assert 'parameters_rest_0000.mem"}, `SPIKEWRIGHT_MESH.tile_0_0.core.rows.rest, 0, ' in include
    assert helpers.same(read_image(Path("image"), None, None), network)
