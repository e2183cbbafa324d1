"""`spikewright synth`: figures from reports, memories that are no block RAM, refusals."""

import json
import re
import runpy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from spikewright.golden.architecture import Architecture
from spikewright.hdl.verilog import component_verilog
from spikewright.tools import synth_sets, synth_tools
from spikewright.tools.errors import UserError
from spikewright.tools.synth import TARGETS, implement
from spikewright.tools.synth_sets import SETS, Design

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("command_helpers.py"))))
invoke = helpers.invoke
TINY = Architecture.preset("tiny")


class Rows(wiring.Component):
    """A memory of 8,192 bits, read through a register or at once."""

    def __init__(self, domain: str) -> None:
        self.domain = domain
        super().__init__({"at": In(8), "write": In(1), "data": In(32), "row": Out(32)})

    def elaborate(self, platform: object) -> Module:
        del platform
        m = Module()
        m.submodules.entries = entries = Memory(shape=32, depth=256, init=[])
        write, read = entries.write_port(), entries.read_port(domain=self.domain)
        m.d.comb += [
            write.addr.eq(self.at),
            write.en.eq(self.write),
            write.data.eq(self.data),
            read.addr.eq(self.at),
            self.row.eq(read.data),
        ]
        return m


def rows(monkeypatch: pytest.MonkeyPatch, domain: str) -> Design:
    text = component_verilog(Rows(domain), "rows")
    monkeypatch.setitem(synth_sets._VERILOG, "rows", lambda _a, _core: text)
    return Design("rows", "a memory", TINY, "rows")


@pytest.mark.slow
def test_small_core_on_luts_in_general(tmp_path: Path) -> None:
    status, text, _ = invoke("synth", "core-16", "--target", "generic", "--json", "-o", tmp_path)
    assert status == 0
    report = json.loads(text)
    (result,) = report["results"]
    assert report["faults"] == result["findings"] == []
    assert 500 < result["area"]["luts"] < 2000
    assert result["area"]["cells"] is result["megahertz"] is result["path"] is None
    assert result["memories"]["synapse_rows.entries"] == 16 * 16
    assert result["memories"]["potentials.entries"] == 16 * TINY.potential_bits
    units = {unit["name"]: unit["area"] for unit in result["units"]}
    assert units["scan"]["flip_flops"] > TINY.axons
    assert units["potentials"]["block_rams"] == 1
    together = sum(area["flip_flops"] for area in units.values())
    assert together >= result["area"]["flip_flops"]


@pytest.mark.slow
def test_small_core_on_ecp5(tmp_path: Path) -> None:
    status, text, _ = invoke("synth", "core-16", "--json", "-o", tmp_path)
    assert status == 0
    (result,) = json.loads(text)["results"]
    report = json.loads((tmp_path / "core-16-ecp5" / "report.json").read_text())
    assert result["area"]["cells"] == report["utilization"]["TRELLIS_COMB"]["used"] > 500
    assert result["area"]["flip_flops"] == report["utilization"]["TRELLIS_FF"]["used"]
    assert result["megahertz"] == report["fmax"]["clk"]["achieved"] > 30
    path = result["path"]
    assert path["logic"] + path["routing"] == pytest.approx(1000 / result["megahertz"], rel=0.01)
    stages = {"scan", "look_up", "weigh", "draw", "integration", "integrated", "leak", "fire"}
    assert re.split(r"\.|__", path["begins"])[0] in stages


@pytest.mark.slow
def test_memory_read_at_once_is_no_block_ram(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = implement(rows(monkeypatch, "sync"), TARGETS["ecp5"], tmp_path)
    assert good.findings == []
    assert good.area.block_rams == 1
    bad = implement(rows(monkeypatch, "comb"), TARGETS["ecp5"], tmp_path)
    assert bad.findings == ["Memory entries must map to block RAM, and its 8,192 bits do not"]
    assert bad.area.block_rams == 0


def test_fault_of_yosys_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(synth_sets._VERILOG, "none", lambda _a, _core: "module other; endmodule\n")
    with pytest.raises(UserError) as raised:
        implement(Design("x", "", TINY, "none"), TARGETS["generic"], tmp_path)
    log = tmp_path / "yosys.log"
    assert str(raised.value) == (
        f"yosys must finish {tmp_path.name}, and says: Module `none' not found! (see {log})"
    )


def test_every_design_has_verilog() -> None:
    for design in (SETS["core-64"], SETS["router"], SETS["mesh-2x2-16"]):
        assert f"module {design.top}(" in design.verilog()
    assert "core.sums" in SETS["core-16"].verilog("neuron")
    assert "core.sums" not in SETS["core-16"].verilog()


def test_what_does_not_fit_is_not_placed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SETS, "rows", rows(monkeypatch, "sync"))
    small = replace(TARGETS["generic"], device="board", room=(("block_rams", 0),))
    monkeypatch.setitem(TARGETS, "generic", small)
    status, text, told = invoke(
        "synth", "rows", "--target", "generic", "--no-units", "--json", "-o", tmp_path
    )
    assert status == 2
    assert told.endswith("Design rows must have at most 0 block RAMs on board, not 1.\n")
    (result,) = json.loads(text)["results"]
    assert result["area"]["block_rams"] == 1
    assert result["megahertz"] is None
    assert result["units"] == []


def test_list() -> None:
    status, text, _ = invoke("synth", "--list")
    assert status == 0
    assert "core-256      256 x 256 core, preset truenorth\n" in text
    assert text.endswith("targets: ecp5, ice40, generic\n")


def test_refusals(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert invoke("synth", "--target", "asic") == (
        2,
        "",
        "--target must be one of ecp5, ice40, generic, not 'asic'.\n",
    )
    assert invoke("synth", "--core", "axon") == (
        2,
        "",
        "--core must be one of event, neuron, not 'axon'.\n",
    )
    status, _, text = invoke("synth", "core-512")
    assert status == 2
    assert text == f"Design must be one of {', '.join(SETS)}, not 'core-512'.\n"
    monkeypatch.setattr(synth_tools, "find_spec", lambda _: None)
    with pytest.raises(UserError) as raised:
        implement(rows(monkeypatch, "sync"), TARGETS["ecp5"], tmp_path)
    assert str(raised.value) == (
        "Target ecp5 needs the extra synth: pip install 'spikewright[synth]'."
    )
