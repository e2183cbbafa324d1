"""Faults planted in every cell of a unit's tables: the test of a cell's own row must find each.

All faults are in one build. An input that is not there otherwise, `planted`, chooses one of them: a
bit of the cell's value is the other one, all bits are, the row does not act at all, or a state is
always the same one.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spikewright.lct.ir import ANY, HOLD, Symbol, Table, Unit
from spikewright.lct.library import Library
from spikewright.lct.row_source import rows_source
from spikewright.lct.stimuli import Stimuli
from spikewright.lct.types import Enum, Int, Struct

from .build import build_cocotb
from .cocotb_run import run_cocotb
from .design import Design, Options
from .errors import ToolError
from .row_files import RowTests, row_tests

__all__ = ["JOB", "RowFault", "find_faults", "plant"]

JOB = "SPIKEWRIGHT_ROW_FAULTS"
"""Names the file that tells the bench what to do."""

_INPUT = "planted"
_BITS = 16


@dataclass(frozen=True)
class RowFault:
    """One fault.

    Members
    -------
    number : int
        What `planted` must be, from 1 on.
    table, row, column : str
        Its cell.
    kind : str
        What the cell does wrong.
    found : bool or None
        Whether the row's own test found it; None before it was run.
    """

    number: int
    table: str
    row: str
    column: str
    kind: str
    found: bool | None = None


class _Planted(Library):
    """A folder's units, one of them with faults in it."""

    def __init__(self, directory: Path, name: str, text: str) -> None:
        super().__init__(directory)
        self._name, self._text = name, text

    def read(self, name: str) -> bytes:
        """What the file of a unit holds."""
        return self._text.encode() if name == self._name else super().read(name)


def plant(unit: Unit) -> tuple[str, list[RowFault]]:
    """Return the text of a unit with every fault in it, and the faults that change something."""
    stimuli, lines, faults = Stimuli(unit), list(unit.document.lines), list[RowFault]()
    edits: list[tuple[int, int, int, str]] = []
    number = 1
    for table in unit.tables:
        for k, row in enumerate(table.rows):
            if stimuli.can_win(table, k) != "sat":
                continue
            for at, (target, cell) in enumerate(zip(table.targets, row.targets, strict=True)):
                span = row.target_spans[at]
                text = lines[span.line - 1][span.column - 1 : span.column - 1 + span.length]
                if cell == ANY:
                    continue
                text = target.symbol.name if cell == HOLD else text
                new, kinds = _faulty(target.symbol, text, number)
                edits.append((span.line - 1, span.column - 1, span.length, new))
                for kind in kinds:
                    if _shows(stimuli, table, k, at, kind):
                        place = table.name, row.id, target.symbol.name
                        faults.append(RowFault(number, *place, kind))
                    number += 1
    for line, column, length, new in sorted(edits, reverse=True):
        lines[line] = lines[line][:column] + new + lines[line][column + length :]
    _declare(unit, lines)
    return "\n".join(lines) + "\n", faults


def _faulty(symbol: Symbol, text: str, number: int) -> tuple[str, list[str]]:
    """A cell with faults from a number on, and what they are."""
    kind = symbol.type
    if isinstance(kind, Struct):
        parts = [(name, part.width) for name, part in kind.fields if isinstance(part, Int)]
        bits = [
            f"{name} = trunc(({text}).{name} ^ (1 if {_INPUT} == {number + k} else 0), {width})"
            for k, (name, width) in enumerate(parts)
        ]
        new = f"({text}) with {', '.join(bits)}" if parts else text
        return new, [f"lowest bit of {name}" for name, _ in parts]
    if isinstance(kind, Enum):
        members = [name for name, _ in kind.members]
        for k, name in enumerate(members):
            text = f"{name} if {_INPUT} == {number + k} else ({text})"
        return text, [f"always {name}" for name in members]
    if not isinstance(kind, Int):
        return text, []
    masks = {"lowest bit": 1}
    if kind.width > 1:
        masks |= {"highest bit": 1 << (kind.width - 1), "every bit": (1 << kind.width) - 1}
    mask = "0"
    for k, value in reversed(list(enumerate(masks.values()))):
        mask = f"({value} if {_INPUT} == {number + k} else {mask})"
    flipped = f"trunc(({text}) ^ {mask}, {kind.width})"
    idle = symbol.name if symbol.role == "register" else "0"
    last = number + len(masks)
    return f"{idle} if {_INPUT} == {last} else {flipped}", [*masks, "no action"]


