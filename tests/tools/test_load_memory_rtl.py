"""Memory files in the hardware: a chip that is programmed by `$readmemh` alone."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spikewright.golden import (
    DEFAULT_SEED,
    Architecture,
    Network,
    Trace,
    random_network,
    random_packets,
    simulate,
)
from spikewright.tools.commands_load import write_images
from spikewright.tools.engine import chip_verilog
from spikewright.tools.load_memory import INCLUDE
from spikewright.verif.chip_model import ChipModel
from spikewright.verif.design import Design
from spikewright.verif.toolchain import require_icarus

TINY = Architecture.preset("tiny")
TICKS = 20
SIDES = ("west",)


def network(seed: int, *, seeds: bool, stochastic: float = 0.3) -> Network:
    """Return a random program, with random seeds or with those of a reset."""
    found = random_network(TINY, seed, attached=SIDES, stochastic=stochastic)
    if not seeds:
        found.seed[:] = DEFAULT_SEED
    return found


def seed_writes(network: Network) -> list[tuple[int, int, int, int]]:
    return [(4, core, 0, seed) for core, seed in enumerate(network.seed.tolist())]


def with_image(verilog: str, include: str) -> str:
    """Return the mesh, reading its memories at the end of each reset."""
    head, end, tail = verilog.rpartition("endmodule")
    macro = "`define SPIKEWRIGHT_MESH mesh_harness.mesh\n"
    return f"{head}{macro}always @(negedge rst) begin\n{include}end\n{end}{tail}"


def on_verilator(folder: Path, monkeypatch: Any, writes: Any, packets: Any) -> Any:
    """Run the image in a folder."""
    verilog = chip_verilog(TINY, SIDES).read_text("utf-8")
    text = with_image(verilog, (folder / INCLUDE).read_text())
    # The names of the files have no folder, so that every image runs on one build.
    monkeypatch.chdir(folder)
    with ChipModel(Design("mesh", {"mesh.v": text}), TINY, attached=SIDES) as chip:
        chip.configure(writes)
        return chip.run(TICKS, packets)


def differs(rtl: Any, golden: Trace) -> bool:
    return not (
        np.array_equal(rtl.spikes, golden.spikes)
        and np.array_equal(rtl.potentials, golden.potentials)
        and np.array_equal(rtl.late, golden.late)
        and np.array_equal(rtl.outputs, golden.outputs)
    )


@pytest.mark.slow
@pytest.mark.parametrize(("number", "seeds"), [(1, False), (2, False), (3, True)])
def test_verilator_runs_an_image(
    number: int, seeds: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a single write; a seed other than that of a reset takes one."""
    program = network(number, seeds=seeds)
    packets = random_packets(program, number, TICKS)
    writes = seed_writes(program) if seeds else []
    write_images(program, None, tmp_path / "image")
    rtl = on_verilator(tmp_path / "image", monkeypatch, writes, packets)
    golden = simulate(program, ticks=TICKS, packets=packets)
    assert golden.spikes.sum() > 100
    assert not differs(rtl, golden)


def reverse_lines(text: str) -> str:
    return "".join(reversed(text.splitlines(keepends=True)))


