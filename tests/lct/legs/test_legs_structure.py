"""Round trips of units made of instances: the compiler's own stand beside the model's text."""

import pytest

from spikewright.lct.compare import Options
from spikewright.lct.front.elaborator import Elaborator
from spikewright.lct.legs import Hdl, Legs, judge
from spikewright.lct.library import Library

SIGNALS = "## Signals\n| name | kind | type | reset |\n|---|---|---|---|\n"
LEAF = "| x | in | unsigned(1) | |\n| y | out | unsigned(1) | |\n"
FLIP = f"# flip\n\n{SIGNALS}{LEAF}\n## Table all (unique)\n| row | => | y |\n|---|---|---|\n"
FLIP += "| always | => | not x |\n"
DELAY = f"# delay\n\n{SIGNALS}{LEAF}| q | register | unsigned(1) | 0 |\n\n## Table all (unique)\n"
DELAY += "| row | => | y | q |\n|---|---|---|---|\n| always | => | q | x |\n"
TABLE = f"""# line

{SIGNALS}| a | in | unsigned(1) | |
| b | in | unsigned(1) | |
| c | out | unsigned(1) | |
| d | out | unsigned(1) | |

## Instances
| name | unit |
|---|---|
| first | delay |
| second | flip |
| third | delay |

## Connections
| from | to |
|---|---|
| a | first.x |
| first.y | second.x |
| second.y | c |
| b | third.x |
| third.y | d |
"""
VERILOG = """module line(input clk, input rst, input a, input b, output c, output d);
  wire m;
  delay first(.clk(clk), .rst(rst), .x(a), .y(m));
  flip second(.x(m), .y(c));
  delay third(.clk(clk), .rst(rst), .x(b), .y(d));
endmodule
"""
AMARANTH = """
from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated.delay import Delay
from spikewright.hdl.generated.flip import Flip


class Line(wiring.Component):
    def __init__(self):
        super().__init__({"a": In(1), "b": In(1), "c": Out(1), "d": Out(1)})

    def elaborate(self, platform):
        m = Module()
        m.submodules.first = first = Delay()
        m.submodules.second = second = Flip()
        m.submodules.third = third = Delay()
        m.d.comb += [first.x.eq(self.a), second.x.eq(first.y), self.c.eq(second.y)]
        m.d.comb += [third.x.eq(self.b), self.d.eq(third.y)]
        return m
"""
CROSSED = ("| a | first.x |", "| b | first.x |"), ("| b | third.x |", "| a | third.x |")
WIRED = (".x(a), .y(m)", ".x(b), .y(m)"), (".x(b), .y(d)", ".x(a), .y(d)")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("line")
    for name, text in {"flip": FLIP, "delay": DELAY, "line": TABLE}.items():
        (folder / f"{name}.lct.md").write_text(text, encoding="utf-8")
    return Library(folder)


def edited(text: str, edits: tuple[tuple[str, str], ...]) -> str:
    for old, new in reversed(edits):
        assert old in text
        text = text.replace(old, new)
    return text


def judged(hdl: Hdl, text: str | None, library: Library, elaborator: Elaborator) -> Legs:
    unit, options = library.unit("line"), Options(limit=5, explain=False)
    legs = judge(unit, hdl, text, library=library, elaborator=elaborator, options=options)
    assert Legs.from_json(legs.to_json()) == legs
    return legs


def rows(legs: Legs) -> dict[str, str]:
    return {f"{r.table}.{r.row}": r.verdict + "!" * r.cancels for r in legs.rows}


ALL = ("second.output", "third.output", "first.always", "third.always")


@pytest.mark.parametrize("language", ["verilog", "amaranth"])
def test_right_work_is_clean(language: str, library: Library, elaborator: Elaborator) -> None:
    hdl = Hdl(VERILOG, "verilog", "line")
    if language == "amaranth":
        hdl = Hdl(AMARANTH, "amaranth", "Line")
    moved = TABLE.replace("| a | first.x |\n| first.y", "| first.y")
    moved = moved.replace("| b | third.x |\n", "| b | third.x |\n| a | first.x |\n")
    for text in (TABLE, moved):
        legs = judged(hdl, text, library, elaborator)
        assert (legs.verdict, legs.loop.verdict) == ("clean", "same")
        assert rows(legs) == dict.fromkeys(ALL, "clean")
        assert legs.text_same == (text == TABLE)
    assert legs.table1 == ""
    assert legs.table1_sentence == (
        "instances have no exact decoder: the legs rest on the HDL itself"
    )


def test_crossed_wires(library: Library, elaborator: Elaborator) -> None:
    crossed, hdl = edited(TABLE, CROSSED), Hdl(edited(VERILOG, WIRED), "verilog", "line")
    changed = ("first.always", "third.always")
    legs = judged(hdl, crossed, library, elaborator)
    assert (legs.verdict, legs.loop.verdict) == ("encoder", "different")
    assert rows(legs) == dict.fromkeys(ALL, "clean") | dict.fromkeys(changed, "encoder")
    legs = judged(Hdl(VERILOG, "verilog", "line"), crossed, library, elaborator)
    assert (legs.verdict, legs.loop.verdict) == ("decoder", "different")
    assert rows(legs) == dict.fromkeys(ALL, "clean") | dict.fromkeys(changed, "decoder")
    legs = judged(hdl, TABLE, library, elaborator)
    assert (legs.verdict, legs.cancels, legs.loop.verdict) == ("both", True, "same")
    assert rows(legs) == dict.fromkeys(ALL, "clean") | dict.fromkeys(changed, "both!")


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (
            ("| third.y | d |\n", ""),
            "line.lct.md:9:3 (table Signals, row d): undriven: nothing drives output d",
        ),
        (
            ("| b | third.x |\n", "| a | third.x |\n| b | third.x |\n"),
            "line.lct.md:25:7 (table Connections, row third.x, column to): driven-twice: "
            "third.x is driven by a already",
        ),
        (
            ("| third | delay |", "| third | nothing |"),
            "line.lct.md:16:11 (table Instances, row third, column unit): unknown-name: "
            "no unit is called nothing",
        ),
        (
            ("| third | delay |", "| third | line |"),
            "line.lct.md:24:7 (table Connections, row third.x, column to): unknown-name: "
            "third (line) has no port x",
        ),
    ],
)
def test_a_decoded_table_with_faults_of_form(
    edit: tuple[str, str], sentence: str, library: Library, elaborator: Elaborator
) -> None:
    hdl = Hdl(VERILOG, "verilog", "line")
    legs = judged(hdl, edited(TABLE, (edit,)), library, elaborator)
    assert (legs.verdict, legs.decoder.sentence) == ("decoder", sentence)
