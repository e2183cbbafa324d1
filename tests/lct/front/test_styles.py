"""Verilog as people and models write it: each style proven equal to a plain reference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from spikewright.lct.front.design import Design

Load = Callable[..., Design]
Same = Callable[[Design, Design], bool]

PORTS = "input clk, rst, en, input [3:0] a, b, input [1:0] s, output logic [3:0] y"
PLAIN = f"module m({PORTS});\n{{}}\nendmodule\n"
COUNTER = PLAIN.format(
    "logic [3:0] n; always @(posedge clk) n <= rst ? 0 : en ? n + a : n; assign y = n;"
)


@dataclass(frozen=True)
class Style:
    """A body of the module `m`, text before it, and what it is equal to."""

    body: str
    reference: str
    before: str = ""


STYLES = {
    "parameters": Style(
        "add #(.N(4), .STEP(3)) u(.x(a), .y);",
        "assign y = a + 3;",
        "module add #(parameter int N = 2, parameter STEP = 1, localparam M = N - 1)\n"
        "(input [M:0] x, output [M:0] y); assign y = x + STEP; endmodule\n",
    ),
    "parameters by defparam and position": Style(
        "add u(y, a); defparam u.STEP = 7;",
        "assign y = a + 7;",
        "module add(y, x); parameter STEP = 1; output [3:0] y; input [3:0] x; wire [3:0] y;\n"
        "assign y = x + STEP; endmodule\n",
    ),
    "function": Style(
        "function automatic [3:0] swap(input [3:0] x); begin swap = {x[1:0], x[3:2]}; end "
        "endfunction\nassign y = swap(a) ^ swap(b);",
        "assign y = {a[1:0] ^ b[1:0], a[3:2] ^ b[3:2]};",
    ),
    "function with return and loop": Style(
        "function automatic logic [2:0] ones(logic [3:0] x); int n; n = 0;\n"
        "for (int i = 0; i < 4; i++) if (x[i]) n++; return n; endfunction assign y = ones(a);",
        "assign y = a[0] + a[1] + a[2] + a[3];",
    ),
    "function that returns early": Style(
        "function automatic logic [3:0] first(logic [3:0] x);\n"
        "for (int i = 0; i < 4; i++) if (x[i]) return i; return 4; endfunction assign y = "
        "first(a);",
        "assign y = a[0] ? 0 : a[1] ? 1 : a[2] ? 2 : a[3] ? 3 : 4;",
    ),
    "function that calls itself": Style(
        "function automatic int depth(int n); return n < 2 ? 0 : 1 + depth(n / 2); endfunction\n"
        "localparam D = depth(13); assign y = a + D;",
        "assign y = a + 3;",
    ),
    "task": Style(
        "task automatic order(input [3:0] p, q, output [3:0] low); low = p < q ? p : q; endtask\n"
        "always_comb order(a, b, y);",
        "assign y = a < b ? a : b;",
    ),
    "generate": Style(
        "genvar i; generate for (i = 0; i < 4; i = i + 1) begin : each\n"
        "if (i % 2 == 0) begin assign y[i] = a[i]; end else assign y[i] = b[i]; end endgenerate",
        "assign y = {b[3], a[2], b[1], a[0]};",
    ),
    "generate case": Style(
        "pick #(2) u(a, y);",
        "assign y = a << 2;",
        "module pick #(parameter K = 0)(input [3:0] x, output [3:0] y); generate case (K)\n"
        "0: assign y = x; 2: assign y = x << 2; default: assign y = 0; endcase endgenerate "
        "endmodule\n",
    ),
    "package, enum, struct": Style(
        "import types::*; pair_t p; assign p = '{high: a, low: b}; kind_t k; assign k = "
        "kind_t'(s);\n"
        "always_comb case (k) LOW: y = p.low; HIGH: y = p.high; default: y = types::NONE; endcase",
        "assign y = s == 0 ? b : s == 2 ? a : 9;",
        "package types; localparam NONE = 4'd9; typedef enum logic [1:0] {LOW, HIGH = 2} kind_t;\n"
        "typedef struct packed {logic [3:0] high, low;} pair_t; endpackage\n",
    ),
    "struct, by field and whole": Style(
        "typedef struct packed {logic [1:0] top; logic flag; logic last;} word_t; word_t w;\n"
        "always_comb begin w = a; w.flag = b[0]; w.top += 2'd1; end assign y = w;",
        "assign y = {a[3:2] + 2'd1, b[0], a[0]};",
    ),
    "union": Style(
        "typedef union packed {logic [3:0] whole; logic [1:0][1:0] half;} both_t; both_t w;\n"
        "assign w.whole = a; assign y = {w.half[0], w.half[1]};",
        "assign y = {a[1:0], a[3:2]};",
    ),
    "packed arrays": Style(
        "logic [3:0][1:0] v; assign v = {a, b}; assign y = v[s] + v[0];",
        "wire [7:0] v = {a, b}; assign y = ((v >> (s * 2)) & 3) + b[1:0];",
    ),
    "unpacked arrays": Style(
        "logic [3:0] v [4]; assign v = '{a, b, a ^ b, 4'd1}; assign y = v[s];",
        "assign y = s == 0 ? a : s == 1 ? b : s == 2 ? a ^ b : 1;",
    ),
    "array of instances": Style(
        "inv u [3:0] (.x(a), .y(y));",
        "assign y = ~a;",
        "module inv(input x, output y); assign y = !x; endmodule\n",
    ),
    "always @*, order matters": Style(
        "reg [3:0] t; always @* begin t = a; t = t + b; y = t; if (s[0]) y = t ^ 4'd5; end",
        "wire [3:0] t = a + b; assign y = s[0] ? t ^ 5 : t;",
    ),
    "Verilog of 1995": Style(
        "",
        "assign y = s == 1 ? a : s == 2 ? b : 0;",
        "module old(a, b, s, y); input [3:0] a, b; input [1:0] s; output y; reg [3:0] y; wire "
        "[3:0] a;"
        "\nalways @(a or b or s) begin case (s) 2'b01: y = a; 2'b10: y = b; default: y = 4'b0; "
        "endcase end endmodule\n",
    ),
    "casez": Style(
        "always_comb casez (a) 4'b1???: y = 3; 4'b01??: y = 2; 4'b001?: y = 1; default: y = 0; "
        "endcase",
        "assign y = a[3] ? 3 : a[2] ? 2 : a[1] ? 1 : 0;",
    ),
    "casex": Style(
        "always @(*) casex (a) 4'b1xxx: y = 3; 4'b01xx: y = 2; default: y = 0; endcase",
        "assign y = a[3] ? 3 : a[2] ? 2 : 0;",
    ),
    "case inside": Style(
        "always_comb case (a) inside [2:5]: y = 1; 4'b1?00: y = 2; 7, 9: y = 3; default: y = 0; "
        "endcase",
        "assign y = a >= 2 && a <= 5 ? 1 : a == 8 || a == 12 ? 2 : a == 7 || a == 9 ? 3 : 0;",
    ),
    "case of truth": Style(
        "always_comb case (1'b1) a[0]: y = 1; b[1]: y = 2; default: y = 3; endcase",
        "assign y = a[0] ? 1 : b[1] ? 2 : 3;",
    ),
    "inside": Style(
        "assign y = a inside {1, [4:6], 4'b1?1?};",
        "assign y = a == 1 || (a >= 4 && a <= 6) || (a[3] && a[1]);",
    ),
    "signed": Style(
        "wire signed [3:0] p = a, q = b; assign y = p < q ? p >>> 1 : -q;",
        "assign y = (a ^ 8) < (b ^ 8) ? {a[3], a[3:1]} : 0 - b;",
    ),
    "casts": Style(
        "assign y = 2'(a) + signed'(b) + 4'(s) + $unsigned(3'(a));",
        "assign y = a[1:0] + b + s + a[2:0];",
    ),
    "streams and repetition": Style(
        "logic [3:0] r; assign r = {<<{a}}; assign y = r ^ {2{s}};",
        "assign y = {a[0], a[1], a[2], a[3]} ^ {s, s};",
    ),
    "counting functions": Style(
        "assign y = $countones(a) + $onehot(b) + $onehot0(b) + $clog2(9) + $bits(a);",
        "wire [2:0] n = b[0] + b[1] + b[2] + b[3];\n"
        "assign y = a[0] + a[1] + a[2] + a[3] + (n == 1) + (n <= 1) + 8;",
    ),
    "assignment to parts": Style(
        "always_comb begin y = '0; y[s] = 1'b1; y[3 -: 2] ^= a[1:0]; {y[0], y[1]} = {y[1], "
        "y[0]}; end",
        "wire [3:0] h = 4'b1 << s; assign y = {h[3:2] ^ a[1:0], h[0], h[1]};",
    ),
    "variable part": Style(
        "wire [7:0] v = {a, b}; assign y = v[s +: 4];",
        "wire [7:0] v = {a, b} >> s; assign y = v[3:0];",
    ),
    "loops": Style(
        "always_comb begin y = 0; for (int i = 0; i < 4; i++) begin if (i == 2) continue;\n"
        "y ^= a >> i; if (i == 2 || b[i]) break; end end",
        "assign y = a ^ (b[0] ? 0 : a >> 1 ^ (b[1] ? 0 : a >> 3));",
    ),
    "while": Style(
        "always_comb begin int i; i = 0; y = a; while (i < 3) begin y = y + b; i = i + 1; end end",
        "assign y = a + b + b + b;",
    ),
    "gates": Style(
        "wire n; not (n, a[0]); and g(y[0], n, b[0]); nor (y[1], a[1], b[1], s[0]); "
        "xor x(y[2], a[2], b[2]); buf (y[3], a[3]);",
        "assign y = {a[3], a[2] ^ b[2], ~(a[1] | b[1] | s[0]), ~a[0] & b[0]};",
    ),
    "interface": Style(
        "link l(); source u(l.out, a, b); sink v(l.in, y);",
        "assign y = a & b;",
        "interface link; logic [3:0] data; logic valid; modport out(output data, valid);\n"
        "modport in(input data, valid); endinterface\n"
        "module source(link.out l, input [3:0] a, b); assign l.data = a & b; assign l.valid = 1; "
        "endmodule\nmodule sink(link.in l, output [3:0] y); assign y = l.valid ? l.data : 0; "
        "endmodule\n",
    ),
    "ports by name, order and star": Style(
        "wire [3:0] x, z; half h1(.*); half h2(z, b, y); assign x = a;",
        "assign y = (a + b) + b;",
        "module half(input [3:0] x, b, output [3:0] z); assign z = x + b; endmodule\n",
    ),
    "hierarchical name": Style(
        "half u(a); assign y = u.t;",
        "assign y = ~a;",
        "module half(input [3:0] x); wire [3:0] t = ~x; endmodule\n",
    ),
    "macros": Style(
        "`define W 4\n`define MAX(p, q) ((p) > (q) ? (p) : (q))\nwire [`W-1:0] t = `MAX(a, b);\n"
        "`ifdef NEVER\nassign y = 0;\n`else\nassign y = t;\n`endif",
        "assign y = a > b ? a : b;",
    ),
    "let": Style(
        "let low(p, q) = p < q ? p : q; assign y = low(a, b);", "assign y = a < b ? a : b;"
    ),
    "constants": Style(
        "localparam logic [3:0] T [4] = '{3, 5, 7, 9}; assign y = T[s] + 'd1 + 4'hA + 'b1 + '1;",
        "assign y = 2 * s + 3 + 1 + 10 + 1 + 15;",
    ),
    "attributes and comments": Style(
        '(* keep, note = "#5 $random" *) wire [3:0] t /* full_case */ = a; // `include\n'
        "assign y = t;",
        "assign y = a;",
    ),
    "wildcard equality": Style("assign y = a ==? 4'b1x0x;", "assign y = a[3] & ~a[1];"),
    "type parameter": Style(
        "wide #(.T(logic [3:0])) u(a, y);",
        "assign y = a + 1;",
        "module wide #(parameter type T = logic) (input T x, output T y); assign y = x + 1; "
        "endmodule\n",
    ),
}

REGISTERS = {
    "always_ff": "logic [3:0] n; always_ff @(posedge clk) if (rst) n <= '0; else if (en) n <= n "
    "+ a;\n"
    "assign y = n;",
    "next value apart": "logic [3:0] n, n_next; always_comb begin n_next = n; if (en) n_next = "
    "n + a; "
    "end\nalways_ff @(posedge clk) if (rst) n <= 0; else n <= n_next; assign y = n;",
    "reset last": "reg [3:0] n; always @(posedge clk) begin if (en) n <= n + a; if (rst) n <= "
    "0; end\n"
    "assign y = n;",
    "blocking within the process": "reg [3:0] n; reg [3:0] t; always @(posedge clk) begin t = n "
    "+ a;\n"
    "if (!en) t = n; if (rst) t = 0; n <= t; end assign y = n;",
    "in an instance": "count u(clk, rst, en, a, y);\nendmodule\nmodule count(input c, r, e, "
    "input [3:0] "
    "d, output reg [3:0] n); always @(posedge c) if (r) n <= 0; else if (e) n <= n + d;",
    "one process a bit": "logic [3:0] n; wire [3:0] t = n + a; genvar i; for (i = 0; i < 4; i++) "
    "always @(posedge clk)\nif (rst) n[i] <= 0; else if (en) n[i] <= t[i]; assign y = n;",
    "a field of a struct": "struct packed {logic [3:0] n;} q; always_ff @(posedge clk)\n"
    "if (rst) q <= '0; else if (en) q.n <= q.n + a; assign y = q;",
    "an event with iff": "logic [3:0] n; always @(posedge clk iff (en || rst)) n <= rst ? 0 : n "
    "+ a;\n"
    "assign y = n;",
}


@pytest.mark.parametrize("name", STYLES)
def test_combinational(load: Load, same: Same, name: str) -> None:
    style = STYLES[name]
    body = style.body or "old u(a, b, s, y);"
    design = load(style.before + PLAIN.format(body), "m")
    assert same(design, load(PLAIN.format(style.reference)))
    wrong = PLAIN.format(style.reference.replace("assign y = ", "assign y = 4'd8 ^ "))
    assert not same(design, load(wrong))


@pytest.mark.parametrize("name", REGISTERS)
def test_registers(load: Load, same: Same, name: str) -> None:
    design = load(PLAIN.format(REGISTERS[name]), "m")
    reference = COUNTER
    if name == "in an instance":
        reference = COUNTER.replace(" n;", " \\u.n ;").replace(" n ", " \\u.n  ")
    elif name == "a field of a struct":
        reference = COUNTER.replace(" n;", " q;").replace(" n ", " q ")
    elif name == "blocking within the process":
        # A variable that nothing reads after the process is a register too, as it is in simulation.
        reference = COUNTER.replace(
            "assign y", "reg [3:0] t; always @(posedge clk) t <= rst ? 0 : en ? n + a : n; assign y"
        )
    assert same(design, load(reference))
    assert not same(design, load(reference.replace("+ a", "+ b")))
