"""Counterexamples on the real HDL: what a comparison claims is simulated before it is reported.

Each cell starts from a reset, so that registers which the table does not have hold something that
they can hold; then the registers of the witness are placed, the inputs driven, and the output or,
after the clock's edge, the register is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spikewright.lct.compare.binding import Binding
from spikewright.lct.compare.mapping import Mapping as Names
from spikewright.lct.evaluate import pack, unpack
from spikewright.lct.execute import Machine
from spikewright.lct.front.design import Design
from spikewright.lct.ir import Unit

from .replay_result import Finding, Replayed, other_expectation, unrun
from .replay_run import Step
from .replay_scene import Play, Scene

__all__ = ["Finding", "Replayed", "replay", "replay_all", "replay_trace", "replay_units"]


def replay(unit: Unit, design: Design, cell: Finding, mapping: Names | None = None) -> Replayed:
    """Simulate the counterexample of one cell; see `replay_all`."""
    return replay_all(unit, design, [cell], mapping)[0]


def replay_all(
    unit: Unit, design: Design, cells: Sequence[Finding], mapping: Names | None = None
) -> list[Replayed]:
    """Simulate the counterexamples of some cells, all in one run.

    Parameters
    ----------
    unit : Unit
        The specification. What a cell expects is computed again, by running the table.
    design : Design
        The HDL; its ``verilog`` is what runs.
    mapping : Mapping, optional
        Names and codes of the comparison.

    Returns
    -------
    list of Replayed
        In the order of `cells`. Where no simulator takes the HDL, none is confirmed.
    """
    scene = Scene(unit, design, Binding(unit, design, mapping))
    plays = [scene.play(cell) for cell in cells]
    reads, simulator, trouble = scene.run(plays)
    return [
        unrun(play.trouble) if play.trouble else unrun(trouble) if trouble
        else scene.judge(cell, play, reads[i], simulator)
        for i, (cell, play) in enumerate(zip(cells, plays, strict=True))
    ]  # fmt: skip


def replay_trace(
    unit: Unit,
    design: Design,
    inputs: Sequence[Mapping[str, int]],
    column: str,
    *,
    mapping: Names | None = None,
    before: Mapping[str, int] | None = None,
) -> Replayed:
    """Run table and HDL from reset side by side, and compare an output in the last moment.

    Parameters
    ----------
    inputs : sequence of mapping of str to int
        Packed inputs of each moment, by symbol; at least one.
    column : str
        An output of the unit. The table must determine it: what depends on ``*`` is undefined.
    before : mapping of str to int, optional
        Registers and inputs of the HDL when reset comes, by their names there; 0 by default.
    """
    scene = Scene(unit, design, Binding(unit, design, mapping))
    machine = Machine(unit)
    state, values = machine.reset(), dict[str, int]()
    for moment in inputs:
        given = {s.name: unpack(moment.get(s.name, 0), s.type) for s in machine.inputs}
        values = machine.complete({**state, **given})
        state = machine.step(values)
    symbol = unit.symbols[column]
    expected = pack(machine.outcome(symbol, values), symbol.type)
    steps = [*scene.stirred(), *scene.reset_steps(before)]
    for n, moment in enumerate(inputs):
        steps += scene.clock_edge() if n else []
        steps += [*scene.inputs(moment), Step("wait")]
    play = Play([*steps, *scene.reads(symbol)], [symbol])
    reads, simulator, trouble = scene.run([play])
    if trouble:
        return unrun(trouble)
    return scene.verdict(symbol, expected, reads[0][-1], simulator)


def replay_units(left: Unit, right: Unit, cell: Finding) -> Replayed:
    """Run both tables as software on the witness of a cell."""
    if cell.row == "reset":
        symbol = left.symbols[cell.column]
        found = right.symbols.get(cell.column)
        if found is None or found.reset is None:
            return unrun(f"register {cell.column} has no reset in the other table")
        actual = pack(found.reset, found.type)
        return Replayed(actual, actual != pack(symbol.reset or 0, symbol.type), "table")
    if cell.column not in right.symbols:
        return unrun(f"the other table has no {cell.column}")
    symbol, packed = right.symbols[cell.column], cell.witness
    results = []
    for unit in (left, right):
        machine = Machine(unit)
        known = (*machine.inputs, *unit.by_role("register"))
        values = {s.name: unpack(packed.get(s.name, 0), s.type) for s in known}
        result = machine.outcome(unit.symbols[cell.column], machine.complete(values))
        results.append(pack(result, unit.symbols[cell.column].type))
    expected, actual = results
    if cell.expected is not None and expected != cell.expected:
        return Replayed(actual, False, "table", sentence=other_expectation(cell, expected))
    return Replayed(actual, actual != expected, "table")
