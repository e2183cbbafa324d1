"""A chip on a board with a host at its pins, in Icarus: as RTL, or after synthesis."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import Architecture, Network, random_network, random_packets, simulate
from spikewright.tools.board_host import from_frames, to_frames
from spikewright.verif.blocks import for_icarus
from spikewright.verif.toolchain import require_icarus

__all__ = ["BOARD", "SIDES", "TICKS", "play", "program"]

BOARD = Architecture.preset("tiny").with_mesh(2, 2)
SIDES = ("west", "north")
TICKS = 30

_BENCH = """\
`timescale 1ns / 1ps
module bench;
  reg clk = 0, rst = 1, in_valid = 0, out_ready = 0;
  wire in_ready, out_valid;
  wire [7:0] out_data;
  reg [7:0] bytes [0:{count} - 1];
  integer sent = 0, heard = 0, file, patience = 0, dice = {seed};
  board dut(.clk(clk), .rst(rst), .in_data(bytes[sent]), .in_valid(in_valid), .in_ready(in_ready),
    .out_data(out_data), .out_valid(out_valid), .out_ready(out_ready));
  always #5 clk = ~clk;
  initial begin
    $readmemh("bytes.hex", bytes);
    file = $fopen("heard.hex", "w");
    #42 rst = 0;
{contents}
    // Signals change while the clock falls; idles and back-pressure are random.
    while (patience < 3000) begin
      @(negedge clk);
      if (!in_valid) in_valid = sent < {count} && $random(dice) % 4 != 0;
      out_ready = $random(dice) % 4 != 0;
      #4;
      patience = patience + 1;
      if (out_valid && out_ready) begin
        $fwrite(file, "%h\\n", out_data);
        patience = 0;
      end
      if (in_valid && in_ready) begin
        @(posedge clk) #1 sent = sent + 1;
        in_valid = 0;
        patience = 0;
      end
    end
    $fclose(file);
    $finish(0);
  end
endmodule
"""


def program(seed: int) -> tuple[Network, NDArray[np.void], NDArray[np.void]]:
    """Return a random network, packets for it, and what must leave it."""
    network = random_network(BOARD, seed, attached=SIDES, off_mesh=0.5)
    packets = random_packets(network, seed, TICKS, off_mesh=0.0)
    outputs = simulate(network, ticks=TICKS, packets=packets).outputs
    assert len(outputs) > 60
    return network, packets, np.sort(outputs)


def play(
    folder: Path, sources: dict[str, str], packets: NDArray[np.void], contents: str = ""
) -> NDArray[np.void]:
    """Return what left the board.

    Parameters
    ----------
    folder : Path
    sources : dict of str to str
        Verilog with the module `board`, by name of the file.
    packets : ndarray of PACKET
    contents : str
        Statements of the bench that fill the memories after the reset.
    """
    require_icarus()
    octets = to_frames(BOARD, SIDES, packets, TICKS)
    (folder / "bytes.hex").write_text("".join(f"{octet:02x}\n" for octet in octets))
    bench = _BENCH.format(count=len(octets), seed=len(octets), contents=contents)
    for name, text in {**sources, "bench.v": bench}.items():
        (folder / name).write_text(for_icarus(text))
    names = ["bench.v", *sources]
    command = ["iverilog", "-g2012", "-s", "bench", "-o", "bench.vvp", *names]
    subprocess.run(command, cwd=folder, check=True)
    subprocess.run(["vvp", "-n", "bench.vvp"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    heard = bytes.fromhex((folder / "heard.hex").read_text())
    return from_frames(BOARD, SIDES, heard)
