"""Reset values: what each register becomes while the reset input is active, and at power-on."""

from __future__ import annotations

from collections.abc import Iterator

from spikewright.lct.builder import Builder
from spikewright.lct.compare.result import RESET, Cell, Options
from spikewright.lct.compare.sides import HdlSide, hdl_name
from spikewright.lct.evaluate import pack
from spikewright.lct.front.design import Design, Register
from spikewright.lct.ir import Symbol, Unit
from spikewright.lct.solver import Solver
from spikewright.lct.values import show

__all__ = ["design_resets", "table_resets"]


def design_resets(unit: Unit, design: Design, options: Options) -> Iterator[Cell]:
    """A cell for each register that both sides have.

    While the reset input is active, the next value must be the table's constant whatever the
    inputs and registers are, and so must be what an asynchronous reset loads. Bits that the HDL
    gives a value at power-on must have the constant's.
    """
    builder = Builder()
    side = HdlSide(unit, design, builder, {}, options.mapping, reset=True)
    solver = Solver(builder, options.limit)
    for symbol in unit.by_role("register"):
        register = design.registers.get(hdl_name(symbol.name, options.mapping))
        if register is not None:
            yield _reset(side, register, symbol, solver)


def _reset(side: HdlSide, register: Register, symbol: Symbol, solver: Solver) -> Cell:
    width = len(register.bits)
    wanted = pack(symbol.reset or 0, symbol.type)
    place, text = ("", RESET, symbol.name), show(wanted, symbol.type)
    design, b = side.design, side.builder
    if design.reset is None or design.reset in side.inputs:
        sentence = f"register {symbol.name} must reset to {text}, and the HDL has no reset"
        return Cell(*place, "different", "reset", expected=wanted, sentence=sentence)
    data = side.terms.bits(register.load or register.data)
    answer = solver.ask(b.negate(b.equal(data, b.number(wanted, width))))
    if answer == "unknown":
        sentence = f"not decided within the limit: the reset value of register {symbol.name}"
        return Cell(*place, "unknown", sentence=sentence)
    if answer == "sat":
        actual = solver.value(data)
        again = solver.ask(b.negate(b.equal(data, b.number(actual, width))))
        became = f"the HDL makes it {show(actual, symbol.type)}"
        if again != "unsat":
            became = "the HDL does not reset it"
        sentence = f"register {symbol.name} must reset to {text}, and {became}"
        return Cell(*place, "different", "reset", expected=wanted, actual=actual, sentence=sentence)
    init = register.init or ""
    given = [(i, int(bit)) for i, bit in enumerate(reversed(init)) if bit in "01"]
    if any(wanted >> i & 1 != bit for i, bit in given):
        actual = sum(bit << i for i, bit in given)
        became = f"the HDL starts it with {show(actual, symbol.type)} at power-on"
        sentence = f"register {symbol.name} must reset to {text}, and {became}"
        return Cell(*place, "different", "reset", expected=wanted, actual=actual, sentence=sentence)
    return Cell(*place, "equivalent")


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
