"""Random edits of tables on either side, judged, and held against the tables run as software."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from spikewright.lct.compare import Options
from spikewright.lct.evaluate import evaluate, pack, unpack
from spikewright.lct.execute import Machine, first_match, random_value
from spikewright.lct.front.elaborator import Elaborator
from spikewright.lct.generate_verilog import verilog_text
from spikewright.lct.ir import ANY, HOLD, Node, Symbol, Unit
from spikewright.lct.legs import Hdl, Legs, judge
from spikewright.lct.legs.read import read_decoded
from spikewright.lct.library import UNITS, Library
from spikewright.lct.reads import outputs_read

SMALL = (
    "edge_drop", "forward_east", "input_buffer", "merge_east", "seed_writer", "spike_sender",
)  # fmt: skip
VECTORS = 40

Place = tuple[str, str, str]


def edit(text: str, random: Random) -> str:
    """The text with another cell, another number, a ``*`` or a ``-`` in a row of a table."""
    lines = text.split("\n")
    start = random.choice([i for i, line in enumerate(lines) if line.startswith("## Table")]) + 1
    arrow = [c.strip() for c in lines[start].split("|")].index("=>")
    end = next((i for i in range(start, len(lines)) if not lines[i].startswith("|")), len(lines))
    row, other = (random.randrange(start + 2, end) for _ in range(2))
    cells, donor = (re.split(r"(?<!\\)\|", lines[i]) for i in (row, other))
    column = random.randrange(arrow + 1, len(cells) - 1)
    kind = random.choice(["cell", "cell", "number", "any", "condition"])
    if kind == "condition" and arrow > 2:
        column = random.randrange(2, arrow)
        cells[column] = random.choice([donor[column], " - "])
    elif kind == "number":
        cells[column] = re.sub(r"\b\d+\b", lambda m: str(int(m[0]) ^ 1), cells[column], count=1)
    else:
        cells[column] = " * " if kind == "any" else donor[column]
    lines[row] = "|".join(cells)
    return "\n".join(lines)


class Truth:
    """What three tables say of one input; the second one is what the HDL was made from.

    Places where its own rows leave open what the HDL does are left out.
    """

    def __init__(self, unit: Unit, made: Unit, other: Unit) -> None:
        self.unit, self.made, self.other = unit, made, other
        self.machine, self.hdl, self.said = Machine(unit), Machine(made), Machine(other)
        self.read = {s.name for u in (unit, made, other) for s in outputs_read(u)}

    def differences(self, given: Mapping[str, int]) -> dict[Place, tuple[bool, bool] | None]:
        """Whether the first and the second leg differ, by row that decides, and column."""
        if not self.machine.allowed(self.machine.complete(given)):
            return {}
        now = self.hdl.complete(given)
        open_ = set()
        for table in self.made.tables:
            rows = [
                r for r in table.rows
                if not r.is_else and all(evaluate(c, now) for c in r.conditions if c is not None)
            ] or [r for r in table.rows if r.is_else]  # fmt: skip
            if not rows or (table.policy == "unique" and len(rows) > 1):
                return {}
            cells = zip(table.targets, rows[0].targets, strict=True)
            open_ |= {t.symbol.name for t, cell in cells if cell == ANY}
        if open_ & self.read:
            return {}
        outputs = {s.name: self.hdl.outcome(s, now) for s in self.made.by_role("output")}
        does = {**outputs, **self.hdl.step(now)}
        values = {**given, **outputs}
        found: dict[Place, tuple[bool, bool] | None] = {}
        for table in self.unit.tables:
            row = first_match(table, values)
            for target, cell in zip(table.targets, row.targets if row else (), strict=bool(row)):
                symbol = target.symbol
                if row is None or symbol.name in open_:
                    found |= {(table.name, row.id, symbol.name): None} if row else {}
                    continue
                wrong, actual = False, pack(does[symbol.name], symbol.type)
                if cell != ANY:
                    value = evaluate(cell, values) if isinstance(cell, Node) else given[symbol.name]
                    assert isinstance(cell, Node) or cell == HOLD
                    wrong = pack(value, symbol.type) != actual
                says = self._says(symbol, values)
                misread = cell != ANY if says is None else says != actual
                found[table.name, row.id, symbol.name] = wrong, misread
        return found

    def _says(self, symbol: Symbol, values: Mapping[str, int]) -> int | None:
        """What the decoded table says, None where any value will do; -1 in a gap."""
        table, position = self.said.drivers[symbol.name]
        row = first_match(table, values)
        if row is None:
            return -1
        if row.targets[position] == ANY:
            return None
        return pack(self.said.outcome(symbol, values), symbol.type)


def trip(seed: int, folder: Path, elaborator: Elaborator) -> tuple[Legs, Truth, Random]:
    """A round trip of a random unit with random faults."""
    random = Random(seed)
    name = random.choice(SMALL)
    text, unit = Library().read(name).decode(), Library().unit(name)
    made = edit(text, random) if random.random() < 0.7 else text
    said = random.choice([text, made, edit(made, random)])
    for path in UNITS.glob("*.lct.md"):
        (folder / path.name).symlink_to(path)
    (folder / f"{name}.lct.md").unlink()
    (folder / f"{name}.lct.md").write_text(made, encoding="utf-8")
    library = Library(folder)
    hdl = Hdl(verilog_text(name, library), "verilog", name)
    options = Options(limit=10, explain=False)
    legs = judge(unit, hdl, said, elaborator=elaborator, options=options, exact=False)
    other = read_decoded(said, unit, Library(), {})
    return legs, Truth(unit, library.unit(name), other), random


def hold(legs: Legs, truth: Truth, random: Random) -> Counter[str]:
    """Check all verdicts against the truth; what was checked."""
    done: Counter[str] = Counter()
    inputs = [s for s in truth.unit.symbols.values() if s.role != "output"]
    leg_cells = legs.encoder.cells, legs.decoder.cells
    named = [{(c.table, c.row, c.column) for c in cells} for cells in leg_cells]
    whole = {(c.table, c.row) for c in legs.decoder.cells if not c.column}
    for _ in range(VECTORS):
        given = {s.name: random_value(s.type, random) for s in inputs}
        for place, differ in truth.differences(given).items():
            if differ is None:
                continue
            # A row that is called clean, or a cell of it that is not named, is the same.
            assert place in named[0] or not differ[0], (place, given)
            assert place in named[1] or place[:2] in whole or not differ[1], (place, given)
            done["places"] += 1
    for side, cells in enumerate(leg_cells):
        for cell in cells:
            assert cell.verdict == "different", cell
            if not cell.column or not cell.witness:
                continue
            given = {s.name: unpack(cell.witness[s.name], s.type) for s in inputs}
            found = truth.differences(given)
            differ = found[cell.table, cell.row, cell.column] if found else None
            if differ is not None:
                assert differ[side], cell
                done["witnesses"] += 1
    done[legs.verdict + "!" * legs.cancels] += 1
    return done


def run(seeds: range, folder: Path, elaborator: Elaborator) -> Counter[str]:
    done: Counter[str] = Counter()
    for seed in seeds:
        (folder / str(seed)).mkdir()
        try:
            done += hold(*trip(seed, folder / str(seed), elaborator))
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error
    return done


def test_verdicts_are_those_of_the_tables_run_as_software(
    tmp_path: Path, elaborator: Elaborator
) -> None:
    done = run(range(12), tmp_path, elaborator)
    assert done["witnesses"] >= 1


def test_what_is_not_named_is_missed(tmp_path: Path, elaborator: Elaborator) -> None:
    # Faults on either side, whose cells are taken away.
    legs, truth, random = trip(40, tmp_path, elaborator)
    blind = [
        replace(legs, encoder=replace(legs.encoder, cells=())),
        replace(legs, decoder=replace(legs.decoder, cells=())),
    ]
    for found in blind:
        with pytest.raises(AssertionError):
            hold(found, truth, random)


@pytest.mark.nightly
def test_many_verdicts_are_those_of_the_tables_run_as_software(
    tmp_path: Path, elaborator: Elaborator
) -> None:
    done = run(range(1_000, 1_200), tmp_path, elaborator)
    assert done["witnesses"] >= 1
