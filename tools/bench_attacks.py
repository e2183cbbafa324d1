"""`spikewright bench attacks`: HDL that attacks, and what stops it here."""

from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spikewright.tools.console import out, print_json, progress
from spikewright.tools.errors import EXIT_FAULT, UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spikewright.tools.bench_attacks_run import Outcome

__all__ = ["attacks"]


def attacks(
    *,
    kind: Annotated[
        list[str] | None, typer.Option(help="Files, network and so on; all if none is named.")
    ] = None,
    language: Annotated[str, typer.Option(help="amaranth or verilog; both if left out.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Let HDL attack this machine as a model's answer could, and show what stops it.

    Example: spikewright bench attacks --kind files --kind network

    Each attack is made twice: through the check of the text and the sandbox, as a user has it, and
    through the sandbox alone. What came of it is not read from the attack: a made-up file, key and
    port say whether they were reached, and time, memory, disk and processes are measured. Exit
    status 1 if an attack came through, or harmless HDL did not.
    """
    from spikewright.lct.front.elaborator import Elaborator
    from spikewright.tools.bench_attacks_run import ALONE, CONTROLS, USER, attempt
    from spikewright.tools.bench_attacks_run import attacks as every
    from spikewright.tools.bench_attacks_watch import Watch

    kinds = list(dict.fromkeys(a.kind for a in every()))
    for name in kind or []:
        if name not in kinds:
            raise UserError(f"--kind must be one of {', '.join(kinds)}, not {name!r}.")
    if language not in ("", "amaranth", "verilog"):
        raise UserError(f"--language must be amaranth or verilog, not {language!r}.")
    chosen = [
        a for a in (*CONTROLS, *every())
        if (not kind or a.kind in (*kind, "control")) and language in ("", a.language)
    ]  # fmt: skip
    outcomes: list[Outcome] = []
    with Elaborator() as elaborator:
        layers = elaborator.layers
    with (
        TemporaryDirectory() as folder,
        Watch(Path(folder)) as watch,
        progress("Attacks", 2 * len(chosen)) as advance,
    ):
        for attack in chosen:
            for way in (USER, ALONE):
                outcomes.append(attempt(attack, way, watch))
                advance(1)
    report = _report(outcomes, layers)
    if as_json:
        print_json(report)
    else:
        _show(outcomes, report)
    if not report["ok"]:
        raise typer.Exit(EXIT_FAULT)


def _report(outcomes: "Sequence[Outcome]", layers: "Sequence[str]") -> dict[str, Any]:
    made = [o for o in outcomes if o.kind != "control"]
    ways = {
        way: {
            "attacks": sum(o.way == way for o in made),
            "stopped": sum(o.way == way and o.ok for o in made),
        }
        for way in dict.fromkeys(o.way for o in outcomes)
    }
    return {
        "ok": all(o.ok for o in outcomes),
        "layers": list(layers),
        "ways": ways,
        "controls": [asdict(o) for o in outcomes if o.kind == "control"],
        "outcomes": [asdict(o) for o in made],
    }


def _show(outcomes: "Sequence[Outcome]", report: dict[str, Any]) -> None:
    """A row an attack; then how many were stopped, and by which layers."""
    from rich.markup import escape
    from rich.table import Table

    table = Table("kind", "attack", "as a user has it", "the sandbox alone", "came through")
    pairs: dict[tuple[str, str, str], list[Outcome]] = {}
    for outcome in outcomes:
        pairs.setdefault((outcome.language, outcome.kind, outcome.name), []).append(outcome)
    for (language, kind, name), both in pairs.items():
        through = [trace for o in both for trace in o.traces or (() if o.ok else ("refused",))]
        table.add_row(
            escape(f"{language} {kind}"),
            escape(name),
            *(escape(o.stopped) for o in both),
            escape(", ".join(dict.fromkeys(through))) or "no",
        )
    out.print(table)
    for way, counts in report["ways"].items():
        text = {"checked": "as a user has it", "unchecked": "the sandbox alone"}[way]
        stopped = f"{counts['stopped']} of {counts['attacks']} attacks came to nothing"
        out.print(f"{text}: {stopped}", markup=False)
    out.print(f"layers of the sandbox: {', '.join(report['layers'])}", markup=False)
