"""Files of writes in the hardware: a chip that a script programs over AXI4-Lite, read back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spikewright.golden import Architecture, Network, Simulator, random_network
from spikewright.hdl.image import image_words, spaces
from spikewright.hdl.verilog import chip_verilog
from spikewright.tools.commands_load import write_images
from spikewright.verif.build import CocotbBuild, build_cocotb
from spikewright.verif.cocotb_run import run_cocotb
from spikewright.verif.design import Design

BENCHES = Path(__file__).with_name("benches")
TICKS = 8
TINY = Architecture.preset("tiny")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def build() -> CocotbBuild:
    return build_cocotb(Design("chip", {"chip.v": chip_verilog(TINY, ())}))


def play(build: CocotbBuild, network: Network, folder: Path, spoil: Any = None) -> dict[str, Any]:
    """Return what a chip refuses and holds after a network's file was played into it."""
    a = network.architecture
    write_images(network, folder / "w.txt", None)
    if spoil is not None:
        lines = (folder / "w.txt").read_text().splitlines()
        (folder / "w.txt").write_text("\n".join(spoil(lines)) + "\n")
    job = {
        "writes": str(folder / "w.txt"),
        "record": str(folder / "record.json"),
        "cores": a.cores,
        "spaces": [[space.number, space.entries, space.words] for space in spaces(a)],
        "ticks": TICKS,
    }
    (folder / "job.json").write_text(json.dumps(job))
    env = {"SPIKEWRIGHT_LOAD_JOB": str(folder / "job.json")}
    run_cocotb(
        build, "load_bench", "plays", test_dir=folder / "run", python_path=[BENCHES], env=env
    )
    found: dict[str, Any] = json.loads((folder / "record.json").read_text())
    for when in ("before", "after"):
        names = [space.name for space in spaces(a)]
        found[when] = dict(zip(names, map(np.array, found[when]), strict=True))
    return found


def same(words: dict[str, Any], network: Network) -> bool:
    return all(np.array_equal(words[name], rows) for name, rows in image_words(network).items())


@pytest.mark.parametrize("seed", [1, 2])
def test_chip_holds_and_runs_what_the_file_says(
    build: CocotbBuild, seed: int, tmp_path: Path
) -> None:
    program = random_network(TINY, seed)
    found = play(build, program, tmp_path)
    assert found["refused"] == []
    assert same(found["before"], program)
    model = Simulator(program)
    spikes = sum(int(model.step().spikes.sum()) for _ in range(TICKS))
    assert spikes > 0
    arrays = program.arrays() | {"potential": model.potentials, "seed": model.random_state}
    assert same(found["after"], Network(TINY, **arrays))


def swapped(lines: list[str]) -> list[str]:
    """Return lines with the first two words of the first parameters exchanged."""
    at = lines.index("00000084 00000002") + 2
    at = next(n for n in range(at, len(lines)) if lines[n].startswith("00000100"))
    (one, low), (other, high) = lines[at].split(), lines[at + 1].split()
    return [*lines[:at], f"{one} {high}", f"{other} {low}", *lines[at + 2 :]]


def without_sign(lines: list[str]) -> list[str]:
    """Return lines in which the first negative potential has lost its sign."""
    at = lines.index("00000084 00000003") + 2
    for n in range(at, len(lines)):
        address, value = lines[n].split()
        if address == "00000100" and int(value, 16) >> 8 & 1:
            lines[n] = f"{address} {int(value, 16) & 0xFF:08x}"
            return lines
    raise AssertionError("there must be a negative potential")


def not_cleared(lines: list[str]) -> list[str]:
    """Return lines that leave a parameter's high words where a potential is written."""
    at = lines.index("00000084 00000003") + 2
    return [line for n, line in enumerate(lines) if n not in (at, at + 1)]


@pytest.mark.parametrize("spoil", [swapped, without_sign])
def test_planted_faults_are_found(
    build: CocotbBuild,
    spoil: Callable[[list[str]], list[str]],
    tmp_path: Path,
) -> None:
    program = random_network(TINY, 1)
    found = play(build, program, tmp_path, spoil)
    assert found["refused"] or not same(found["before"], program)


def test_high_words_that_are_not_cleared_are_refused(build: CocotbBuild, tmp_path: Path) -> None:
    program = random_network(TINY, 1)
    assert play(build, program, tmp_path, not_cleared)["refused"]
