"""Loops without a register: where words have one and their bits none, the words come apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from spikewright.lct.front.netlist import Bit, Cell, Netlist
from spikewright.lct.front.refusal import Refused

__all__ = ["check_buffers", "take_apart"]

_BITWISE = ("$and", "$or", "$xor", "$xnor", "$not", "$pos", "$mux", "$pmux", "$bwmux")
_REGISTERS = ("$dff", "$adff", "$aldff")


def take_apart(netlist: Netlist, names: Callable[[tuple[Bit, ...]], list[str]]) -> Netlist:
    """Take cells that work on each bit by itself apart where a loop of words goes through them.

    Parameters
    ----------
    netlist : Netlist
    names : callable
        The declared names of some bits.

    Raises
    ------
    Refused
        A loop is left; with a name in it.
    """
    apart = {name for loop in _loops(netlist) for name in loop}
    if not apart:
        return netlist
    cells: dict[str, Cell] = {}
    for name, cell in netlist.cells.items():
        if name in apart and cell.kind in _BITWISE and len(cell.pins["Y"]) > 1:
            cells |= {one.name: one for one in _bits(cell)}
        else:
            cells[name] = cell
    netlist = netlist.with_cells(cells)
    for loop in _loops(netlist):
        inside = [netlist.cells[name] for name in loop]
        named = next((n for c in inside for n in names(c.pins["Y"])), "a wire")
        place = next((c.place for c in inside if c.place), inside[0].name)
        if all(c.kind in ("$mux", "$pmux", "$bwmux") for c in inside):
            sentence = f"{named} keeps its value without a clock, as a latch"
            raise Refused("latch", place, sentence)
        raise Refused("loop", place, f"{named} depends on itself within one cycle")
    return netlist


def check_buffers(netlist: Netlist, names: Callable[[tuple[Bit, ...]], list[str]]) -> None:
    """Refuse wires that are only each other: `Netlist.source` follows buffers and must end.

    Raises
    ------
    Refused
        With the name of one.
    """
    done: set[Bit] = set()
    for first in netlist.drivers:
        bit: Bit = first
        path: dict[Bit, None] = {}
        while bit not in done and bit in netlist.drivers:
            cell, _, i = netlist.drivers[bit]
            if bit in path:
                named = next(iter(names((bit,))), "a wire")
                raise Refused("loop", named, f"{named} depends on itself within one cycle")
            path[bit] = None
            if cell.kind not in ("$buf", "$pos") or i >= len(cell.pins["A"]):
                break
            bit = cell.pins["A"][i]
        done.update(path)


def _inputs(netlist: Netlist, cell: Cell) -> Iterator[str]:
    """Cells whose outputs a cell reads."""
    seen = set()
    for pin, bits in cell.pins.items():
        for bit in () if pin in cell.outputs else bits:
            driver = netlist.drivers.get(netlist.source(bit))
            if driver is not None and driver[0].kind not in _REGISTERS:
                seen.add(driver[0].name)
    return iter(sorted(seen))


def _loops(netlist: Netlist) -> list[list[str]]:
    """Groups of cells each of which depends on all of its group (Tarjan's algorithm)."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on: set[str] = set()
    own: set[str] = set()  # cells that read themselves
    found: list[list[str]] = []
    for first, start in netlist.cells.items():
        # A buffer is looked through: it is in no path.
        if first in number or start.kind in _REGISTERS or start.kind == "$buf":
            continue
        path = [(first, _inputs(netlist, start))]
        number[first] = low[first] = len(number)
        stack.append(first)
        on.add(first)
        while path:
            name, left = path[-1]
            follow = next(left, None)
            if follow is None:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[name])
                if low[name] == number[name]:
                    group = [stack.pop()]
                    while group[-1] != name:
                        group.append(stack.pop())
                    on.difference_update(group)
                    if len(group) > 1 or name in own:
                        found.append(group[::-1])
            elif follow not in number:
                number[follow] = low[follow] = len(number)
                stack.append(follow)
                on.add(follow)
                path.append((follow, _inputs(netlist, netlist.cells[follow])))
            elif follow in on:
                if follow == name:
                    own.add(name)
                low[name] = min(low[name], number[follow])
    return found


def _bits(cell: Cell) -> Iterator[Cell]:
    """One cell for each bit of Y."""
    width = len(cell.pins["Y"])
    mux = cell.kind in ("$mux", "$pmux", "$bwmux")
    signed = all(cell.parameters.get(f"{p}_SIGNED", "1").endswith("1") for p in "AB")
    for i in range(width):
        pins: dict[str, tuple[Bit, ...]] = {"Y": cell.pins["Y"][i : i + 1]}
        if cell.kind == "$bwmux":
            pins |= {p: cell.pins[p][i : i + 1] for p in "ABS"}
        elif mux:
            pins |= {p: cell.pins[p][i::width] for p in "AB"} | {"S": cell.pins["S"]}
        else:
            pins |= {p: (_bit(cell.pins[p], i, signed),) for p in "AB" if p in cell.pins}
        widths = {
            n: "1" for n in cell.parameters if n in ("WIDTH", "A_WIDTH", "B_WIDTH", "Y_WIDTH")
        }
        yield replace(
            cell, name=f"{cell.name}[{i}]", pins=pins, parameters={**cell.parameters, **widths}
        )


def _bit(bits: tuple[Bit, ...], i: int, signed: bool) -> Bit:
    """A bit of an operand that is extended."""
    return bits[i] if i < len(bits) else bits[-1] if signed else "0"
