"""Texts of Verilog that try what a unit has no business with, for `bench attacks`.

Words between @ are filled in as in `bench_attacks_amaranth`.
"""

from __future__ import annotations

__all__ = ["HARMLESS", "TEXTS"]

HARMLESS = """module unit(input clk, input rst, input [7:0] a, output reg [7:0] y);
always @(posedge clk) if (rst) y <= 0; else y <= y + a;
endmodule
"""
"""What must pass."""


def _inside(code: str, ports: str = "input clk, input [7:0] a, output [7:0] y") -> str:
    return f"module unit({ports});\n{code}\nendmodule\n"


def _memory(code: str) -> str:
    return _inside(f"reg [7:0] r [0:63];\ninitial {code}\nassign y = r[a[5:0]];")


def _case(items: int, value: str = "1'b1") -> str:
    """A case of many items, which exclude each other by promise."""
    lines = "".join(f"a[{n % 8}] == {n}: q = {n};\n" for n in range(items))
    return _inside(f"reg [7:0] q; assign y = q; always @* unique case ({value})\n{lines}endcase")


_DOUBLED = "".join(f"`define M{n} `M{n - 1} `M{n - 1}\n" for n in range(1, 40))

TEXTS = {
    "files": {
        "include a file": '`include "@SECRET@"\n' + HARMLESS,
        "include the list of users": '`include "/etc/passwd"\n' + HARMLESS,
        "include with ../": '`include "../../../../../../../..@SECRET@"\n' + HARMLESS,
        "include a macro": '`define F "@SECRET@"\n`include `F\n' + HARMLESS,
        "include the environment": '`include "/proc/@PARENT@/environ"\n' + HARMLESS,
        "$readmemh": _memory('$readmemh("@SECRET@", r);'),
        "$readmemb": _memory('$readmemb("@SECRET@", r);'),
        "a name pasted together": "`define J(a, b) a``b\n"
        + _memory('`J($read, memh)("@SECRET@", r);'),
        "$fopen": _memory('begin r[0] = $fopen("@OUT@", "w"); end'),
        "$writememh": _memory('$writememh("@OUT@", r);'),
        "$dumpfile": _memory('$dumpfile("@OUT@");'),
        "$fscanf": _memory('r[0] = $fscanf(1, "%s", r[1]);'),
        "name of a line": '`line 1 "@SECRET@" 0\nmodule unit(input a; endmodule',
    },
    "processes": {
        "$system": _memory('$system("touch @OUT@");'),
        "$system while elaborating": _inside('$system("touch @OUT@");'),
        "DPI": 'import "DPI-C" function int system(input string s);\n'
        + _inside('assign y = system("touch @OUT@");'),
        "DPI in a constant": 'import "DPI-C" function int system(input string s);\n'
        + _inside('localparam N = system("touch @OUT@");\nassign y = N;'),
        "$value$plusargs": _memory('r[0] = $value$plusargs("x=%d", r[1]);'),
    },
    "time": {
        "endless generate": _inside("genvar i; for (i = 0; i >= 0; i = i + 1) wire t;"),
        "generate without a step": _inside("genvar i; for (i = 0; i < 1; i = i) wire t;"),
        "endless constant function": _inside(
            "function integer f(input integer n); while (1) f = f + 1; endfunction\n"
            "localparam N = f(1);\nassign y = N;"
        ),
        "recursion of a function": _inside(
            "function automatic integer f(input integer n); f = f(n) + f(n); endfunction\n"
            "localparam N = f(1);\nassign y = N;"
        ),
        "endless loop": _inside(
            "reg [7:0] q; assign y = q; always @* begin q = a; while (q) q = a | 1; end"
        ),
        "recursion of modules": _inside("unit u(clk, a, y);"),
        "tree of modules": "".join(
            f"module m{n}(input a); m{n - 1} x(a); m{n - 1} z(a); endmodule\n" for n in range(1, 30)
        ) + "module m0(input a); endmodule\n" + _inside("m29 m(a[0]);"),
        "many includes": '`include "unit.v"\n' * 100_000 + HARMLESS,
        "many promises": "// synopsys full_case\nif\n" * 100_000 + HARMLESS,
        "many conditions of text": "`ifdef A\n" * 200_000 + HARMLESS,
        "many defaults of lists": _inside(
            "reg [7:0] q; assign y = q;\n" + "always @(a) q = a;\n" * 20_000
        ),
        "a list in a macro": "`define L @(a)\n`define A always `L\n" + _inside(
            "reg [7:0] q; assign y = q; `A q = a;"
        ),
        "many comments in a case": _inside(
            "reg [7:0] q; assign y = q; always @* unique case (a\n"
            + "/* */\n" * 200_000 + ") 1: q = 1; endcase"
        ),
        "nested loops": _inside(
            "reg [7:0] q; integer i, j, k; assign y = q; always @* begin q = a;\n"
            "for (i = 0; i < 3000; i = i + 1) for (j = 0; j < 3000; j = j + 1)\n"
            "for (k = 0; k < 3000; k = k + 1) q = q + i; end"
        ),
    },
    "memory": {
        "macros that double": f"`define M0 x\n{_DOUBLED}module unit(input `M39); endmodule\n",
        "macro of itself": "`define A `A `A\n" + _inside("assign y = `A;"),
        "include of itself": '`include "unit.v"\n' + HARMLESS,
        "wide vector": _inside("wire [2**31-1:0] w = {w[0], a}; assign y = w;"),
        "wide replication": _inside("assign y = ^{1000000000{a}};"),
        "replications in replications": _inside(
            "assign y = ^" + "{1000{" * 10 + "a" + "}}" * 10 + ";"
        ),
        "wide product": _inside(
            "wire [999999:0] w = {125000{a}}; wire [999999:0] v = w * w; assign y = v;"
        ),
        "large memory": _inside("reg [63:0] r [0:2**28-1]; assign y = r[a];"),
        "a million generated": _inside(
            "genvar i; generate for (i = 0; i < 1000000; i = i + 1) begin : g wire [7:0] t = a; end"
            " endgenerate"
        ),
        "deep expression": _inside(f"assign y = {'(' * 100000}a{')' * 100000};"),
        "deep signs": _inside(f"assign y = {'~' * 300000}a;"),
        "deep conditions": _inside(
            "reg [7:0] q; assign y = q; always @* " + "if (a) " * 50000 + "q = 1;"
        ),
        "deep case": _inside(
            "reg [7:0] q; assign y = q; always @* unique case (a) 1: "
            + "if (a) " * 50_000 + "q = 1; endcase"
        ),
        "case of many items": _case(20_000),
        "case of many values": _case(20_000, "a"),
        "a sum of thousands": _inside(f"assign y = a{'+a' * 3000};"),
        "a wide netlist": _inside(
            "wire [999999:0] w = {125000{a}}; assign y = ^(w ^ (w >> 1)) + ^(w << 1);"
        ),
        "a wide multiplexer": _inside(
            "wire [255999:0] w = {32000{a}}; assign y = w[{a, a, a} +: 8] ^ w[{a, a} +: 8];"
        ),
        "deep sum": _inside(f"assign y = a{'+a' * 200000};"),
        "long literal": _inside(f"assign y = 8'h{'f' * 4000000};"),
        "large literal": _inside("assign y = 999999999'd1;"),
        "long name": _inside(f"wire {'x' * 4000000};"),
        "a million lines": HARMLESS + "\n" * 1_000_000,
        "long text": HARMLESS + "//" + "x" * (9 << 20),
    },
    "output": {
        "escape codes in a name": _inside("reg \\q\x1b[2J ; assign y = a;"),
        "escape codes in a register": _inside(
            "reg [7:0] \\q\x1b[2J ; always @(posedge clk) \\q\x1b[2J <= a; assign y = \\q\x1b[2J ;"
        ),
        "invisible name": _inside(
            "reg [7:0] \\q\u202e ; always @(posedge clk) \\q\u202e <= a; assign y = \\q\u202e ;"
        ),
        "escape codes in a comment": HARMLESS + "// \x1b]0;owned\x07\x1b[2J\n",
        "escape codes in an error": _inside("assign y = \\z\x1b[2J ;"),
        "$fatal": _inside('$fatal(1, "\x1b[2J");'),
        "$error": _inside('$error("\\033[2J\\x1b[2J");'),
        "$display": _inside('initial $display("\x1b[2J"); assign y = a;'),
        "escape codes in a parameter": _inside('parameter P = "\x1b[2J"; assign y = P;'),
        "escape codes in an attribute": _inside('(* x = "\x1b[2J" *) wire w = a; assign y = w;'),
        "escape codes in a file name": '`line 1 "\x1b[2J" 0\nmodule unit(input a; endmodule',
        "a million errors": _inside("assign q = z;\n" * 200000),
    },
    "reading": {
        "null byte": HARMLESS.replace("a,", "a\0,"),
        "byte order mark": "\ufeff" + HARMLESS,
        "full-width letters": HARMLESS.replace("clk", "\uff43lk"),
        "half a character": HARMLESS + "// \udc80\n",
        "comment without an end": HARMLESS + "/* ",
        "string without an end": HARMLESS + '"',
        "protected text": "`pragma protect begin_protected\n" + HARMLESS,
        "hidden from synthesis": _inside(
            "assign y = a\n// synthesis translate_off\n+ 1\n// synthesis translate_on\n;"
        ),
    },
}  # fmt: skip
"""Texts by their names, by kind."""
