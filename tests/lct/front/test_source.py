"""HDL as a user names it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from spikewright.lct.front.design import Design
from spikewright.lct.front.load import Elaborator
from spikewright.lct.front.refusal import Refused
from spikewright.lct.front.source import load_source

Same = Callable[[Design, Design], bool]

VERILOG = """module counter #(parameter WIDTH = 4) (input clk, rst, en, output [WIDTH-1:0] y);
reg [WIDTH-1:0] count;
always @(posedge clk) if (rst) count <= 0; else if (en) count <= count + 1;
assign y = count;
endmodule
"""
AMARANTH = """from amaranth.hdl import Module, Signal
from amaranth.lib.wiring import Component, In, Out
from spikewright.lct.hardware import trunc


class Counter(Component):
    def __init__(self, *, width=4):
        super().__init__({"en": In(1), "y": Out(width)})
        self.width = width

    def elaborate(self, platform):
        m = Module()
        count = Signal(self.width)
        with m.If(self.en):
            m.d.sync += count.eq(trunc(count + 1, self.width))
        m.d.comb += self.y.eq(count)
        return m


class Reads(Component):
    y: Out(1)

    def elaborate(self, platform):
        open("SECRET").read()


class Prints(Component):
    y: Out(1)

    def elaborate(self, platform):
        print("done")
        raise SystemExit(0)


class Other:
    pass
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    (tmp_path / "counter.v").write_text(VERILOG)
    (tmp_path / "my-counter.py").write_text(AMARANTH.replace("SECRET", str(secret)))
    (tmp_path / "half.py").write_text("def half(:\n    pass\n")
    (tmp_path / "alone.py").write_text("import numpy\nimport nobody_has_this\n")
    return tmp_path


def test_both_are_the_same(folder: Path, elaborator: Elaborator, same: Same) -> None:
    python, verilog = folder / "my-counter.py", folder / "counter.v"
    for width in (4, 6):
        one = load_source(f"{python}:Counter", parameters={"width": width}, elaborator=elaborator)
        other = load_source(str(verilog), parameters={"WIDTH": width}, elaborator=elaborator)
        assert same(one, other)
    assert one.registers["count"].place == f"{python}:13"
    assert other.registers["count"].place == f"{verilog}:2:17"
    assert (one.name, one.language, one.reset) == ("Counter", "amaranth", "rst")
    assert "module Counter(" in one.verilog[0]
    assert other.verilog == (VERILOG,)


def test_several_files(folder: Path, elaborator: Elaborator) -> None:
    top = folder / "top.sv"
    top.write_text('`include "width.vh"\nmodule t(input clk, rst, en, output [`W-1:0] y);\n'
                   "counter #(`W) c(.*); endmodule\n")  # fmt: skip
    (folder / "width.vh").write_text("`define W 7\n")
    spec = f"{top},{folder / 'counter.v'},{folder / 'width.vh'}"
    design = load_source(spec, top="t", elaborator=elaborator)
    assert design.outputs == {"y": 7}
    assert list(design.registers) == ["c.count"]


@pytest.mark.parametrize(
    ("spec", "rule", "sentence"),
    [
        ("nothing.v", "file", "nothing.v: there is no such file"),
        ("nothing.py:Counter", "file", "nothing.py: there is no such file"),
        ("counter.vhd", "file", "counter.vhd: HDL is FILE.v, FILE.sv or FILE.py:CLASS, not this"),
        ("my-counter.py", "name", "my-counter.py: a class of it is named too, as in FILE.py:CLASS"),
        ("my-counter.py:a.b", "name", "my-counter.py: a class is a plain name, not 'a.b'"),
        (
            "my-counter.py:Other", "python",
            "my-counter.py: Other becomes hardware, not LookupError: it has no component Other",
        ),
        (
            "my-counter.py:Reads", "confined",
            "my-counter.py:24: Reads is elaborated without files, network and other programs, not "
            "HIDDEN: 'SECRET'",
        ),
        (
            "my-counter.py:Prints", "python",
            "my-counter.py:32: Prints becomes hardware, not SystemExit: 0",
        ),
        (
            "half.py:Half", "python",
            "half.py:1: Half becomes hardware, not SyntaxError: invalid syntax (half.py, line 1)",
        ),
        (
            "alone.py:A", "python",
            "alone.py:2: A becomes hardware, not ModuleNotFoundError: No module named "
            "'nobody_has_this'",
        ),
    ],
)  # fmt: skip
def test_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, spec: str, rule: str, sentence: str
) -> None:
    monkeypatch.chdir(folder)
    with pytest.raises(Refused) as found:
        load_source(spec)
    expected = sentence.replace("SECRET", str(folder / "secret.txt"))
    # What has a root of its own does not see the file, Landlock does not let it read.
    said = re.sub(
        r"(FileNotFound|Permission)Error: \[Errno \d+\] [\w ]+", "HIDDEN", str(found.value)
    )
    assert (found.value.rule, said) == (rule, expected)


def test_parameters(folder: Path) -> None:
    path = folder / "my-counter.py"
    with pytest.raises(Refused, match=r"got an unexpected keyword argument 'deep'$"):
        load_source(f"{path}:Counter", parameters={"deep": 3})
