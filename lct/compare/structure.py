"""The comparison of a structural unit: flat HDL against the composition of its tables."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

from spikewright.lct.builder import Builder
from spikewright.lct.check_loops import check_loops
from spikewright.lct.compare.composition import Composition, Question
from spikewright.lct.compare.judge import Judge, Judgement
from spikewright.lct.compare.origin import Origins
from spikewright.lct.compare.resets import design_resets
from spikewright.lct.compare.result import GAP, PORT, Cell, Comparison, Options
from spikewright.lct.compare.run import NAMES, WITHOUT
from spikewright.lct.diagnostics import Diagnostics
from spikewright.lct.front.design import Design
from spikewright.lct.ir import Unit
from spikewright.lct.values import show

__all__ = ["compare_structure"]


def compare_structure(unit: Unit, design: Design, options: Options | None = None) -> Comparison:
    """Hold HDL against the instances and connections of a structural unit.

    Every output of the whole and every register of an instance must be what the tables give
    together, whatever the inputs and registers are. External instances are taken as they are: what
    they drive is any value, the same on both sides, and what they read is compared.

    Parameters
    ----------
    unit : Unit
        The specification.
    design : Design
        Elaborated HDL, with `composition.cut_of` the unit as its cut; ports have the unit's names,
        registers and nets those of the instances, ``instance.name``, with ``__`` for ``.``; or
        those of ``options.mapping``.

    Returns
    -------
    Comparison
        A cell for each output of the whole (row ``output``), input of an external instance (row
        ``input``), and row and register of an instance; its table is the instance. Nothing in it
        rests on nets inside the HDL, which only say where a difference begins, and what a ``*``
        stands for.
    """
    begin, options = time.perf_counter(), options or Options()
    nested = [n for n, i in unit.instances.items() if i.unit.kind not in ("logic", "external")]
    if nested:
        text = "is made of instances itself, which are not held against HDL from here"
        cells = [Cell(n, PORT, "", "unknown", sentence=f"instance {n} {text}") for n in nested]
        return Comparison(unit.name, tuple(cells), (), NAMES, time.perf_counter() - begin)
    loops = Diagnostics()
    for part in {id(u): u for u in (unit, *(i.unit for i in unit.instances.values()))}.values():
        check_loops(part, loops, options.limit)
    if loops.findings:
        # What follows itself has perhaps no value at all, and of nothing everything holds.
        text = f"not compared: {loops.findings[0].message}"
        cell = Cell("", PORT, "", "unknown", sentence=text)
        return Comparison(unit.name, (cell,), (), NAMES, time.perf_counter() - begin)
    run = _Run(Composition(unit, design, options.mapping, Builder()), options)
    cells = [*run.ports(), *run.values(), *run.resets()]
    cells.sort(key=lambda c: (c.row != PORT, [*unit.instances, c.table].index(c.table)))
    outside = tuple(
        f"{n} is {i.unit.name}" for n, i in unit.instances.items() if i.unit.kind == "external"
    )
    used = (*run.composition.assumptions, *outside)
    return Comparison(unit.name, tuple(cells), used, NAMES, time.perf_counter() - begin)


class _Run:
    """One comparison."""

    def __init__(self, composition: Composition, options: Options) -> None:
        self.composition, self.options = composition, options
        self.unit, self.side = composition.unit, composition.side
        self.questions = list(composition.questions())
        # Asked now, because looking for where a difference begins reads more of the HDL.
        self.doubt = self._doubt()
        self.origins: Origins | None = None

    # ---- what needs no solver

    def ports(self) -> Iterator[Cell]:
        """Ports and registers that are missing, spare or of another width."""
        for symbol in self.composition.flat.symbols.values():
            name, width, found = symbol.name, symbol.type.width, self.side.width(symbol)
            instance, port = self._owner(name)
            place = instance, PORT, port
            if found is None and instance:
                what = "register" if symbol.role == "register" else "net"
                text = f"the HDL has no {what} {name} under its name"
                yield Cell(*place, "unknown", sentence=text)
            elif found is None:
                text = f"the HDL has no {symbol.role} {name}"
                yield Cell(*place, "different", "omission", sentence=text)
            elif found != width:
                text = f"{symbol.role} {name} has {width} bits in the table and {found} in the HDL"
                yield Cell(*place, "different", "width", sentence=text)
        for role in ("input", "output"):
            for name in self.side.spare(role):
                text = f"the HDL has an {role} {name}, which the table does not have"
                yield Cell("", PORT, name, "different", "hallucination", sentence=text)
        for name in self.composition.unconnected:
            text = f"no connection of {self.unit.name} leads to {name}"
            yield Cell(*self._place(name), "unknown", sentence=text)
        for name in self.composition.doubled:
            text = f"more than one connection of {self.unit.name} leads to {name}"
            yield Cell(*self._place(name), "unknown", sentence=text)
        for symbol in self.composition.flat.by_role("output"):
            if self.composition.value(symbol.name) is None:
                text = f"no connection of {self.unit.name} leads to {symbol.name}"
                yield Cell(*self._place(symbol.name), "unknown", sentence=text)

    def _owner(self, name: str) -> tuple[str, str]:
        """Instance and port of a name; a port of the whole has no instance."""
        owner, _, port = name.partition(".")
        return (owner, port) if name not in self.unit.symbols else ("", name)

    def _place(self, name: str) -> tuple[str, str, str]:
        instance, port = self._owner(name)
        return instance, PORT, port

    # ---- values

    def values(self) -> list[Cell]:
        """A cell for each question."""
        composition = self.composition
        questions = self.questions
        unknowns = [*composition.present.values(), *composition.own.values(), *self.side.open()]
        judge = Judge(composition.builder, composition.facts, unknowns, self.options)
        if judge.consistent() != "sat":
            text = f"the assumptions of {self.unit.name} allow no input that can be compared"
            return [Cell(*q.place, "unknown", sentence=text) for q in questions]
        found = judge.judge(questions)
        if "fails" in found.values() and self.options.explain:
            self.origins = Origins(composition, judge, self.options)
        cells = (self._cell(judge, q, j) for q, j in found.items())
        return [c for c in cells if c.row != GAP or c.verdict != "equivalent"]

    def _cell(self, judge: Judge, question: Question, judgement: Judgement) -> Cell:
        instance, row, column = place = question.place
        where = f"instance {instance}, row {row}, column {column}"
        if judgement == "holds":
            return Cell(*place, "equivalent")
        if judgement == "fails" and row == GAP:
            text = f"table {column} of instance {instance} does not cover every input"
            return Cell(*place, "unknown", sentence=text)
        why = "" if judgement == "fails" else WITHOUT[judgement].format(limit=self.options.limit)
        why = why or self.doubt
        if not why and not judge.counterexample(question):
            why = WITHOUT["disputed"]
        if why or question.symbol is None:
            return Cell(*place, "unknown", sentence=f"{where}: {why}")
        value, kind = judge.solver.value, question.symbol.type
        expected, number = value(question.expected), value(question.actual)
        witness = {n: value(t) for n, t in self.composition.present.items()}
        actual = self.side.meaning(question.symbol, number)
        does = f"code {number}" if actual is None else show(actual, kind)
        text = f"{where}: {show(expected, kind)} is expected, not {does}"
        begin = self.origins.at(judge) if self.origins else ""
        symbols = self.composition.flat.symbols
        return Cell(
            *place, "different", "wrong value", witness=witness,
            shown={n: show(v, symbols[n].type) for n, v in witness.items() if v},
            expected=expected, actual=actual, sentence=f"{text}; {begin}" if begin else text,
        )  # fmt: skip

    def _doubt(self) -> str:
        """Why a difference may be none."""
        flat = self.composition.flat.symbols.values()
        missing = [s.name for s in flat if s.role != "output" and self.side.width(s) is None]
        if missing:
            return f"not decided, as the HDL has no {missing[0]} under its name"
        if loose := self.side.loose([*(q.wrong for q in self.questions), *self.composition.facts]):
            return f"depends on {loose[0]}, which the tables do not have"
        if self.composition.doubled:
            return f"not decided, as two connections lead to {self.composition.doubled[0]}"
        if self.composition.unconnected:
            return f"not decided, as nothing is connected to {self.composition.unconnected[0]}"
        if self.composition.unbound:
            name = self.composition.unbound[0]
            return f"not decided, as {name} may be anything and the HDL has no net of that name"
        return ""

    # ---- resets

    def resets(self) -> Iterator[Cell]:
        """The reset of each register that the HDL has."""
        for cell in design_resets(self.composition.binding, self.options):
            instance, name = self._owner(cell.column)
            yield replace(cell, table=instance, column=name)
