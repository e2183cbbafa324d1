"""Faults in the tables of a core."""

from __future__ import annotations

from .fault_edits import Cell, Fault, Phrase

__all__ = ["CORE_FAULTS"]


def _fault(name: str, meaning: str, *edits: Cell | Phrase, block: str = "core") -> Fault:
    return Fault(name=name, meaning=meaning, edits=edits, block=block)


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
        Cell("scheduler_control", "load", "write", "1", "0"),
    ),
    _fault(
        "no-or-merge",
        "a second packet for a tick wipes out the first",
        Cell("scheduler_control", "set", "new_row", r"row \| (1 <<", "trunc(1 <<"),
        Cell("scheduler_control", "set", "new_row", "axon)", "axon, AXONS)"),
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
            "write.en.eq(self.write),\n            write.data.eq(self.new_row)",
            "write.en.eq(1),\n            write.data.eq(self.new_row)",
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
        Cell("synapse_scan", "fill", "fetch_neuron", "neuron + 1", "neuron"),
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
            "(twice if parameters.leak.stochastic else once)",
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
        Cell("random_draw", "take", "expression", "step.valid and free", "step.valid"),
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
        Cell("random_draw", "take", "held", "parameters.weights[G]", "parameters.weights[0]"),
    ),
    _fault(
        "wrong-axon-type",
        "whether a synapse is stochastic is looked up for type 0",
        Cell("random_draw", "stochastic", "expression", "stochastic[G]", "stochastic[0]"),
    ),
    _fault(
        "seed-ignored",
        "a new seed is not taken",
        Cell("random_draw", "seed", "=> state", "seed", "seed if seed == 0 else state"),
    ),
)

_NEURON = (
    _fault(
        "synapse-gate",
        "a stochastic synapse passes if |s| > draw instead of >=",
        Cell("synaptic_integration", "passes", "expression", ">=", ">"),
    ),
    _fault(
        "synapse-sign",
        "a stochastic synapse always adds",
        Cell("synaptic_integration", "unit", "sum", "sum + sign(weight)", "sum + 1"),
    ),
    _fault(
        "sum-not-cleared",
        "a neuron begins with the sum of the one before",
        Cell("synaptic_integration", "end", "sum", "0", "hold"),
    ),
    _fault(
        "neuron-overwritten",
        "while the next stage is stalled an event drops the neuron on offer",
        Cell("synaptic_integration", "add_full", "full", "1", "0"),
    ),
    _fault(
        "clamp-dropped",
        "a leak is not clamped",
        Cell(
            "leak_and_clamp",
            "plain",
            "=> potential",
            "clamp(up, -POTENTIAL_LIMIT, POTENTIAL_LIMIT)",
            "trunc(up, POTENTIAL_BITS)",
        ),
    ),
    _fault(
        "gated-not-clamped",
        "where a stochastic leak does not pass, V is not clamped",
        Cell(
            "leak_and_clamp",
            "gated",
            "=> potential",
            "clamp(V, -POTENTIAL_LIMIT, POTENTIAL_LIMIT)",
            "V",
        ),
    ),
    _fault(
        "leak-crosses-zero",
        "a convergent leak does not stop at zero",
        Cell(
            "leak_and_clamp",
            "above_stops",
            "=> potential",
            "0",
            "clamp(up, -POTENTIAL_LIMIT, POTENTIAL_LIMIT)",
        ),
    ),
    _fault(
        "leak-moves-zero",
        "with reversal a leak moves V = 0",
        Cell(
            "leak_and_clamp",
            "rest",
            "=> potential",
            "0",
            "clamp(up, -POTENTIAL_LIMIT, POTENTIAL_LIMIT)",
        ),
    ),
    _fault(
        "leak-gate",
        "a stochastic leak passes if |lambda| > draw instead of >=",
        Cell("leak_and_clamp", "leaks", "expression", ">=", ">"),
    ),
    _fault(
        "leak-not-reversed",
        "with reversal the leak of a negative V is not reversed",
        Cell("leak_and_clamp", "below", "=> potential", "clamp(down", "clamp(up"),
    ),
    _fault(
        "threshold-sign",
        "a neuron fires at V > alpha + eta instead of >=",
        Cell("threshold_fire_reset", "fire_normal", "V", ">=", ">"),
    ),
    _fault(
        "reset-modes-swapped",
        "gamma 0 resets like gamma 1, and gamma 1 like gamma 0",
        Cell("threshold_fire_reset", "fire_normal", "fire.reset_mode", "0", "1"),
        Cell("threshold_fire_reset", "fire_linear", "fire.reset_mode", "1", "0"),
    ),
    _fault(
        "linear-without-eta",
        "a linear reset takes alpha off, without eta",
        Cell("threshold_fire_reset", "fire_linear", "potential", "level", "fire.threshold"),
    ),
    _fault(
        "kappa-ignored",
        "V is held at -beta with kappa = 0 too",
        Cell("threshold_fire_reset", "saturate", "fire.negative_saturate", "1", "-"),
    ),
    _fault(
        "floor-without-eta",
        "the lower threshold has no eta",
        Cell("threshold_fire_reset", "floor", "expression", " + leaked.payload.after.eta", ""),
    ),
    _fault(
        "saturates-with-eta",
        "with kappa = 1 the lower threshold has an eta",
        Cell("threshold_fire_reset", "saturate", "V", "-fire.negative_threshold", "-floor"),
    ),
    _fault(
        "beta-for-r",
        "a normal reset from below goes to -beta instead of -R",
        Cell("threshold_fire_reset", "floor_normal", "potential", "-R", "-fire.negative_threshold"),
    ),
    _fault(
        "r-from-below",
        "a normal reset from below goes to R instead of -R",
        Cell("threshold_fire_reset", "floor_normal", "potential", "-R", "R"),
    ),
)