def _shows(stimuli: Stimuli, table: Table, row: int, at: int, kind: str) -> bool:
    """Whether a fault gives the target another value anywhere; a bit that is wrong always does."""
    b, symbol = stimuli.builder, table.targets[at].symbol
    if kind == "no action" and symbol.role == "register":
        other = stimuli.now.terms.symbol(symbol.name, symbol.type)
    elif kind == "no action":
        other = b.number(0, symbol.type.width)
    elif isinstance(symbol.type, Enum):
        other = b.number(symbol.type.value_of(kind.removeprefix("always ")), symbol.type.width)
    else:
        return True
    value = stimuli.now.value(table, row, at)
    wins = stimuli.now.wins(table, row)
    return stimuli.solver.ask(wins, b.negate(b.equal(value, other))) != "unsat"


def _declare(unit: Unit, lines: list[str]) -> None:
    """Add the input that chooses a fault."""
    (section,) = (s for s in unit.document.sections if s.title == "Signals")
    assert section.table is not None
    cells = {"name": _INPUT, "kind": "in", "type": f"unsigned({_BITS})"}
    texts = [cells.get(head.text, "") for head in section.table.header]
    lines.insert(section.table.rows[-1].span.line, f"| {' | '.join(texts)} |")


def find_faults(
    directory: Path,
    name: str,
    overrides: Mapping[str, int],
    convert: Callable[[str, Library, Mapping[str, int]], str],
    simulator: str = "verilator",
    *,
    root: Path | None = None,
) -> list[RowFault]:
    """Plant faults in a unit's tables, and run for each the test of its own row.

    Parameters
    ----------
    directory : Path
        Where the units are.
    name : str
    overrides : mapping of str to int
        Parameters by lower-case name.
    convert : callable
        Makes Verilog of a unit: takes its name, its library and parameters.
    simulator : {"verilator", "icarus"}
    root : Path, optional
        Folder of builds.

    Raises
    ------
    ToolError
        A test fails where nothing is planted, or the run came to nothing.
    """
    library = Library(directory)
    unit = library.unit(name, overrides)
    text, faults = plant(unit)
    tests = row_tests(unit, convert(name, _Planted(directory, name, text), overrides))
    verilator = simulator == "verilator"
    options = Options(public=tests.public(), quick=True) if verilator else None
    design = Design(tests.top, tests.sources())
    build = build_cocotb(design, simulator=simulator, options=options, root=root)
    with tempfile.TemporaryDirectory(prefix="spikewright-rows-") as folder:
        found = _run(build, tests, faults, Path(folder))
    if found.get("0"):
        raise ToolError(f"Tests of {name} must pass where nothing is planted: {found['0']}")
    return [
        RowFault(f.number, f.table, f.row, f.column, f.kind, bool(found[str(f.number)]))
        for f in faults
    ]


def _run(build: Any, tests: RowTests, faults: list[RowFault], folder: Path) -> dict[str, str]:
    """What the bench says of each fault; of none, under 0."""
    result = folder / "found.json"
    job = {
        "registers": dict(tests.registers),
        "cases": [[t.table, t.row, t.cases] for t in tests.tests if t.verdict == "sat"],
        "faults": [[f.number, f.table, f.row] for f in faults],
        "rows": f"rows_{tests.unit.name}",
        "result": str(result),
    }
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    (folder / f"{job['rows']}.py").write_text(rows_source(tests.unit), encoding="utf-8")
    results = run_cocotb(
        build,
        "spikewright.verif.tests_row_faults",
        test_dir=folder,
        python_path=[folder],
        env={JOB: str(folder / "job.json")},
        check=False,
    )
    results.check()
    return dict(json.loads(result.read_text(encoding="utf-8")))
