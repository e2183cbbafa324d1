"""What the round trip benchmark counts, and its tables. Its models are simulated, and so labelled.

The question that each method answers is whether the HDL is wrong. A miss: it is, and the method is
content. A false alarm: it is right, and the method complains.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rich.table import Table

from spikewright.tools.console import out

__all__ = ["METHODS", "attributed", "says", "show", "summary"]

METHODS = {
    "text": "(a) both tables compared as text",
    "loop": "(b) both tables compared by meaning",
    "legs": "(c) four legs",
}
LABEL = "SIMULATED: a program plays an imperfect model. None of this is a model's score."
_WORDS = {"same": "fine", "different": "complains", "unknown": "unknown", "none": "no answer"}
_COLUMNS = ("trips", "wrong HDL", "right HDL")
_COUNTS = ("missed", "false alarms", "unknown", "no answer")
_ATTRIBUTED = ("right", "wrong", "unknown", "rows missed", "rows unknown", "legs wrong")


def says(outcome: Mapping[str, Any], method: str) -> str:
    """``fine``, ``complains``, ``unknown``, or ``no answer`` where there is nothing to go by."""
    if method == "text":
        if not (outcome["hdl"] and outcome["table"]):
            return "no answer"
        return "fine" if outcome["text"] else "complains"
    if method == "loop":
        return _WORDS[outcome["loop"]]
    # No HDL, where there was some to be had, is no pass either.
    return "complains" if outcome["encoder"] == "none" else _WORDS[outcome["encoder"]]


def attributed(outcome: Mapping[str, Any]) -> str:
    """Whether the fault was laid where it is: ``right``, ``wrong`` or ``unknown``."""
    truth, verdict = outcome["truth"], outcome["verdict"]
    if verdict == "unknown":
        return "unknown"
    if verdict == "none":
        # Nothing was said by the model, and nothing of it by us.
        return "right" if "none" in (truth["encoder"], truth["decoder"]) else "wrong"
    same = (verdict, outcome["cancels"]) == (truth["verdict"], truth["cancels"])
    return "right" if same else "wrong"


def _rows_missed(outcome: Mapping[str, Any], *, unknown: bool = False) -> list[str]:
    """Rows in which an input is known to show a fault, and that are not blamed for it.

    Parameters
    ----------
    unknown : bool
        Those of which nothing is said, instead of those that are said to be right.
    """
    return [
        f"{side} {row}"
        for side in ("encoder", "decoder")
        if outcome[side] == "different"
        for row in outcome["truth"][f"{side}_rows"]
        if row not in outcome[f"{side}_rows"] and (row in outcome["unknown_rows"]) == unknown
    ]


def _legs_wrong(outcome: Mapping[str, Any]) -> list[str]:
    """Legs that contradict what was planted."""
    truth, wrong = outcome["truth"], []
    for side in ("encoder", "decoder"):
        other = {"clean": "different", "faulty": "same"}.get(truth[side])
        if outcome[side] == other:
            wrong.append(side)
    if {outcome["loop"], truth["loop"]} == {"same", "different"}:
        wrong.append("loop")
    heard = outcome["hdl"] and outcome["table"] and truth["loop"] != "none"
    if heard and outcome["text"] != truth["text"]:
        wrong.append("text")
    return wrong


def _tally(outcomes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    wrong = [o for o in outcomes if o["truth"]["encoder"] == "faulty"]
    right = [o for o in outcomes if o["truth"]["encoder"] == "clean"]
    words = Counter(map(attributed, outcomes))
    found: dict[str, Any] = {
        "trips": len(outcomes),
        "wrong HDL": len(wrong),
        "right HDL": len(right),
    }
    for method in METHODS:
        said = Counter(says(o, method) for o in [*wrong, *right])
        found[method] = {
            "missed": sum(says(o, method) == "fine" for o in wrong),
            "false alarms": sum(says(o, method) == "complains" for o in right),
            "unknown": said["unknown"],
            "no answer": said["no answer"],
        }
    found["attribution"] = {
        **{word: words[word] for word in ("right", "wrong", "unknown")},
        "rows missed": sum(bool(_rows_missed(o)) for o in outcomes),
        "rows unknown": sum(bool(_rows_missed(o, unknown=True)) for o in outcomes),
        "legs wrong": sum(bool(_legs_wrong(o)) for o in outcomes),
    }
    return found


def summary(outcomes: Iterable[Mapping[str, Any]], seed: int, wanted: int) -> dict[str, Any]:
    """Everything that is reported, as plain values.

    Parameters
    ----------
    outcomes : iterable of dict
        As `bench_roundtrip_parts.outcome` returns them.
    wanted : int
        Trips that there should be: fewer are no pass.
    """
    listed = sorted(outcomes, key=lambda o: (o["unit"], o["target"], o["seed"]))
    total = _tally(listed)
    exact = [o for o in listed if o.get("exact", "none") != "none"]
    differs = [o for o in exact if o["exact"] != o["verdict"]]
    legs, said = total["legs"], total["attribution"]
    bad = [said[word] for word in _ATTRIBUTED if word != "right"]
    bad += [legs[word] for word in _COUNTS]
    lacking = _lacking(listed, total, wanted)
    return {
        "simulated": LABEL,
        "ok": not (lacking or any(bad) or differs),
        "lacking": lacking,
        "seed": seed,
        "wanted": wanted,
        "total": total,
        "shares": _groups(listed, lambda o: str(o["share"])),
        "encoder faults": _groups(listed, lambda o: str(o["truth"]["encoder_fault"] or "none")),
        "decoder faults": _groups(listed, lambda o: str(o["truth"]["decoder_fault"] or "none")),
        "units": _groups(listed, lambda o: str(o["unit"])),
        "targets": _groups(listed, lambda o: str(o["target"])),
        "exact": {"judged": len(exact), "otherwise": len(differs)},
        "cases": [_case(o) for o in listed if _case(o)["wrong"]],
    }


def _lacking(
    outcomes: Sequence[Mapping[str, Any]], total: Mapping[str, Any], wanted: int
) -> list[str]:
    """Why a run says too little, whatever was found in it."""
    found = []
    if not (total["wrong HDL"] and total["right HDL"]):
        found.append("no HDL was wrong, or none was right: nothing could be missed or confused")
    if len(outcomes) < wanted:
        found.append(f"{len(outcomes)} trips and not {wanted}: there are no more different ones")
    if not all(o["simulated"] or o["verdict"] == "none" for o in outcomes):
        found.append("an answer did not say that it is simulated")
    return found


def _groups(
    outcomes: Sequence[Mapping[str, Any]], key: Callable[[Mapping[str, Any]], str]
) -> dict[str, dict[str, Any]]:
    names = sorted({key(o) for o in outcomes})
    return {name: _tally([o for o in outcomes if key(o) == name]) for name in names}


def _case(outcome: Mapping[str, Any]) -> dict[str, Any]:
    """An outcome with all that is wrong about what the legs say of it."""
    truth, said = outcome["truth"]["encoder"], says(outcome, "legs")
    wrong = []
    if said == {"faulty": "fine", "clean": "complains"}.get(truth):
        wrong.append("missed" if truth == "faulty" else "false alarm")
    if "unknown" in (said, attributed(outcome)):
        wrong.append("unknown")
    if attributed(outcome) == "wrong":
        wrong.append("attribution")
    wrong += [f"not blamed: {row}" for row in _rows_missed(outcome)]
    wrong += [f"unknown: {row}" for row in _rows_missed(outcome, unknown=True)]
    wrong += [f"leg {name}" for name in _legs_wrong(outcome)]
    if outcome.get("exact", "none") not in ("none", outcome["verdict"]):
        wrong.append("the exact decoder has another verdict")
    return {"wrong": wrong, **outcome}


def show(report: Mapping[str, Any]) -> None:
    """Print the tables of a summary."""
    out.print(report["simulated"], style="bold", markup=False)
    out.print()
    _show_methods(report["total"])
    out.print("In each class: HDL that is wrong and right; missed -, false alarms + of the methods")
    out.print("a, b and c; trips whose fault the four legs lay where it is.\n")
    for title, key in (
        ("what is wrong", "shares"),
        ("planted in the HDL", "encoder faults"),
        ("planted in the table read back", "decoder faults"),
    ):
        _show_groups(title, report[key])
    total = report["total"]
    said = total["attribution"]
    out.print(
        f"attributed by the four legs: {said['right']} of {total['trips']} right, {said['wrong']} "
        f"wrong, {said['unknown']} unknown; {said['rows missed']} with a faulty row that is not "
        f"blamed, {said['rows unknown']} with one of which nothing is known, {said['legs wrong']} "
        "with a leg against the truth",
        soft_wrap=True,
    )
    exact = report["exact"]
    out.print(
        f"judged once more with the exact decoder: {exact['judged']}, with another verdict: "
        f"{exact['otherwise']}"
    )
    if "cost" in report:
        _show_cost(report["cost"])
    for text in report["lacking"]:
        out.print(f"no pass: {text}", markup=False, soft_wrap=True)
    for case in report["cases"][:40]:
        text = (
            f"{', '.join(case['wrong'])}: {case['unit']} {case['target']} seed {case['seed']}, "
            f"planted {case['truth']['verdict']} ({case['truth']['encoder_fault'] or 'nothing'}; "
            f"{case['truth']['decoder_fault'] or 'nothing'}), verdict {case['verdict']} "
            f"{case['sentence']}"
        )
        out.print(text, markup=False, soft_wrap=True)


def _show_methods(total: Mapping[str, Any]) -> None:
    table = Table("is the HDL wrong?", *_COUNTS, box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for method, name in METHODS.items():
        table.add_row(name, *(str(total[method][c]) for c in _COUNTS))
    out.print(table)
    out.print(
        f"{total['trips']} round trips, {total['wrong HDL']} with wrong HDL, {total['right HDL']} "
        "with right HDL, the others with none\n",
        soft_wrap=True,
    )


def _show_groups(title: str, groups: Mapping[str, Mapping[str, Any]]) -> None:
    heads = [f"{m}{sign}" for m in "abc" for sign in "-+"]
    table = Table(title, "trips", "wrong", "right", *heads, "blamed", box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for name, tally in groups.items():
        counts = [tally[m][c] for m in METHODS for c in ("missed", "false alarms")]
        said = tally["attribution"]["right"]
        bad = counts[4] or counts[5] or said < tally["trips"]
        cells = [*(tally[c] for c in _COLUMNS), *counts, said]
        table.add_row(name, *map(str, cells), style="red" if bad else "")
    out.print(table)
    out.print()


def _show_cost(cost: Mapping[str, Any]) -> None:
    memory = ", ".join(f"{role} {size:,.0f}" for role, size in cost["memory"].items())
    out.print(
        f"{cost['seconds']:,.0f} s on {cost['jobs']} processes, {cost['processor']:,.0f} s of "
        f"processor; memory at most {cost['together']:,.0f} MiB together ({memory})",
        markup=False,
        soft_wrap=True,
    )
