"""Names of the HDL for a unit's symbols: what is meant, and what cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from spikewright.lct.builder import Builder
from spikewright.lct.compare.binding import Binding
from spikewright.lct.compare.mapping import Mapping, MappingError
from spikewright.lct.evaluate import pack
from spikewright.lct.front.load import Elaborator, load_verilog
from spikewright.lct.front.terms import DesignTerms
from spikewright.lct.ir import Unit
from spikewright.lct.library import Library
from spikewright.lct.semantics import UnitTerms
from spikewright.lct.solver import Solver

TABLE = """\
# walker

## Types
| name | definition |
|---|---|
| Phase | enum(IDLE, RUN, DONE) |
| Point | struct(x: unsigned(3), y: signed(4)) |

## Signals
| name | kind | type | reset |
|---|---|---|---|
| go | in | unsigned(1) | |
| at | in | Point | |
| busy | out | unsigned(1) | |
| seen | out | Point | |
| phase | register | Phase | IDLE |
| last | register | Point | 0 |

## Table move (unique)
| row | phase | go | => | phase | last |
|---|---|---|---|---|---|
| wait | IDLE | 0 | => | hold | hold |
| go | IDLE | 1 | => | RUN | at |
| run | RUN | - | => | DONE | hold |
| done | DONE | - | => | IDLE | hold |

