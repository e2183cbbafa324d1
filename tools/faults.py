"""`spikewright faults`: plant one fault after the other, and see that the benches tell."""

from typing import TYPE_CHECKING, Annotated

import typer

from spikewright.tools.console import out, print_json, progress
from spikewright.tools.errors import EXIT_FAULT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spikewright.verif.fault_runs import Outcome

__all__ = ["faults"]


def faults(
    only: Annotated[
        list[str] | None, typer.Option(help="A fault, once or several times; all if none.")
    ] = None,
    *,
    jobs: Annotated[int, typer.Option(min=1, help="Benches that run at the same time.")] = 2,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Plant faults in tables, design and model, one at a time: each must be told as a mismatch.

    Example: `spikewright faults --only no-or-merge`. Each bench also runs without a fault and must
    then find nothing. Exit status 1 if a fault survives. All faults together take minutes.
    """
    from spikewright.verif.fault_runs import FAULTS, campaign, fault_named

    chosen = [fault_named(name) for name in only or FAULTS]
    blocks = {fault.block for fault in chosen}
    with progress("Faults", len(chosen) + len(blocks)) as advance:
        outcomes = campaign(chosen, jobs=jobs, progress=lambda _: advance(1))
    if json:
        print_json([outcome.to_dict() for outcome in outcomes])
    else:
        _show(outcomes)
    if not all(outcome.ok for outcome in outcomes):
        raise typer.Exit(EXIT_FAULT)


def _show(outcomes: "Sequence[Outcome]") -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table("fault", "where", "found by", "first difference")
    for outcome in outcomes:
        fault = outcome.fault
        found_by = f"{outcome.block}, {outcome.by}" if outcome.found else "nothing"
        row = (
            fault.name if fault else f"(none) {outcome.block}",
            "\n".join(map(str, fault.edits)) if fault else "",
            found_by,
            outcome.trouble or outcome.first,
        )
        table.add_row(*map(Text, row), style="" if outcome.ok else "red")
    out.print(table)
    planted = [outcome for outcome in outcomes if outcome.fault]
    found = sum(outcome.ok for outcome in planted)
    clean = [outcome for outcome in outcomes if not outcome.fault]
    out.print(
        f"{found} of {len(planted)} faults found; "
        f"{sum(outcome.ok for outcome in clean)} of {len(clean)} benches pass without a fault."
    )
