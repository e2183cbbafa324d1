"""What the fault benchmark counts, and its tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rich.table import Table

from spikewright.tools.console import out
from spikewright.verif.mutant_truth import NONE, PLAIN
from spikewright.verif.mutation import FAULTS

__all__ = ["judged", "show", "summary"]

_FOUND = ("different", "refused")
_SAME = ("identical", "equivalent")
_COLUMNS = ("different", "found", "missed", "equal", "false alarms", "unknown", "undecided")


def judged(mutant: Mapping[str, Any]) -> str:
    """One word on a verdict.

    Returns
    -------
    str
        ``found``, ``missed``, ``right``, ``false alarm``, ``unknown``, or ``undecided`` where the
        truth is not known.
    """
    truth, verdict = mutant["truth"]["verdict"], mutant["verdict"]
    if truth == "undecided":
        return "undecided"
    if verdict not in _FOUND + _SAME:
        return "unknown"
    if truth == "different":
        return "found" if verdict in _FOUND else "missed"
    return "right" if verdict in _SAME else "false alarm"


def _tally(mutants: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    words = Counter(judged(m) for m in mutants)
    truths = Counter(m["truth"]["verdict"] for m in mutants)
    return {
        "mutants": len(mutants),
        "different": truths["different"],
        "equal": truths["equal"],
        "undecided": truths["undecided"],
        "found": words["found"],
        "missed": words["missed"],
        "false alarms": words["false alarm"],
        "unknown": words["unknown"],
    }


def summary(results: Iterable[Mapping[str, Any]], seed: int) -> dict[str, Any]:
    """Everything that is reported, as plain values.

    Parameters
    ----------
    results : iterable of dict
        As `bench_faults_parts.measure_part` returns them.
    """
    results = sorted(results, key=lambda r: (r["unit"], r["language"]))
    listed = [m for r in results for m in r["mutants"]]
    everything = [m for m in listed if (m["verdict"], m["named"]) != ("refused", "syntax")]
    mutants = [m for m in everything if m["fault"] != NONE]
    seconds = {k: sum(r[f"{k}_seconds"] for r in results) for k in ("truth", "compare")}
    total = _tally(everything)
    return {
        "ok": not (total["missed"] + total["false alarms"] + total["unknown"] + total["undecided"]),
        "seed": seed,
        "mutants": len(mutants),
        "controls": len(everything) - len(mutants),
        # Edits that Python, Amaranth or the reader of Verilog does not take are no mutants.
        "left_out": sum(sum(r["left_out"].values()) for r in results)
        + len(listed)
        - len(everything),
        "seconds": {
            **{k: round(v, 1) for k, v in seconds.items()},
            "compare per mutant": round(seconds["compare"] / max(len(everything), 1), 4),
        },
        "total": total,
        "classes": _groups(everything, lambda m: m["fault"], [*FAULTS, NONE]),
        "units": _groups(everything, lambda m: m["unit"]),
        "languages": _groups(everything, lambda m: m["language"]),
        "truth by": dict(Counter(m["truth"]["by"] for m in everything)),
        "refused": dict(Counter(m["named"] for m in mutants if m["verdict"] == "refused")),
        "kinds": _kinds(mutants),
        "baselines": _baselines(everything),
        "cases": [m for m in everything if judged(m) not in ("found", "right")],
    }


def _groups(
    mutants: Sequence[Mapping[str, Any]],
    key: Callable[[Mapping[str, Any]], str],
    order: Sequence[str] = (),
) -> dict[str, dict[str, int]]:
    names = dict.fromkeys([*order, *sorted({key(m) for m in mutants})])
    found = {name: [m for m in mutants if key(m) == name] for name in names}
    return {name: _tally(some) for name, some in found.items() if some}


def _kinds(mutants: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """How differences of each class are named, and how many are as was planted."""
    found = [m for m in mutants if judged(m) == "found"]
    found = [m for m in found if m["named"]]
    named = [m for m in found if m["verdict"] == "different" and m["kind"]]
    confusion = {
        fault: dict(Counter(m["named"] for m in found if m["fault"] == fault)) for fault in FAULTS
    }
    return {
        "expected": len(named),
        "right": sum(m["named"] == m["kind"] for m in named),
        "by expected": {
            kind: dict(Counter(m["named"] for m in named if m["kind"] == kind))
            for kind in sorted({m["kind"] for m in named})
        },
        "by class": {fault: names for fault, names in confusion.items() if names},
    }


def _baselines(everything: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What people use now, on the same mutants: vectors, and the plain text of decoded tables."""
    mutants = [m for m in everything if m["fault"] != NONE]
    different = [m for m in mutants if m["truth"]["verdict"] == "different"]
    simulated = [m for m in different if m["truth"]["by"] in ("vectors", "proof")]
    missed = [
        m for m in simulated if (m["truth"]["vector"] is None or m["truth"]["vector"] >= PLAIN)
    ]
    found: dict[str, Any] = {
        "vectors": {"different": len(simulated), "missed": len(missed), "false alarms": 0}
    }
    texts = {(m["unit"], m["language"]): m["text"] for m in everything if m["fault"] == NONE}
    known = [m for m in mutants if m["text"]]
    same = {m["name"]: m["text"] == texts[m["unit"], m["language"]] for m in known}
    truths = {
        word: [m for m in known if m["truth"]["verdict"] == word] for word in ("different", "equal")
    }
    found["text"] = {
        "different": len(truths["different"]),
        "missed": sum(same[m["name"]] for m in truths["different"]),
        "equal": len(truths["equal"]),
        "false alarms": sum(not same[m["name"]] for m in truths["equal"]),
    }
    return found


