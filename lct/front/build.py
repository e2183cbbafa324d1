"""From a netlist to a design: registers by name, one clock, and what must be refused."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import partial

from spikewright.lct.front.arrays import ARRAY, READ
from spikewright.lct.front.cells import CELLS
from spikewright.lct.front.cut import Cut, cut_out
from spikewright.lct.front.design import Design, Memory, Register
from spikewright.lct.front.loops import check_buffers, take_apart
from spikewright.lct.front.memory import expand_memories
from spikewright.lct.front.netlist import Bit, Cell, Net, Netlist
from spikewright.lct.front.refusal import Refused

__all__ = ["build_design"]

_FLIP_FLOPS = ("$dff", "$adff", "$aldff")
_LATCHES = ("$dlatch", "$adlatch", "$dlatchsr")
_TRISTATE = ("$tribuf", "$_TBUF_")
RESETS = {"rst": 1, "reset": 1, "arst": 1, "rst_n": 0, "reset_n": 0, "rstn": 0, "resetn": 0}
"""Usual names of a reset input, and the value that resets."""


def build_design(
    netlist: Netlist,
    language: str,
    verilog: Callable[[], tuple[str, ...]],
    prefer: Collection[str],
    reset: str,
    *,
    cut: Cut | None = None,
) -> Design:
    """Check a netlist and name its registers.

    Raises
    ------
    Refused
        A cell without meaning, a latch, several clocks, a loop.
    """
    check_buffers(netlist, lambda bits: _declared(netlist, bits))
    netlist = cut_out(netlist, cut or Cut())
    netlist, memories = expand_memories(_drop_latches(netlist))
    _check_cells(netlist)
    _check_drivers(netlist)
    netlist = take_apart(netlist, partial(_names, netlist))
    clock = _clock(netlist)
    name, active = _reset(netlist, reset)
    registers = dict(_registers(netlist, prefer, name, active))
    arrays: dict[str, Memory] = {}
    for memory in memories:
        if memory.name in (*netlist.ports, *registers, *arrays):
            sentence = f"memory {memory.name} has a name of its own, not that of another part"
            raise Refused("memory", memory.cell.place or memory.name, sentence)
        arrays[memory.name] = memory
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
    return Design(
        netlist.name, netlist, sides["input"], sides["output"], registers,
        arrays, clock, name, active, language, origins, verilog,
    )  # fmt: skip


def _drop_latches(netlist: Netlist) -> Netlist:
    """Leave out latches that nothing reads: arguments of static functions and tasks."""
    if not any(netlist.kinds(*_LATCHES)):
        return netlist
    todo = [b for p in netlist.ports.values() if p.direction != "input" for b in p.bits]
    todo += [b for c in netlist.kinds(*_FLIP_FLOPS) for b in c.pins["D"]]
    seen: set[str] = set()
    while todo:
        driver = netlist.drivers.get(todo.pop())
        if driver is not None and driver[0].name not in seen:
            seen.add(driver[0].name)
            cell = driver[0]
            todo += [b for pin, bits in cell.pins.items() if pin not in cell.outputs for b in bits]
    cells = {n: c for n, c in netlist.cells.items() if c.kind not in _LATCHES or n in seen}
    return netlist.with_cells(cells)


def _check_cells(netlist: Netlist) -> None:
    for port in netlist.ports.values():
        if port.direction == "inout":
            raise Refused("port", port.name, "a port is an input or an output, not both")
    for cell in netlist.cells.values():
        place = cell.place or cell.name
        if cell.kind in _LATCHES:
            name = (_names(netlist, cell.pins["Q"]) or ["a wire"])[0]
            raise Refused("latch", place, f"{name} keeps its value without a clock, as a latch")
        if cell.kind in _TRISTATE:
            name = (_names(netlist, cell.pins["Y"]) or ["a wire"])[0]
            sentence = f"{name} is driven at all times, not tri-state"
            raise Refused("tristate", place, sentence)
        if cell.kind in ("$dffsr", "$dffsre", "$sr"):
            name = (_names(netlist, cell.pins["Q"]) or ["a register"])[0]
            sentence = f"{name} has one asynchronous set or reset, not both"
            raise Refused("clocks", place, sentence)
        if cell.kind not in CELLS and cell.kind not in (*_FLIP_FLOPS, ARRAY, READ):
            raise Refused("black-box", place, f"{cell.kind} has no meaning that can be proven")


def _declared(netlist: Netlist, bits: tuple[Bit, ...]) -> list[str]:
    """Names of wires that have one of these bits themselves."""
    nets = netlist.nets.values()
    return sorted(n.name for n in nets if not n.hidden and set(bits) & set(n.bits))


def _names(netlist: Netlist, bits: tuple[Bit, ...]) -> list[str]:
    """Declared names of wires that share one of these bits."""
    wanted = set(netlist.sources(bits)) - set("01xz")
    named = [
        net.name
        for net in netlist.nets.values()
        if not net.hidden and wanted.intersection(netlist.sources(net.bits))
    ]
    return sorted(named, key=lambda n: (n.count("."), len(n), n))[:1]


def _check_drivers(netlist: Netlist) -> None:
    """Every bit has one driver, a clock is nothing but a clock."""
    driven = {b: p.name for p in netlist.ports.values() if p.direction == "input" for b in p.bits}
    if len(driven) < sum(len(p.bits) for p in netlist.ports.values() if p.direction == "input"):
        raise Refused("drivers", netlist.name, "two inputs are two wires, not one")
    for cell in netlist.cells.values():
        for bit in (b for pin in cell.outputs for b in cell.pins[pin]):
            if bit in driven or bit in ("0", "1"):
                net = next((n for n in netlist.nets.values() if bit in n.bits), None)
                name = net.name if net else "a wire"
                place = cell.place or (net.place if net else "") or name
                raise Refused("drivers", place, f"{name} has one driver, not two")
            driven[bit] = cell.name


def _clock(netlist: Netlist) -> str | None:
    found: dict[tuple[Bit, int], Cell] = {}
    for cell in netlist.kinds(*_FLIP_FLOPS, ARRAY):
        found[netlist.source(cell.pins["CLK"][0]), cell.number("CLK_POLARITY")] = cell
    if not found:
        return "clk" if "clk" in netlist.ports else None
    if len(found) > 1:
        (one, edge), (two, other) = list(found)[:2]
        first, second = ((_names(netlist, (b,)) or ["a wire"])[0] for b in (one, two))
        edges = [f"{'rise' if e else 'fall'} of {n}" for n, e in ((first, edge), (second, other))]
        sentence = f"all registers have one edge of one clock, not {edges[0]} and {edges[1]}"
        raise Refused("clocks", list(found.values())[1].place, sentence)
    ((bit, _),) = found
    (cell,) = found.values()
    for port in netlist.ports.values():
        if port.direction == "input" and port.bits == (bit,):
            _check_clock(netlist, bit, port.name)
            return port.name
    name = (_names(netlist, cell.pins["CLK"]) or ["a wire"])[0]
    raise Refused("clocks", cell.place, f"a clock is an input, not {name} that is made inside")


def _check_clock(netlist: Netlist, clock: Bit, name: str) -> None:
    """Refuse a clock that is also read as data."""
    for cell in netlist.cells.values():
        for pin, bits in cell.pins.items():
            # A buffer hands it on; who reads that is looked at too.
            read = pin not in (*cell.outputs, "CLK") and cell.kind != "$buf"
            if read and clock in netlist.sources(bits):
                place = cell.place or cell.name
                raise Refused("clocks", place, f"{name} is a clock, not also data")
    for port in netlist.ports.values():
        if port.direction == "output" and clock in netlist.sources(port.bits):
            raise Refused("clocks", port.name, f"{name} is a clock, not also data")


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

    def rank(item: tuple[Net, tuple[Bit, ...]]) -> tuple[bool, bool, int, bool, int, str]:
        """Wanted names first, then those of the register itself rather than of a copy."""
        net, bits = item
        name, copy = net.name, net.bits != bits
        port = name in netlist.ports
        return name not in prefer, copy, name.count("."), port, len(name), name

    named.sort(key=rank)
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
    # A bit without an asynchronous reset takes its data also while the others are reset.
    some = [d if b is None else b for b, d in zip(loads, data, strict=True)]
    load = tuple(some) if any(b is not None for b in loads) else None
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
        what = f"{reset} at {active}" if reset is not None else "rst, or the input given as reset"
        raise Refused("clocks", cell.place, f"an asynchronous set or reset is {what}")
