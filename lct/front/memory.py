"""Memories as cells: the logic of their ports, and where the words are.

The words of a small one are registers, called ``NAME[I]``; those of a large one that is written are
an array; and those of one that is never written are constants.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count

from spikewright.lct.front.arrays import ARRAY, READ
from spikewright.lct.front.design import Memory, WritePort
from spikewright.lct.front.netlist import Bit, Cell, Net, Netlist
from spikewright.lct.front.refusal import Refused

__all__ = ["LARGEST", "MOST_REGISTERS", "expand_memories"]

MOST_REGISTERS = 4_096
"""Bits of a memory whose words are registers."""
LARGEST = 1_048_576
"""Bits of a memory."""

_SIGN = 31  # of an integer of yosys

Bits = tuple[Bit, ...]


def expand_memories(netlist: Netlist) -> tuple[Netlist, list[Memory]]:
    """Return the netlist with other cells in place of memories, and those that are arrays.

    Raises
    ------
    Refused
        A memory that is too large, or written without a clock.
    """
    memories = list(netlist.kinds("$mem_v2"))
    if not memories:
        return netlist, []
    buses = [net.bits for net in netlist.nets.values()]
    buses += [bits for cell in netlist.cells.values() for bits in cell.pins.values()]
    fresh = count(1 + max(b for bits in buses for b in bits if isinstance(b, int)))
    cells = {n: c for n, c in netlist.cells.items() if c.kind != "$mem_v2"}
    nets = dict(netlist.nets)
    arrays: list[Memory] = []
    for memory in memories:
        made = _Memory(memory, fresh)
        made.build()
        cells |= {c.name: c for c in made.cells}
        nets |= {n.name: n for n in made.nets}
        arrays += made.arrays
    return netlist.with_cells(cells, nets), arrays


class _Memory:
    """The words and ports of one memory, made from cells."""

    def __init__(self, cell: Cell, fresh: Iterator[int]) -> None:
        self.cell, self.fresh = cell, fresh
        self.cells: list[Cell] = []
        self.nets: list[Net] = []
        self.arrays: list[Memory] = []
        self.name = cell.parameters["MEMID"].removeprefix("\\")
        self.width, self.size = cell.number("WIDTH"), cell.number("SIZE")
        self.offset, self.narrow = cell.number("OFFSET"), cell.number("ABITS")
        # So that no address below the memory wraps round into it, and none means two words.
        self.abits = max(self.narrow, (self.offset + self.size - 1).bit_length())
        self.reads, self.writes = cell.number("RD_PORTS"), cell.number("WR_PORTS")
        place = cell.place or self.name
        if self.offset >> _SIGN:
            # Whether an address has a sign is not in the netlist.
            first = self.offset - (2 << _SIGN)
            sentence = f"words of memory {self.name} have addresses from 0 up, not from {first}"
            raise Refused("memory", place, sentence)
        if self.size * self.width > LARGEST:
            sentence = f"memory {self.name} has at most {LARGEST:,} bits, not "
            raise Refused("memory", place, f"{sentence}{self.size * self.width:,}")
        if self.writes and "0" in self._flags("WR_CLK_ENABLE", self.writes):
            raise Refused("latch", place, f"memory {self.name} is written at a clock's edge")
        wide = cell.parameters["RD_WIDE_CONTINUATION"] + cell.parameters["WR_WIDE_CONTINUATION"]
        if "1" in wide:
            raise Refused("memory", place, f"ports of memory {self.name} are as wide as its words")

    def _flags(self, parameter: str, length: int) -> str:
        """Bits of a parameter, the lowest first."""
        return self.cell.parameters[parameter][::-1].ljust(length, "0")

    def _part(self, pin: str, port: int, width: int) -> Bits:
        return self.cell.pins[pin][port * width : (port + 1) * width]

    def _address(self, pin: str, port: int) -> Bits:
        return self._part(pin, port, self.narrow) + ("0",) * (self.abits - self.narrow)

    def _number(self, address: int) -> Bits:
        return tuple(format(address, f"0{self.abits}b")[::-1])

    def _make(self, kind: str, parameters: Mapping[str, int], width: int, **pins: Bits) -> Bits:
        out = tuple(next(self.fresh) for _ in range(width))
        y = "Q" if kind == "$dff" else "Y"
        self.cells.append(
            Cell(
                f"{self.name} {kind} {len(self.cells)}", kind,
                {n: format(v, "b") for n, v in parameters.items()},
                {**pins, y: out}, (y,), self.cell.place,
            )
        )  # fmt: skip
        return out

    def _mux(self, a: Bits, b: Bits, s: Bits) -> Bits:
        return self._make("$mux", {"WIDTH": len(a)}, len(a), A=a, B=b, S=s)

    def _merge(self, a: Bits, b: Bits, s: Bits) -> Bits:
        return self._make("$bwmux", {"WIDTH": len(a)}, len(a), A=a, B=b, S=s)

    def _two(self, kind: str, a: Bits, b: Bits, width: int) -> Bits:
        sizes = {"A_SIGNED": 0, "B_SIGNED": 0, "A_WIDTH": len(a), "B_WIDTH": len(b)}
        return self._make(kind, {**sizes, "Y_WIDTH": width}, width, A=a, B=b)

    def build(self) -> None:
        """Make the words, then the ports."""
        init = self.cell.parameters["INIT"][::-1]
        init = init.ljust(self.size * self.width, "x")
        words = [init[i * self.width : (i + 1) * self.width] for i in range(self.size)]
        self.words: list[Bits] = []
        if not self.writes:
            self.words = [tuple(w) for w in words]
        elif self.size * self.width > MOST_REGISTERS:
            self._array(words)
        else:
            self.words = [tuple(next(self.fresh) for _ in w) for w in words]
            for i, word in enumerate(words):
                self._word(i, word)
        for port in range(self.reads):
            self._read(port)

    def _array(self, words: list[str]) -> None:
        """A cell that keeps the write ports, and the memory as others see it."""
        clock, polarity = self._edge()
        pins = {n: self.cell.pins[n] for n in ("WR_ADDR", "WR_DATA", "WR_EN")}
        parameters = {"CLK_POLARITY": polarity}
        cell = Cell(
            f"{self.name} array", ARRAY, parameters, {**pins, "CLK": clock}, (), self.cell.place
        )
        self.cells.append(cell)
        first = self._flags("WR_PRIORITY_MASK", self.writes**2)
        ports = tuple(
            WritePort(
                self._address("WR_ADDR", port),
                self._part("WR_DATA", port, self.width),
                self._part("WR_EN", port, self.width),
                frozenset(k for k in range(port) if first[port * self.writes + k] == "1"),
            )
            for port in range(self.writes)
        )
        init = tuple(w[::-1] for w in words)
        self.arrays.append(Memory(self.name, self.width, self.size, self.offset, init, ports, cell))

    def _edge(self) -> tuple[Bits, str]:
        """The clock of all write ports, and its polarity."""
        clock, polarity = self.cell.pins["WR_CLK"][:1], self._flags("WR_CLK_POLARITY", 1)[0]
        for port in range(1, self.writes):
            other = self._part("WR_CLK", port, 1), self._flags("WR_CLK_POLARITY", port + 1)[port]
            if other != (clock, polarity):
                sentence = f"memory {self.name} is written at one clock's edge"
                raise Refused("clocks", self.cell.place, sentence)
        return clock, polarity

    def _word(self, i: int, init: str) -> None:
        at = self._number(i + self.offset)
        value = self.words[i]
        masks: list[Bits] = []
        for port in range(self.writes):
            here = self._two("$eq", self._address("WR_ADDR", port), at, 1)
            mask = self._two(
                "$and", self._part("WR_EN", port, self.width), here * self.width, self.width
            )
            value = self._merge(value, self._part("WR_DATA", port, self.width), mask)
            value = self._collide(value, port, mask, masks)
            masks.append(mask)
        clock, polarity = self._edge()
        place, name = self.cell.place, f"{self.name}[{self.offset + i}]"
        self.cells.append(
            Cell(
                f"{self.name} word {i}", "$dff", {"CLK_POLARITY": polarity},
                {"CLK": clock, "D": value, "Q": self.words[i]}, ("Q",), place,
            )
        )  # fmt: skip
        start = init[::-1] if init.strip("x") else None
        self.nets.append(Net(name, self.words[i], place, start, False))

    def _collide(self, value: Bits, port: int, mask: Bits, masks: list[Bits]) -> Bits:
        """Bits that two ports write at once are undefined, unless the later one goes first."""
        first = self._flags("WR_PRIORITY_MASK", self.writes**2)
        for other, before in enumerate(masks):
            if first[port * self.writes + other] != "1":
                both = self._two("$and", mask, before, self.width)
                value = self._merge(value, ("x",) * self.width, both)
        return value

    def _read(self, port: int) -> None:
        address = self._address("RD_ADDR", port)
        value = self._at(address)
        if self._flags("RD_CLK_ENABLE", self.reads)[port] == "1":
            self._clocked(port, address, value)
            return
        out = self._part("RD_DATA", port, self.width)
        self.cells.append(
            Cell(f"{self.name} read {port}", "$buf", {}, {"A": value, "Y": out}, ("Y",), "")
        )

    def _at(self, address: Bits) -> Bits:
        """The word at an address; outside the memory, anything."""
        if self.arrays:
            return self._select(address)
        if self.offset:
            address = self._two("$sub", address, self._number(self.offset), self.abits)
        deep = min((self.size - 1).bit_length(), self.abits)
        nothing: Bits = ("x",) * self.width
        words = [*self.words, *[nothing] * ((1 << deep) - self.size)][: 1 << deep]
        value = words[0]
        if deep:
            flat = tuple(b for w in words for b in w)
            sizes = {"WIDTH": self.width, "S_WIDTH": deep}
            value = self._make("$bmux", sizes, self.width, A=flat, S=address[:deep])
        if deep == self.abits:
            return value
        sizes = {"A_SIGNED": 0, "A_WIDTH": self.abits - deep, "Y_WIDTH": 1}
        outside = self._make("$reduce_or", sizes, 1, A=address[deep:])
        return self._mux(value, nothing, outside)

    def _select(self, address: Bits) -> Bits:
        out = tuple(next(self.fresh) for _ in range(self.width))
        pins, name = {"A": address, "Y": out}, f"{self.name} {READ} {len(self.cells)}"
        self.cells.append(Cell(name, READ, {"MEMORY": self.name}, pins, ("Y",), self.cell.place))
        return out

    def _clocked(self, port: int, address: Bits, value: Bits) -> None:
        """A read port with a register behind it."""
        cell, out = self.cell, self._part("RD_DATA", port, self.width)
        if self._part("RD_ARST", port, 1) not in (("0",), ("x",)):
            sentence = f"a read port of memory {self.name} is reset at a clock's edge"
            raise Refused("reset", cell.place, sentence)
        for write in range(self.writes):
            index = port * self.writes + write
            through = self._flags("RD_TRANSPARENCY_MASK", index + 1)[index] == "1"
            unknown = self._flags("RD_COLLISION_X_MASK", index + 1)[index] == "1"
            if through or unknown:
                here = self._two("$eq", self._address("WR_ADDR", write), address, 1)
                enable = self._part("WR_EN", write, self.width)
                mask = self._two("$and", enable, here * self.width, self.width)
                new = self._part("WR_DATA", write, self.width) if through else ("x",) * self.width
                value = self._merge(value, new, mask)
        enable, reset = self._part("RD_EN", port, 1), self._part("RD_SRST", port, 1)
        start = self._value("RD_SRST_VALUE", port)
        none = reset in (("0",), ("x",))
        inner = none or self._flags("RD_CE_OVER_SRST", self.reads)[port] == "1"
        if inner and not none:
            value = self._mux(value, start, reset)
        value = self._mux(out, value, enable)
        if not inner:
            value = self._mux(value, start, reset)
        polarity = self._flags("RD_CLK_POLARITY", self.reads)[port]
        pins = {"CLK": self._part("RD_CLK", port, 1), "D": value, "Q": out}
        name = f"{self.name} read {port}"
        self.cells.append(Cell(name, "$dff", {"CLK_POLARITY": polarity}, pins, ("Q",), cell.place))
        text = "".join(str(b) for b in reversed(self._value("RD_INIT_VALUE", port)))
        if text.strip("x"):
            self.nets.append(Net(name, out, cell.place, text, True))

    def _value(self, parameter: str, port: int) -> Bits:
        low = port * self.width
        return tuple(self._flags(parameter, low + self.width)[low : low + self.width])
