"""The cases of each row: what is set, by the solver, and what the table says to it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from spikewright.lct.evaluate import pack, unpack
from spikewright.lct.execute import Machine, first_match
from spikewright.lct.ir import ANY, Table, Unit
from spikewright.lct.row_source import hdl_name
from spikewright.lct.stimuli import Stimuli, Stimulus

from .errors import ToolError
from .row_bench import Case

__all__ = ["RowTest", "cases_of_rows", "storage"]


@dataclass(frozen=True)
class RowTest:
    """The test of one row.

    Members
    -------
    table, row : str
    verdict : {"sat", "unsat", "unknown"}
        Whether the row can decide; it is tested only where it can.
    cases : tuple of Case
    """

    table: str
    row: str
    verdict: str
    cases: tuple[Case, ...]

    @property
    def name(self) -> str:
        """The test's name."""
        return f"row_{self.table}_{re.sub(r'[^A-Za-z0-9_]', '_', self.row)}"


def cases_of_rows(unit: Unit, different: int, seed: int, limit: float) -> tuple[RowTest, ...]:
    """Find the cases of every row of a logic unit; see `row_files.row_tests`."""
    stimuli, machine = Stimuli(unit, seed, limit), Machine(unit)
    tests = []
    for table in unit.tables:
        for k, row in enumerate(table.rows):
            answer = stimuli.can_win(table, k)
            found = stimuli.of_row(table, k, different) if answer == "sat" else []
            cases = tuple(_case(machine, table, row.id, stimulus) for stimulus in found)
            tests.append(RowTest(table.name, row.id, answer, cases))
    return tuple(tests)


def _case(machine: Machine, table: Table, row: str, stimulus: Stimulus) -> Case:
    """What the table says to a stimulus."""
    symbols = machine.unit.symbols
    values = {n: unpack(bits, symbols[n].type) for n, bits in stimulus.values.items()}
    known = machine.complete(values)
    decided = first_match(table, known)
    if decided is None or decided.id != row:
        raise AssertionError(f"solver and table disagree about row {row} of {table.name}")
    now: dict[str, int] = {}
    after: dict[str, int] = {}
    for target, cell in zip(table.targets, decided.targets, strict=True):
        if cell != ANY:
            symbol = target.symbol
            result = pack(machine.outcome(symbol, known), symbol.type)
            (after if symbol.role == "register" else now)[hdl_name(symbol.name)] = result
    given = {hdl_name(n): bits for n, bits in stimulus.values.items()}
    return stimulus.why, given, now, after


def storage(verilog: str, name: str) -> str:
    """Where a register is kept: itself, or the register that it is another name of.

    Raises
    ------
    ToolError
        There is none.
    """
    at, seen = name, set[str]()
    while at not in seen:
        seen.add(at)
        if re.search(rf"^\s*(?:output\s+)?reg\s+(?:\[[^\]]*\]\s+)?{at}\b", verilog, re.MULTILINE):
            return at
        other = re.search(rf"^\s*assign {at} = (\w+);", verilog, re.MULTILINE)
        other = other or re.search(rf"^\s*assign (\w+) = {at};", verilog, re.MULTILINE)
        at = other[1] if other else at
    raise ToolError(f"Register {name} must be a register of the Verilog, and is none")
