"""HDL that keeps a large memory: a table has none, so nothing that depends on it is ever a pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from spikewright.lct.compare import Comparison, Options, compare_design
from spikewright.lct.compare.sequential import compare_sequential
from spikewright.lct.decoder import decode
from spikewright.lct.decoder.proof import Undecodable
from spikewright.lct.front.design import Design
from spikewright.lct.front.load import load_verilog
from spikewright.lct.ir import Unit
from spikewright.lct.library import Library

TABLE = """\
# store

## Signals
| name | kind | type | reset |
|---|---|---|---|
| at | in | unsigned(10) | |
| data | in | unsigned(8) | |
| word | out | unsigned(8) | |
| busy | out | unsigned(1) | |
| last | register | unsigned(8) | 0 |

## Table show (unique)
| row | => | word | busy | last |
|---|---|---|---|---|
| always | => | last | data[0] | data |
"""
HDL = """\
module store(input clk, rst, input [9:0] at, input [7:0] data, output [7:0] word, output busy);
reg [7:0] words [0:1023], last;
always @(posedge clk) words[at] <= data;
always @(posedge clk) if (rst) last <= 0; else last <= data;
assign word = last;
assign busy = data[0];
endmodule
"""
READS = ("assign word = last", "assign word = words[at]")


@pytest.fixture
def unit(tmp_path: Path) -> Unit:
    path = tmp_path / "store.lct.md"
    path.write_text(TABLE)
    return Library(tmp_path).unit("store")


def design(*edits: tuple[str, str]) -> Design:
    text = HDL
    for right, wrong in edits:
        assert right in text
        text = text.replace(right, wrong)
    return load_verilog({"f.sv": text})


def verdicts(found: Comparison) -> dict[str, str]:
    return {c.column: c.verdict for c in found.cells if c.table}


@pytest.mark.parametrize("cross_check", [False, True])
def test_what_does_not_depend_on_it_passes(unit: Unit, cross_check: bool) -> None:
    """Written but not read; and read, but whatever it holds."""
    options = Options(cross_check=cross_check)
    for edit in (), (("= last;", "= last | words[at] & 8'd0;"),):
        found = compare_design(unit, design(*edit), options)
        assert found.verdict == "equivalent", found
        assert found.method == "names"


@pytest.mark.parametrize("cross_check", [False, True])
def test_what_depends_on_it_is_unknown(unit: Unit, cross_check: bool) -> None:
    found = compare_design(unit, design(READS), Options(cross_check=cross_check))
    assert verdicts(found) == {"word": "unknown", "busy": "equivalent", "last": "equivalent"}
    (cell,) = [c for c in found.cells if c.verdict == "unknown"]
    sentence = "depends on memory words, which the table does not have"
    assert cell.sentence == f"table show, row always, column word: {sentence}"


def test_a_register_that_depends_on_it(unit: Unit) -> None:
    found = compare_design(unit, design(("last <= data", "last <= words[at] | data")))
    assert verdicts(found) == {"word": "equivalent", "busy": "equivalent", "last": "unknown"}


def test_a_fault_beside_it(unit: Unit) -> None:
    found = compare_design(unit, design(("busy = data[0]", "busy = data[1]")))
    assert verdicts(found)["busy"] == "different"
    found = compare_design(unit, design(READS, ("busy = data[0]", "busy = data[1]")))
    assert verdicts(found) == {"word": "unknown", "busy": "different", "last": "equivalent"}
    (cell,) = found.differences
    assert (cell.kind, {cell.expected, cell.actual}) == ("wrong value", {0, 1})
    undefined = ("busy = data[0]", "busy = data[0] & 1'bx")
    found = compare_design(unit, design(READS, undefined))
    assert verdicts(found)["word"] == "unknown"
    assert [c.column for c in found.differences] == ["busy"]


@pytest.mark.parametrize("reads", [(), (READS,)], ids=["not read", "read"])
def test_from_reset(unit: Unit, reads: tuple[tuple[str, str], ...]) -> None:
    """A register of another name: induction decides, unless a memory is read."""
    other = design(("last", "kept"), *((r.replace("last", "kept"), w) for r, w in reads))
    found = compare_design(unit, other)
    assert found.verdict == ("unknown" if reads else "equivalent")
    assert not found.differences
    cells = compare_sequential(unit, other).cells
    text = "depends on memory words, which the table does not have"
    assert all(c.sentence.endswith(text) for c in cells if reads)
    assert {c.verdict for c in cells} == ({"unknown"} if reads else {"equivalent"})


def test_decode_refuses_it(unit: Unit) -> None:
    assert decode(design(), unit).unit.name == "store"
    sentence = r"^memory words of store is too large for registers$"
    with pytest.raises(Undecodable, match=sentence):
        decode(design(READS), unit)
