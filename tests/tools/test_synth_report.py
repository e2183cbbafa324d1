"""Figures from recorded reports of yosys and nextpnr: the router for ECP5, and planted faults."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from spikewright.golden.architecture import Architecture
from spikewright.tools import synth, synth_sets
from spikewright.tools.synth import TARGETS, implement
from spikewright.tools.synth_report import (
    Area,
    area_of,
    latches,
    misfits,
    slowest_path,
    units_of,
    unmapped,
)
from spikewright.tools.synth_sets import Design
from spikewright.tools.synth_tools import read_json

DATA = Path(__file__).parents[1] / "data" / "synth"
ECP5 = TARGETS["ecp5"]
LATCH = """
module latch(input clk, input open, input [3:0] d, output reg [3:0] kept, output reg [3:0] q);
  always @* if (open) kept = d;
  always @(posedge clk) q <= kept;
endmodule
"""


def report(name: str) -> Any:
    return read_json(DATA / f"{name}.json")


def test_area() -> None:
    counts = report("stat")["design"]["num_cells_by_type"]
    whole = area_of(counts, ECP5)
    assert whole == Area(luts=766, flip_flops=319, distributed=0, block_rams=0, multipliers=0)
    assert area_of(counts, ECP5, times=3).luts == 3 * 766
    assert area_of({"DP16KD": 2, "PDPW16KD": 1, "MULT18X18D": 4}, ECP5).block_rams == 3


def test_units() -> None:
    units = {unit.name: unit for unit in units_of(report("units")["modules"], "router", ECP5)}
    assert len(units) == 16
    assert units["merge_local"].area.flip_flops == 3
    assert units["buffer_east"].area == Area(37, 62, 0, 0, 0)
    # No register is between units, and none goes across them.
    assert sum(unit.area.flip_flops for unit in units.values()) == 319
    assert {unit.count for unit in units.values()} == {1}


def test_a_unit_that_stands_in_several_places_counts_each_time() -> None:
    modules = report("units")["modules"]
    modules["\\mesh"] = {"num_cells_by_type": {"router": 4, "LUT4": 2}}
    units = {unit.name: unit for unit in units_of(modules, "mesh", ECP5)}
    assert units[""].area == Area(2, 0, 0, 0, 0)
    assert units["router.merge_local"].count == 4
    assert units["router.merge_local"].area.flip_flops == 12


def test_units_of_one_name_are_one() -> None:
    modules = {
        "\\sums": {"num_cells_by_type": {"sums.half": 1, "sums.half$2": 2}},
        "\\sums.half": {"num_cells_by_type": {"LUT4": 5}},
        "\\sums.half$2": {"num_cells_by_type": {"LUT4": 7, "TRELLIS_FF": 1}},
    }
    (unit,) = units_of(modules, "sums", ECP5)
    assert (unit.name, unit.count, unit.area) == ("half", 3, Area(19, 2, 0, 0, 0))


def test_slowest_path() -> None:
    found = report("report")
    path = slowest_path(found["critical_paths"])
    assert path is not None
    assert (path.begins, path.ends) == ("buffer_west.leave__payload", "buffer_north.leave__payload")
    assert path.steps == 7
    clock = found["fmax"]["clk"]["achieved"]
    assert path.logic + path.routing == pytest.approx(1000 / clock, abs=0.001)
    from_a_port = [{**way, "from": "<async>"} for way in found["critical_paths"]]
    assert slowest_path(from_a_port) is None


def test_memory_without_its_block_ram_is_found() -> None:
    names = ("synapse_rows.entries.0.0", "rows.entries.0.0")
    netlist = {"core": {"cells": {name: {"type": "DP16KD"} for name in names}}}
    memories = {"synapse_rows.entries": 65_536, "rows.entries": 36_864, "scheduler.rows": 4_096}
    assert unmapped(memories, ECP5, netlist) == []
    netlist["core"]["cells"]["rows.entries.0.0"]["type"] = "TRELLIS_DPR16X4"
    assert unmapped(memories, ECP5, netlist) == [
        "Memory rows.entries must map to block RAM, and its 36,864 bits do not"
    ]


def test_latch_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    design = Design("latch", "", Architecture.preset("tiny"), "latch")
    monkeypatch.setitem(synth_sets._VERILOG, "latch", lambda _a, _core: LATCH)
    found = implement(design, TARGETS["generic"], tmp_path, units=False)
    assert found.findings == ["Signal kept must not be a latch, and is one"]
    clocked = LATCH.replace("@* if", "@(posedge clk) if").replace("kept = d", "kept <= d")
    monkeypatch.setitem(synth_sets._VERILOG, "latch", lambda _a, _core: clocked)
    found = implement(design, TARGETS["generic"], tmp_path, units=False)
    assert found.findings == []
    assert found.area.flip_flops == 8
    assert latches({"cells": {}, "netnames": {}}) == []


def test_what_does_not_fit_is_told() -> None:
    area = Area(luts=100, flip_flops=100, distributed=0, block_rams=44, multipliers=0)
    assert misfits("core-256", area, TARGETS["ice40"]) == [
        "Design core-256 must have at most 32 block RAMs on HX8K, not 44"
    ]
    assert misfits("core-256", replace(area, luts=7_681, block_rams=32), TARGETS["ice40"]) == [
        "Design core-256 must have at most 7,680 LUTs on HX8K, not 7,681"
    ]
    assert misfits("core-256", area, ECP5) == misfits("core-256", area, TARGETS["generic"]) == []


def test_figures_of_a_placed_design(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def recorded(folder: Path, kind: str, options: list[str]) -> None:
        assert kind == "ecp5"
        asked.extend(options)
        shutil.copy(DATA / "report.json", folder)

    monkeypatch.setattr(synth, "place_and_route", recorded)
    clocked = LATCH.replace("@* if", "@(posedge clk) if").replace("kept = d", "kept <= d")
    monkeypatch.setitem(synth_sets._VERILOG, "latch", lambda _a, _core: clocked)
    design = Design("latch", "", Architecture.preset("tiny"), "latch")
    found = implement(design, ECP5, tmp_path, units=False, megahertz=90, seed=7)
    assert asked[:2] == ["--85k", "--out-of-context"]
    assert asked[asked.index("--freq") + 1] == "90"
    assert asked[asked.index("--seed") + 1] == "7"
    assert found.area == Area(0, 8, 0, 0, 0, cells=928)
    assert found.megahertz == pytest.approx(105.086, abs=0.001)
    assert found.path is not None
