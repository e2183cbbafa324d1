"""Reset values: what each register becomes while the reset input is active, and at power-on."""

from __future__ import annotations

from collections.abc import Iterator

from spikewright.lct.builder import Builder
from spikewright.lct.compare.binding import Binding
from spikewright.lct.compare.result import POWER_ON, RESET, Cell, Options
from spikewright.lct.compare.sides import HdlSide
from spikewright.lct.evaluate import pack
from spikewright.lct.front.netlist import Bit
from spikewright.lct.ir import Symbol, Unit
from spikewright.lct.solver import Solver
from spikewright.lct.values import show

__all__ = ["design_resets", "table_resets"]


def design_resets(binding: Binding, options: Options) -> Iterator[Cell]:
    """A cell for each register that both sides have.

    While the reset input is active, the next value must be the table's constant whatever the
    inputs and registers are, and so must be what an asynchronous reset loads. Bits that the HDL
    gives a value at power-on must have the constant's.
    """
    builder = Builder()
    side = HdlSide(binding, builder, {}, reset=True)
    solver = Solver(builder, options.limit)
    for symbol in binding.unit.by_role("register"):
        if symbol.name in binding.wires:
            yield _Reset(side, symbol, solver).cell()
        elif symbol.name in binding.fixed:
            yield _fixed(side, symbol)


def _fixed(side: HdlSide, symbol: Symbol) -> Cell:
    """Of a register that is a constant in the HDL."""
    wanted, actual = pack(symbol.reset or 0, symbol.type), side.binding.fixed[symbol.name]
    if wanted == actual:
        return Cell("", RESET, symbol.name, "equivalent")
    text = f"register {symbol.name} must reset to {show(wanted, symbol.type)}, and "
    text += f"{side.noun} has it at {show(actual, symbol.type)} always"
    return Cell(
        "", RESET, symbol.name, "different", "reset",
        expected=wanted, actual=actual, sentence=text,
    )  # fmt: skip


class _Reset:
    """The reset of one register."""

    def __init__(self, side: HdlSide, symbol: Symbol, solver: Solver) -> None:
        self.side, self.symbol, self.solver = side, symbol, solver
        self.wires = side.binding.wires[symbol.name]
        self.wanted = pack(symbol.reset or 0, symbol.type)

    def cell(self) -> Cell:
        """The verdict: the clock's edge under reset first, then power-on."""
        side, b = self.side, self.side.builder
        if side.design.reset is None:
            return self._different("has no reset")
        data = side.binding.actual(b, self.symbol, lambda n: side.terms.bits(self._loaded(n)))
        wanted = side.coded(self.symbol, b.number(self.wanted, self.symbol.type.width))
        answer = self.solver.ask(b.negate(b.equal(data, wanted)))
        if answer == "unknown":
            name = self.symbol.name
            text = f"not decided within the limit: the reset value of register {name}"
            return Cell("", RESET, name, "unknown", sentence=text)
        if answer == "sat":
            number = self.solver.value(data)
            other = b.negate(b.equal(data, b.number(number, data.sort().bv_size())))
            if self.solver.ask(other) != "unsat":
                return self._different("does not reset it")
            return self._different("resets it to", number)
        return self._power_on()

    def _loaded(self, name: str) -> tuple[Bit, ...]:
        register = self.side.design.registers[name]
        return register.load or register.data

    def _power_on(self) -> Cell:
        number, at, right, complete = 0, 0, True, True
        for wire in self.wires:
            init = self.side.design.registers[wire.name].init or ""
            bits = init[::-1][wire.low : wire.low + wire.width].ljust(wire.width, "x")
            code = wire.encode_value(self.wanted >> wire.offset & ((1 << wire.kind.width) - 1))
            for i, bit in enumerate(bits):
                complete &= bit in "01"
                right &= bit not in "01" or int(bit) == code >> i & 1
                number |= (bit == "1") << (at + i)
            at += wire.width
        if right:
            return Cell("", RESET, self.symbol.name, "equivalent")
        if not complete:
            return self._different("has another value at power-on", row=POWER_ON)
        return self._different("starts it at power-on with", number, POWER_ON)

    def _different(self, does: str, number: int | None = None, row: str = RESET) -> Cell:
        """A cell that differs; `number` is what the HDL makes of the register."""
        name, kind = self.symbol.name, self.symbol.type
        actual = None if number is None else self.side.meaning(self.symbol, number)
        text = f"register {name} must reset to {show(self.wanted, kind)}, "
        text += f"and {self.side.noun} {does}"
        if number is not None:
            text += f" code {number}" if actual is None else f" {show(actual, kind)}"
        return Cell(
            "", row, name, "different", "reset",
            expected=self.wanted, actual=actual, sentence=text,
        )  # fmt: skip


def table_resets(left: Unit, right: Unit) -> Iterator[Cell]:
    """The same of two tables."""
    for symbol in left.by_role("register"):
        other = right.symbols.get(symbol.name)
        if other is None or other.role != "register":
            continue
        place = "", RESET, symbol.name
        wanted = pack(symbol.reset or 0, symbol.type)
        actual = pack(other.reset or 0, other.type)
        if wanted == actual:
            yield Cell(*place, "identical")
            continue
        sentence = (
            f"register {symbol.name} must reset to {show(wanted, symbol.type)}, "
            f"and the other table makes it {show(actual, other.type)}"
        )
        yield Cell(*place, "different", "reset", expected=wanted, actual=actual, sentence=sentence)
