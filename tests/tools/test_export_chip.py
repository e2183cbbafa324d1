"""`spikewright export`: what a chip has beyond a mesh, and the other chips that can be had."""

from __future__ import annotations

import json
import re
import runpy
import shutil
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from spikewright.golden import SIDES, Architecture, random_network
from spikewright.golden.fields import FIELDS
from spikewright.golden.simulate import Simulator
from spikewright.golden.trace import TickResult
from spikewright.tools.commands_load import read_image
from spikewright.verif import axi_recorder
from spikewright.verif.ports import parse_ports

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("export_helpers.py"))))
invoke = partial(helpers.invoke, "export")
run_as_the_readme_says, fusesoc = helpers.run_as_the_readme_says, helpers.fusesoc

HDL = Path(__file__).parents[2] / "hdl"
REGISTERS = ("register_map.py", "registers.md", "registers.rdl", "spikewright.h")

needs_icarus = pytest.mark.skipif(
    shutil.which("iverilog") is None, reason="Icarus Verilog is not installed"
)


@pytest.fixture
def exported(handed_over: tuple[Path, dict[str, Any]]) -> Path:
    return handed_over[0]


@pytest.mark.parametrize("name", REGISTERS)
def test_the_registers_are_those_of_the_chip(exported: Path, name: str) -> None:
    assert (exported / "registers" / name).read_bytes() == (HDL / name).read_bytes()


def test_ip_xact_has_the_registers_as_another_reader_reads_them(exported: Path) -> None:
    compiler = pytest.importorskip("systemrdl")
    importer = pytest.importorskip("peakrdl_ipxact").IPXACTImporter

    def fields(top: Any) -> list[tuple[Any, ...]]:
        return [
            (
                register.inst_name,
                register.raw_address_offset,
                register.array_dimensions,
                field.inst_name,
                field.low,
                field.high,
                field.is_sw_readable,
                field.is_sw_writable,
                field.get_property("reset"),
                str(field.get_property("onwrite")),
            )
            for register in top.registers()
            for field in register.fields()
        ]

    described, written = compiler.RDLCompiler(), compiler.RDLCompiler()
    described.compile_file(str(exported / "registers" / "registers.rdl"))
    importer(written).import_file(str(exported / "ipxact" / "chip.xml"))
    [block] = written.elaborate().top.children(unroll=True)
    wanted = fields(described.elaborate().top)
    assert len(wanted) > 40
    assert fields(block) == wanted


def test_ip_xact_has_the_ports_and_the_buses(exported: Path) -> None:
    space = {"x": "http://www.accellera.org/XMLSchema/IPXACT/1685-2014"}
    root = ElementTree.parse(exported / "ipxact" / "chip.xml").getroot()
    found = {}
    for port in root.iterfind("x:model/x:ports/x:port", space):
        left = port.findtext(".//x:left", "0", space)
        direction = port.findtext("x:wire/x:direction", "", space)
        found[port.findtext("x:name", "", space)] = direction, int(left) + 1
    ports = parse_ports((exported / "rtl" / "chip.v").read_text(), "chip")
    assert found == {n: (p.direction.removesuffix("put"), p.width) for n, p in ports.items()}
    buses = {}
    for bus in root.iterfind("x:busInterfaces/x:busInterface", space):
        pins = [e.text for e in bus.iterfind(".//x:physicalPort/x:name", space)]
        assert set(pins) <= set(ports)
        kind = bus.find("x:busType", space)
        assert kind is not None
        buses[bus.findtext("x:name", "", space)] = kind.get("name"), len(pins)
    streams = [f"{way}_axis_{side}" for side in SIDES for way in "sm"]
    assert buses == {"s_axi": ("AXI4-Lite", 19), **dict.fromkeys(streams, ("AXI4Stream", 5))}
    for name in root.iterfind("x:fileSets//x:file/x:name", space):
        assert (exported / "ipxact" / str(name.text)).is_file()


@needs_icarus
def test_a_given_network_is_in_the_memories(tmp_path: Path) -> None:
    tiny = Architecture.preset("tiny").with_mesh(1, 1)
    network = random_network(tiny, 7, attached=SIDES)
    network.save(tmp_path / "net.npz")
    status, stdout, _ = invoke(
        tmp_path / "out", "--network", tmp_path / "net.npz", "--ticks", 3, "--json"
    )
    assert status == 0
    assert json.loads(stdout)["played_in_icarus"] > 0
    # In a chip of the same architecture, which was compiled before.
    held = read_image(tmp_path / "out" / "tb" / "memory", None, None)
    for field in FIELDS:
        assert np.array_equal(getattr(held, field.name), getattr(network, field.name))


def test_a_recording_that_is_not_the_golden_models_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class OneTooMany(Simulator):
        def step(self) -> TickResult:
            result = super().step()
            self.potentials[0] += 1
            return result

    monkeypatch.setattr(axi_recorder, "Simulator", OneTooMany)
    status, _, stderr = invoke(tmp_path / "out", "--preset", "tiny", "--ticks", 2)
    assert status == 2
    rule = "Recording must equal the golden model, and differs"
    what = r"potential of neuron \d+ of core 0 is \d+, not \d+"
    assert re.fullmatch(rf"{rule}: {what}", stderr.splitlines()[-1])
    assert not list(tmp_path.iterdir())


@pytest.mark.nightly
@needs_icarus
@pytest.mark.parametrize(
    "options",
    [
        ("--top", "mesh", "--preset", "tiny"),
        ("--core", "neuron", "--preset", "tiny", "--mesh", "2x1"),
        ("--preset", "truenorth"),
        ("--preset", "truenorth", "--core", "neuron", "--attached", "west"),
    ],
    ids=["mesh", "neuron", "truenorth", "truenorth-neuron"],
)
def test_other_chips_are_handed_over(tmp_path: Path, options: tuple[str, ...]) -> None:
    folder, top = tmp_path / "out", "mesh" if "mesh" in options[:2] else "chip"
    status, stdout, _ = invoke(folder, *options, "--ticks", 5, "--json")
    assert status == 0
    rows = json.loads(stdout)["rows"]
    done = run_as_the_readme_says(folder)
    assert (done.returncode, done.stdout) == (0, f"PASS: {rows} cycles\n"), done.stderr
    core = helpers.CORE.replace("chip", top)
    if helpers.FUSESOC.is_file():
        assert fusesoc(folder, "sim", tmp_path / "sim", core).returncode == 0
        assert fusesoc(folder, "lint", tmp_path / "lint", core).returncode == 0
    tile = folder / "rtl" / "tile.v"
    text, count = re.subn(r"neuron == (\d)'h(f+)", r"neuron == \1'hd", tile.read_text())
    assert count
    tile.write_text(text)
    assert run_as_the_readme_says(folder).returncode != 0
    assert (folder / "tb" / "result.txt").read_text().startswith("FAIL ")
