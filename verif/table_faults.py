"""Faults planted in the tables themselves: gaps, overlaps, contradictions, cells with two readings.

An edit changes the text of a unit as a hasty author would. Many turn out harmless, which
`table_truth` finds out by running the table; those are the controls.
"""

from __future__ import annotations

from random import Random

from spikewright.lct.ir import Unit
from spikewright.verif import table_faults_rows, table_faults_words
from spikewright.verif.table_draft import CODES, FAMILIES, Draft, TableFault

__all__ = ["CODES", "FAMILIES", "TableFault", "drawn"]

_MAKERS = {**table_faults_rows.MAKERS, **table_faults_words.MAKERS}


def drawn(unit: Unit, seed: int, each: int) -> list[TableFault]:
    """At most `each` edits of every kind, no two of one text."""
    random = Random(f"{seed} {unit.name}")
    draft = Draft(unit)
    found = {"\n".join(draft.lines): TableFault("", "", "", "", "", "")}
    for make in _MAKERS.values():
        edits = list(make(draft, random))
        random.shuffle(edits)
        fresh = {e.text: e for e in edits if e.text not in found}
        # Few expressions have operators that Verilog binds otherwise: of these, all there may be.
        found.update(list(fresh.items())[: each * (3 if make is _MAKERS["two readings"] else 1)])
    return list(found.values())[1:]
