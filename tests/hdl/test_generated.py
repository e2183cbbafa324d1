"""The checked-in generated hardware: it is what the tables say, in text and in function."""

from __future__ import annotations

import inspect
from dataclasses import asdict

import pytest

from spikewright.golden.architecture import Architecture
from spikewright.lct.generate import generate_all
from spikewright.lct.library import Library
from spikewright.lct.load import load_class
from spikewright.lct.prove import prove_unit
from spikewright.verif.lint import lint
from spikewright.verif.lint_designs import lint_design

LIBRARY = Library()
LOGIC = [n for n in LIBRARY.names() if LIBRARY.unit(n).kind == "logic"]
TINY = {k: v for k, v in asdict(Architecture.preset("tiny")).items() if isinstance(v, int)}
LINK = ("merge_side", "split_side", "link_buffer", "axis_unwrap")
# What `hdl/chip.py` places beside the mesh.
AXI = (
    "axi_write",
    "axi_read",
    "register_write",
    "register_read",
    "configurator",
    "tick_pacer",
    "error_flags",
    "counter_scan",
)
# What `hdl/hosted.py` places beside the mesh.
HOST = ("frame_in", "frame_out", "host_port", "seed_writer")
# Together these hold every unit.
TOPS = ("core", "neuron_core", "router", "edge_drop", *LINK, *AXI, *HOST)


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
def test_verilog_passes_lint(name: str) -> None:
    assert lint(lint_design(name, Architecture.preset("tiny"))) == []


def test_classes_take_the_parameters_of_the_architecture() -> None:
    # A mesh has four sides, and so no number of ports; a frame has as many bytes as it needs.
    known = {*dir(Architecture), "positions", "side", "octets"}
    for name in LIBRARY.names():
        if LIBRARY.unit(name).kind in ("logic", "structure"):
            made = load_class(name, LIBRARY)
            assert set(inspect.signature(made).parameters) <= known, name
