"""What the tests of the simulator infrastructure share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from spikewright.verif.cache import default_root
from spikewright.verif.design import Design

COUNTER = """
module counter(input clk, input rst, input [7:0] step, input stop, output reg [15:0] total);
  initial total = 16'd5;
  always @(posedge clk) begin
    if (rst) total <= 16'd0; else total <= total + {8'd0, step};
    if (stop) $finish;
  end
endmodule
"""


@pytest.fixture(scope="session")
def counter() -> Design:
    """A unit that several tests build, so that it is built once."""
    return Design("counter", {"counter.v": COUNTER})


@pytest.fixture
def fresh_root(tmp_path: Path) -> Path:
    """A folder of builds with nothing in it but the compiled run-time library of earlier runs."""
    root = tmp_path / "sim"
    root.mkdir()
    for runtime in default_root().glob("runtime-*"):
        shutil.copytree(runtime, root / runtime.name)
    return root
