"""The legs where T, RTL1 and T' do not have the same registers, or ports, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, permutations, product

from spikewright.lct.compare import Comparison, Options, compare_design, compare_units
from spikewright.lct.compare.binding import Binding
from spikewright.lct.compare.mapping import Entry
from spikewright.lct.compare.result import GAP, PORT, POWER_ON, RESET, Cell
from spikewright.lct.compare.run import NAMES
from spikewright.lct.evaluate import unpack
from spikewright.lct.execute import Machine, first_match
from spikewright.lct.front.design import Design
from spikewright.lct.ir import ANY, Unit
from spikewright.lct.legs.decoder import decoder_cells
from spikewright.lct.legs.scene import mapped

__all__ = ["encoder_cells", "held_cells"]

_TRIES = 24
"""Ways to pair registers of one width that are tried."""


def encoder_cells(unit: Unit, design: Design, options: Options) -> tuple[Cell, ...]:
    """Where RTL1 (`design`) does not do what T (`unit`) says.

    By `compare_design`. Where that finds a difference from reset only, because registers have other
    names, rows are told by the pairing of registers under which least differs, if that is less than
    half and no reset.
    """
    found = compare_design(unit, design, options)
    if found.method == NAMES or not found.differences:
        return found.cells
    tried = [compare_design(unit, design, o) for o in _mappings(unit, design, options)]
    tried = [c for c in tried if c.method == NAMES and RESET not in {x.row for x in _wrong(c)}]
    best = min(tried, key=lambda c: len(_wrong(c)), default=found)
    few = 0 < len(_wrong(best)) <= len(best.cells) // 2
    return best.cells if few else found.cells


def _wrong(found: Comparison) -> list[Cell]:
    return [c for c in found.cells if c.verdict in ("different", "unknown")]


def held_cells(
    unit: Unit, design: Design, other: Unit, options: Options, *, encoded: bool
) -> list[Cell]:
    """Where T' (`other`) does not say what RTL1 (`design`) does, in rows of T (`unit`).

    Registers go by their names. Those of T that T' or RTL1 has under other names are paired with
    registers of the same width, in every way up to a bound; a pairing under which nothing differs
    is a proof. Where none is, T' is held against RTL1 from reset; and where RTL1 is the same as T
    but for its registers, T' differs from it where T does.

    Parameters
    ----------
    encoded : bool
        Whether T and RTL1 are proven the same.
    """
    cells = decoder_cells(unit, design, other, options)
    missing = Binding(unit, design, options.mapping).missing
    registers = [s.name for s in unit.by_role("register")]
    lost = [n for n in registers if n in missing]
    if not lost and all(n in other.symbols for n in registers):
        return [*cells, *_elsewhere(unit, design, other, options, cells)]
    mappings, names = _mappings(unit, design, options), _renamings(unit, other)
    right = []
    if encoded:
        # A mapping by which T and the HDL are proven the same is the right one.
        found = [(o, compare_design(unit, design, o)) for o in mappings]
        right = [o for o, c in found if c.method == NAMES and not _wrong(c)]
    ways = islice(product(right or mappings or [options], names or [{}]), _TRIES)
    best = min((decoder_cells(unit, design, other, o, n) for o, n in ways), key=_count)
    clear = all(c.verdict == "different" for c in best)
    if not _count(best) or (clear and (right or not lost)):
        return best
    whole = compare_design(other, design, mapped(options, other))
    if not _wrong(whole):
        return [c for c in cells if c.verdict == "different"]
    if encoded:
        return _by_table(unit, other, options, cells)
    return best if clear else _shown(unit, whole, cells)


def _count(cells: Sequence[Cell]) -> int:
    """How much differs or is open, but for ports, which no pairing of registers helps."""
    return sum(c.row != PORT for c in cells)


def _mappings(unit: Unit, design: Design, options: Options) -> list[Options]:
    """Options in which registers that the HDL lacks stand for others of the same width."""
    binding = Binding(unit, design, options.mapping)
    used = {w.name for wires in binding.wires.values() for w in wires}
    spare = {n: len(r.bits) for n, r in design.registers.items() if n not in used}
    lost = {s.name: s.type.width for s in unit.by_role("register") if s.name in binding.missing}
    return [
        replace(
            options,
            mapping=replace(
                options.mapping,
                entries=(
                    *options.mapping.entries,
                    *(Entry(f"{n}={m}", n, m) for n, m in pairs.items()),
                ),
            ),
        )
        for pairs in _pairs(lost, spare)
    ]


def _renamings(unit: Unit, other: Unit) -> list[dict[str, str]]:
    """Names of T for registers of T' that T lacks."""
    here, there = ({s.name: s.type.width for s in u.by_role("register")} for u in (unit, other))
    lost = {n: w for n, w in here.items() if n not in other.symbols}
    spare = {n: w for n, w in there.items() if n not in unit.symbols}
    return [{m: n for n, m in pairs.items()} for pairs in _pairs(lost, spare)]


def _pairs(lost: Mapping[str, int], spare: Mapping[str, int]) -> list[dict[str, str]]:
    """Ways to give each lost name a spare one of its width."""
    if not lost:
        return []
    ways = (
        dict(zip(lost, some, strict=True))
        for some in islice(permutations(spare, len(lost)), _TRIES * _TRIES)
        if all(spare[m] == lost[n] for n, m in zip(lost, some, strict=True))
    )
    return list(islice(ways, _TRIES))


def _elsewhere(
    unit: Unit, design: Design, other: Unit, options: Options, cells: Sequence[Cell]
) -> Iterator[Cell]:
    """What T' says wrongly about what T does not have, or has in another width."""
    shapes = [{(s.name, s.role, s.type.width) for s in u.symbols.values()} for u in (unit, other)]
    if shapes[0] == shapes[1] or _count(cells):
        return
    skipped = (PORT, POWER_ON, GAP)
    found = compare_design(other, design, mapped(options, other))
    yield from (c for c in _wrong(found) if c.row not in skipped)


def _by_table(unit: Unit, other: Unit, options: Options, cells: Sequence[Cell]) -> list[Cell]:
    """T' against T, which is the same as the HDL; where T does not care, all stays open."""
    free = {
        (table.name, row.id, target.symbol.name)
        for table in unit.tables
        for row in table.rows
        for target, cell in zip(table.targets, row.targets, strict=True)
        if cell == ANY
    }
    kept = [c for c in cells if c.verdict == "different" or (c.table, c.row, c.column) in free]
    return kept + [c for c in _wrong(compare_units(unit, other, options)) if c.row != PORT]


def _shown(unit: Unit, whole: Comparison, cells: Sequence[Cell]) -> list[Cell]:
    """The differences that a run from reset shows, in the rows of T that decide there."""
    machine, shown = Machine(unit), dict[tuple[str, str, str], Cell]()
    names = [s.name for s in unit.symbols.values() if s.role != "output"]
    for cell in whole.differences:
        if cell.column not in machine.drivers or not set(names) <= set(cell.witness):
            continue
        packed = {n: unpack(cell.witness[n], unit.symbols[n].type) for n in names}
        table, _ = machine.drivers[cell.column]
        row = first_match(table, machine.complete(packed))
        if row is not None:
            place = table.name, row.id, cell.column
            text = f"table {place[0]}, row {place[1]}: by the decoded table, {cell.sentence}"
            shown[place] = replace(cell, table=place[0], row=place[1], sentence=text)
    return [shown.pop((c.table, c.row, c.column), c) for c in cells] + [*shown.values()]
