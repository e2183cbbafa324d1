"""Faults that only show where potentials wrap, or where a negative threshold includes its bound."""

from __future__ import annotations

from .fault_edits import Cell, Edit, Fault, Phrase

__all__ = ["WRAP_FAULTS"]

_CLAMPED = "clamp({}, -POTENTIAL_LIMIT, POTENTIAL_LIMIT)"


def _fault(name: str, meaning: str, *edits: Edit) -> Fault:
    return Fault(name=name, meaning=meaning, edits=edits, block="core:inclusive")


WRAP_FAULTS = (
    _fault(
        "sum-saturates",
        "a sum of synapses stops at its largest value instead of wrapping",
        Cell(
            "synaptic_integration",
            "with_weight",
            "expression",
            "trunc(sum + weight, POTENTIAL_BITS)",
            _CLAMPED.format("sum + weight"),
        ),
    ),
    _fault(
        "total-saturates",
        "the sum of synapses and potential stops at its largest value instead of wrapping",
        Cell(
            "synaptic_integration",
            "total",
            "expression",
            "trunc(V + sum, POTENTIAL_BITS)",
            _CLAMPED.format("V + sum"),
        ),
    ),
    _fault(
        "leak-saturates",
        "a leak that goes up is clamped where potentials wrap",
        Cell(
            "leak_and_clamp", "raised", "expression", "trunc(up, POTENTIAL_BITS) if WRAP else ", ""
        ),
    ),
    _fault(
        "wrap-taken-for-crossing",
        "a divergent leak that wraps around is taken for one that came past zero",
        Cell("leak_and_clamp", "up", "expression", "V + step", "trunc(V + step, POTENTIAL_BITS)"),
    ),
    _fault(
        "least-r-saturates",
        "-R with the least R stops at the largest potential instead of wrapping",
        Cell(
            "threshold_fire_reset",
            "opposite",
            "expression",
            "trunc(-R, POTENTIAL_BITS)",
            _CLAMPED.format("-R"),
        ),
    ),
    _fault(
        "least-r-refused",
        "the least R, which has no negative, is refused",
        Cell("configuration", "fire_ok", "expression", "POTENTIAL_LEAST", "-POTENTIAL_LIMIT"),
    ),
    _fault(
        "inclusive-ignored",
        "V at -(beta + eta) is not below it",
        Cell("threshold_fire_reset", "floor_normal", "under", "INCLUSIVE", "0"),
    ),
    _fault(
        "inclusive-without-kappa",
        "with kappa = 1, V at -beta goes on to the rows of kappa = 0",
        Cell("threshold_fire_reset", "saturate", "under", "INCLUSIVE", "0"),
    ),
    _fault(
        "model-wrap-dropped",
        "potentials do not wrap",
        Phrase(
            "golden/neuron.py", "return (potential + half) % (2 * half) - half", "return potential"
        ),
    ),
    _fault(
        "model-synapses-not-wrapped",
        "a leak sees a sum of synapses that has not wrapped yet",
        Phrase(
            "golden/neuron.py",
            "    if architecture.wrap:\n        potential = wrap",
            "    if False:\n        potential = wrap",
        ),
    ),
    _fault(
        "model-reset-not-wrapped",
        "-R does not wrap",
        Phrase("golden/neuron.py", "if network.architecture.wrap:", "if False:"),
    ),
    _fault(
        "model-inclusive-ignored",
        "V at -(beta + eta) is not below it",
        Phrase(
            "golden/neuron.py",
            "np.less_equal if network.architecture.inclusive else np.less",
            "np.less",
        ),
    ),
)
