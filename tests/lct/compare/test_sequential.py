"""Registers in any form: equal machines are proven equal, near misses are shown from reset."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from spikewright.lct.compare import Comparison, Options, compare_design
from spikewright.lct.compare.sequential import compare_sequential
from spikewright.lct.front.design import Design
from spikewright.lct.front.load import Elaborator, load_component, load_verilog
from spikewright.lct.ir import Unit
from spikewright.lct.library import Library
from spikewright.lct.load import load_class
from spikewright.verif.row_replay import replay_trace


def _helper(name: str) -> ModuleType:
    """A file beside this one: with importlib mode test folders are no packages."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


recoded = _helper("recoded")


@pytest.fixture(scope="module")
def elaborator() -> Iterator[Elaborator]:
    with Elaborator() as made:
        yield made


@pytest.fixture(scope="module")
def verilog(elaborator: Elaborator) -> Callable[[str], tuple[Unit, str]]:
    """A unit of the project, and Verilog from its compiled class."""
    library, made = Library(), dict[str, tuple[Unit, str]]()

    def get(name: str) -> tuple[Unit, str]:
        if name not in made:
            unit, component = library.unit(name), load_class(name)
            wanted = component.__init__.__kwdefaults__ or {}
            sizes = {p.lower(): v.value for p, v in unit.parameters.items()}
            design = load_component(
                component(**{n: v for n, v in sizes.items() if n in wanted}),
                name,
                elaborator=elaborator,
            )
            made[name] = unit, design.verilog[0]
        return made[name]

    return get


def _compare(
    unit: Unit, source: str, elaborator: Elaborator, limit: float = 10
) -> tuple[Comparison, Design]:
    design = load_verilog({"u.v": source}, unit.name, elaborator=elaborator)
    return compare_sequential(unit, design, Options(limit=limit)), design


def _equal(unit: Unit, source: str, elaborator: Elaborator) -> Comparison:
    found, _ = _compare(unit, source, elaborator)
    assert found.verdict == "equivalent", [c.sentence for c in found.cells if c.sentence]
    assert found.method.startswith("induction ")
    rows = sum(len(t.rows) * len(t.targets) for t in unit.tables)
    assert len(found.cells) == rows + len(unit.by_role("register"))
    return found


def _different(unit: Unit, source: str, elaborator: Elaborator) -> Comparison:
    """A difference, whose trace the simulator shows too."""
    found, design = _compare(unit, source, elaborator)
    assert found.verdict == "different"
    (cell,) = found.differences
    shown = replay_trace(unit, design, cell.trace, cell.column, before=cell.before)
    assert shown.confirmed, cell
    assert shown.actual == cell.actual
    return found


QUICK = [
    ("tick_controller", "state", "one-hot"),
    ("input_buffer", "level", "twice"),
    ("frame_out", "left", "offset"),
    ("frame_in", "count", "parts"),
]
UNITS = [
    ("tick_controller", "state"),
    ("tick_controller", "current"),
    ("input_buffer", "level"),
    ("link_buffer", "level"),
    ("frame_in", "count"),
    ("merge_north", "first"),
    ("synapse_scan", "state"),
]
LONG = [(unit, register, code) for unit, register in UNITS for code in recoded.CODES]
# One value is stored wrongly, or one copy is not stored: what each code makes of it differs.
FAULTS = {
    "one-hot": ("code <= ", "code <= (code == 2) ? 4 : "),
    "gray": ("code <= ", "code <= (code == 3) ? 1 : "),
    "inverted": ("code <= ", "code <= (&code[1:0]) ? 1 : "),
    "offset": ("code <= ", "code <= (code == 2) ? 3 : "),
    "twice": ("copy <=", "if (code != 1) copy <="),
    "parts": ("low <=", "if (!high) low <="),
}


@pytest.mark.parametrize(("name", "register", "code"), QUICK)
def test_other_codes_are_proven(
    name: str,
    register: str,
    code: str,
    verilog: Callable[[str], tuple[Unit, str]],
    elaborator: Elaborator,
) -> None:
    unit, source = verilog(name)
    _equal(unit, recoded.reencoded(source, register, recoded.CODES[code]), elaborator)