_SENDER = (
    _fault(
        "delay-off-by-one",
        "a packet comes one tick too late",
        Cell(
            "spike_sender",
            "send",
            "held",
            "slot + destination.delay",
            "slot + destination.delay + 1",
        ),
    ),
    _fault(
        "delay-zero-sends",
        "a neuron without a destination sends",
        Cell("spike_sender", "nowhere", "fired.payload.spike", "1", "0"),
    ),
    _fault(
        "dx-dy-swapped",
        "a packet goes dx steps along y and dy along x",
        Cell(
            "spike_sender",
            "send",
            "held",
            "dx = destination.dx, dy = destination.dy",
            "dx = destination.dy, dy = destination.dx",
        ),
    ),
    _fault(
        "packet-overwritten",
        "while the router is stalled a new packet replaces the one on offer",
        Cell("spike_sender", "free", "expression", "packet.ready", "packet.ready or fired.valid"),
    ),
)

_CONFIGURATION = (
    _fault(
        "gamma-3-accepted",
        "a reset mode that does not exist is accepted",
        Cell("configuration", "fire_ok", "expression", "fire.reset_mode != 3 and ", ""),
    ),
    _fault(
        "r-out-of-range",
        "a reset potential below the clamp is accepted",
        Cell(
            "configuration",
            "fire_ok",
            "expression",
            "fire.reset_potential >= -POTENTIAL_LIMIT and ",
            "",
        ),
    ),
    _fault(
        "v-out-of-range",
        "an initial potential above the clamp is accepted",
        Cell("configuration", "initial_ok", "expression", " and initial <= POTENTIAL_LIMIT", ""),
    ),
    _fault(
        "seed-zero-accepted",
        "the seed 0, from which there is no way out, is accepted",
        Cell("configuration", "seed_ok", "expression", "seed != 0", "(seed != 0 or enable)"),
    ),
    _fault(
        "written-while-busy",
        "writes change a core while its tick runs",
        Cell("configuration", "idle", "expression", "not busy", "not busy or enable"),
    ),
    _fault(
        "refused-not-counted",
        "a refused write leaves no trace",
        Cell("configuration", "else", "turned_down", "clamp(turned_down + 1, 0, 0xffff)", "hold"),
    ),
    _fault(
        "v-write-lost",
        "a new potential is not stored",
        Cell("configuration", "pipeline", "potential_write", "1", "0"),
    ),
    _fault(
        "v-of-the-wrong-neuron",
        "an initial potential goes to the neuron that was stored last",
        Cell(
            "configuration",
            "outside",
            "potential_neuron",
            "trunc(address, NEURON_BITS)",
            "retire_neuron",
        ),
    ),
)

CORE_FAULTS = (*_TICK, *_SCHEDULER, *_SCAN, *_DRAW, *_NEURON, *_SENDER, *_CONFIGURATION)
