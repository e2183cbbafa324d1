"""Where a neuron cannot be said exactly: a near one that the chip has."""

from __future__ import annotations

from fractions import Fraction
from math import floor, inf

import numpy as np
from numpy.typing import NDArray

from spikewright.tools.formats.nir_code import LIMITS, Code, Wanted, ordered, subset_sums

__all__ = ["near_code"]

Real = NDArray[np.float64]

# With so many lines, so many axons of each still fit a core of 256.
_EVEN = ((64, 4), (85, 3))
# Of the largest values, how much the evenly spaced ones may leave out.
_CLIPS = (1.0, 0.85, 0.7, 0.55)


def near_code(wanted: Wanted) -> Code | str:
    """Return a near neuron, or why there is none.

    Up to four different weights stay as they are but for rounding to 8 bits. More of them become
    sums of four numbers 1 : 2 : 4 : 8 with signs, which are 16 evenly spaced values; of three such
    numbers where a neuron has more than 64 lines; and one positive value, zero and one negative
    value where it has more than 85. Each time those with the smallest squared error are taken. The
    scale is the largest at which everything fits its field.
    """
    if wanted.threshold < 0:
        return (
            "v_threshold must be at least the potential at which the neuron rests, and is "
            f"{float(-wanted.threshold):g} of current below it"
        )
    values, counts = np.array(wanted.values), np.array(wanted.counts, dtype=np.float64)
    bits = next((bits for lines, bits in _EVEN if counts.sum() <= lines), 0)
    sums_allowed = len(values) > 4 and bits > 0
    if len(values) <= 4:
        basis = values
    elif bits:
        basis = _even(values, counts, bits)
    else:
        basis = _ternary(values, counts)
    scale = _scale(wanted, basis)
    if sums_allowed and scale * float(np.abs(basis).min()) >= 1:
        # With a whole number for the smallest step all steps stay even.
        step = float(np.abs(basis).min())
        scale = floor(scale * step) / step
    types = ordered([round(scale * value) for value in basis.tolist()])
    if len(values) and not any(types):
        return (
            "weights must not be so small that they round to nothing beside v_threshold, bias "
            "and v_reset"
        )
    ratio = Fraction(scale)
    return Code(
        scale=ratio,
        basis=types,
        masks=_masks(types, scale * values, sums_allowed),
        leak=round((wanted.bias - wanted.decay) * ratio),
        # Above the threshold is at or above the next integer.
        threshold=floor(wanted.threshold * ratio) + 1,
        reset=round(wanted.reset * ratio),
        start=round(wanted.start * ratio),
        reversal=wanted.leaky,
    )


def _even(values: Real, counts: Real, bits: int) -> Real:
    """Return 1, 2, 4, ... times a step, with signs, whose sums are nearest to the values."""
    best, error = values[:bits], inf
    last = 2**bits - 1
    for below in range(last + 1):
        room = [
            end / steps
            for end, steps in ((values.max(), last - below), (-values.min(), below))
            if end > 0 and steps > 0
        ]
        for clip in _CLIPS if room else ():
            step = max(room) * clip
            steps = np.clip(np.rint(values / step), -below, last - below)
            found = float((counts * (values - steps * step) ** 2).sum())
            if found < error:
                signs = [-1 if below >> bit & 1 else 1 for bit in range(bits)]
                best, error = np.array(signs) * step * 2.0 ** np.arange(bits), found
    return best


def _ternary(values: Real, counts: Real) -> Real:
    """Return the positive and the negative value that, with zero, are nearest to the values."""
    found = []
    for sign in (1.0, -1.0):
        size = np.sort(np.repeat(sign * values, counts.astype(np.int64)))[::-1]
        size = size[size > 0]
        if len(size):
            # Of the k largest the mean is best, and takes this from the squared error.
            total, number = np.cumsum(size), np.arange(1, len(size) + 1)
            best = int(np.argmax(total * total / number))
            found.append(sign * total[best] / number[best])
    return np.array(found)


def _scale(wanted: Wanted, basis: Real) -> float:
    """Return the largest scale at which all fields hold their numbers."""
    fields = [
        (LIMITS.weight, float(np.abs(basis).max(initial=0))),
        (LIMITS.leak, abs(float(wanted.bias - wanted.decay))),
        (LIMITS.threshold - 1, float(wanted.threshold)),
        (LIMITS.potential, abs(float(wanted.reset))),
        (LIMITS.potential, abs(float(wanted.start))),
    ]
    return min((limit / value for limit, value in fields if value > 0), default=1.0)


def _masks(types: tuple[int, ...], values: Real, sums_allowed: bool) -> tuple[int, ...]:
    """Return the set of types whose sum is nearest to each value; one type, if sums are not."""
    sums = np.array(subset_sums(types))
    allowed = [
        mask for mask in range(16) if (sums_allowed or mask.bit_count() < 2) and _used(types, mask)
    ]
    allowed.sort(key=lambda mask: (mask.bit_count(), mask))
    distance = np.abs(values[:, None] - sums[allowed])
    return tuple(allowed[place] for place in np.argmin(distance, axis=1).tolist())


def _used(types: tuple[int, ...], mask: int) -> bool:
    """Whether all types of a set have a weight."""
    return all(types[g] for g in range(4) if mask >> g & 1)
