"""A mesh of compiled tiles does what the flat mesh does, to the bit and to the cycle."""

from __future__ import annotations

import subprocess
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from spikewright.golden import Architecture, random_network, random_packets, random_spikes
from spikewright.golden.engines import make_simulator
from spikewright.tools.engine import chip_verilog, program
from spikewright.verif.chip_abi import TileLibrary
from spikewright.verif.chip_build import tiled_library
from spikewright.verif.chip_model import ChipModel
from spikewright.verif.chip_packets import packets_from_spikes
from spikewright.verif.chip_run import SparseRun
from spikewright.verif.design import Design, Options
from spikewright.verif.errors import ToolError
from spikewright.verif.tile_block import split_tile
from spikewright.verif.verilation import Verilation

ARCHITECTURE = Architecture.preset("tiny").with_mesh(3, 2)
ATTACHED = ("west", "east")
TICKS = 60


def design(architecture=ARCHITECTURE) -> Design:
    return Design("mesh", {"mesh.v": chip_verilog(architecture, ATTACHED).read_text()})


def run(tiles: bool, seed: int, **options) -> SparseRun:
    network = random_network(ARCHITECTURE, seed, attached=ATTACHED)
    spikes = packets_from_spikes(random_spikes(network, seed, TICKS), ARCHITECTURE)
    packets = np.concatenate([spikes, random_packets(network, seed, TICKS)])
    with ChipModel(design(), ARCHITECTURE, attached=ATTACHED, tiles=tiles, **options) as chip:
        program(chip, network)
        due = packets[packets["tick"] < TICKS]
        return chip.run_sparse(TICKS, due, watch=np.arange(96)[::-1])


@pytest.mark.parametrize("seeds", [(1, 0, 0), (2, 5, 0), (3, 0, 3), (4, 5, 3)])
def test_tiles_equal_the_flat_mesh(seeds):
    seed, idle, stall = seeds
    flat = run(False, seed, idle_seed=idle, stall_seed=stall)
    tiled = run(True, seed, idle_seed=idle, stall_seed=stall)
    assert len(flat.spike_index)
    for field in fields(SparseRun):
        np.testing.assert_array_equal(
            getattr(tiled, field.name), getattr(flat, field.name), err_msg=field.name
        )


@pytest.mark.parametrize("core", ["event", pytest.param("neuron", marks=pytest.mark.nightly)])
def test_a_tile_that_is_not_clocked_would_not_change(core):
    """All its registers and memories, with packets and back-pressure; and one that would is found.

    In the wrong tile a counter runs, of which nothing else is seen.
    """
    text = chip_verilog(ARCHITECTURE, ATTACHED, core=core).read_text()
    start = text.index(";", text.index("\nmodule tile(")) + 1
    running = "reg [7:0] runs = 0; always @(posedge clk) runs <= runs + 1'd1;"
    shown = "always @(posedge clk) if (&runs && start && rst) $stop;"
    wrong = f"{text[:start]}\n{running}\n{shown}{text[start:]}"
    checked = Options(checked=True)
    network = random_network(ARCHITECTURE, 3, attached=ATTACHED)
    packets = packets_from_spikes(random_spikes(network, 3, 20), ARCHITECTURE)
    for source, fault in (
        (text, None),
        (wrong, r"^Tick -1: the design stopped itself, by an assertion or by \$finish$"),
    ):
        with ChipModel(
            Design("mesh", {"mesh.v": source}),
            ARCHITECTURE,
            attached=ATTACHED,
            tiles=True,
            options=checked,
            idle_seed=5,
            stall_seed=3,
        ) as chip:
            program(chip, network)
            if fault is None:
                assert chip.run_sparse(20, packets).spikes_per_tick.any()
            else:
                with pytest.raises(ToolError, match=fault):
                    chip.run_sparse(20, packets)


def test_tiles_are_programmed_again():
    """What one program leaves behind must not be seen by the next."""
    with ChipModel(design(), ARCHITECTURE, attached=ATTACHED, tiles=True) as chip:
        for seed in (1, 2, 1):
            network = random_network(ARCHITECTURE, seed, attached=ATTACHED)
            program(chip, network)
            golden = make_simulator(network).run(20, np.arange(96))
            found = chip.run_sparse(20, watch=np.arange(96))
            np.testing.assert_array_equal(found.watched, golden.potentials)
            np.testing.assert_array_equal(found.last.reshape(-1), golden.potentials[-1])


def test_two_chips_at_a_time():
    """They share their libraries, and nothing else."""
    chips = [ChipModel(design(), ARCHITECTURE, attached=ATTACHED, tiles=True) for _ in range(2)]
    networks = [random_network(ARCHITECTURE, seed, attached=ATTACHED) for seed in (5, 6)]
    for chip, network in zip(chips, networks, strict=True):
        program(chip, network)
    found = [[chip.run_sparse(1).last for chip in chips] for _ in range(10)]
    for index, network in enumerate(networks):
        golden = make_simulator(network).run(10, np.arange(96)).potentials
        np.testing.assert_array_equal([pair[index].reshape(-1) for pair in found], golden)