def change_digit(text: str) -> str:
    """Return the text with the lowest bit of its third line changed."""
    lines = text.splitlines()
    lines[2] = f"{lines[2][:-1]}{int(lines[2][-1], 16) ^ 1:x}"
    return "\n".join(lines) + "\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "fault"),
    [
        ("axon_types_0002.mem", lambda _: "0\n" * 16),
        ("synapses_0001.mem", reverse_lines),
        ("parameters_0000.mem", reverse_lines),
        ("potential_0003.mem", change_digit),
    ],
)
def test_a_planted_fault_in_a_file_is_found(
    file: str, fault: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the hardware runs is what the files say, so a wrong file gives other spikes."""
    program = network(1, seeds=False)
    packets = random_packets(program, 1, TICKS)
    golden = simulate(program, ticks=TICKS, packets=packets)
    write_images(program, None, tmp_path / "image")
    path = tmp_path / "image" / file
    text = path.read_text()
    assert fault(text) != text
    path.write_text(fault(text))
    assert differs(on_verilator(tmp_path / "image", monkeypatch, [], packets), golden)


ICARUS = """\
`define SPIKEWRIGHT_MESH bench.dut
module bench;
  reg clk = 0, rst = 1, start = 0, enable = 0;
  reg [3:0] slot = 0;
  reg [1:0] core = 0;
  reg [31:0] seed = 0;
  wire busy, quiescent;
  integer file, tick;
{wires}
  mesh dut(.clk(clk), .rst(rst), .start(start), .slot(slot), .busy(busy), .quiescent(quiescent),
    .config__enable(enable), .config__space(3'd4), .config__core(core), .config__address(4'd0),
    .config__data({{37'd0, seed}}){pins});
  always @(negedge rst) begin
    `include "load_image.vh"
  end
{records}
  task write(input [1:0] to, input [31:0] value);
    begin
      enable = 1; core = to; seed = value; #10; enable = 0;
    end
  endtask
  always #5 clk = ~clk;
  // Signals change while the clock falls.
  initial begin
    file = $fopen("record.txt", "w");
    #40 rst = 0;
    while (!quiescent) #10;
{writes}
    for (tick = 0; tick < {ticks}; tick = tick + 1) begin
      slot = tick; start = 1; #10; start = 0;
      #10;
      while (!quiescent) #10;
    end
    $fclose(file);
    $finish(0);
  end
endmodule
"""


def icarus_bench(network: Network, *, seeds: bool) -> str:
    """Return a bench that records every neuron of every tick."""
    wires, pins, records = [], [], []
    for c in range(TINY.cores):
        wires.append(
            f"  wire valid_{c}, spike_{c}; wire [3:0] neuron_{c}; wire signed [8:0] value_{c};"
        )
        pins.append(
            f", .trace_{c}__valid(valid_{c}), .trace_{c}__spike(spike_{c}),"
            f" .trace_{c}__neuron(neuron_{c}), .trace_{c}__potential(value_{c})"
        )
        records.append(
            f"  always @(posedge clk) if (valid_{c}) $fwrite(file, "
            f'"%0d {c} %0d %0d %0d\\n", tick, neuron_{c}, value_{c}, spike_{c});'
        )
    writes = [f"    write({core}, {value});" for _, core, _, value in seed_writes(network)]
    return ICARUS.format(
        wires="\n".join(wires),
        pins="".join(pins),
        records="\n".join(records),
        writes="\n".join(writes) if seeds else "",
        ticks=TICKS,
    )


@pytest.mark.parametrize("seeds", [False, True])
def test_icarus_runs_an_image(seeds: bool, tmp_path: Path) -> None:
    require_icarus()
    program = Network(TINY, **network(4, seeds=seeds).arrays())
    image = tmp_path / "image"
    write_images(program, None, image)
    (image / "mesh.v").write_text(chip_verilog(TINY, ()).read_text("utf-8"))
    (image / "bench.v").write_text(icarus_bench(program, seeds=seeds))
    for command in (
        ["iverilog", "-g2005", "-o", "bench.vvp", "bench.v", "mesh.v"],
        ["vvp", "bench.vvp"],
    ):
        done = subprocess.run(command, cwd=image, capture_output=True, text=True, check=True)
        assert done.stdout + done.stderr == ""
    record = np.loadtxt(image / "record.txt", dtype=np.int64)
    golden = simulate(program, ticks=TICKS)
    assert golden.spikes.sum() > 100
    assert len(record) == golden.spikes.size
    tick, core, neuron, value, spike = record.T
    np.testing.assert_array_equal(value, golden.potentials[tick, core, neuron])
    np.testing.assert_array_equal(spike, golden.spikes[tick, core, neuron])
    assert len(np.unique(record[:, :3], axis=0)) == len(record)
