"""The diff of two versions of a table: every difference is in a region, nothing else is."""

import shutil
from pathlib import Path
from random import Random

import pytest

from spikewright.lct.compare import Options, compare_units
from spikewright.lct.diff import Difference, Overlap, diff_units
from spikewright.lct.execute import Machine, first_match, random_value
from spikewright.lct.ir import ANY, Unit
from spikewright.lct.library import UNITS, Library

TINY = {"axons": 4, "neurons": 4, "offset_bits": 3, "potential_bits": 6, "threshold_bits": 3}

UNIT = """# gate

Passes numbers.

## Signals
| name | kind | type | reset | meaning |
|---|---|---|---|---|
| a | in | unsigned(3) | | |
| b | in | unsigned(3) | | |
| go | in | unsigned(1) | | |
| y | out | unsigned(4) | | |
| count | register | unsigned(3) | 0 | |

## Definitions
| name | expression | meaning |
|---|---|---|
| more | a > b | |

## Assumptions
| id | always | why |
|---|---|---|
| A1 | a < 7 | seven is kept free |

## Table pass (priority)
| row | go | more | => | y | count | note |
|---|---|---|---|---|---|---|
| stop | 0 | - | => | * | hold | |
| larger | 1 | 1 | => | a | trunc(count + 1, 3) | |
| else | - | - | => | b | hold | |
"""


def units(folder: Path, name: str, *edits: tuple[str, str]) -> tuple[Unit, Unit]:
    """The unit as it is, and with phrases of its file replaced."""
    text = UNIT if name == "gate" else (UNITS / f"{name}.lct.md").read_text(encoding="utf-8")
    found = []
    for side, changes in (("old", ()), ("new", edits)):
        directory = folder / side
        directory.mkdir()
        shutil.copy(UNITS / "chip.lct.md", directory)
        new = text
        for old, replacement in changes:
            assert new.count(old) == 1, old
            new = new.replace(old, replacement)
        (directory / f"{name}.lct.md").write_text(new, encoding="utf-8")
        found.append(Library(directory).unit(name, TINY))
    return found[0], found[1]


def told(found: Difference) -> list[tuple[str, str]]:
    return [(c.verdict, c.sentence) for c in found.changes]


@pytest.mark.parametrize("name", ["gate", "scheduler_control", "frame_in"])
def test_nothing_is_said_where_nothing_changed(tmp_path: Path, name: str) -> None:
    found = diff_units(*units(tmp_path, name))
    assert found == Difference(name, (), ())
    assert not found.behaviour


WORDS = [
    (("a > b", "not b >= a"), "definition more: a > b -> not b >= a"),
    (("| larger |", "| higher |"), "row larger is called higher now"),
    (("| 1 | 1 | => | a", "| - | 1 | => | a"), "row larger: go: 1 -> -"),
    (("Passes numbers.", "Passes a number."), "the text between the tables changed"),
    (("seven is", "7 is"), "assumption A1: why changed"),
    (("| a < 7 |", "| a <= 6 |"), "the assumptions read differently and allow the same"),
    (("| count | register | unsigned(3) |", "| count | register | unsigned(1 + 2) |"),
     "signal count: unsigned(3) -> unsigned(1 + 2)"),
    (("| b | hold |", "| b if b >= a else a | hold |"),
     "row else: => y: b -> b if b >= a else a"),
    (("| a | trunc(count + 1, 3) | |", "| a | trunc(count + 1, 3) | up |"),
     "row larger: note changed"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "sentence"), WORDS)
def test_words_that_mean_the_same(tmp_path: Path, edit: tuple[str, str], sentence: str) -> None:
    found = diff_units(*units(tmp_path, "gate", edit))
    assert told(found) == [("words", sentence)]
    assert not found.regions
    assert not found.behaviour


DECLARED = [
    (("unsigned(3) | 0 |", "unsigned(3) | 2 |"), "register count: reset 0 -> 2"),
    (("| b | in | unsigned(3)", "| b | in | unsigned(2)"),
     "b: type unsigned(3) -> unsigned(2)"),
    (("| a < 7 |", "| a < 6 |"), "the assumptions exclude now what they allowed"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "sentence"), DECLARED)
def test_declarations_that_change_behaviour(
    tmp_path: Path, edit: tuple[str, str], sentence: str
) -> None:
    found = diff_units(*units(tmp_path, "gate", edit))
    assert told(found) == [("behaviour", sentence)]
    assert not found.regions
    assert found.behaviour


def test_a_region_has_its_words_its_values_and_the_smallest_example(tmp_path: Path) -> None:
    found = diff_units(*units(tmp_path, "gate", ("a > b", "a >= b")))
    (region,) = found.regions
    assert (region.old, region.new) == (("pass", "else"), ("pass", "larger"))
    assert region.conditions == ("not old row larger", "go = 1", "more now = 1")
    # Both rows give y the same where a = b, so that only the count changes.
    (value,) = region.values
    assert (value.column, value.old, value.new) == ("count", "hold", "trunc(count + 1, 3)")
    assert (value.always, value.shown) == (True, ("0", "1"))
    assert region.example["go"] == "1"
    assert (region.example["more"], region.example["more now"]) == ("0", "1")
    assert told(found) == [("see regions", "definition more: a > b -> a >= b")]


def test_freedom_that_is_given_or_taken_is_a_change(tmp_path: Path) -> None:
    found = diff_units(*units(tmp_path, "gate", ("=> | * |", "=> | 0 |")))
    (region,) = found.regions
    (value,) = region.values
    assert (value.column, value.shown, region.conditions) == ("y", ("any", "0"), ("go = 0",))