def test_a_tile_with_a_fault_differs():
    """The planted fault is in the tile, which is compiled anew; the mesh around it is not."""
    whole = design()
    text = whole.sources["mesh.v"]
    wrong = text.replace(".spike(trace__spike)", ".spike()")
    assert wrong != text
    network = random_network(ARCHITECTURE, 1, attached=ATTACHED)
    found = []
    for source in (text, wrong):
        faulty = Design("mesh", {"mesh.v": source})
        with ChipModel(faulty, ARCHITECTURE, attached=ATTACHED, tiles=True) as chip:
            program(chip, network)
            found.append(chip.run_sparse(5).spikes_per_tick)
    assert found[0].any()
    assert not found[1].any()


@pytest.fixture
def carried_out(monkeypatch) -> list[str]:
    """Builds that were carried out, instead of being carried out."""
    names: list[str] = []

    def pretend(self, _command, _files, _root, folder):
        names.append(self.design.top)
        (folder / self.product).write_text("")

    monkeypatch.setattr(Verilation, "_carry_out", pretend)
    monkeypatch.setattr(TileLibrary, "load", lambda _path: TileLibrary())
    return names


def test_one_tile_is_compiled_for_any_mesh(carried_out, tmp_path):
    """The tile knows the bits of a core's number, and so is another from 4 to 5 cores."""
    for mesh, wanted in (
        ((3, 2), ["tile_block", "mesh_harness"]),
        ((3, 2), []),
        ((2, 3), ["mesh_harness"]),
        ((4, 2), ["mesh_harness"]),
        ((2, 3), []),
        ((2, 2), ["tile_block", "mesh_harness"]),
    ):
        carried_out.clear()
        architecture = ARCHITECTURE.with_mesh(*mesh)
        tiled_library(design(architecture), architecture, ATTACHED, Options(), tmp_path)
        assert carried_out == wanted, mesh


def test_a_changed_mesh_or_tile_is_compiled_anew(carried_out, tmp_path):
    text = design().sources["mesh.v"]
    for old, new, wanted in (
        ("", "", ["tile_block", "mesh_harness"]),
        (".trace__spike(trace_0__spike)", ".trace__spike(trace_0__spike )", []),
        (".west_in__valid(link_0_0_east__valid)", ".west_in__valid(busy_0)", ["mesh_harness"]),
        (".spike(trace__spike)", ".spike()", ["tile_block"]),
    ):
        carried_out.clear()
        assert old in text
        changed = Design("mesh", {"mesh.v": text.replace(old, new, 1)})
        tiled_library(changed, ARCHITECTURE, ATTACHED, Options(), tmp_path)
        assert carried_out == wanted, new


def test_an_unchanged_design_starts_no_program(monkeypatch):
    ChipModel(design(), ARCHITECTURE, attached=ATTACHED, tiles=True).close()

    def refuse(*command, **_options):
        pytest.fail(f"no program may be started, and one was: {command}")

    monkeypatch.setattr(subprocess, "run", refuse)
    monkeypatch.setattr(subprocess, "Popen", refuse)
    ChipModel(design(), ARCHITECTURE, attached=ATTACHED, tiles=True).close()


@pytest.mark.nightly
def test_programs_that_compile_are_counted(monkeypatch, fresh_root):
    """Verilator and make, for the tile and for the mesh; a second time neither, for neither."""
    started: list[str] = []
    run = subprocess.run

    def counted(command, **options):
        started.append(Path(command[0]).name)
        return run(command, **options)

    monkeypatch.setattr(subprocess, "run", counted)
    for wanted in (["verilator_bin", "make"] * 2, []):
        started.clear()
        with ChipModel(
            design(), ARCHITECTURE, attached=ATTACHED, tiles=True, root=fresh_root
        ) as chip:
            program(chip, random_network(ARCHITECTURE, 1, attached=ATTACHED))
            assert chip.run(1).spikes.any()
        assert [name for name in started if name != "g++"] == wanted


def test_a_crossed_wire_differs():
    """The planted fault is in the mesh: a packet to the east never comes to the next tile."""
    text = design().sources["mesh.v"]
    wrong = text.replace(".west_in__valid(link_0_0_east__valid)", ".west_in__valid(1'h0)")
    assert wrong != text
    network = random_network(ARCHITECTURE, 1, attached=ATTACHED)
    found = []
    for source in (text, wrong):
        with ChipModel(
            Design("mesh", {"mesh.v": source}), ARCHITECTURE, attached=ATTACHED, tiles=True
        ) as chip:
            program(chip, network)
            found.append(chip.run_sparse(20).last)
    assert np.any(found[0] != found[1])


def test_options_that_compiled_tiles_do_not_know():
    options = Options(waves=True)
    message = r"^Options of a chip of compiled tiles must be none or checked, not Options\(.*\)$"
    with pytest.raises(ToolError, match=message):
        ChipModel(design(), ARCHITECTURE, attached=ATTACHED, tiles=True, options=options)


def test_watched_neurons_that_are_not_there():
    with ChipModel(design(), ARCHITECTURE, attached=ATTACHED, tiles=True) as chip:
        message = r"^Watched neuron must be in 0..95, not 96$"
        with pytest.raises(ToolError, match=message):
            chip.run_sparse(1, watch=[96])


def test_verilog_without_a_tile():
    message = r"^Verilog of a mesh must hold the module tile and others, and does not$"
    with pytest.raises(ToolError, match=message):
        split_tile("module mesh(); endmodule")
