"""Whatever the text is, it becomes a design or is refused in a sentence with a place."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from itertools import pairwise

import pytest

from spikewright.lct.front.design import Design
from spikewright.lct.front.load import Elaborator, load_verilog
from spikewright.lct.front.refusal import Refused
from spikewright.lct.front.scan import tokens

TEXT = """`define W 4
module part #(parameter N = 1) (input [N-1:0] x, output reg [N-1:0] z);
  always @(x) z = ~x;
endmodule
module m(input clk, rst, en, input [`W-1:0] a, b, output logic [3:0] y, output reg q);
  typedef enum logic [1:0] {IDLE, RUN = 2'd2} state_t;
  state_t state;
  reg [3:0] r [0:3];
  wire [3:0] w;
  part #(.N(4)) u(.x(a), .z(w));
  always_ff @(posedge clk) begin
    if (rst) state <= IDLE;
    else unique case (state) IDLE: if (en) state <= RUN; default: state <= IDLE; endcase
    if (en) r[a[1:0]] <= b + 4'd1;
  end
  always @* begin
    q = 1'b0;
    casez (a) 4'b1??0: q = en; 4'b01zz: q = ^b; default: ; endcase
  end
  assign y = state == RUN ? w : r[b[1:0]];
endmodule
"""
WORDS = re.findall(
    r"\S+",
    "( ) [ ] { } ; : , ? = <= == + - # @ * (* *) ' \" ` // /* */ begin end case endcase if else "
    "unique priority posedge negedge assign always initial input output inout wire reg module "
    "endmodule for generate function 1'bx 'z 4'b1x0? $random $clog2 `W `define `ifdef `endif "
    "`include 99999999999 default clk a y state r \\ \0 é",
)


def mutate(rng: random.Random) -> str:
    starts = [t.at for t in tokens(TEXT)]
    pieces = [TEXT[a:b] for a, b in pairwise([*starts, len(TEXT)])]
    for _ in range(rng.choice([1, 1, 2, 5])):
        at = rng.randrange(len(pieces))
        kind = rng.randrange(4)
        if kind == 0:
            del pieces[at]
        elif kind == 1:
            pieces.insert(at, rng.choice(WORDS) + " ")
        elif kind == 2:
            pieces[at] = rng.choice(pieces)
        else:
            pieces[at] = rng.choice(WORDS) + " "
    return "".join(pieces)


def outcomes(elaborator: Elaborator, seeds: range) -> set[str]:
    rules = set()
    for seed in seeds:
        text = mutate(random.Random(seed))
        try:
            design = load_verilog({"f.sv": text}, elaborator=elaborator)
        except Refused as error:
            rules.add(error.rule)
            said = str(error)
        else:
            assert isinstance(design, Design)
            rules.add("")
            said = "f.sv: design"
        assert re.fullmatch(r"(f\.sv(:\d+)*|[\w.]+): \S.*", said), (seed, said)
        assert "/tmp" not in said, (seed, said)
    return rules


def test_any_text(elaborator: Elaborator) -> None:
    assert {"", "syntax"} <= outcomes(elaborator, range(12))


@pytest.mark.nightly
def test_much_text(load: Callable[..., Design], elaborator: Elaborator) -> None:
    assert load(TEXT, "m").outputs == {"y": 4, "q": 1}
    assert len(outcomes(elaborator, range(12, 400))) > 8