## Table show (unique)
| row | => | busy | seen |
|---|---|---|---|
| always | => | phase != IDLE | last |
"""

ONE_HOT = """\
module walker(input clk, input reset_n, input go, input [2:0] at_x, input [3:0] at__y,
              output busy, output [6:0] seen);
  reg [3:0] state;  // {go as it was, one hot}
  reg [2:0] x;
  reg [3:0] y;
  always @(posedge clk)
    if (!reset_n) begin state <= 4'b0001; x <= 0; y <= 0; end
    else begin
      state[3] <= go;
      case (1'b1)
        state[0]: if (go) begin state[2:0] <= 3'b010; x <= at_x; y <= at__y; end
        state[1]: state[2:0] <= 3'b100;
        state[2]: state[2:0] <= 3'b001;
      endcase
    end
  assign busy = !state[0];
  assign seen = {y, x};
endmodule
"""
ENTRIES = ["phase=state[2:0]{idle:1, run:0b10, DONE:0x4}", "last.x=x", "last.y = y", "rst=!reset_n"]
ENTRIES += ["at.x=at_x", "at.y=at__y"]


@pytest.fixture(scope="module")
def walker(tmp_path_factory: pytest.TempPathFactory) -> Unit:
    folder: Path = tmp_path_factory.mktemp("units")
    (folder / "walker.lct.md").write_text(TABLE)
    return Library(folder).unit("walker")


def _binding(unit: Unit, source: str, entries: list[str]) -> Binding:
    mapping = Mapping.parse(entries)
    with Elaborator() as elaborator:
        design = load_verilog(
            {"w.v": source},
            "walker",
            prefer=mapping.prefer(unit),
            reset=mapping.reset,
            elaborator=elaborator,
        )
    return Binding(unit, design, mapping)


def _differences(unit: Unit, source: str, entries: list[str]) -> list[str]:
    """Symbols whose value is not the table's: outputs, and registers one clock later."""
    binding = _binding(unit, source, entries)
    b = Builder()
    table = UnitTerms(unit, b)
    bound = binding.bound(b, lambda s: table.terms.symbol(s.name, s.type))
    design = DesignTerms(binding.design, b, bound=bound)
    solver = Solver(b)
    for fact in table.facts:
        solver.add(fact)
    found = []
    for symbol in unit.symbols.values():
        if symbol.role != "input":
            value = design.next if symbol.role == "register" else design.value
            expected = binding.encode(b, symbol, table.outcome(symbol))
            same = b.equal(expected, binding.actual(b, symbol, value))
            if solver.ask(b.negate(same)) != "unsat":
                found.append(symbol.name)
    return found


def test_a_state_in_another_code_is_the_tables(walker: Unit) -> None:
    assert _differences(walker, ONE_HOT, ENTRIES) == []


def test_a_fault_behind_a_code_is_found(walker: Unit) -> None:
    wrong = ONE_HOT.replace("state[1]: state[2:0] <= 3'b100", "state[1]: state[2:0] <= 3'b001")
    assert _differences(walker, wrong, ENTRIES) == ["phase"]
    illegal = ONE_HOT.replace("state[1]: state[2:0] <= 3'b100", "state[1]: state[2:0] <= 3'b110")
    assert _differences(walker, illegal, ENTRIES) == ["phase"]
    swapped = ["phase=state[2:0]{idle:2,run:1,done:4}", *ENTRIES[1:]]
    assert "phase" in _differences(walker, ONE_HOT, swapped)


def test_values_go_both_ways(walker: Unit) -> None:
    binding = _binding(walker, ONE_HOT, ENTRIES)
    values = {"phase": 2, "last": 0b1001_110, "at": 0b0011_010, "go": 1}
    there = binding.encode_values(lambda s: pack(values[s.name], s.type), "input", "register")
    assert there == {"go": 1, "at_x": 2, "at__y": 3, "state": 4, "x": 6, "y": 9}
    for symbol in walker.by_role("register"):
        assert binding.decode(symbol, there.__getitem__) == values[symbol.name]
    assert binding.decode(walker.symbols["phase"], {"state": 0b1011}.__getitem__) is None


def test_names_that_need_no_entry(walker: Unit) -> None:
    binding = _binding(walker, ONE_HOT.replace("at_x", "at__x"), [ENTRIES[3]])
    assert [w.name for w in binding.wires["at"]] == ["at__x", "at__y"]
    assert [w.name for w in binding.wires["seen"]] == ["seen"]
    assert binding.missing == ["phase", "last"]
    narrow = _binding(walker, ONE_HOT.replace("[6:0] seen", "[5:0] seen"), [ENTRIES[3]])
    assert narrow.widths == {"seen": 6}


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        (
            ["phase"],
            "Map entry must be SYMBOL=NAME, NAME[high:low] or NAME{value:number}, not 'phase'",
        ),
        (["go=!run"], "Map entry 'go=!run' must be rst=!NAME: only a reset has a !"),
        (["last=x[0:2]"], "Map entry 'last=x[0:2]' must name its higher bit first"),
        (["rst=r[0]"], "Map entry 'rst=r[0]' must name the reset input alone"),
        (["go=a", "go=b"], "Map entry 'go=b' must be the only one for go"),
        (
            ["phase=state{idle}"],
            "Map entry 'phase=state{idle}' must give its code as VALUE:NUMBER, not 'idle'",
        ),
        (["pace=x"], "Map entry 'pace=x' must name a symbol of walker, not pace"),
        (["last.z=x"], "Map entry 'last.z=x' must name a part of last that exists"),
        (["last.x=x"], "Map entry 'last.x=x' must leave no part of last without a name"),
        (["last.y=y"], "Map entry 'last.y=y' must follow on the part of last before it"),
        (["go=x"], "Map entry 'go=x' must name one of the input ports, go, at_x, at__y, not x"),
        (
            ["phase=nope"],
            "Map entry 'phase=nope' must name one of the registers, x, y, state, not nope",
        ),
        (["phase=x[5:4]"], "Map entry 'phase=x[5:4]' must stay within the 3 bits of x"),
        (["phase=x"], "Map entry 'phase=x' must name 2 bits, not 3"),
        (
            ["phase=x{idle:1,run:2}"],
            "Map entry 'phase=x{idle:1,run:2}' must give a number to each value, "
            "not leave out DONE",
        ),
        (
            ["phase=x{idle:1,run:1}"],
            "Map entry 'phase=x{idle:1,run:1}' must give each value one number of its own, "
            "not run:1",
        ),
        (
            ["phase=x{idle:8}"],
            "Map entry 'phase=x{idle:8}' must give numbers of 3 bits, not 8",
        ),
        (
            ["phase=x{stop:1}"],
            "Map entry 'phase=x{stop:1}' must give its code for IDLE, RUN, DONE, not for stop",
        ),
        (
            ["last=x{1:1}"],
            "Map entry 'last=x{1:1}' must give a code to an enumeration or a small integer, "
            "not to Point",
        ),
        (
            ["phase=x[1:0]", "last.x=x", "last.y=y"],
            "Bit 0 of x must stand for one symbol, not for phase and last",
        ),
    ],
)
def test_what_cannot_be_meant(walker: Unit, entries: list[str], sentence: str) -> None:
    with pytest.raises(MappingError) as error:
        _binding(walker, ONE_HOT, entries if "rst" in entries[0] else [*entries, "rst=!reset_n"])
    assert str(error.value) == sentence
