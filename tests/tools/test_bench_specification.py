"""Faults in tables: what is planted is found, and a broken check or judge does not look well."""

from __future__ import annotations

import json
import runpy
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from spikewright.lct.decoder.polish import read
from spikewright.lct.diagnostics import Finding, Place
from spikewright.lct.ir import Unit
from spikewright.lct.library import Library
from spikewright.tools.bench_specification import summary
from spikewright.tools.bench_specification_parts import Check, Judge, Part, measure_part
from spikewright.verif.table_faults import CODES, FAMILIES, TableFault, drawn
from spikewright.verif.table_truth import truth

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("command_helpers.py"))))
invoke = helpers.invoke

UNITS = ("seed_writer", "frame_out")


def _report(
    checked: Check | None = None, judged: Judge | None = None, sample: int = 0
) -> dict[str, Any]:
    parts = [Part(name, 2, 1, judged=sample) for name in UNITS]
    return summary([measure_part(part, checked, judged) for part in parts], 1)


def test_all_are_found_and_named() -> None:
    report = _report(sample=5)
    assert report["ok"]
    assert report["cases"] == []
    assert set(report["families"]) == set(FAMILIES.values())
    assert report["total"]["found"] == report["total"]["faults"] > 15
    assert report["total"]["harmless"] > 3
    trips = report["round trips"]
    assert trips["named specification"] == trips["faulty"] > 1
    assert trips["clean"] == trips["unchanged"] == len(UNITS)


def test_a_check_that_finds_nothing_is_noticed() -> None:
    report = _report(lambda _: [])
    assert not report["ok"]
    assert report["total"]["found"] == 0
    assert report["total"]["missed"] == report["total"]["faults"] > 15


def _everything(unit: Unit) -> Sequence[Finding]:
    """Every finding everywhere."""
    places = [(t.name, r.id) for t in unit.tables for r in t.rows]
    places += [(t.name, "") for t in unit.tables] + [("Assumptions", "")]
    places += [("Definitions", name) for name in unit.definitions]
    message = "these contradict each other"
    codes = {code for some in CODES.values() for code in some}
    return [
        Finding(code, message, Place("x", None, table, row))
        for code in codes
        for table, row in places
    ]


def test_a_check_that_finds_everything_is_noticed() -> None:
    report = _report(_everything)
    assert not report["ok"]
    assert report["total"]["missed"] == 0
    assert report["total"]["false alarms"] == report["total"]["harmless"] > 3


def test_an_unknown_is_no_pass() -> None:
    report = _report(lambda _: [Finding("gap", "", Place("x"), verdict="unknown")])
    total = report["total"]
    assert not report["ok"]
    assert total["unknown"] == total["faults"] + total["harmless"]


@pytest.mark.parametrize("verdict", ["encoder", "clean"])
def test_a_judge_that_blames_somebody_else_is_noticed(verdict: str) -> None:
    report = _report(judged=lambda _: verdict, sample=5)
    trips = report["round trips"]
    assert not report["ok"]
    assert trips["named specification"] == 0
    assert trips["clean"] == (len(UNITS) if verdict == "clean" else 0)


def test_a_truth_is_what_the_table_does() -> None:
    """Edits whose truth is plain to see."""
    unit = Library().unit("seed_writer")
    edits = {f.what: f for f in drawn(unit, 1, 99)}

    def verdict(fault: TableFault) -> str:
        return truth(read(fault.forms or fault.text, fault.unit), fault, 1).verdict

    gaps = [f for f in edits.values() if f.fault == "row removed"]
    assert {verdict(f) for f in gaps} == {"fault"}
    doubled = [f for f in edits.values() if f.fault == "row doubled"]
    assert {verdict(f) for f in doubled} == {"fault"}
    swapped = [f for f in edits.values() if f.fault == "rows swapped"]
    assert {verdict(f) for f in swapped} == {"harmless"}
    wide = {f.what: verdict(f) for f in edits.values() if f.fault == "beyond its type"}
    assert {v for w, v in wide.items() if " < 0," in w or " > " in w} == {"fault"}


def test_the_command(tmp_path: Path) -> None:
    place = tmp_path / "found.json"
    code, shown, _ = invoke(
        "bench", "specification", "--unit", "edge_drop", "--each", 2, "--jobs", 1, "-o", place
    )
    assert code == 0
    report = json.loads(place.read_text(encoding="utf-8"))
    assert report["ok"]
    assert f"{report['total']['found']} of {report['total']['faults']} faults in tables" in shown
    assert report["round trips"]["clean"] == 1


def test_the_command_wants_a_unit_with_tables() -> None:
    code, _, complaint = invoke("bench", "specification", "--unit", "router")
    assert code == 2
    assert complaint == "--unit must be a unit with tables, not router.\n"
