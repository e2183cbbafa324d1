from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from amaranth.hdl import Module, signed
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.verif.design import Design, Options
from spikewright.verif.errors import ToolError
from spikewright.verif.ports import Port
from spikewright.verif.vectors import VerilatedUnit, from_words

PAIR = data.StructLayout({"low": signed(5), "high": 8})


class Toy(wiring.Component):
    """Ports of every kind that C++ has a type of its own for, with and without a register."""

    def __init__(self) -> None:
        super().__init__(
            {
                "small": In(signed(8)),
                "forty": In(signed(40)),
                "full": In(64),
                "wide": In(100),
                "pair": In(stream.Signature(PAIR)),
                "more": Out(signed(9)),
                "longer": Out(signed(41)),
                "inverted": Out(64),
                "wider": Out(101),
                "fields": Out(signed(9)),
                "total": Out(signed(32)),
            }
        )

    def elaborate(self, _platform: Any) -> Module:
        m = Module()
        m.d.comb += [
            self.more.eq(self.small + 1),
            self.longer.eq(self.forty - 1),
            self.inverted.eq(~self.full),
            self.wider.eq(self.wide + 1),
            self.fields.eq(self.pair.payload.low - self.pair.payload.high),
            self.pair.ready.eq(self.pair.valid),
        ]
        m.d.sync += self.total.eq(self.total + self.small)
        return m


class Adder(wiring.Component):
    """Has no clock."""

    def __init__(self) -> None:
        super().__init__({"a": In(signed(8)), "b": In(signed(8)), "q": Out(signed(9))})

    def elaborate(self, _platform: Any) -> Module:
        m = Module()
        m.d.comb += self.q.eq(self.a + self.b)
        return m


@pytest.fixture(scope="module")
def toy() -> VerilatedUnit:
    return VerilatedUnit.from_amaranth(Toy(), "toy")


ROWS = 200
INPUTS = {
    "small": np.arange(ROWS) % 256 - 128,
    "forty": np.arange(ROWS) * 2**31 - 100 * 2**31,
    "full": np.arange(ROWS, dtype=np.uint64) << np.uint64(56),
    "wide": [(1 << 100) - 1 - row for row in range(ROWS)],
    "pair__payload": np.arange(ROWS) << 5 | 0b11111,
    "pair__valid": np.arange(ROWS) & 1,
}


def test_ports_of_every_width(toy: VerilatedUnit) -> None:
    toy.reset()
    outputs = toy.run(INPUTS)
    assert (outputs["more"] == INPUTS["small"] + 1).all()
    assert (outputs["longer"] == INPUTS["forty"] - 1).all()
    assert (outputs["inverted"] == ~INPUTS["full"]).all()
    assert outputs["inverted"].dtype == np.uint64
    assert outputs["wider"].shape == (ROWS, 4)
    assert from_words(outputs["wider"]) == [value + 1 for value in INPUTS["wide"]]
    assert (outputs["fields"] == -1 - np.arange(ROWS)).all()
    assert (outputs["pair__ready"] == INPUTS["pair__valid"]).all()
    # A register shows the sum of the rows before.
    assert (outputs["total"] == np.cumsum(INPUTS["small"]) - INPUTS["small"]).all()


def test_state_lasts_until_reset(toy: VerilatedUnit) -> None:
    zeros: dict[str, Any] = dict.fromkeys(INPUTS, 0)
    toy.reset()
    toy.run({**zeros, "small": 7}, rows=3)
    assert toy.run(zeros, rows=1)["total"].tolist() == [21]
    toy.reset(cycles=2)
    assert toy.run(zeros, rows=1)["total"].tolist() == [0]
    another = VerilatedUnit.from_amaranth(Toy(), "toy")
    another.run({**zeros, "small": 1}, rows=2)
    assert toy.run(zeros, rows=1)["total"].tolist() == [0]


def test_signs_come_from_the_component(toy: VerilatedUnit) -> None:
    assert toy.inputs["small"] == Port("input", 8, True)
    assert toy.inputs["pair__payload"] == Port("input", 13, False)
    assert toy.outputs["total"] == Port("output", 32, True)


