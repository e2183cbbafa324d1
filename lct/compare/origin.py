"""Where a difference between HDL and the tables of a structural unit begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from spikewright.lct.builder import Term
from spikewright.lct.compare.composition import Composition
from spikewright.lct.compare.judge import Judge
from spikewright.lct.compare.result import Options
from spikewright.lct.ir import ANY, Unit
from spikewright.lct.semantics import UnitTerms

__all__ = ["Origins"]


@dataclass(frozen=True, eq=False)
class _Suspect:
    """A connection that the HDL has not, or an output that an instance makes otherwise."""

    text: str
    wrong: Term


class Origins:
    """The connections and outputs in which the HDL's own nets contradict the tables.

    Each instance and connection is looked at by itself, over the values that the HDL has at its
    ports: one that is wrong is not also blamed on those that it leads to. Names only, no verdict
    rests on them, so nets that are not there are left out.
    """

    def __init__(self, composition: Composition, judge: Judge, options: Options) -> None:
        self.composition, self.builder = composition, composition.builder
        plain = replace(options, cross_check=False)
        own = Judge(composition.builder, composition.facts, judge.unknowns, plain)
        found = own.judge([*self._connections(), *self._outputs()])
        self.suspects = [s for s, judgement in found.items() if judgement != "holds"]

    def at(self, judge: Judge) -> str:
        """What is wrong where the solver's last answer is; empty if no net shows it."""
        return next((s.text for s in self.suspects if judge.solver.holds(s.wrong)), "")

    def _differ(self, text: str, one: Term, two: Term) -> _Suspect:
        return _Suspect(text, self.builder.negate(self.builder.equal(one, two)))

    def _connections(self) -> Iterator[_Suspect]:
        for sink, source in self.composition.edges:
            here, there = self.composition.hdl(source), self.composition.hdl(sink)
            if here is not None and there is not None:
                text = f"it begins at the connection from {source} to {sink}"
                yield self._differ(text, here, there)

    def _outputs(self) -> Iterator[_Suspect]:
        for name, leaf in self.composition.leaves.items():
            ports = {s.name: self._port(f"{name}.{s.name}") for s in leaf.symbols.values()}
            bound = {n: t for n, t in ports.items() if t is not None}
            if len(bound) < len(ports):
                continue
            free = _free(leaf, bound)
            alone = UnitTerms(leaf, self.builder, f" {name} alone", bound, free)
            for symbol in leaf.by_role("output"):
                text = f"it begins at output {symbol.name} of instance {name}"
                yield self._differ(text, alone.outcome(symbol), bound[symbol.name])

    def _port(self, name: str) -> Term | None:
        """A port's value in the HDL; where it has no net there, that of what leads to it."""
        if name in self.composition.present:
            return self.composition.present[name]
        here = self.composition.hdl(name)
        return self.composition.hdl(self.composition.source(name)) if here is None else here


def _free(leaf: Unit, bound: dict[str, Term]) -> dict[str, Term]:
    return {
        UnitTerms.free_name(table, i, target.symbol): bound[target.symbol.name]
        for table in leaf.tables
        for i, row in enumerate(table.rows)
        for target, cell in zip(table.targets, row.targets, strict=True)
        if cell == ANY
    }
