"""Memories are registers: each held against the same registers written out by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from amaranth.hdl import Module
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import Component, In, Out

from spikewright.lct.front.design import Design
from spikewright.lct.front.load import Elaborator, load_component
from spikewright.lct.front.refusal import Refused

Load = Callable[..., Design]
Same = Callable[[Design, Design], bool]

HEAD = """module m(input clk, we, re, input [1:0] wa, ra, input [3:0] d, output logic [3:0] y);
"""
BY_HAND = """module m(input clk, we, re, input [1:0] wa, ra, input [3:0] d, output logic [3:0] y);
logic [3:0] \\r[0] , \\r[1] , \\r[2] , \\r[3] ;
always @(posedge clk) if (we) case (wa)
  0: \\r[0] <= d; 1: \\r[1] <= d; 2: \\r[2] <= d; 3: \\r[3] <= d;
endcase
wire [3:0] word = ra == 0 ? \\r[0] : ra == 1 ? \\r[1] : ra == 2 ? \\r[2] : \\r[3] ;
"""

VERILOG = {
    "read at once": (
        "reg [3:0] r [0:3];\nalways @(posedge clk) if (we) r[wa] <= d;\nassign y = r[ra];",
        "assign y = word;",
    ),
    "highest first": (
        "reg [3:0] r [3:0];\nalways @(posedge clk) if (we) r[wa] <= d;\nassign y = r[ra];",
        "assign y = word;",
    ),
    "read at the clock, old word": (
        "reg [3:0] r [0:3];\nalways @(posedge clk) begin if (we) r[wa] <= d;\n"
        "if (re) y <= r[ra]; end",
        "always @(posedge clk) if (re) y <= word;",
    ),
}


@pytest.mark.parametrize("name", VERILOG)
def test_verilog(load: Load, same: Same, name: str) -> None:
    text, reference = VERILOG[name]
    design = load(f"{HEAD}{text}\nendmodule")
    assert {n for n in design.registers if n != "y"} == {f"r[{i}]" for i in range(4)}
    assert same(design, load(f"{BY_HAND}{reference}\nendmodule"))


def test_the_later_port_wins(load: Load, same: Same) -> None:
    text = "reg [3:0] r [0:3];\nalways @(posedge clk) begin if (we) r[wa] <= d; "
    design = load(f"{HEAD}{text}if (re) r[ra] <= ~d; end\nassign y = r[ra];\nendmodule")
    reference = BY_HAND.replace("if (we) case (wa)", "begin if (we) case (wa)").replace(
        "endcase", "endcase\nif (re) case (ra)\n  0: \\r[0] <= ~d; 1: \\r[1] <= ~d; "
        "2: \\r[2] <= ~d; 3: \\r[3] <= ~d;\nendcase end",
    )  # fmt: skip
    assert same(design, load(f"{reference}assign y = word;\nendmodule"))
    wrong = reference.replace("3: \\r[3] <= ~d", "3: \\r[3] <= d")
    assert not same(design, load(f"{wrong}assign y = word;\nendmodule"))


def test_two_processes_at_once_are_undefined(load: Load, same: Same) -> None:
    text = "reg [3:0] r [0:3];\nalways @(posedge clk) if (we) r[wa] <= d;\n"
    text += "always @(posedge clk) if (re) r[ra] <= ~d;\nassign y = 0;"
    design = load(f"{HEAD}{text}\nendmodule")
    assert not same(design, design)


def test_bytes(load: Load, same: Same) -> None:
    text = "reg [3:0] r [0:3];\nalways @(posedge clk) begin if (we) r[wa][1:0] <= d[1:0];\n"
    design = load(f"{HEAD}{text}if (re) r[wa][3:2] <= d[3:2]; end\nassign y = r[ra];\nendmodule")
    cases = "".join(
        f"if (wa == {i}) begin if (we) \\r[{i}] [1:0] <= d[1:0]; "
        f"if (re) \\r[{i}] [3:2] <= d[3:2]; end\n"
        for i in range(4)
    )
    start, rest = BY_HAND.split("always")
    word = rest[rest.index("wire") :]
    reference = f"{start}always @(posedge clk) begin {cases} end\n{word}assign y = word;\nendmodule"
    assert same(design, load(reference))


def test_rom(load: Load, same: Same) -> None:
    text = "reg [3:0] r [0:3];\ninitial for (int i = 0; i < 4; i++) r[i] = 3 * i + 1;\n"
    design = load(f"{HEAD}{text}assign y = r[ra];\nendmodule")
    reference = "assign y = ra == 0 ? 1 : ra == 1 ? 4 : ra == 2 ? 7 : 10;"
    assert design.registers == {}
    assert same(design, load(f"{HEAD}{reference}\nendmodule"))


def test_initial_words(load: Load) -> None:
    text = "reg [3:0] r [0:3];\ninitial begin r[1] = 5; r[3] = 4'bx011; end\n"
    text += "always @(posedge clk) if (we) r[wa] <= d;\nassign y = r[ra];"
    design = load(f"{HEAD}{text}\nendmodule")
    assert {n: r.init for n, r in design.registers.items()} == {
        "r[0]": None, "r[1]": "0101", "r[2]": None, "r[3]": "x011",
    }  # fmt: skip
    assert {r.place for r in design.registers.values()} == {"f.sv:2:11"}


@pytest.mark.parametrize(("low", "high"), [(0, 4), (2, 6), (0, 2), (4, 11)])
def test_outside_is_undefined(load: Load, same: Same, low: int, high: int) -> None:
    """A read outside is anything; what is never looked at outside is known."""
    text = (
        f"reg [3:0] r [{low}:{high}];\nalways @(posedge clk) if (we) r[d[2:0]] <= d;\nassign y = "
    )
    whole = load(f"{HEAD}{text}r[{{re, ra}}];\nendmodule")
    guarded = f"{{re, ra}} >= {low} && {{re, ra}} <= {high} ? r[{{re, ra}}] : 4'd0;\nendmodule"
    assert not same(whole, whole)
    guard = load(f"{HEAD}{text}{guarded}")
    assert same(guard, guard)
    assert list(guard.registers) == [f"r[{i}]" for i in range(low, high + 1)]


class Ports(Component):
    """A memory with a port of each kind."""

    def __init__(self, *, transparent: bool, synchronous: bool) -> None:
        super().__init__(
            {
                "we": In(1), "re": In(1), "wa": In(2), "ra": In(2), "d": In(4), "y": Out(4),
            }
        )  # fmt: skip
        self.transparent, self.synchronous = transparent, synchronous

    def elaborate(self, _platform: object) -> Module:
        m = Module()
        m.submodules.r = memory = Memory(shape=4, depth=4, init=[1, 2, 3])
        write = memory.write_port()
        read = memory.read_port(
            domain="sync" if self.synchronous else "comb",
            transparent_for=[write] if self.transparent else [],
        )
        m.d.comb += [write.en.eq(self.we), write.addr.eq(self.wa), write.data.eq(self.d)]
        m.d.comb += [read.addr.eq(self.ra), self.y.eq(read.data)]
        if self.synchronous:
            m.d.comb += read.en.eq(self.re)
        return m


AMARANTH = {
    (False, False): "assign y = word;",
    (False, True): "always @(posedge clk) if (re) y <= word;",
    (True, True): "always @(posedge clk) if (re) y <= we && wa == ra ? d : word;",
}


@pytest.mark.parametrize(("transparent", "synchronous"), AMARANTH)
def test_amaranth(
    load: Load, same: Same, elaborator: Elaborator, transparent: bool, synchronous: bool
) -> None:
    component = Ports(transparent=transparent, synchronous=synchronous)
    design = load_component(component, prefer=["y"], elaborator=elaborator)
    words = [n for n in design.registers if n != "y"]
    assert len(words) == 4
    prefix = words[0].removesuffix("[0]")
    text = BY_HAND.replace("\\r[", f"\\{prefix}[") + AMARANTH[transparent, synchronous]
    assert same(design, load(f"{text}\nendmodule"))
    if synchronous:
        other = AMARANTH[not transparent, True]
        text = BY_HAND.replace("\\r[", f"\\{prefix}[") + other
        assert not same(design, load(f"{text}\nendmodule"))
    assert [design.registers[n].init for n in words] == ["0001", "0010", "0011", "0000"]


def test_largest(load: Load) -> None:
    """The largest whose words are registers, one that is an array, and one too large."""
    text = "module m(input clk, we, input [{1}:0] a, input [7:0] d, output [7:0] y);\nreg [7:0] "
    text += "r [0:{0}]; always @(posedge clk) if (we) r[a] <= d;\nassign y = r[a]; endmodule"
    assert len(load(text.replace("{0}", "511").replace("{1}", "8")).registers) == 512
    larger = load(text.replace("{0}", "512").replace("{1}", "9"))
    assert (larger.registers, list(larger.memories)) == ({}, ["r"])
    sentence = r"^f\.sv:2:11: memory r has at most 1,048,576 bits, not 1,048,584$"
    with pytest.raises(Refused, match=sentence):
        load(text.replace("{0}", "131072").replace("{1}", "17"))