def test_rows_that_change_places(tmp_path: Path) -> None:
    rows = [line for line in UNIT.splitlines() if line.startswith(("| stop", "| larger"))]
    text = "\n".join(rows)
    found = diff_units(*units(tmp_path, "gate", (text, "\n".join(rows[::-1]))))
    assert told(found) == [("words", "row stop moved")]
    assert not found.behaviour


def test_a_symbol_whose_type_has_other_fields_is_not_compared(tmp_path: Path) -> None:
    old, new = units(tmp_path, "gate", ("| a | in | unsigned(3)", "| a | in stream | unsigned(3)"),
                     ("a > b", "a.payload > b"), ("a < 7", "a.payload < 7"),
                     ("=> | a |", "=> | a.payload |"),
                     ("| => | y | count |", "| => | y | count | a.ready |"),
                     ("| * | hold |", "| * | hold | 0 |"),
                     ("trunc(count + 1, 3) |", "trunc(count + 1, 3) | a.valid |"),
                     ("| b | hold |", "| b | hold | 0 |"))  # fmt: skip
    found = diff_units(old, new)
    assert ("behaviour", "a: in -> in stream") in told(found)


EDITS = [
    ("forward_east", [
        ("| on | 1 | > 0 |", "| on | 1 | >= 0 |"), ("| north | 1 | <= 0 |", "| north | 1 | < 0 |"),
        ("| south | 1 | <= 0 |", "| south | 1 | < 0 |"),
        ("| local | 1 | <= 0 |", "| local | 1 | < 0 |")]),
    ("forward_east", [("west.payload.dx - 1", "west.payload.dx + 1")]),
    ("scheduler_control", [("trunc(1 << place, WORDS) | 0 | hold | hold | hold |\n| set",
                            "0 | 0 | hold | hold | hold |\n| set")]),
    ("scheduler_control", [("clamp(lost + 1, 0, 0xffff)", "trunc(lost + 1, 16)")]),
    ("leak_and_clamp", [("abs(leak.leak) >= ", "abs(leak.leak) < ")]),
    ("leak_and_clamp", [("- | => | kept |", "- | => | raised |")]),
    ("gate", [("a > b", "a >= b")]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "edits"), EDITS)
def test_regions_are_where_two_machines_differ(
    tmp_path: Path, name: str, edits: list[tuple[str, str]]
) -> None:
    old, new = units(tmp_path, name, *edits)
    found = diff_units(old, new)
    assert found.regions
    assert not found.unknown
    regions = {(r.old, r.new, v.column): v.always for r in found.regions for v in r.values}
    machines, random, hit = [Machine(unit) for unit in (old, new)], Random(1), set()
    for _ in range(500):
        state = {s.name: random_value(s.type, random) for s in old.by_role("register")}
        given = machines[0].random_inputs(state, random)
        if given is None:
            continue
        plain = {n: v for n, v in given.items() if old.symbols[n].role != "output"}
        values = [m.complete(plain) for m in machines]
        for symbol in machines[0].drivers:
            (place, cell, one), (twin, other, two) = (
                decided(m, symbol, v) for m, v in zip(machines, values, strict=True)
            )
            differ = one != two if ANY not in (cell, other) else cell != other
            key = (place, twin, symbol)
            assert key in regions if differ else not regions.get(key), key
            if differ:
                hit.add(key)
    # Only a sum that stays at its end is beyond luck.
    assert hit or "trunc(lost + 1, 16)" in edits[0]


def decided(
    machine: Machine, symbol: str, values: dict[str, int]
) -> tuple[tuple[str, str], object, int]:
    """Which row decides, its cell, and the value."""
    table, at = machine.drivers[symbol]
    row = first_match(table, values) or table.rows[-1]
    value = machine.outcome(machine.unit.symbols[symbol], values)
    return (table.name, row.id), row.targets[at], value


def test_a_gap_is_no_row_at_all(tmp_path: Path) -> None:
    """The row above would decide in hardware; a table with a gap does not say so."""
    edit = ("| local | 1 | <= 0 | 0 |", "| local | 1 | < 0 | 0 |")
    found = diff_units(*units(tmp_path, "forward_east", edit))
    (region,) = found.regions
    assert (region.old, region.new) == (("route", "local"), ("route", "no row"))
    assert region.conditions == ("west.valid = 1", "west.payload.dx <= 0",
                                 "west.payload.dy = 0", "not new row local")  # fmt: skip
    assert {v.new for v in region.values} == {"nothing"}
    assert {v.shown[1] for v in region.values} == {"nothing"}


def test_a_version_whose_rows_overlap_is_refused(tmp_path: Path) -> None:
    old, new = units(tmp_path, "forward_east", ("| idle | 0 |", "| idle | - |"))
    message = (
        "^Table route of the new version must have rows that exclude each other, and has not: "
        "`spikewright lct check` names them[.]$"
    )
    with pytest.raises(Overlap, match=message):
        diff_units(old, new)


@pytest.mark.parametrize(("name", "edits"), EDITS)
def test_the_comparison_of_tables_says_the_same(
    tmp_path: Path, name: str, edits: list[tuple[str, str]]
) -> None:
    old, new = units(tmp_path, name, *edits)
    verdicts = {c.verdict for c in compare_units(old, new, Options(explain=False)).cells}
    assert "different" in verdicts
    assert diff_units(old, new).regions