def test_exhaustively_without_a_clock() -> None:
    a, b = np.meshgrid(np.arange(-128, 128), np.arange(-128, 128))
    with VerilatedUnit.from_amaranth(Adder(), "adder") as unit:
        outputs = unit.run({"a": a.ravel(), "b": b.ravel()})
        assert (outputs["q"] == (a + b).ravel()).all()
        with pytest.raises(ToolError, match=r"^Unit adder must have an input 'rst' to be reset$"):
            unit.reset()
    with pytest.raises(ToolError, match=r"^Unit adder must be open, and is closed$"):
        unit.run({"a": 0, "b": 0}, rows=1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"small": 128}, "small must be in -128..127, not 128"),
        ({"other": 0}, "Inputs of toy must be among .*, not 'other'"),
        ({"small": [1, 2]}, "Inputs of toy must have the same number of rows, not .*small 2.*"),
        ({"small": [[1, 2]]}, "small must be one value a row, and has more axes"),
        ({"small": None}, "Input small of toy must be given, and is not"),
    ],
)
def test_wrong_inputs(toy: VerilatedUnit, change: dict[str, Any], message: str) -> None:
    inputs = {name: value for name, value in {**INPUTS, **change}.items() if value is not None}
    with pytest.raises(ToolError, match=f"^{message}$"):
        toy.run(inputs)


def test_no_rows(toy: VerilatedUnit) -> None:
    zeros = dict.fromkeys(INPUTS, 0)
    message = "^Run of toy must have an array among its inputs, or rows given$"
    with pytest.raises(ToolError, match=message):
        toy.run(zeros)
    assert toy.run(zeros, rows=0)["more"].shape == (0,)


def test_registers_begin_with_their_power_on_values(counter: Design) -> None:
    unit = VerilatedUnit(counter)
    assert unit.run({"step": [1, 1, 1], "stop": 0})["total"].tolist() == [5, 6, 7]


def test_a_design_that_stops_itself(counter: Design) -> None:
    unit = VerilatedUnit(counter)
    message = r"^Unit counter stopped itself in row 2 of 4, by an assertion or by \$finish$"
    with pytest.raises(ToolError, match=message):
        unit.run({"step": 0, "stop": [0, 0, 1, 0]})


def test_assertions_and_coverage(tmp_path: Path) -> None:
    text = """
    module guarded(input clk, input a, b, output q);
      assign q = a & b;
      always @(posedge clk) assert (!(a && b));
    endmodule
    """
    design = Design("guarded", {"guarded.v": text})
    both = {"a": [0, 1], "b": 1}
    unit = VerilatedUnit(design, options=Options(checked=True, coverage="line"))
    with pytest.raises(ToolError, match=r"^Unit guarded stopped itself in row 1 of 2"):
        unit.run(both)
    unit.write_coverage(tmp_path / "coverage.dat")
    assert "guarded.v" in (tmp_path / "coverage.dat").read_text()
    # The fast build has no assertions, and no coverage.
    unit = VerilatedUnit(design)
    assert unit.run(both)["q"].tolist() == [0, 1]
    with pytest.raises(ToolError, match=r"^Unit guarded must be built with coverage to write it$"):
        unit.write_coverage(tmp_path / "coverage.dat")


def test_modules_compiled_once_for_all_instances() -> None:
    text = """
    module part(input clk, input [7:0] a, output reg [7:0] q);
      always @(posedge clk) q <= a + 8'd1;
    endmodule
    module pair(input clk, input [7:0] a, b, output [7:0] x, y);
      part first(.clk(clk), .a(a), .q(x));
      part second(.clk(clk), .a(b), .q(y));
    endmodule
    """
    design = Design("pair", {"pair.v": text}, hierarchical=("part",))
    outputs = VerilatedUnit(design).run({"a": [1, 2, 3], "b": [4, 5, 6]})
    assert outputs["x"].tolist()[1:] == [2, 3]
    assert outputs["y"].tolist()[1:] == [5, 6]
    assert replace(design, hierarchical=()).ports() == design.ports()
