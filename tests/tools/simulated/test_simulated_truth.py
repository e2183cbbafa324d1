"""What the simulated model's plans say is true, held against every input of small units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from random import Random

import pytest

from spikewright.lct.decoder.polish import read
from spikewright.lct.evaluate import pack, unpack
from spikewright.lct.execute import Machine, first_match
from spikewright.lct.ir import ANY, Unit
from spikewright.lct.library import Library
from spikewright.tools.simulated.answers import UNSPOKEN
from spikewright.tools.simulated.make import quick_pool
from spikewright.tools.simulated.paper import Grid, Paper
from spikewright.tools.simulated.plans import SHARES, combinations, plan, shares, trips
from spikewright.tools.simulated.pool import Pool, load_pool, save_pool
from spikewright.tools.simulated.prepare import full_pool
from spikewright.tools.simulated.rewordings import LONGEST, REWORDINGS
from spikewright.verif.mutant_truth_hdl import cut, simulate
from spikewright.verif.mutant_truth_vectors import layout

UNIT = "seed_writer"


@pytest.fixture(scope="module", params=["quick", pytest.param("full", marks=pytest.mark.nightly)])
def pool(request: pytest.FixtureRequest) -> Pool:
    return full_pool(UNIT, 1) if request.param == "full" else quick_pool(UNIT, 1)


def _inputs(unit: Unit) -> Iterator[dict[str, int]]:
    """All inputs and states."""
    symbols = [*unit.by_role("input"), *unit.by_role("register")]
    for bits in product(*(range(1 << s.type.width) for s in symbols)):
        yield {s.name: unpack(v, s.type) for s, v in zip(symbols, bits, strict=True)}


def _behaviour(unit: Unit, original: Unit) -> list[object] | None:
    """What a table says for every input of the original; None where its signals are others."""
    theirs = {s.name: (s.role, s.type.width) for s in unit.symbols.values()}
    if theirs != {s.name: (s.role, s.type.width) for s in original.symbols.values()}:
        return None
    machine = Machine(unit)
    found: list[object] = [
        (s.name, s.reset) for s in sorted(unit.by_role("register"), key=lambda s: s.name)
    ]
    for given in _inputs(original):
        values = machine.complete(given)
        for name in sorted(machine.drivers):
            table, position = machine.drivers[name]
            row = first_match(table, values)
            assert row is not None
            symbol = unit.symbols[name]
            free = row.targets[position] == ANY
            found.append("*" if free else pack(machine.outcome(symbol, values), symbol.type))
    return found


def _vectors(behaving: Unit, original: Unit) -> list[int]:
    """What a table says for every input, as `mutant_truth_hdl.simulate` takes it."""
    at, machine, found = layout(original), Machine(behaving), []
    for given in _inputs(original):
        values = machine.complete(given)
        vector = 0
        for f in at.fields:
            name = next((n for n in values if n.replace(".", "__") == f.name), "")
            symbol = behaving.symbols.get(name)
            if f.role in ("input", "register") and symbol:
                vector |= pack(values[name], symbol.type) << f.low
            elif f.role in ("output", "next") and symbol:
                vector |= pack(machine.outcome(symbol, values), symbol.type) << f.low
            elif f.role.startswith("care"):
                vector |= ((1 << f.width) - 1) << f.low
        found.append(vector)
    return found


def test_tables(pool: Pool) -> None:
    original = Library().unit(UNIT)
    right = _behaviour(original, original)
    assert {t.faulty for t in pool.tables} == {False, True}
    for table in pool.tables:
        assert table.faulty == (_behaviour(read(table.text, UNIT), original) != right), table


def test_hdl_and_pairs(pool: Pool) -> None:
    original = Library().unit(UNIT)
    tried = 0
    for hdl in pool.hdl:
        module = cut(hdl.text, original, "module_under_test") if hdl.language == "verilog" else None
        # No vector shows a latch.
        if hdl.refused or module is None or module.trouble:
            continue
        for faulty, unit in [
            (hdl.faulty, original),
            *((p.faulty, read(pool.tables[p.table].text, UNIT)) for p in hdl.pairs),
        ]:
            behaviour = _behaviour(unit, original)
            if behaviour is None or "*" in behaviour:
                continue
            resets = [s.reset for s in unit.by_role("register")]
            # The vectors here are without resets.
            if "reset" in hdl.fault or resets != [s.reset for s in original.by_role("register")]:
                continue
            vectors = _vectors(unit, original)
            seen = simulate({"module_under_test": module}, layout(original), vectors)
            assert (seen["module_under_test"] is not None) == faulty, (hdl.name, hdl.fault)
            tried += 1
    assert tried > 15


def test_plans_are_the_same_each_time() -> None:
    first, again = quick_pool(UNIT, 1), quick_pool(UNIT, 1)
    for seed in range(30):
        one, two = (plan(p, seed, "simulated-careless") for p in (first, again))
        assert one == two


def test_no_plan_comes_twice(pool: Pool) -> None:
    count = combinations(pool, "simulated-careless")
    seen = {
        (p.encode.text, p.decode.text, p.encode.manner, p.decode.manner)
        for p in (plan(pool, k, "simulated-careless") for k in range(count))
    }
    assert len(seen) == count


def test_truths_fit_their_class(pool: Pool) -> None:
    found = trips([pool], 1000, 7)
    assert dict(shares(found)).keys() == set(SHARES)
    for trip in found:
        truth = trip.truth
        if trip.share in ("clean", "encoder", "decoder"):
            assert truth.verdict == trip.share
        elif trip.share == "cancels":
            assert (truth.verdict, truth.cancels, truth.loop) == ("both", True, "same")
            assert truth.encoder_fault
        elif trip.share == "both":
            assert (truth.verdict, truth.cancels) == ("both", False)
        else:
            made = plan(pool, trip.seed, trip.model, trip.target)
            assert made.encode.manner in UNSPOKEN or made.decode.manner in UNSPOKEN
            assert "none" in (truth.encoder, truth.decoder)
            assert truth.verdict != "clean"


def test_a_pool_is_read_as_it_was_written(pool: Pool, tmp_path: Path) -> None:
    path = tmp_path / "pool.json"
    save_pool(pool, path)
    assert load_pool(path).to_dict() == pool.to_dict()


def test_definitions_that_rest_on_each_other_do_not_grow_without_bound() -> None:
    rows = [("d0", "a")] + [(f"d{n}", f"d{n - 1} + d{n - 1}") for n in range(1, 40)]
    used = Grid("Assumptions", ("id", "always"), (("A1", "d39 > 0"),))
    paper = Paper("u", (Grid("Definitions", ("name", "expression"), tuple(rows)), used))
    random = Random(1)
    for _ in range(200):
        paper = REWORDINGS["definition inlined"](paper, random) or paper
    size = sum(len(cell) for grid in paper.grids for row in grid.rows for cell in row)
    assert 1 << 12 < size <= LONGEST


def test_amaranth_imports_what_an_edit_of_it_uses(pool: Pool) -> None:
    edited = [replace(h, text=h.text + "\nX = Cat(Const(0, 1))\n") for h in pool.hdl]
    made = plan(replace(pool, hdl=tuple(edited)), 0, "simulated-perfect", "amaranth")
    head = next(x for x in made.encode.text.split("\n") if x.startswith("from amaranth.hdl"))
    assert head.startswith("from amaranth.hdl import Cat, Const, ")
    plain = plan(pool, 0, "simulated-perfect", "amaranth").encode.text
    assert "Const" not in plain