def show(report: Mapping[str, Any]) -> None:
    """Print the tables of a summary."""
    for title, key in (("class", "classes"), ("unit", "units")):
        table = Table(title, *_COLUMNS, box=None, pad_edge=False)
        for column in table.columns[1:]:
            column.justify = "right"
        groups = {**report[key], "all": report["total"]}
        for name, tally in groups.items():
            bad = tally["missed"] + tally["false alarms"] + tally["unknown"] + tally["undecided"]
            table.add_row(name, *(str(tally[c]) for c in _COLUMNS), style="red" if bad else "")
        out.print(table)
        out.print()
    _show_kinds(report["kinds"])
    _show_baselines(report)
    for case in report["cases"]:
        text = (
            f"{judged(case)}: {case['name']}, {case['fault']} ({case['operator']}), line "
            f"{case['line']}: {case['before']!r} -> {case['after']!r}; truth {case['truth']}, "
            f"comparison {case['verdict']} {case['sentence']}"
        )
        out.print(text, markup=False, soft_wrap=True)


def _show_kinds(kinds: Mapping[str, Any]) -> None:
    names = sorted({n for row in kinds["by class"].values() for n in row})
    table = Table("class, named as", *names, box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for fault, row in kinds["by class"].items():
        table.add_row(fault, *(str(row.get(n, "")) for n in names))
    out.print(table)
    out.print(f"{kinds['right']} of {kinds['expected']} named as was planted\n", markup=False)


def _show_baselines(report: Mapping[str, Any]) -> None:
    total, seconds, vectors = report["total"], report["seconds"], report["baselines"]["vectors"]
    lines = [
        f"{report['mutants']} mutants and {report['controls']} sources without a fault: "
        f"{total['found']} of {total['different']} that differ found, {total['false alarms']} "
        f"false alarms among {total['equal']} that do not, {total['unknown']} unknown, "
        f"{total['undecided']} undecided",
        f"{seconds['compare']:.0f} s for the comparison, {seconds['compare per mutant']:.3f} s a "
        f"mutant; {seconds['truth']:.0f} s for the truth",
        f"{PLAIN} random vectors miss {vectors['missed']} of {vectors['different']}",
    ]
    text = report["baselines"]["text"]
    lines.append(
        f"plain text of decoded tables misses {text['missed']} of {text['different']}, with "
        f"{text['false alarms']} false alarms among {text['equal']}"
    )
    for line in lines:
        out.print(line, markup=False, soft_wrap=True)
