"""Hand-written structures: cuts, `*`, missing nets, and connections without one meaning."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from spikewright.lct.compare import Comparison, compare_structure
from spikewright.lct.compare.composition import cut_of, flat_unit
from spikewright.lct.compare.mapping import Mapping
from spikewright.lct.front.load import Elaborator, load_verilog
from spikewright.lct.library import Library


@pytest.fixture(scope="module")
def elaborator() -> Iterator[Elaborator]:
    with Elaborator() as found:
        yield found


STORE = """\
# store

## External
| class | reason | paths |
|---|---|---|
| store:Store | storage | none |

## Signals
| name | kind | type |
|---|---|---|
| put | in | unsigned(8) |
| got | out | unsigned(8) |
"""

GATE = """\
# gate

## Signals
| name | kind | type |
|---|---|---|
| on | in | unsigned(1) |
| x | in | unsigned(8) |
| valid | out | unsigned(1) |
| y | out | unsigned(8) |

## Table t (unique)
| row | on | => | valid | y |
|---|---|---|---|---|
| off | 0 | => | 0 | * |
| pass | 1 | => | 1 | x |
"""

TAKE = """\
# take

## Signals
| name | kind | type | reset |
|---|---|---|---|
| valid | in | unsigned(1) | |
| y | in | unsigned(8) | |
| z | out | unsigned(8) | |
| last | register | unsigned(8) | 3 |

## Table t (unique)
| row | valid | => | last | z |
|---|---|---|---|---|
| keep | 0 | => | hold | y |
| take | 1 | => | y | y |
"""

PAIR = """\
# pair

## Signals
| name | kind | type |
|---|---|---|
| on | in | unsigned(1) |
| a | in | unsigned(8) |
| z | out | unsigned(8) |

## Instances
| name | unit |
|---|---|
| store | store |
| gate | gate |
| take | take |

## Connections
| from | to |
|---|---|
| a | store.put |
| on | gate.on |
| store.got | gate.x |
| gate.valid | take.valid |
| gate.y | take.y |
| take.z | z |
"""

PAIR_HDL = """\
module store(input clk, input [7:0] put, output [7:0] got);
  reg [7:0] words [0:1023];
  reg [7:0] word;
  assign got = word;
  always @(posedge clk) begin words[put] <= put; word <= words[put + 1]; end
endmodule
module gate(input on, input [7:0] x, output valid, output [7:0] y);
  assign valid = on;
  assign y = on ? x : 8'd77;
endmodule
module take(input clk, input rst, input valid, input [7:0] y, output [7:0] z);
  reg [7:0] last;
  assign z = y;
  always @(posedge clk) if (rst) last <= 3; else if (valid) last <= y;
endmodule
module pair(input clk, input rst, input on, input [7:0] a, output [7:0] z);
  wire [7:0] got, y; wire valid;
  store store(clk, a, got);
  gate gate(on, got, valid, y);
  take take(clk, rst, valid, y, z);
