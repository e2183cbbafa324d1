"""What a unit is held against: HDL, or another table, in the unit's own names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from spikewright.lct.builder import Builder, Term
from spikewright.lct.execute import Machine
from spikewright.lct.front.design import Design
from spikewright.lct.front.terms import DesignTerms
from spikewright.lct.ir import Unit
from spikewright.lct.semantics import UnitTerms

__all__ = ["HdlSide", "Side", "TableSide", "hdl_name"]


def hdl_name(name: str, mapping: Mapping[str, str]) -> str:
    """The name that a symbol of a unit has in HDL."""
    return mapping.get(name, name.replace(".", "__"))


class Side(Protocol):
    """The other side of a comparison, at one moment of the unit.

    Attributes
    ----------
    noun : str
        What it is called in sentences.
    inputs, outputs, registers : dict of str to int
        Widths, by the unit's names; what the unit lacks has the side's own name.
    facts : list of Term
        What holds because of the types.
    """

    noun: str
    inputs: dict[str, int]
    outputs: dict[str, int]
    registers: dict[str, int]
    facts: list[Term]

    def value(self, name: str) -> Term:
        """An output's bits now, or a register's bits after the clock's next edge."""

    def covered(self, name: str) -> Term:
        """Whether the side says at all what a symbol becomes."""

    def loose(self) -> list[str]:
        """Registers that matter to what was asked so far, and that the unit does not have."""

    def open(self) -> list[Term]:
        """Unknowns that stand for freedom: every choice must be right."""


class HdlSide:
    """An elaborated design.

    Parameters
    ----------
    present : mapping of str to Term
        The unit's inputs and registers now.
    reset : bool
        Whether the reset input is active.
    """

    noun = "the HDL"

    def __init__(
        self,
        unit: Unit,
        design: Design,
        builder: Builder,
        present: Mapping[str, Term],
        mapping: Mapping[str, str],
        *,
        reset: bool = False,
    ) -> None:
        self.design, self.builder = design, builder
        names = {hdl_name(n, mapping): n for n in unit.symbols}
        self._hdl = {n: h for h, n in names.items()}
        # An input of the unit that only looks like a clock or reset is an input.
        ports = {n: 1 for n in (design.clock, design.reset) if n in names} | design.inputs
        self.inputs = {names.get(n, n): w for n, w in ports.items()}
        self.outputs = {names.get(n, n): w for n, w in design.outputs.items()}
        self.registers = {names.get(n, n): len(r.bits) for n, r in design.registers.items()}
        self.facts: list[Term] = []
        bound = {
            self._hdl[n]: builder.resize(present[n], w, False)
            for n, w in (self.inputs | self.registers).items()
            if n in present
        }
        if reset and design.reset is not None:
            bound[design.reset] = builder.number(design.reset_active, 1)
        self.terms = DesignTerms(design, builder, " in reset" if reset else "", bound)

    def value(self, name: str) -> Term:
        """An output's bits now, or a register's bits after the clock's next edge."""
        hdl = self._hdl.get(name, name)
        return self.terms.next(hdl) if name in self.registers else self.terms.value(hdl)

    def covered(self, name: str) -> Term:
        """Hardware always does something."""
        del name
        return self.builder.true

    def loose(self) -> list[str]:
        """Registers that matter to what was asked so far, and that the unit does not have."""
        return [n for n in self.terms.unknowns if n in self.design.registers]

    def open(self) -> list[Term]:
        """What the source leaves undefined."""
        return list(self.terms.open.values())


class TableSide:
    """Another table of the same signals."""

    noun = "the other table"

    def __init__(self, right: Unit, builder: Builder, present: Mapping[str, Term]) -> None:
        self.unit, self.builder = right, builder
        roles = ("input", "output", "register")
        self.inputs, self.outputs, self.registers = (
            {s.name: s.type.width for s in right.by_role(role)} for role in roles
        )
        own = {
            s.name: builder.unknown(f"right {s.name}", s.type.width) for s in Machine(right).outputs
        }
        bound = {
            n: builder.resize(present[n], w, False)
            for n, w in (self.inputs | self.registers).items()
            if n in present
        }
        self.terms = UnitTerms(right, builder, " right", bound | own)
        self.facts = [*self.terms.facts]
        for name, term in own.items():
            self.facts.append(builder.equal(term, self.terms.outcome(right.symbols[name])))

    def value(self, name: str) -> Term:
        """What the first row that matches gives."""
        return self.terms.outcome(self.unit.symbols[name])

    def covered(self, name: str) -> Term:
        """Whether some row matches."""
        for table in self.unit.tables:
            if name in [t.symbol.name for t in table.targets]:
                return self.builder.any(self.terms.guards(table))
        return self.builder.true

    def loose(self) -> list[str]:
        """Registers that the unit does not have."""
        return [n for n in self.registers if n in self.terms.terms.unknowns]

    def open(self) -> list[Term]:
        """What each `*` stands for."""
        return list(self.terms.free.values())
