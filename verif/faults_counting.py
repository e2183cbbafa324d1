"""Faults in the core that counts axons: its scan, its counts, its storage."""

from __future__ import annotations

from .fault_edits import Cell, Edit, Fault, Phrase

__all__ = ["COUNTING_FAULTS"]


def _fault(name: str, meaning: str, *edits: Edit, block: str = "core/neuron") -> Fault:
    return Fault(name=name, meaning=meaning, edits=edits, block=block)


COUNTING_FAULTS = (
    _fault(
        "stochastic-counted",
        "a neuron with stochastic synapses is counted as if they were not",
        Cell("neuron_scan", "end", "=> whole", "stochastic == 0", "1"),
    ),
    _fault(
        "deterministic-scanned",
        "neurons without stochastic synapses take a cycle for each event",
        Cell("neuron_scan", "done", "expression", "whole or pending == 0", "pending == 0"),
    ),
    _fault(
        "half-counted-twice",
        "the lower half of the axons counts in place of the upper one",
        Cell("axon_count", "move", "=> count", "low + high", "low + low"),
    ),
    _fault(
        "step-overtakes-counts",
        "a step comes to the memories one stage before its counts",
        Cell("count_control", "move", "=> second", "first", "scanned.payload.step"),
    ),
    _fault(
        "one-weight-for-all-types",
        "every counted axon has the weight of type 0",
        Phrase("hdl/axon_sums.py", "parameters.weights[number]", "parameters.weights[0]"),
    ),
    _fault(
        "type-never-cleared",
        "an axon keeps the bits of the type that it had before",
        Phrase("hdl/axon_sums.py", "plane & ~place", "plane"),
    ),
    _fault(
        "counts-while-stalled",
        "counts move on while the steps that they belong to wait",
        Phrase("hdl/axon_sums.py", "count.move.eq(self.move)", "count.move.eq(1)"),
        # A single tiny core's spikes nearly fit behind its counts, so that they hardly ever wait.
        block="mesh2x2/neuron",
    ),
)
