"""Structural units against flat HDL: the project's own, and planted faults, each named."""

from collections.abc import Iterator

import pytest
from amaranth.back import rtlil

from spikewright.lct.compare import Comparison, Options, compare_structure
from spikewright.lct.compare.composition import cut_of, flat_unit
from spikewright.lct.compare.mapping import Mapping
from spikewright.lct.front.load import Elaborator, load_component, load_verilog
from spikewright.lct.library import Library
from spikewright.lct.load import make_component


@pytest.fixture(scope="module")
def elaborator() -> Iterator[Elaborator]:
    with Elaborator() as found:
        yield found


def component(name: str) -> object:
    return make_component(name)


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
