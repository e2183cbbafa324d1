"""Faults in the tables that a neuron passes, from its synapses to its packet, and in its writes."""

from __future__ import annotations

from .fault_edits import Cell, Fault

__all__ = ["NEURON_FAULTS"]


def _fault(name: str, meaning: str, *edits: Cell) -> Fault:
    return Fault(name=name, meaning=meaning, edits=edits)


_NEURON = (
    _fault(
        "synapse-gate",
        "a stochastic synapse passes if |s| > draw instead of >=",
        Cell("synaptic_integration", "passes", "expression", ">=", ">"),
    ),
    _fault(
        "synapse-sign",
        "a stochastic synapse always adds",
        Cell("synaptic_integration", "unit", "sum", "with_unit", "sum + 1"),
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
        Cell("leak_and_clamp", "plain", "=> potential", "raised", "trunc(up, POTENTIAL_BITS)"),
    ),
    _fault(
        "gated-not-clamped",
        "where a stochastic leak does not pass, V is not clamped",
        Cell("leak_and_clamp", "gated", "=> potential", "kept", "V"),
    ),
    _fault(
        "leak-crosses-zero",
        "a convergent leak does not stop at zero",
        Cell("leak_and_clamp", "above_stops", "=> potential", "0", "raised"),
    ),
    _fault(
        "leak-moves-zero",
        "with reversal a leak moves V = 0",
        Cell("leak_and_clamp", "rest", "=> potential", "0", "raised"),
    ),
    _fault(
        "leak-gate",
        "a stochastic leak passes if |lambda| > draw instead of >=",
        Cell("leak_and_clamp", "leaks", "expression", ">=", ">"),
    ),
    _fault(
        "leak-not-reversed",
        "with reversal the leak of a negative V is not reversed",
        Cell("leak_and_clamp", "below", "=> potential", "lowered", "raised"),
    ),
    _fault(
        "threshold-sign",
        "a neuron fires at V > alpha + eta instead of >=",
        Cell("threshold_fire_reset", "fire_normal", "over", ">=", ">"),
    ),
    _fault(
        "reset-modes-swapped",
        "gamma 0 resets like gamma 1, and gamma 1 like gamma 0",
        Cell("threshold_fire_reset", "fire_normal", "after.reset_mode", "0", "1"),
        Cell("threshold_fire_reset", "fire_linear", "after.reset_mode", "1", "0"),
    ),
    _fault(
        "linear-keeps-v",
        "a linear reset takes nothing off",
        Cell("threshold_fire_reset", "fire_linear", "potential", "over", "V"),
    ),
    _fault(
        "level-without-eta",
        "the upper threshold has no eta",
        Cell("leak_and_clamp", "level", "expression", " + later.eta", ""),
    ),
    _fault(
        "kappa-ignored",
        "V is held at its lower threshold with kappa = 0 too",
        Cell("threshold_fire_reset", "saturate", "after.negative_saturate", "1", "-"),
    ),
    _fault(
        "floor-without-eta",
        "the lower threshold has no eta",
        Cell(
            "leak_and_clamp",
            "floor",
            "expression",
            " + (0 if fire.negative_saturate else later.eta)",
            "",
        ),
    ),
    _fault(
        "saturates-with-eta",
        "with kappa = 1 the lower threshold has an eta",
        Cell(
            "leak_and_clamp",
            "floor",
            "expression",
            "(0 if fire.negative_saturate else later.eta)",
            "later.eta",
        ),
    ),
    _fault(
        "beta-for-r",
        "a normal reset from below goes to -(beta + eta) instead of -R",
        Cell("threshold_fire_reset", "floor_normal", "potential", "opposite", "-floor"),
    ),
    _fault(
        "r-from-below",
        "a normal reset from below goes to R instead of -R",
        Cell("threshold_fire_reset", "floor_normal", "potential", "opposite", "R"),
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
            "fire.reset_potential >= POTENTIAL_LEAST and ",
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

NEURON_FAULTS = (*_NEURON, *_SENDER, *_CONFIGURATION)
