"""The mesh: its ports, its links, and the text that is made of it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from spikewright.golden.architecture import Architecture
from spikewright.hdl.mesh import edge_length, edges
from spikewright.hdl.verilog import mesh_verilog
from spikewright.verif.ports import parse_ports

TINY = Architecture.preset("tiny").with_mesh(3, 2)


def test_edge_lengths() -> None:
    assert [edge_length(TINY, side) for side in ("west", "east", "north", "south")] == [2, 2, 3, 3]


@pytest.mark.parametrize("attached", [(), ("west",), ("west", "east", "north", "south")])
def test_attached_sides_have_streams_and_the_others_counters(attached: tuple[str, ...]) -> None:
    ports = parse_ports(mesh_verilog(TINY, attached), "mesh")
    for side, p in edges(TINY):
        taken = side in attached
        assert (f"{side}_in_{p}__payload" in ports) == taken
        assert (f"{side}_out_{p}__payload" in ports) == taken
        assert (f"off_mesh_{side}_{p}" in ports) != taken
    assert sum(name.startswith("trace_") and name.endswith("__valid") for name in ports) == 6


def test_the_tile_is_written_once() -> None:
    text = mesh_verilog(TINY)
    assert text.count("\nmodule tile(") == 1
    assert text.count("\n  tile tile_") == 6


def test_text_is_the_same_everywhere() -> None:
    """No places of sources, nothing that follows the order of a hash."""
    code = (
        "from spikewright.golden.architecture import Architecture as A;"
        "from spikewright.hdl.verilog import mesh_verilog as v;"
        "print(v(A.preset('tiny')))"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1
    assert ".py" not in texts.pop()
