"""The steps of a replay: from the unit's words to names and numbers of the HDL, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from spikewright.lct.compare.binding import Binding
from spikewright.lct.evaluate import pack, unpack
from spikewright.lct.execute import Machine
from spikewright.lct.front.design import Design
from spikewright.lct.front.netlist import Bit
from spikewright.lct.ir import Symbol, Unit

from .errors import ToolError
from .replay_result import Finding, Replayed, other_expectation
from .replay_run import Step, run_steps

__all__ = ["Play", "Scene"]


@dataclass
class Play:
    """One cell.

    Attributes
    ----------
    steps, reads : list
        The steps, and the symbols that they read, the cell's own last.
    placed : dict of str to int
        Registers that are placed; they are read back before all others.
    first : list of Step
        What is read at power-on, before anything else: the cell's own symbol.
    trouble : str
        Why there are no steps.
    """

    steps: list[Step]
    reads: list[Symbol]
    placed: dict[str, int] = field(default_factory=dict)
    first: list[Step] = field(default_factory=list)
    trouble: str = ""


class Scene:
    """A design in the unit's words."""

    def __init__(self, unit: Unit, design: Design, binding: Binding) -> None:
        self.unit, self.design, self.binding = unit, design, binding
        self.edge = 1
        for cell in design.netlist.kinds("$dff", "$adff", "$aldff"):
            self.edge = cell.number("CLK_POLARITY")
        self._aliases = list(_aliases(design))

    # ---- steps

    def clock_edge(self) -> list[Step]:
        """One edge of the clock, and back."""
        if self.design.clock is None:
            return [Step("wait")]
        edge = Step("set", self.design.clock, 1, self.edge)
        back = Step("set", self.design.clock, 1, 1 - self.edge)
        return [edge, Step("wait"), back, Step("wait")]

    def _reset(self, active: bool) -> Iterator[Step]:
        if self.design.reset is not None:
            value = self.design.reset_active if active else 1 - self.design.reset_active
            yield Step("set", self.design.reset, 1, value)

    def _clock_rests(self) -> Iterator[Step]:
        if self.design.clock is not None:
            yield Step("set", self.design.clock, 1, 1 - self.edge)

    def stirred(self) -> Iterator[Step]:
        """Every register changes, so that all that follows from one is computed."""
        for fill in (-1, 0):
            widths = {n: len(r.bits) for n, r in self.design.registers.items()}
            yield from self.place({n: fill & ((1 << w) - 1) for n, w in widths.items()})
            yield Step("wait")

    def reset_steps(self, before: Mapping[str, int] | None = None) -> Iterator[Step]:
        """Leave reset after one edge of the clock.

        Parameters
        ----------
        before : mapping of str to int, optional
            Registers and inputs when reset comes; inputs that are not given are 0.
        """
        given = before or {}
        yield from self._clock_rests()
        yield from self._reset(False)
        yield from self.place({n: v for n, v in given.items() if n in self.design.registers})
        for name, width in self.design.inputs.items():
            yield Step("set", name, width, given.get(name, 0))
        yield Step("wait")
        yield from self._reset(True)
        yield Step("wait")
        yield from self.clock_edge()
        yield from self._reset(False)
        yield Step("wait")

    def inputs(self, packed: Mapping[str, int]) -> Iterator[Step]:
        """All inputs; what is not given is 0."""
        numbers = self.binding.encode_values(lambda s: packed.get(s.name, 0), "input")
        for name, width in self.design.inputs.items():
            yield Step("set", name, width, numbers.get(name, 0))

    def place(self, numbers: Mapping[str, int | None]) -> Iterator[Step]:
        """Registers, under every name that their bits have; None is undefined."""
        bits: dict[Bit, int | None] = {}
        for name, number in numbers.items():
            for i, bit in enumerate(self.design.registers[name].bits):
                bits[bit] = None if number is None else number >> i & 1
        for name, origins in self._aliases:
            if all(b in bits for b in origins):
                parts = [bits[b] for b in origins]
                value = None if None in parts else sum((b or 0) << i for i, b in enumerate(parts))
                yield Step("place", name, len(origins), value)

    def reads(self, symbol: Symbol) -> list[Step]:
        """The names that stand for a symbol."""
        wires = self.binding.wires[symbol.name]
        return [Step("read", w.name, self.design.width(w.name)) for w in wires]

    # ---- one cell

    def play(self, cell: Finding) -> Play:
        """The steps of a cell."""
        symbol = self.unit.symbols.get(cell.column)
        if symbol is None or symbol.name not in self.binding.wires or cell.row == "port":
            return Play([], [], trouble=f"{cell.column} as a whole cannot be simulated")
        if cell.row == "reset":
            return self._reset_play(symbol, cell.witness)
        steps = list(self.reset_steps())
        numbers = self.binding.encode_values(lambda s: cell.witness.get(s.name, 0), "register")
        steps += [*self.place(numbers), *self.inputs(cell.witness), Step("wait")]
        steps += [Step("read", name, self.design.width(name)) for name in numbers]
        outputs = [s for s in self.unit.by_role("output") if s.name in self.binding.wires]
        for output in outputs:
            steps += self.reads(output)
        if symbol.role == "register":
            steps += self.clock_edge()
        return Play([*steps, *self.reads(symbol)], [*outputs, symbol], numbers)

    def _reset_play(self, symbol: Symbol, given: Mapping[str, int]) -> Play:
        """At power-on, then a reset from whatever registers may hold."""
        wires = self.binding.wires[symbol.name]
        starts = [self.design.registers[w.name].init for w in wires]
        play = Play([], [])
        if all(text is not None and "x" not in text for text in starts):
            play.first = self.reads(symbol)
        every = {n: (1 << len(r.bits)) - 1 for n, r in self.design.registers.items()}
        wanted = pack(symbol.reset or 0, symbol.type)
        numbers = self.binding.encode_values(
            lambda s: ~wanted if s is symbol else given.get(s.name, 0), "register"
        )
        numbers = {n: v & every[n] for n, v in numbers.items()}
        for junk in (dict.fromkeys(every), dict.fromkeys(every, 0), every, numbers):
            play.steps += [*self._clock_rests(), *self._reset(False), *self.place(junk)]
            play.steps += [*self.inputs(given), Step("wait"), *self._reset(True), Step("wait")]
            play.steps += self.clock_edge()
            play.steps += self.reads(symbol)
            play.reads.append(symbol)
        return play

    def run(self, plays: Sequence[Play]) -> tuple[list[list[dict[str, str]]], str, str]:
        """What each play reads, as text by HDL name; the simulator; or what went wrong."""
        steps = [*self._clock_rests(), *self._reset(False), Step("wait")]
        steps += [step for play in plays for step in play.first]
        steps += [step for play in plays for step in play.steps]
        try:
            found, simulator = run_steps(self.design, steps)
        except ToolError as error:
            return [], "", str(error)
        values = iter(found)
        result = [
            [{s.name: next(values) for s in play.first}] if play.first else [] for play in plays
        ]
        for play, parts in zip(plays, result, strict=True):
            if play.placed:
                parts.append({name: next(values) for name in play.placed})
            for symbol in play.reads:
                parts.append({w.name: next(values) for w in self.binding.wires[symbol.name]})
        return result, simulator, ""

    # ---- verdicts

    def judge(
        self, cell: Finding, play: Play, reads: list[dict[str, str]], simulator: str
    ) -> Replayed:
        """What a cell's simulation shows."""
        symbol = self.unit.symbols[cell.column]
        if cell.row == "reset":
            wanted = pack(symbol.reset or 0, symbol.type)
            shown = [self.verdict(symbol, wanted, read, simulator) for read in reads]
            return next((s for s in shown if s.confirmed), shown[-1])
        rest = reads
        if play.placed:
            lost = [n for n, v in play.placed.items() if _number(reads[0][n]) != v]
            if lost:
                return Replayed(None, False, simulator, sentence=f"{lost[0]} could not be placed")
            rest = reads[1:]
        outputs = {s.name: read for s, read in zip(play.reads[:-1], rest[:-1], strict=True)}
        expected = self._expected(symbol, cell, outputs)
        due = expected if cell.expected is None else cell.expected
        if due is None:
            return Replayed(None, False, simulator, sentence="nothing is expected")
        if expected not in (None, due):
            sentence = other_expectation(cell, expected or 0)
            return Replayed(None, False, simulator, sentence=sentence)
        return self.verdict(symbol, due, rest[-1], simulator)

    def _expected(
        self, symbol: Symbol, cell: Finding, outputs: Mapping[str, dict[str, str]]
    ) -> int | None:
        """What the table wants where its outputs are the HDL's; None if those are undefined."""
        machine = Machine(self.unit)
        known = (*machine.inputs, *self.unit.by_role("register"))
        given = {s.name: unpack(cell.witness.get(s.name, 0), s.type) for s in known}
        values = machine.complete(given)
        for output in machine.outputs:
            if output.name in outputs:
                seen = self._decode(output, outputs[output.name])
                if seen is None:
                    return None
                values[output.name] = unpack(seen, output.type)
        return pack(machine.outcome(symbol, values), symbol.type)

    def _decode(self, symbol: Symbol, read: Mapping[str, str]) -> int | None:
        numbers = {name: _number(text) for name, text in read.items()}
        if None in numbers.values():
            return None
        return self.binding.decode(symbol, lambda name: numbers[name] or 0)

    def verdict(
        self, symbol: Symbol, expected: int, read: Mapping[str, str], simulator: str
    ) -> Replayed:
        """What one reading of a symbol says."""
        bits = []
        for wire in reversed(self.binding.wires[symbol.name]):
            text = read[wire.name]
            bits.append(text[len(text) - wire.low - wire.width : len(text) - wire.low])
        defined = set("".join(bits)) <= {"0", "1"}
        certain = {name: text.replace("x", "0").replace("z", "0") for name, text in read.items()}
        actual = self._decode(symbol, certain) if defined else None
        same = actual == expected
        sentence = "the simulation shows what the table wants" if same else ""
        return Replayed(actual, not same, simulator, "".join(bits), sentence)


def _number(text: str) -> int | None:
    return int(text, 2) if set(text) <= {"0", "1"} else None


def _aliases(design: Design) -> Iterator[tuple[str, tuple[Bit, ...]]]:
    """Declared names that are nothing but register bits."""
    held = {b for r in design.registers.values() for b in r.bits}
    ports = set(design.inputs) | {design.clock, design.reset}
    for net in design.netlist.nets.values():
        origins = design.netlist.sources(net.bits)
        if not net.hidden and net.name not in ports and all(b in held for b in origins):
            yield net.name, origins
