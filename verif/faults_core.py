"""Faults in the tables that run a core's tick: time, scheduler, scan and random numbers."""

from __future__ import annotations

from .fault_edits import Cell, Edit, Fault, Phrase

__all__ = ["CORE_FAULTS"]


def _fault(name: str, meaning: str, *edits: Edit) -> Fault:
    return Fault(name=name, meaning=meaning, edits=edits)


_TICK = (
    _fault(
        "slot-of-last-tick",
        "a tick takes the row of the tick before",
        Cell("tick_controller", "start", "slot", "next_slot", "current"),
    ),
    _fault(
        "tick-ends-early",
        "a tick is over before its last neuron is stored",
        Cell("tick_controller", "last", "expression", "NEURONS - 1", "NEURONS - 2"),
    ),
    _fault(
        "overrun-not-counted",
        "a start while a tick runs leaves no trace",
        Cell("tick_controller", "missed", "missed", "clamp(missed + 1, 0, 0xffff)", "hold"),
    ),
    _fault(
        "every-start-an-overrun",
        "a start that was taken counts as an overrun",
        Cell("tick_controller", "accepted", "missed", "hold", "clamp(missed + 1, 0, 0xffff)"),
    ),
)

_SCHEDULER = (
    _fault(
        "row-not-cleared",
        "a scheduler row stays when its tick has taken it",
        Cell("scheduler_control", "load", "write", "every", "0"),
    ),
    _fault(
        "no-or-merge",
        "a second packet for a tick wipes out the first",
        Phrase("hdl/memories.py", "read.data | self.bits", "self.bits"),
    ),
    _fault(
        "late-accepted",
        "a packet for the running tick is kept for sixteen ticks later",
        Cell("scheduler_control", "set", "delivery.payload.slot", "not slot", "-"),
    ),
    _fault(
        "late-not-counted",
        "a late packet is dropped in silence",
        Cell("scheduler_control", "late", "=> lost", "clamp(lost + 1, 0, 0xffff)", "hold"),
    ),
    _fault(
        "lost-at-start",
        "a packet that comes in the cycle of a start is taken and lost",
        Cell("scheduler_control", "load", "delivery.ready", "0", "1"),
    ),
    _fault(
        "late-before-first-tick",
        "before the first tick a packet for row 0 counts as late",
        Cell("scheduler_control", "begun", "reset", "0", "1"),
    ),
    _fault(
        "reset-leaves-a-row",
        "after a reset the last scheduler row is not cleared",
        Cell("scheduler_control", "next", "next_row", "DELAY_SLOTS - 1", "DELAY_SLOTS - 2"),
    ),
    _fault(
        "memory-always-written",
        "the scheduler's memory is written in every cycle",
        Phrase(
            "hdl/memories.py",
            "write.en.eq(self.write),\n            write.data.eq(Mux(self.clear",
            "write.en.eq(~0),\n            write.data.eq(Mux(self.clear",
        ),
    ),
)

_SCAN = (
    _fault(
        "last-neuron-skipped",
        "the scan ends one neuron early",
        Cell("synapse_scan", "last", "expression", "NEURONS - 1", "NEURONS - 2"),
    ),
    _fault(
        "first-synapses-reused",
        "the second neuron gets the first one's synapses",
        Cell("synapse_scan", "start", "ahead", "1 if NEURONS > 1 else 0", "0"),
    ),
    _fault(
        "one-event-a-neuron",
        "of a neuron's events only the first is summed",
        Cell("synapse_scan", "event", "=> pending", "pending & (pending - 1)", "0"),
    ),
    _fault(
        "silent-axons-count",
        "a connected axon counts whether or not it spiked",
        Cell("synapse_scan", "end", "=> pending", "synapses & spikes", "synapses"),
    ),
    _fault(
        "type-of-the-step-before",
        "the type is looked up of the axon of the step before",
        Cell("look_up", "always", "axon", "step.payload.axon", "held.axon"),
    ),
    _fault(
        "answer-not-kept",
        "a memory reads in every cycle, so a stalled step gets another step's parameters",
        Phrase("hdl/memories.py", "read.en.eq(self.read)", "read.en.eq(1)"),
    ),
)

_DRAW = (
    _fault(
        "threshold-draws-first",
        "the threshold draws before the leak",
        Cell(
            "random_draw",
            "take",
            "held",
            "leak_draw = once",
            "leak_draw = (twice if masked else once)",
        ),
        Cell(
            "random_draw",
            "threshold_draw",
            "expression",
            "(twice if step.leak.stochastic else once)",
            "once",
        ),
    ),
    _fault(
        "deterministic-draws",
        "a deterministic synapse draws too",
        Cell("random_draw", "fixed", "=> state", "hold", "once"),
    ),
    _fault(
        "second-draw-missing",
        "leak and threshold share one draw",
        Cell("random_draw", "both", "=> state", "twice", "once"),
    ),
    _fault(
        "threshold-never-draws",
        "a random threshold does not advance the generator",
        Cell("random_draw", "threshold", "=> state", "once", "hold"),
    ),
    _fault(
        "draws-while-stalled",
        "a step that has to wait draws in each cycle",
        Cell("random_draw", "take", "expression", "weighed.valid and free", "weighed.valid"),
    ),
    _fault(
        "wrong-shift",
        "the generator shifts by 16 instead of 17",
        Cell("random_draw", "a17", "expression", ">> 17", ">> 16"),
    ),
    _fault(
        "low-bits-drawn",
        "a synapse's draw takes a lower place of the state",
        Cell(
            "random_draw",
            "take",
            "held",
            "draw = once >> (33 - WEIGHT_BITS), potential",
            "draw = trunc(once >> (32 - WEIGHT_BITS), WEIGHT_BITS - 1), potential",
        ),
    ),
    _fault(
        "mask-one-too-wide",
        "eta has one random bit too many",
        Cell("random_draw", "eta", "expression", "fire.mask) - 1", "fire.mask) * 2 - 1"),
    ),
    _fault(
        "weight-index",
        "every axon uses the weight of type 0",
        Cell("weigh", "take", "held", "parameters.weights[G]", "parameters.weights[0]"),
    ),
    _fault(
        "wrong-axon-type",
        "whether a synapse is stochastic is looked up for type 0",
        Cell("weigh", "stochastic", "expression", "stochastic[G]", "stochastic[0]"),
    ),
    _fault(
        "seed-ignored",
        "a new seed is not taken",
        Cell("random_draw", "seed", "=> state", "seed", "seed if seed == 0 else state"),
    ),
)

CORE_FAULTS = (*_TICK, *_SCHEDULER, *_SCAN, *_DRAW)
