"""Structural units against flat HDL: the project's own, and planted faults, each named."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from amaranth.back import rtlil

from spikewright.lct.compare import Comparison, Options, compare_structure
from spikewright.lct.compare.composition import cut_of, flat_unit
from spikewright.lct.compare.mapping import Mapping
from spikewright.lct.front.cut import Cut
from spikewright.lct.front.load import Elaborator, load_component, load_verilog
from spikewright.lct.library import Library
from spikewright.lct.load import load_class


@pytest.fixture(scope="module")
def elaborator() -> Iterator[Elaborator]:
    with Elaborator() as found:
        yield found


def component(name: str) -> object:
    library = Library()
    made = load_class(name, library)
    values = {p.name.lower(): p.value for p in library.unit(name).parameters.values()}
    accepted = made.__init__.__kwdefaults__
    return made(**{n: v for n, v in values.items() if n in accepted})


@pytest.fixture(scope="module")
def router(elaborator: Elaborator) -> str:
    return elaborator.verilog(rtlil.convert(component("router"), name="router"))


def against_verilog(
    text: str, elaborator: Elaborator, options: Options | None = None
) -> Comparison:
    unit, options = Library().unit("router"), options or Options()
    prefer = options.mapping.prefer(flat_unit(unit))
    design = load_verilog({"router.v": text}, "router", prefer=prefer, elaborator=elaborator)
    return compare_structure(unit, design, options)


def inside(text: str, module: str, *edits: tuple[str, str]) -> str:
    return edited(text, f"module \\router.{module} (", *edits)


def edited(text: str, start: str, *edits: tuple[str, str]) -> str:
    """The text with the first place of each edit after `start` changed, all at once."""
    at = text.index(start)
    head, tail = text[:at], text[at:]
    for i, (old, _) in enumerate(edits):
        assert old in tail
        tail = tail.replace(old, f"<{i}>", 1)
    for i, (_, new) in enumerate(edits):
        tail = tail.replace(f"<{i}>", new)
    return head + tail


@pytest.mark.parametrize(
    ("name", "cells", "assumptions"),
    [("router", 186, 0), ("core", 251, 9), ("neuron_core", 281, 12)],
)
def test_the_structures_are_what_they_compile_to(
    name: str, cells: int, assumptions: int, elaborator: Elaborator
) -> None:
    unit = Library().unit(name)
    prefer = Mapping().prefer(flat_unit(unit))
    design = load_component(
        component(name), name, prefer=prefer, elaborator=elaborator, cut=cut_of(unit)
    )
    found = compare_structure(unit, design)
    assert found.verdict == "equivalent"
    assert (len(found.cells), len(found.assumptions)) == (cells, assumptions)


def test_verilog_and_a_second_solver(router: str, elaborator: Elaborator) -> None:
    assert against_verilog(router, elaborator, Options(cross_check=True)).verdict == "equivalent"


def sentences(found: Comparison) -> list[str]:
    assert found.verdict == "different"
    return [c.sentence for c in found.differences]


def test_a_swapped_connection_is_named(router: str, elaborator: Elaborator) -> None:
    text = edited(
        router,
        "\\router.merge_east  merge_east (",
        (".local__valid(local__valid)", ".local__valid(through__valid)"),
        (".through__valid(through__valid)", ".through__valid(local__valid)"),
    )
    found = sentences(against_verilog(text, elaborator))
    begins = "it begins at the connection from {} to {}"
    ends = [s.rpartition("; ")[2] for s in found]
    assert set(ends) <= {
        begins.format("from_local.east.valid", "merge_east.local.valid"),
        begins.format("forward_east.east.valid", "merge_east.through.valid"),
    }
    assert any(s.startswith("instance merge_east, row output, column east_out.") for s in found)


def test_exchanged_ports_are_named(router: str, elaborator: Elaborator) -> None:
    text = router.replace(".link__valid(east_out__valid)", ".link__valid(<>)")
    text = text.replace(".link__valid(west_out__valid)", ".link__valid(east_out__valid)")
    found = against_verilog(text.replace("<>", "west_out__valid"), elaborator)
    places = {(c.table, c.row, c.column) for c in found.differences}
    assert places == {
        ("merge_east", "output", "east_out.valid"),
        ("merge_west", "output", "west_out.valid"),
    }
    assert {c.sentence.partition("; ")[2] for c in found.differences} <= {
        "it begins at the connection from merge_east.link.valid to east_out.valid",
        "it begins at the connection from merge_west.link.valid to west_out.valid",
    }


def test_a_wrong_reset_is_named(router: str, elaborator: Elaborator) -> None:
    value = "if (rst) begin\n      \\$10  = 2'h0"
    text = inside(router, "buffer_north", (value, value.replace("h0", "h2")))
    (cell,) = against_verilog(text, elaborator).differences
    assert (cell.table, cell.row, cell.column) == ("buffer_north", "reset", "level")
    assert cell.sentence == (
        "register buffer_north.level must reset to EMPTY, and the HDL resets it to TWO"
    )


def test_a_wrong_bit_is_named_and_has_a_counterexample(router: str, elaborator: Elaborator) -> None:
    sign = "$signed(east__payload[17:9]) > "
    text = inside(router, "forward_west", (sign, sign.replace(">", "<")))
    found = against_verilog(text, elaborator)
    ends = {c.sentence.rpartition("; ")[2] for c in found.differences}
    assert all(e.startswith("it begins at output ") for e in ends)
    assert all(e.endswith(" of instance forward_west") for e in ends)
    cell = found.differences[0]
    assert cell.expected != cell.actual
    assert cell.witness["buffer_east.level"]


def test_a_lost_register_or_port_is_no_pass(router: str, elaborator: Elaborator) -> None:
    unit = Library().unit("router")
    design = load_verilog({"router.v": router}, "router", elaborator=elaborator)
    found = compare_structure(unit, design)
    assert found.verdict == "unknown"
    text = "the HDL has no register buffer_local.oldest under its name"
    assert text in [c.sentence for c in found.cells]
    assert not found.differences


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


def test_a_cut_of_nothing_leaves_the_design_as_it_is() -> None:
    assert not Cut().inside("store.put")
