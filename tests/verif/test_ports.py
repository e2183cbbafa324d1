from __future__ import annotations

import pytest

from spikewright.verif.errors import ToolError
from spikewright.verif.ports import Port, check_header, cpp_name, parse_ports

AMARANTH = """
(* top =  1  *)
(* src = "/a/path/input:8" *)
module other(x);
  input [3:0] x;
  wire [3:0] x;
endmodule
module unit(a, b, clk, q, \\odd.input );
  reg \\$auto$verilog_backend.cc:2355:dump_module$1  = 0;
  (* src = "file.py:8" *)
  input [7:0] a;
  wire [7:0] a;
  /* input [9:0] ghost; */
  input b;
  wire b;
  input clk;
  wire clk;
  input [2:0] \\small ;
  wire [2:0] \\small ;
  output [100:0] q;
  reg [100:0] q = 101'h0;
  wire [3:0] \\odd.input ;
  always @(*) begin end
endmodule
"""


def test_amaranth_style() -> None:
    assert parse_ports(AMARANTH, "unit") == {
        "a": Port("input", 8),
        "b": Port("input", 1),
        "clk": Port("input", 1),
        "small": Port("input", 3),
        "q": Port("output", 101),
    }


def test_header_style() -> None:
    text = """
    module unit #(parameter W = 3) (
        input  wire        clk,      // input [3:0] no_port
        input  logic signed [7:0] a, b,
        output reg  [15:0] q
    );
      function [3:0] twice; input [3:0] argument; twice = argument << 1; endfunction
    endmodule
    """
    assert parse_ports(text, "unit") == {
        "clk": Port("input", 1),
        "a": Port("input", 8, True),
        "b": Port("input", 8, True),
        "q": Port("output", 16),
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("module else_(); endmodule", "Module unit must be in the Verilog, and is not"),
        (
            "module unit(input [W-1:0] a); endmodule",
            r"Range of port a of unit must be \[number:0\], not \[W-1:0\]: give the ports by hand",
        ),
        (
            "module unit(a); input [-1:0] a; endmodule",
            "Port a of unit must have at least one bit, and has none",
        ),
        (
            "module unit(inout a); endmodule",
            "Port a of unit must be an input or an output, not inout",
        ),
    ],
)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(ToolError, match=f"^{message}$"):
        parse_ports(text, "unit")


def test_a_port_says_how_large_it_is() -> None:
    assert Port("input", 33).words == 2
    assert Port("input", 4).limits == (0, 15)
    assert Port("input", 4, True).limits == (-8, 7)
    with pytest.raises(ToolError, match=r"^width must be at least 1, not 0$"):
        Port("input", 0)


HEADER = """
    VL_IN8(&clk,0,0);
    VL_IN16(&s___05Fpayload,12,0);
    VL_OUTW(&w,100,0,4);
"""


def test_ports_are_held_against_what_verilator_found() -> None:
    ports = {"clk": Port("input", 1), "s__payload": Port("input", 13), "w": Port("output", 101)}
    check_header(HEADER, ports, "unit")
    with pytest.raises(ToolError, match=r"^Port w of unit .* of 100 bits, not an output of 101$"):
        check_header(HEADER, {**ports, "w": Port("output", 100)}, "unit")
    with pytest.raises(ToolError, match=r"^Port x must be a port of unit, and is not$"):
        check_header(HEADER, {**ports, "x": Port("output", 1)}, "unit")
    del ports["w"]
    check_header(HEADER, ports, "unit")
    del ports["clk"]
    with pytest.raises(ToolError, match=r"^Input clk of unit must be among the ports given"):
        check_header(HEADER, ports, "unit")


def test_names_in_cpp() -> None:
    assert cpp_name("west_in_0__valid") == "west_in_0___05Fvalid"
    assert cpp_name("payload.dx") == "payload__02edx"
