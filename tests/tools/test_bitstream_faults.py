"""Faults in the tables at the host's pins: a board that has one says something else."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from spikewright.tools.errors import UserError
from spikewright.verif.fault_edits import Cell, Fault
from spikewright.verif.fault_runs import plant

board = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("board_bench.py"))))
pins = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("test_bitstream.py"))))

# What the part with the fault writes, in a process that has no other.
WRITE = """
import sys
from pathlib import Path
from spikewright.golden import Architecture
from spikewright.hdl import hosted
assert Path(hosted.__file__).is_relative_to(Path.cwd()), hosted.__file__
board = Architecture.preset("tiny").with_mesh(2, 2)
Path(sys.argv[1]).write_text(hosted.hosted_verilog(board, sys.argv[2:]))
"""
FAULTS = [
    Cell("host_port", "free", "expression", "not stepping and ", ""),
    Cell("host_port", "tick", "=> step", "1", "0"),
    Cell("frame_in", "take", "=> held", "held >> 8", "held >> 7"),
    Cell("frame_in", "full", "=> count", "hold", "0"),
    Cell("frame_out", "give", "=> held", "held >> 8", "held"),
    Cell("frame_out", "stall", "=> left", "hold", "left - 1"),
    Cell("seed_writer", "always", "core", "next", "0"),
]


@pytest.mark.nightly
@pytest.mark.parametrize("edit", FAULTS, ids=str)
def test_a_fault_is_found(edit: Cell, tmp_path: Path) -> None:
    plant(Fault(name="planted", meaning="", edits=(edit,)), tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    text = tmp_path / "planted.v"
    command = [sys.executable, "-c", WRITE, str(text), *board.SIDES]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True)
    network, packets, expected = board.program(3)
    statements = pins.image(tmp_path, network)
    try:
        heard = board.play(tmp_path, {"board.v": text.read_text()}, packets, statements)
    except UserError:
        # Some byte is missing.
        return
    assert not np.array_equal(heard, expected)


def test_each_unit_has_a_fault_that_fits_its_table() -> None:
    for edit in FAULTS:
        Fault(name="planted", meaning="", edits=(edit,)).sources(Path(__file__).parents[2])
    assert {edit.unit for edit in FAULTS} == {"host_port", "frame_in", "frame_out", "seed_writer"}
