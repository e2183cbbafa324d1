"""Theorems about the chip: they hold, and they fail where a fault is planted in a table."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from spikewright.golden.architecture import Architecture
from spikewright.lct.check import check
from spikewright.lct.library import UNITS, Library
from spikewright.lct.prove import prove_unit
from spikewright.verif.proofs import fairness, handshake, prove_all

THEOREMS = {"handshake", "fairness", "ascending", "counted", "ready-made"}


@pytest.mark.parametrize("preset", ["truenorth", "tiny", "ranc"])
def test_all_theorems_are_proven(preset: str) -> None:
    proofs = list(prove_all(Architecture.preset(preset).to_dict()))
    # Where potentials wrap there is no clamp to stay inside of.
    clamps = {"bounded"} if preset != "ranc" else set()
    assert {p.name for p in proofs} == THEOREMS | clamps
    assert len(proofs) == 40 + len(clamps)
    assert [p for p in proofs if p.verdict != "proven"] == []


@pytest.mark.parametrize("positions", [1, 2, 3, 64])
@pytest.mark.parametrize("side", range(4))
def test_links_are_proven_at_every_side(positions: int, side: int) -> None:
    values = Architecture.preset("tiny").to_dict() | {"positions": positions, "side": side}
    library = Library()
    for unit in ("axis_unwrap", "link_buffer", "merge_side", "split_side"):
        assert check(library.unit(unit, values)) == []
        assert prove_unit(unit, library, values) == []
        assert handshake(library, values, unit) == "unsat"
    assert fairness(library, values, "merge_side") == "unsat"


@pytest.mark.parametrize(
    ("unit", "old", "new", "theorem"),
    [
        # A stalled offer gives way to the input behind it.
        (
            "merge_east",
            "THROUGH if link.ready else LOCAL",
            "THROUGH",
            "handshake",
        ),
        # The input that was served stays first: the other may wait for ever.
        ("merge_east", "THROUGH if link.ready else LOCAL", "LOCAL", "fairness"),
        # A stalled packet is overwritten.
        (
            "input_buffer",
            "| TWO | - | 0 | => | TWO | hold |",
            "| TWO | - | 0 | => | TWO | newest |",
            "handshake",
        ),
        # The same, where the buffer of a link hides it from every bench.
        ("merge_side", "EVEN if link.ready else ODD", "EVEN", "handshake"),
        # Of a side behind a link, the odd ports may wait for ever.
        ("merge_side", "ODD if link.ready else EVEN", "EVEN", "fairness"),
        # A link takes a packet while the one before it is still on offer.
        (
            "link_buffer",
            "| stack | ONE | 1 | 0 | => | TWO | hold |",
            "| stack | ONE | 1 | 0 | => | TWO | arrive.payload |",
            "handshake",
        ),
        # An event is scanned twice.
        ("synapse_scan", "pending & (pending - 1)", "pending", "ascending"),
        # The next neuron's events come before this one's end.
        (
            "synapse_scan",
            "| 1 | Step(end = 1, axon = 0, neuron = neuron) | 1 | trunc",
            "| 1 | Step(end = 0, axon = 0, neuron = neuron) | 1 | trunc",
            "ascending",
        ),
        # A reset potential beyond the clamp is taken.
        (
            "configuration",
            " and fire.reset_potential <= POTENTIAL_LIMIT",
            "",
            "bounded",
        ),
        # The clamp is one too wide.
        (
            "leak_and_clamp",
            "clamp(up, -POTENTIAL_LIMIT, POTENTIAL_LIMIT)",
            "clamp(up, -POTENTIAL_LIMIT, POTENTIAL_LIMIT + 1)",
            "bounded",
        ),
    ],
)
def test_a_planted_fault_is_refuted(
    tmp_path: Path, unit: str, old: str, new: str, theorem: str
) -> None:
    units = tmp_path / "units"
    shutil.copytree(UNITS, units)
    path = units / f"{unit}.lct.md"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    library = Library(units)
    for preset in ("tiny", "ranc") if theorem != "bounded" else ("tiny",):
        values = Architecture.preset(preset).to_dict()
        refuted = [p for p in prove_all(values, library) if p.verdict == "refuted"]
        assert theorem in {p.name for p in refuted}
        assert all(unit in p.subject for p in refuted)