@pytest.mark.nightly
@pytest.mark.parametrize(("name", "register", "code"), LONG)
def test_other_codes_are_proven_in_many_units(
    name: str,
    register: str,
    code: str,
    verilog: Callable[[str], tuple[Unit, str]],
    elaborator: Elaborator,
) -> None:
    unit, source = verilog(name)
    _equal(unit, recoded.reencoded(source, register, recoded.CODES[code]), elaborator)


@pytest.mark.parametrize(("name", "register", "code"), QUICK)
def test_near_misses_are_shown(
    name: str,
    register: str,
    code: str,
    verilog: Callable[[str], tuple[Unit, str]],
    elaborator: Elaborator,
) -> None:
    unit, source = verilog(name)
    wrong = recoded.reencoded(source, register, recoded.CODES[code], FAULTS[code])
    _different(unit, wrong, elaborator)


@pytest.mark.nightly
@pytest.mark.parametrize(("name", "register", "code"), LONG)
def test_near_misses_are_shown_in_many_units(
    name: str,
    register: str,
    code: str,
    verilog: Callable[[str], tuple[Unit, str]],
    elaborator: Elaborator,
) -> None:
    unit, source = verilog(name)
    wrong = recoded.reencoded(source, register, recoded.CODES[code], FAULTS[code])
    _different(unit, wrong, elaborator)


# A person's input_buffer: a bit for each place and a bit for where the oldest lies.
RING = """\
module input_buffer(input clk, input rst, input arrive__valid, input [29:0] arrive__payload,
    input leave__ready, output arrive__ready, output leave__valid, output [29:0] leave__payload,
    output occupied);
  reg [1:0] used; reg [29:0] first, second; reg second_leads;
  wire take = arrive__valid & arrive__ready, give = leave__valid & leave__ready;
  assign arrive__ready = ~&used, leave__valid = |used, occupied = |used;
  assign leave__payload = second_leads ? second : first;
  always @(posedge clk)
    if (rst) begin used <= 0; first <= 0; second <= 0; second_leads <= 0; end
    else begin
      if (give) begin used[second_leads] <= 0; second_leads <= ~second_leads; end
      if (take) begin
        if (used[0] | (~|used & second_leads)) begin second <= arrive__payload; used[1] <= 1; end
        else begin first <= arrive__payload; used[0] <= 1; end
      end
    end
endmodule
"""


def test_a_machine_of_another_make_differs_in_what_means_nothing(
    verilog: Callable[[str], tuple[Unit, str]], elaborator: Elaborator
) -> None:
    # The table says that an empty buffer shows the last packet, so another one must be refused.
    unit, _ = verilog("input_buffer")
    found, _ = _compare(unit, RING, elaborator)
    assert found.verdict in ("different", "unknown")


# tick_controller with one register a state, and the tick counted under another name.
HAND = """\
module tick_controller(input clk, input reset_n, input start, input [3:0] next_slot, input retire,
    input [7:0] neuron, input sending, input clearing, output load, output [3:0] slot,
    output running, output busy, output [15:0] overrun);
  reg idle, run, drain; reg [3:0] tick; reg [15:0] left;
  wire accept = idle & start;
  assign load = accept, slot = accept ? next_slot : tick, running = accept | run | drain;
  assign busy = running | ~idle, overrun = 16'hffff - left;
  always @(posedge clk)
    if (!reset_n) begin {idle, run, drain} <= 0; tick <= 0; left <= 16'hffff; end
    else begin
      if (start & ~idle & |left) left <= left - 1;
      if (accept) begin tick <= next_slot; idle <= 0; run <= 1; end
      if (run & retire & &neuron) begin run <= 0; drain <= 1; end
      if (drain & ~sending) begin drain <= 0; idle <= 1; end
      if (~idle & ~run & ~drain & ~clearing) idle <= 1;
    end
endmodule
"""


