"""`spikewright prove`: theorems about the chip, by SMT."""

from itertools import chain
from typing import Annotated

import typer

from spikewright.tools.console import out, print_json, progress
from spikewright.tools.errors import EXIT_FAULT

__all__ = ["prove"]

PRESETS = ("truenorth", "tiny", "ranc")
THEOREMS = 84  # of a preset, one less where potentials wrap; for the progress bar only


def prove(
    preset: Annotated[
        list[str] | None,
        typer.Option(help="Parameters to prove for, once or several times; all presets if none."),
    ] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Prove handshakes, fair merges, promises between units, and hardware equal to its tables.

    Example: `spikewright prove --preset tiny`. Exit status 1 if a theorem is refuted, or if the
    solver gives up on it. What is not proven is listed in verif/proofs.py.
    """
    from rich.table import Table

    from spikewright.golden.architecture import Architecture
    from spikewright.verif.proofs import prove_all, prove_generated

    chosen = preset or list(PRESETS)
    jobs = {name: Architecture.preset(name).to_dict() for name in chosen}
    results = []
    count = sum(THEOREMS - values["wrap"] for values in jobs.values())
    with progress("Proving", count) as advance:
        for name, values in jobs.items():
            for proof in chain(prove_all(values), prove_generated(values)):
                results.append((name, proof))
                advance(1)
    if json:
        print_json([{"preset": name} | vars(proof) for name, proof in results])
    else:
        table = Table("preset", "theorem", "about", "verdict", "seconds")
        for name, proof in results:
            seconds = f"{proof.seconds:.2f}"
            table.add_row(name, proof.name, proof.subject, proof.verdict, seconds)
        out.print(table)
    if any(proof.verdict != "proven" for _, proof in results):
        raise typer.Exit(EXIT_FAULT)
