"""From a netlist to a design: registers by name, one clock, and what must be refused."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from spikewright.lct.front.cells import CELLS
from spikewright.lct.front.design import Design, Register
from spikewright.lct.front.netlist import Bit, Cell, Netlist
from spikewright.lct.front.refusal import Refused

__all__ = ["build_design"]

_FLIP_FLOPS = ("$dff", "$adff", "$aldff")
_LATCHES = ("$dlatch", "$adlatch", "$dlatchsr", "$sr")
RESETS = {"rst": 1, "reset": 1, "arst": 1, "rst_n": 0, "reset_n": 0, "rstn": 0, "resetn": 0}
"""Usual names of a reset input, and the value that resets."""


def build_design(
    netlist: Netlist,
    language: str,
    verilog: tuple[str, ...],
    prefer: Collection[str],
    reset: str,
) -> Design:
    """Check a netlist and name its registers.

    Raises
    ------
    Refused
        A cell without meaning, a latch, several clocks, a loop.
    """
    _check_cells(netlist)
    clock = _clock(netlist)
    name, active = _reset(netlist, reset)
    registers = dict(_registers(netlist, prefer, name, active))
    origins: dict[Bit, tuple[str, str, int]] = {}
    for port in netlist.ports.values():
        if port.direction == "input":
            for i, bit in enumerate(port.bits):
                origins[bit] = "symbol", port.name, i
    for register in registers.values():
        for i, bit in enumerate(register.bits):
            origins[bit] = "symbol", register.name, i
    special = {clock, name}
    sides = {
        side: {
            p.name: len(p.bits)
            for p in netlist.ports.values()
            if p.direction == side and p.name not in special
        }
        for side in ("input", "output")
    }
    design = Design(
        netlist.name, netlist, sides["input"], sides["output"], registers, clock, name, active,
        language, verilog, origins,
    )  # fmt: skip
    _check_loops(design)
    return design


def _check_cells(netlist: Netlist) -> None:
    for port in netlist.ports.values():
        if port.direction == "inout":
            raise Refused("port", port.name, "a port is an input or an output, not both")
    for cell in netlist.cells.values():
        place = cell.place or cell.name
        if cell.kind in _LATCHES:
            names = ", ".join(_names(netlist, cell.pins["Q"]))
            raise Refused("latch", place, f"{names} keeps its value without a clock, as a latch")
        if cell.kind not in CELLS and cell.kind not in _FLIP_FLOPS:
            raise Refused("black-box", place, f"{cell.kind} has no meaning that can be proven")


def _names(netlist: Netlist, bits: tuple[Bit, ...]) -> list[str]:
    """Declared names of wires that share one of these bits."""
    wanted = set(bits)
    named = [n.name for n in netlist.nets.values() if not n.hidden and wanted & set(n.bits)]
    return sorted(named, key=lambda n: (n.count("."), len(n), n))[:1] or ["a wire"]


def _clock(netlist: Netlist) -> str | None:
    found: dict[tuple[Bit, int], Cell] = {}
    for cell in netlist.kinds(*_FLIP_FLOPS):
        found[netlist.source(cell.pins["CLK"][0]), cell.number("CLK_POLARITY")] = cell
    if not found:
        return "clk" if "clk" in netlist.ports else None
    if len(found) > 1:
        _, second = list(found.values())[:2]
        raise Refused("clocks", second.place, "all registers have one edge of one clock")
    ((bit, _),) = found
    for port in netlist.ports.values():
        if port.direction == "input" and port.bits == (bit,):
            return port.name
    (cell,) = found.values()
    raise Refused("clocks", cell.place, "the clock is an input, nothing made inside")


def _reset(netlist: Netlist, wanted: str) -> tuple[str | None, int]:
    if wanted:
        name, active = wanted.removeprefix("!"), int(not wanted.startswith("!"))
        port = netlist.ports.get(name)
        if port is None or port.direction != "input" or len(port.bits) != 1:
            raise Refused("port", name, "a reset is an input of one bit")
        return name, active
    for name, active in RESETS.items():
        port = netlist.ports.get(name)
        if port is not None and port.direction == "input" and len(port.bits) == 1:
            return name, active
    return None, 1


def _registers(
    netlist: Netlist, prefer: Collection[str], reset: str | None, active: int
) -> Iterator[tuple[str, Register]]:
    """Every flip-flop's bits under the name of a declared wire."""
    cells: dict[Bit, tuple[Cell, int]] = {}
    for cell in netlist.kinds(*_FLIP_FLOPS):
        if cell.kind != "$dff":
            _check_load(netlist, cell, reset, active)
        cells |= {bit: (cell, i) for i, bit in enumerate(cell.pins["Q"])}
    left = dict.fromkeys(cells)
    inits = {
        bit: value
        for net in netlist.nets.values()
        if net.init
        for bit, value in zip(net.bits, reversed(net.init), strict=False)
    }
    named = [(n, netlist.sources(n.bits)) for n in netlist.nets.values() if not n.hidden]
    named.sort(
        key=lambda n: (n[0].name not in prefer, n[0].name.count("."), len(n[0].name), n[0].name)
    )
    for net, bits in named:
        if all(b in left for b in bits):
            for b in bits:
                left.pop(b, None)
            yield net.name, _register(net.name, bits, net.place, cells, inits)
    groups: dict[str, list[Bit]] = {}
    for bit in left:
        groups.setdefault(cells[bit][0].name, []).append(bit)
    for name, rest in groups.items():
        yield name, _register(name, tuple(rest), cells[rest[0]][0].place, cells, inits)