def test_a_machine_of_another_make_is_proven(
    verilog: Callable[[str], tuple[Unit, str]], elaborator: Elaborator
) -> None:
    unit, _ = verilog("tick_controller")
    _equal(unit, HAND, elaborator)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("run <= 0; drain <= 1", "drain <= 1"),
        ("start & ~idle", "start & ~idle & ~drain"),
        ("tick <= 0", "tick <= 1"),
        ("& ~clearing", ""),
        ("accept ? next_slot : tick", "tick"),
        ("left <= 16'hffff", "left <= 16'hfffe"),
    ],
)
def test_near_misses_of_another_make(
    right: str,
    wrong: str,
    verilog: Callable[[str], tuple[Unit, str]],
    elaborator: Elaborator,
) -> None:
    unit, _ = verilog("tick_controller")
    assert right in HAND
    _different(unit, HAND.replace(right, wrong), elaborator)


def test_what_takes_too_long_to_show_is_unknown(
    verilog: Callable[[str], tuple[Unit, str]], elaborator: Elaborator
) -> None:
    # The count of missed starts ends at its largest value, 65,535 steps from reset.
    unit, _ = verilog("tick_controller")
    wrong = HAND.replace("& |left", "")
    assert wrong != HAND
    found, _ = _compare(unit, wrong, elaborator, limit=1)
    assert found.verdict == "unknown"
    assert "table control, row run, column load: not proven by induction over 4 steps" in [
        c.sentence for c in found.cells
    ]


def test_comparing_goes_from_reset_where_names_do_not_help(
    verilog: Callable[[str], tuple[Unit, str]], elaborator: Elaborator
) -> None:
    unit, _ = verilog("tick_controller")
    design = load_verilog({"u.v": HAND}, unit.name, elaborator=elaborator)
    found = compare_design(unit, design)
    assert (found.verdict, found.method) == ("equivalent", "induction 1")
    wrong = HAND.replace("start & ~idle", "start & ~idle & ~drain")
    design = load_verilog({"u.v": wrong}, unit.name, elaborator=elaborator)
    found = compare_design(unit, design)
    assert (found.verdict, found.method) == ("different", "induction")
    (cell,) = found.differences
    assert cell.trace


UNREACHED = """\
module input_buffer(input clk, input rst, input arrive__valid, input [29:0] arrive__payload,
    input leave__ready, output arrive__ready, output leave__valid, output [29:0] leave__payload,
    output occupied);
  reg [1:0] level; reg [29:0] oldest, newest;
  assign arrive__ready = ~level[1], leave__valid = |level, occupied = |level;
  assign leave__payload = oldest;
  wire take = arrive__valid & arrive__ready, give = leave__valid & leave__ready;
  always @(posedge clk)
    if (rst) begin level <= 0; oldest <= 0; newest <= 0; end
    else begin
      level <= level + take - give;
      if (take & (~|level | give)) oldest <= arrive__payload;
      else if (give & level[1]) oldest <= newest;
      if (take & level[0] & ~give) newest <= arrive__payload;
      HERE
    end
endmodule
"""


@pytest.mark.parametrize(
    ("source", "verdict", "method"),
    [
        (UNREACHED.replace("HERE", ""), "equivalent", "names"),
        (UNREACHED.replace("HERE", "if (take & ~|level) newest <= 5;"), "equivalent", "induction"),
        (UNREACHED.replace("HERE", "if (take & level[1]) level <= 0;"), "equivalent", "names"),
        (UNREACHED.replace("HERE", "if (give & level[0]) newest <= 5;"), "equivalent", "induction"),
        (UNREACHED.replace("HERE", "if (give & level[1]) oldest <= 5;"), "different", "names"),
    ],
)
def test_differences_by_name_that_no_output_shows(
    source: str,
    verdict: str,
    method: str,
    verilog: Callable[[str], tuple[Unit, str]],
    elaborator: Elaborator,
) -> None:
    unit, _ = verilog("input_buffer")
    design = load_verilog({"u.v": source}, unit.name, elaborator=elaborator)
    found = compare_design(unit, design, Options(reachable=True))
    assert found.verdict == verdict, [c.sentence for c in found.cells if c.sentence]
    assert found.method.split()[0] == method
    if method == "induction":
        assert compare_design(unit, design).verdict == "different"