endmodule
"""


def pair(folder: Path, elaborator: Elaborator, hdl: str, table: str = PAIR) -> Comparison:
    texts = {"store": STORE, "gate": GATE, "take": TAKE, "pair": table}
    for name, text in texts.items():
        (folder / f"{name}.lct.md").write_text(text)
    unit = Library(folder).unit("pair")
    prefer = Mapping().prefer(flat_unit(unit))
    design = load_verilog(
        {"pair.v": hdl}, "pair", prefer=prefer, elaborator=elaborator, cut=cut_of(unit)
    )
    return compare_structure(unit, design)


def test_external_instances_are_left_out_and_any_value_is_any(
    tmp_path: Path, elaborator: Elaborator
) -> None:
    found = pair(tmp_path, elaborator, PAIR_HDL)
    assert found.verdict == "equivalent"
    assert found.assumptions == ("store is store",)
    assert [(c.table, c.row, c.column) for c in found.cells] == [
        ("store", "input", "put"),
        ("take", "output", "z"),
        ("take", "keep", "last"),
        ("take", "take", "last"),
        ("take", "reset", "last"),
    ]


def test_what_an_external_instance_reads_is_compared(
    tmp_path: Path, elaborator: Elaborator
) -> None:
    hdl = PAIR_HDL.replace("store(clk, a, got)", "store(clk, {a[6:0], a[7]}, got)")
    (cell,) = pair(tmp_path, elaborator, hdl).differences
    assert (cell.table, cell.row, cell.column) == ("store", "input", "put")
    assert cell.sentence.endswith("; it begins at the connection from a to store.put")


def test_any_value_without_a_net_is_unknown(tmp_path: Path, elaborator: Elaborator) -> None:
    hdl = PAIR_HDL.replace(
        "gate gate(on, got, valid, y);", "assign valid = on; assign y = on ? got : 8'd77;"
    )
    found = pair(tmp_path, elaborator, hdl)
    assert found.verdict == "unknown"
    assert [c.sentence for c in found.cells if c.sentence] == [
        "instance take, row output, column z: not decided, as gate.y may be anything and the HDL "
        "has no net of that name"
    ]


def test_an_external_instance_that_is_not_there_is_unknown(
    tmp_path: Path, elaborator: Elaborator
) -> None:
    hdl = PAIR_HDL.replace("store store(clk, a, got);", "assign got = a;")
    found = pair(tmp_path, elaborator, hdl)
    assert found.verdict == "unknown"
    text = [c.sentence for c in found.cells if c.sentence]
    assert text[0] == "the HDL has no net store.put under its name"
    assert text[1] == "the HDL has no net store.got under its name"
    assert not found.differences


@pytest.mark.parametrize(
    ("line", "instead", "sentence"),
    [
        ("| on | gate.on |\n", "", "no connection of pair leads to gate.on"),
        ("| take.z | z |\n", "", "no connection of pair leads to z"),
        (
            "| on | gate.on |\n",
            "| on | gate.on |\n| store.got | store.put |\n",
            "more than one connection of pair leads to store.put",
        ),
        (
            "| store.got | gate.x |\n",
            "| take.z | gate.x |\n",
            "not compared: combinational loop: take.y -> take.z -> gate.x -> gate.y -> take.y",
        ),
    ],
)
def test_connections_without_one_meaning_are_unknown(
    line: str, instead: str, sentence: str, tmp_path: Path, elaborator: Elaborator
) -> None:
    found = pair(tmp_path, elaborator, PAIR_HDL, PAIR.replace(line, instead))
    assert found.verdict == "unknown"
    assert sentence in [c.sentence for c in found.cells]


OUTER = """\
# outer

## Signals
| name | kind | type |
|---|---|---|
| on | in | unsigned(1) |
| a | in | unsigned(8) |
| z | out | unsigned(8) |

## Instances
| name | unit |
|---|---|
| pair | pair |

## Connections
| from | to |
|---|---|
| on | pair.on |
| a | pair.a |
| pair.z | z |
"""


def test_instances_within_instances_are_unknown(tmp_path: Path, elaborator: Elaborator) -> None:
    texts = {"store": STORE, "gate": GATE, "take": TAKE, "pair": PAIR, "outer": OUTER}
    for name, text in texts.items():
        (tmp_path / f"{name}.lct.md").write_text(text)
    unit = Library(tmp_path).unit("outer")
    hdl = "module outer(input on, input [7:0] a, output [7:0] z); assign z = a; endmodule\n"
    design = load_verilog({"outer.v": hdl}, "outer", elaborator=elaborator, cut=cut_of(unit))
    (cell,) = compare_structure(unit, design).cells
    assert cell.verdict == "unknown"
    assert cell.sentence == (
        "instance pair is made of instances itself, which are not held against HDL from here"
    )
