"""What has no exact meaning is refused by name, with its place and one sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from spikewright.lct.front.design import Design
from spikewright.lct.front.load import Elaborator, load_verilog
from spikewright.lct.front.refusal import Refused

Refuse = Callable[..., tuple[str, str]]

# The body of a module `m(input clk, rst, a, b, input [2:0] d, output logic y, z)` from line 2 on.
BODIES = {
    "syntax": ("assign y = a +;", "f.sv:2:15: expected expression"),
    "undeclared": ("assign y = foo;", "f.sv:2:12: use of undeclared identifier 'foo'"),
    "missing": ("nothere u(a, y);", "f.sv:2:1: unknown module 'nothere'"),
    "width": (
        "s u(.i(d), .o());\nendmodule\nmodule s(input [3:0] i, output [3:0] o); assign o = i;",
        "f.sv:2:8: implicit conversion of port connection expands from 3 to 4 bits",
    ),
    "latch": ("always @* if (a) y = b;", "f.sv:2:1: y keeps its value without a clock, as a latch"),
    "latch 2": (
        "always_comb case (d) 0: z = a; 1: z = b; endcase",
        "f.sv:2:35: z keeps its value without a clock, as a latch",
    ),
    "latch 3": (
        "always_latch if (a) y = b;",
        "f.sv:2:1: y keeps its value without a clock, as a latch",
    ),
    "clocks": (
        "always @(posedge clk) y <= a;\nalways @(posedge b) z <= a;",
        "f.sv:3:1: all registers have one edge of one clock, not rise of clk and rise of b",
    ),
    "clocks edges": (
        "always @(posedge clk) y <= a;\nalways @(negedge clk) z <= a;",
        "f.sv:3:1: all registers have one edge of one clock, not rise of clk and fall of clk",
    ),
    "clocks gated": (
        "wire g = clk & b;\nalways @(posedge g) y <= a;",
        "f.sv:3:1: a clock is an input, not g that is made inside",
    ),
    "clocks divided": (
        "always @(posedge clk) z <= ~z;\nalways @(posedge z) y <= a;",
        "f.sv:2:1: all registers have one edge of one clock, not rise of z and rise of clk",
    ),
    "clocks data": (
        "always @(posedge clk) z <= a;\nassign y = clk & z;",
        "f.sv:3:12: clk is a clock, not also data",
    ),
    "clocks reset": (
        "always @(posedge clk or posedge b) if (b) y <= 0; else y <= a;",
        "f.sv:2:1: an asynchronous set or reset is rst at 1",
    ),
    "clocks level": (
        "always @(posedge clk or negedge rst) if (!rst) y <= 0; else y <= a;",
        "f.sv:2:1: an asynchronous set or reset is rst at 1",
    ),
    "clocks both": (
        "always @(posedge clk, posedge rst, posedge b) if (rst) y <= 0; else if (b) y <= 1; else "
        "y <= a;",
        "f.sv:2:9: multiple asynchronous loads unsupported",
    ),
    "loop": (
        "assign y = a ^ z;\nassign z = y & b;",
        "f.sv:2:12: y depends on itself within one cycle",
    ),
    "drivers": ("assign y = a;\nassign y = b;", "f.sv:1:60: y has one driver, not two"),
    "drivers 2": (
        "always @(posedge clk) y <= a;\nalways @(posedge clk) y <= b;",
        "f.sv:3:1: y has one driver, not two",
    ),
    "delay": ("assign #5 y = a;", "f.sv:2:8: hardware has no time, so # gives only parameters"),
    "delay 2": ("wire #3 w = a;", "f.sv:2:6: hardware has no time, so # gives only parameters"),
    "delay 3": (
        "and #(2) g(y, a, b);",
        "f.sv:2:5: hardware has no time, so # gives only parameters",
    ),
    "delay 4": (
        "always @(posedge clk) y <= #1 a;",
        "f.sv:2:28: hardware has no time, so # gives only parameters",
    ),
    "delay 5": (
        "always begin wait (a); y = b; end",
        "f.sv:2:14: hardware has no time, so there is no wait",
    ),
    "delay 6": (
        "specify (a => y) = 3; endspecify",
        "f.sv:2:1: hardware has no time, so there is no specify",
    ),
    "hardware fork": (
        "initial fork y = 1; join",
        "f.sv:2:9: hardware cannot do this, so there is no fork",
    ),
    "hardware force": (
        "initial force y = 1;",
        "f.sv:2:9: hardware cannot do this, so there is no force",
    ),
    "hardware real": ("real r;", "f.sv:2:1: hardware cannot do this, so there is no real"),
    "hardware random": (
        "always @(posedge clk) y <= $random;", "f.sv:2:28: hardware has no system task $random",
    ),
    "hardware initial": (
        "initial y = a;", "f.sv:2:13: reading net state during design initialization unsupported",
    ),
    "hardware time": ("assign y = $time == 0;", "f.sv:2:12: unsupported system task '$time'"),
    "tristate": ("assign y = a ? b : 1'bz;", "f.sv:2:8: y is driven at all times, not tri-state"),
    "tristate 2": (
        "bufif1 g(y, a, b);",
        "f.sv:2:1: a wire is driven, and driven by one, so there is no bufif1",
    ),
    "tristate 3": (
        "assign (weak0, weak1) y = a;",
        "f.sv:2:9: a wire is driven, and driven by one, so there is no weak0",
    ),
    "promise full_case": (
        "always @* begin y = 0; (* full_case *) case (d) 1: y = 1; endcase end",
        "f.sv:2:27: hardware and simulation are one text, without full_case",
    ),
    "promise comment": (
        "always @* begin y = 0; case (d) // synopsys parallel_case\n1: y = 1; endcase end",
        "f.sv:2:45: hardware and simulation are one text, without parallel_case",
    ),
    "promise off": (
        "// synthesis translate_off\nassign y = 1;",
        "f.sv:2:14: hardware and simulation are one text, without translate_off",
    ),
    "promise if": (
        "always @* begin y = 0; unique if (a) y = 1; else if (b) y = 0; end",
        "f.sv:2:24: conditions are taken in order, without the promise unique if",
    ),
    "promise case": (
        "always @* unique case (d) 1: y = 1; 2: y = 0; 1: y = 0; default: y = 1; endcase",
        "f.sv:2:47: an item of unique case comes once, not 1 again",
    ),
    "x": (
        "always @* begin y = 0; case (d) 3'b1xx: y = 1; default: y = 0; endcase end",
        "f.sv:2:33: an item of case is a known value, not 3'b1xx",
    ),
    "sensitivity": (
        "always @(a or d) y = a & b;",
        "f.sv:2:9: a list of sensitivity names all that is read, b too",
    ),
}  # fmt: skip
HEAD = "module m(input clk, rst, a, b, input [2:0] d, output logic y, z);\n"


@pytest.mark.parametrize("name", BODIES)
def test_refused(refused: Refuse, name: str) -> None:
    body, sentence = BODIES[name]
    assert refused(f"{HEAD}{body}\nendmodule\n") == (name.partition(" ")[0], sentence)


def test_several_tops(refused: Refuse) -> None:
    text = "module p(output y); assign y = 0; endmodule\nmodule q; endmodule\n"
    assert refused(text) == ("top", "f.sv: one module is the top, not p and q")


def test_no_top(refused: Refuse) -> None:
    assert refused("// nothing\n") == ("missing", "f.sv: one module is the top, not none")


@pytest.mark.parametrize(
    "body", ["assign y = y;", "assign y = z;\nassign z = y;", "assign y = z; assign z = {y};"]
)
def test_wires_that_are_only_each_other(refused: Refuse, body: str) -> None:
    rule, sentence = refused(f"{HEAD}logic w;\nassign w = y & a;\n{body}\nendmodule")
    assert rule == "loop"
    assert sentence in {f"{n}: {n} depends on itself within one cycle" for n in "yz"}


def test_inout(refused: Refuse) -> None:
    text = "module m(inout a, output y); assign y = a; endmodule"
    assert refused(text) == ("port", "a: a port is an input or an output, not both")


def test_black_box(refused: Refuse) -> None:
    text = "(* blackbox *) module s(input i, output o); endmodule\n"
    text += "module m(input a, output y); s u(a, y); endmodule"
    assert refused(text) == ("black-box", "f.sv:2:32: s has no meaning that can be proven")


def test_place_in_the_second_file(refused: Refuse) -> None:
    top = "module m(input a, output y); s u(a, y); endmodule\n"
    rule, sentence = refused(
        top, **{"g.v": "module s(input i, output o);\nassign o = j;\nendmodule"}
    )
    assert (rule, sentence) == ("undeclared", "g.v:2:12: use of undeclared identifier 'j'")


def test_place_as_the_user_wrote_it(tmp_path: Path, elaborator: Elaborator) -> None:
    path = tmp_path / "some where" / "f.v"
    path.parent.mkdir()
    path.write_text("module m(output y);\nassign y = q;\nendmodule\n")
    with pytest.raises(Refused) as found:
        load_verilog([path], elaborator=elaborator)
    assert found.value.place == f"{path}:2:12"
    path.write_bytes(b"module \xff")
    with pytest.raises(Refused, match=r"a source is UTF-8 text, not byte 7 of it$"):
        load_verilog([path], elaborator=elaborator)


ACCEPTED = {
    "prose": "// full_case is no longer here, nor $random nor #5 nor `include\nassign y = a;",
    "text": 'initial $display("#5 $random full_case");\nassign y = a;',
    "parameters": "s #(.N(2)) u(d[1:0], y);\nendmodule\n"
    "module s #(parameter N = 1) (input [N-1:0] i, output o);\nassign o = &i;",
    "complete list": "always @(a or b or d) begin y = a; case (d) 1: y = b; default: ; endcase end",
    "a list, and an instance": "always @(a) y = ~a;\ns u(.i(b), .o());\nendmodule\n"
    "module s(input i, output o); assign o = i;",
    "full by default": "always @* (* full_case *) case (d) 1: y = a; default: y = b; endcase",
    "full by values": "always @* (* full_case *) casez (d) 3'b0??: y = a; 3'b1?0: y = b; "
    "3'b1?1: y = a; endcase",
    "assertion": "always @(posedge clk) begin y <= a; assert (a); $display(y); end\n"
    "assert property (@(posedge clk) a |-> b);",
    "not compiled": "`ifndef SYNTHESIS\ninitial #5 y = $random;\n`endif\nassign y = a;",
    "words in a loop only": "logic [3:0] c; assign y = c[3]; assign c[0] = a;\n"
    "for (genvar i = 0; i < 3; i++) assign c[i+1] = d[i] ^ c[i];",
    "words in a loop only, in a process": "logic [3:0] c; assign y = c[3];\n"
    "always_comb begin for (int i = 0; i < 3; i++) c[i+1] = d[i] & c[i]; c[0] = a; end",
    "words in a loop only, in a choice": "logic [1:0] c; assign y = c[1];\n"
    "always_comb begin c = b ? {c[0], a} : {c[0], d[0]}; end",
    "an argument of a static function": "function f; input i; f = ~i; endfunction\n"
    "always @* begin y = 0; if (a) y = f(b); end",
    "asynchronous reset": "always @(posedge clk or posedge rst) if (rst) y <= 0; else y <= a;",
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(load: Callable[..., Design], name: str) -> None:
    text = HEAD + ACCEPTED[name] + "\nendmodule"
    assert load(text, "m").outputs == {"y": 1, "z": 1}


def test_initial_value_and_reset(load: Callable[..., Design]) -> None:
    """Both are there, so that a comparison can name a difference."""
    text = (
        "module m(input clk, rst, d, output reg y = 1, output reg z = 1);\nalways @(posedge clk) "
    )
    text += (
        "if (rst) y <= 0; else y <= d;\nalways @(posedge clk, posedge rst) if (rst) z <= 0; else "
    )
    design = load(text + "z <= d;\nendmodule")
    assert {n: (r.init, r.load, r.place) for n, r in design.registers.items()} == {
        "y": ("1", None, "f.sv:1:40"),
        "z": ("1", ("0",), "f.sv:1:58"),
    }
