"""`spikewright bench specification`: how many faults in the tables themselves are found."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from spikewright.tools.bench_units import chosen_units
from spikewright.tools.console import atomic_write, check_place, out, print_json, progress
from spikewright.tools.errors import EXIT_FAULT

__all__ = ["show", "specification", "summary"]

_COLUMNS = ("faults", "found", "missed", "harmless", "false alarms", "unknown", "undecided")


def specification(
    *,
    unit: Annotated[
        list[str] | None, typer.Option(help="A unit, once or several times; all if none.")
    ] = None,
    each: Annotated[int, typer.Option(min=1, help="Edits of a kind in a unit, at most.")] = 8,
    seed: Annotated[int, typer.Option(help="Of edits and inputs.")] = 1,
    jobs: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
    limit: Annotated[
        float, typer.Option(min=0.001, help="Seconds for one question to the solver.")
    ] = 20.0,
    judged: Annotated[
        int, typer.Option(min=0, help="Take one fault in so many through a round trip; 0: none.")
    ] = 10,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File for the result as JSON.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Plant faults in the tables themselves, and see what the checks and a round trip say of each.

    Example: spikewright bench specification --unit merge_north --each 4

    Gaps, overlaps, contradictory assumptions, rows that never match or win, expressions with two
    readings. Whether an edit is a fault is found by running the table as software; one that is
    none must not be called one. A round trip of a faulty table with HDL that is right must name the
    specification, never the model. Exit status 1 on a miss, a false alarm, a wrong name or an
    unknown.
    """
    from spikewright.lct.library import Library
    from spikewright.tools.bench_specification_parts import Part, measure

    chosen = chosen_units(unit or [], Library().logic())
    if output is not None:
        check_place(output)
    parts = [Part(name, each, seed, limit, judged) for name in chosen]
    results = []
    with progress("Specifications", len(parts), rate="units") as advance:
        for result in measure(parts, jobs):
            results.append(result)
            advance(1)
    report = summary(results, seed)
    if output is not None:
        atomic_write(output, json.dumps(report, indent=1) + "\n")
    if as_json:
        print_json(report)
    else:
        show(report)
    if not report["ok"]:
        raise typer.Exit(EXIT_FAULT)


def _word(edit: Mapping[str, Any]) -> str:
    """What became of one edit."""
    if edit["truth"] == "undecided":
        return "undecided"
    if edit["named"] == "unknown":
        return "unknown"
    if edit["truth"] == "fault":
        return "found" if edit["named"] == "yes" else "missed"
    return "false alarm" if edit["named"] == "yes" else "right"


def _tally(edits: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    words, truths = Counter(map(_word, edits)), Counter(e["truth"] for e in edits)
    return {
        "faults": truths["fault"],
        "found": words["found"],
        "missed": words["missed"],
        "harmless": truths["harmless"],
        "false alarms": words["false alarm"],
        "unknown": words["unknown"],
        "undecided": words["undecided"],
    }


def summary(results: Sequence[Mapping[str, Any]], seed: int) -> dict[str, Any]:
    """Everything that is reported, as plain values.

    Parameters
    ----------
    results : sequence of dict
        As `bench_specification_parts.measure_part` returns them.
    """
    results = sorted(results, key=lambda r: str(r["unit"]))
    edits = [{"unit": r["unit"], **e} for r in results for e in r["edits"]]
    total = _tally(edits)
    trips = [e for e in edits if e["attributed"]]
    wrong = [e for e in trips if e["attributed"] != "specification"]
    unchanged = {r["unit"]: r["unchanged"] for r in results if r["unchanged"]}
    wrongly = {name: verdict for name, verdict in unchanged.items() if verdict != "clean"}
    bad = total["missed"] + total["false alarms"] + total["unknown"]
    return {
        "ok": bool(total["found"]) and not (bad or wrong or wrongly),
        "seed": seed,
        "units": len(results),
        "left_out": sum(r["left_out"] for r in results),
        "total": total,
        "families": {
            name: _tally([e for e in edits if e["family"] == name])
            for name in dict.fromkeys(e["family"] for e in edits)
        },
        "edits": {
            name: _tally([e for e in edits if e["fault"] == name])
            for name in dict.fromkeys(e["fault"] for e in edits)
        },
        "round trips": {
            "faulty": len(trips),
            "named specification": len(trips) - len(wrong),
            "unchanged": len(unchanged),
            "clean": len(unchanged) - len(wrongly),
        },
        "wrongly": wrongly,
        "seconds": {
            key: round(sum(e[f"{key}_seconds"] for e in edits), 1) for key in ("truth", "check")
        },
        "cases": wrong + [e for e in edits if _word(e) not in ("found", "right")],
    }


def show(report: Mapping[str, Any]) -> None:
    """Print the tables of a summary."""
    for title, key in (("fault", "families"), ("edit", "edits")):
        table = Table(title, *_COLUMNS, box=None, pad_edge=False)
        for column in table.columns[1:]:
            column.justify = "right"
        for name, tally in {**report[key], "all": report["total"]}.items():
            bad = tally["missed"] + tally["false alarms"] + tally["unknown"]
            table.add_row(name, *(str(tally[c]) for c in _COLUMNS), style="red" if bad else "")
        out.print(table)
        out.print()
    total, trips = report["total"], report["round trips"]
    lines = [
        f"{total['found']} of {total['faults']} faults in tables of {report['units']} units found, "
        f"{total['false alarms']} false alarms among {total['harmless']} harmless edits, "
        f"{total['unknown']} unknown, {total['undecided']} of which nobody knows",
        f"round trips with HDL that is right: {trips['named specification']} of {trips['faulty']} "
        f"faulty tables named as the specification's, {trips['clean']} of {trips['unchanged']} "
        "others clean",
    ]
    lines += [f"{name}, which is unchanged: {v}" for name, v in report["wrongly"].items()]
    lines += [
        f"{_word(e)} {e['attributed']}: {e['unit']}, {e['table']}: {e['what']}; {e['findings']}"
        for e in report["cases"]
        if _word(e) != "undecided"
    ]
    for line in lines:
        out.print(line, markup=False, soft_wrap=True)
