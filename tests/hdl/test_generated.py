"""The checked-in generated hardware: it is what the tables say, in text and in function."""

from __future__ import annotations

import inspect
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from spikewright.golden.architecture import Architecture
from spikewright.lct.generate import generate_all
from spikewright.lct.generate_verilog import verilog_text
from spikewright.lct.library import Library
from spikewright.lct.load import load_class
from spikewright.lct.prove import prove_unit
from spikewright.verif.toolchain import environment, verilator_root

LIBRARY = Library()
LOGIC = [n for n in LIBRARY.names() if LIBRARY.unit(n).kind == "logic"]
TINY = {k: v for k, v in asdict(Architecture.preset("tiny")).items() if isinstance(v, int)}
# Together these hold every unit.
LINK = ("merge_side", "split_side", "link_buffer", "axis_unwrap")
TOPS = ("core", "neuron_core", "router", "edge_drop", *LINK)
WAIVER = Path(inspect.getfile(verilator_root)).with_name("waive.vlt")


def test_the_files_agree_with_the_tables() -> None:
    assert [c.diff() for c in generate_all(check=True)] == []


@pytest.mark.parametrize("name", LOGIC)
def test_hardware_is_proven_equal_to_its_table_when_tiny(name: str) -> None:
    assert prove_unit(name, LIBRARY, TINY) == []


@pytest.mark.nightly
@pytest.mark.parametrize("name", LOGIC)
def test_hardware_is_proven_equal_to_its_table(name: str) -> None:
    assert prove_unit(name, LIBRARY, limit=120) == []


def placed(name: str) -> set[str]:
    """A unit and everything below it."""
    inner = LIBRARY.unit(name).instances.values()
    return {name}.union(*(placed(i.unit.name) for i in inner))


def test_the_tops_hold_every_unit() -> None:
    every = {n for n in LIBRARY.names() if LIBRARY.unit(n).kind != "types"}
    assert set().union(*(placed(n) for n in TOPS)) | {"axon_count"} == every


@pytest.mark.parametrize("name", TOPS)
def test_verilog_passes_lint(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.v"
    path.write_text(verilog_text(name, LIBRARY, TINY))
    waiver = tmp_path / "waive.vlt"
    waiver.write_text("`verilator_config\n" + WAIVER.read_text())
    program = verilator_root() / "bin" / "verilator_bin"
    command: list[Any] = [program, "--lint-only", "-Wall", waiver, path, "--top-module", name]
    done = subprocess.run(
        command, env=environment(tmp_path), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_classes_take_the_parameters_of_the_architecture() -> None:
    # A mesh has four sides, and so no number of ports.
    known = {*dir(Architecture), "positions", "side"}
    for name in LIBRARY.names():
        if LIBRARY.unit(name).kind in ("logic", "structure"):
            made = load_class(name, LIBRARY)
            assert set(inspect.signature(made).parameters) <= known, name