def _register(
    name: str,
    bits: tuple[Bit, ...],
    place: str,
    cells: dict[Bit, tuple[Cell, int]],
    inits: dict[Bit, str],
) -> Register:
    data = tuple(cells[b][0].pins["D"][cells[b][1]] for b in bits)
    init = "".join(inits.get(b, "x") for b in reversed(bits))
    loads = [_load(*cells[b]) for b in bits]
    load = None if None in loads else tuple(b for b in loads if b is not None)
    return Register(name, bits, data, init if init.strip("x") else None, load, place)


def _load(cell: Cell, i: int) -> Bit | None:
    if cell.kind == "$adff":
        return cell.parameters["ARST_VALUE"][::-1][i]
    return cell.pins["AD"][i] if cell.kind == "$aldff" else None


def _check_load(netlist: Netlist, cell: Cell, reset: str | None, active: int) -> None:
    pin = "ARST" if cell.kind == "$adff" else "ALOAD"
    bit = netlist.source(cell.pins[pin][0])
    level = cell.number(f"{pin}_POLARITY")
    if reset is None or (bit,) != netlist.ports[reset].bits or level != active:
        raise Refused(
            "clocks", cell.place, "an asynchronous set or reset is the reset input itself"
        )


def _check_loops(design: Design) -> None:
    """Refuse a cell that depends on itself without a register between."""
    done: set[str] = set()
    for first in design.netlist.cells.values():
        path: dict[str, Iterator[Cell]] = {}
        if first.kind in _FLIP_FLOPS or first.name in done:
            continue
        path[first.name] = _inputs(design, first)
        while path:
            name = next(reversed(path))
            cell = next(path[name], None)
            if cell is None:
                done.add(name)
                del path[name]
            elif cell.name in path:
                names = ", ".join(_names(design.netlist, cell.pins["Y"]))
                place = cell.place or cell.name
                raise Refused("loop", place, f"{names} depends on itself within one cycle")
            elif cell.name not in done:
                path[cell.name] = _inputs(design, cell)


def _inputs(design: Design, cell: Cell) -> Iterator[Cell]:
    bits = [b for pin, pins in cell.pins.items() if pin not in cell.outputs for b in pins]
    return design.cells_behind(bits)
