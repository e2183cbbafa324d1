"""One neuron's weights in the chip's terms: four integers, and which of them each weight sums.

An axon has one of four types, and a neuron one weight for each type. A line that drives axons of
several types can therefore give a neuron any sum of its four weights: 16 values, its own for each
neuron. Whether a row of real weights can be said so does not depend on its scale, since a neuron
fires alike when weights, bias, threshold and reset are all multiplied by one factor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor, gcd

import numpy as np
from numpy.typing import NDArray

__all__ = ["LIMITS", "Code", "Limits", "Wanted", "exact_code", "ordered", "subset_sums"]

Real = NDArray[np.float64]


@dataclass(frozen=True)
class Limits:
    """The largest integers of a neuron, and the axons that it can see."""

    weight: int = 255
    leak: int = 255
    axons: int = 256
    threshold: int = 2**18 - 1
    potential: int = 2**18 + 2**17


LIMITS = Limits()


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a neuron should be, in units of the current that a weight of 1 brings.

    Members
    -------
    values : tuple of float
        Its different weights, ascending, none of them zero.
    counts : tuple of int
        How many lines have each.
    bias : Fraction
        Added in every tick.
    threshold, reset, start : Fraction
        It fires above the threshold, and begins at the start.
    leaky : bool
        It is a LIF.
    decay : Fraction
        What it loses in a tick on the way to zero.
    gain, rest : Fraction
        Potential of the file that one unit of current is, and that which is zero here.
    flip : bool
        Weights and bias have the opposite sign in the file.
    """

    values: tuple[float, ...]
    counts: tuple[int, ...]
    bias: Fraction
    threshold: Fraction
    reset: Fraction
    start: Fraction = Fraction(0)
    leaky: bool = False
    decay: Fraction = Fraction(0)
    gain: Fraction = Fraction(1)
    rest: Fraction = Fraction(0)
    flip: bool = False


@dataclass(frozen=True, kw_only=True)
class Code:
    """A neuron in integers.

    Members
    -------
    scale : Fraction
        Integers for one unit of current.
    basis : tuple of 4 int
        Its weight for each axon type.
    masks : tuple of int
        For each of the wanted values the types whose weights sum to it, bit g for type g.
    leak, threshold, reset, start : int
    reversal : bool
        The leak leads towards zero.
    exact : bool
        It fires exactly as it should.
    """

    scale: Fraction
    basis: tuple[int, ...]
    masks: tuple[int, ...]
    leak: int
    threshold: int
    reset: int
    start: int = 0
    reversal: bool = False
    exact: bool = False

    def weights(self) -> NDArray[np.int64]:
        """Return the integer that each wanted value became."""
        sums = subset_sums(self.basis)
        return np.array([sums[mask] for mask in self.masks], dtype=np.int64)


def subset_sums(basis: Sequence[int]) -> list[int]:
    """Return the sum for each of the 16 sets of types, bit g of the place for type g."""
    return [sum(b for g, b in enumerate(basis) if mask >> g & 1) for mask in range(16)]


def exact_code(wanted: Wanted, search: bool = True) -> Code | str:
    """Return a neuron in integers that fires exactly as it should, or why there is none.

    Parameters
    ----------
    wanted : Wanted
    search : bool
        Take up to 30 ms to find four integers for more than four weights.
    """
    if len(wanted.values) > 15:
        return (
            "weights must have at most 15 different values, the sums of four, not "
            f"{len(wanted.values)}"
        )
    values = [Fraction(value) for value in wanted.values]
    unit = _unit([*values, wanted.bias, wanted.reset])
    whole = [int(value / unit) for value in values]
    found = _basis(whole, search)
    if found is None:
        text = ", ".join(f"{value:g}" for value in wanted.values)
        return (
            "weights, bias and v_reset must have a unit in which the weights are sums of four "
            f"integers in -{LIMITS.weight}..{LIMITS.weight}; none were found for {text} in units "
            f"of {float(unit):g}"
        )
    basis = ordered(found)
    masks = tuple(_mask(subset_sums(basis), value) for value in whole)
    axons = sum(mask.bit_count() * count for mask, count in zip(masks, wanted.counts, strict=True))
    if axons > LIMITS.axons:
        return f"inputs must take at most {LIMITS.axons} axons with these weights, not {axons}"
    # Above the threshold is at or above the next integer.
    leak, threshold, reset = (
        floor(value / unit) for value in (wanted.bias, wanted.threshold + unit, wanted.reset)
    )
    for name, integer, low, high in (
        ("bias", leak, -LIMITS.leak, LIMITS.leak),
        ("v_threshold", threshold - 1, -1, LIMITS.threshold - 1),
        ("v_reset", reset, -LIMITS.potential, LIMITS.potential),
    ):
        if not low <= integer <= high:
            return (
                f"{name} must be in {low}..{high} in the unit of its weights, {float(unit):g}, "
                f"not {integer}"
            )
    return Code(
        scale=1 / unit,
        basis=basis,
        masks=masks,
        leak=leak,
        threshold=threshold,
        reset=reset,
        exact=True,
    )


def _unit(values: list[Fraction]) -> Fraction:
    """Return the largest number of which all values are multiples; 1 if all are zero."""
    unit = Fraction(0)
    for value in values:
        a, b = unit, abs(value)
        unit = Fraction(
            gcd(a.numerator * b.denominator, b.numerator * a.denominator),
            a.denominator * b.denominator,
        )
    return unit or Fraction(1)


def ordered(basis: Sequence[int]) -> tuple[int, ...]:
    """Return four weights by type: positive ones from type 0 up, negative ones from type 3 down.

    Neurons that share lines then mostly agree on the types, and need fewer axons.
    """
    places = [0, 0, 0, 0]
    for place, value in enumerate(sorted(b for b in basis if b > 0)):
        places[place] = value
    for place, value in enumerate(sorted(-b for b in basis if b < 0)):
        places[3 - place] = -value
    return tuple(places)


def _mask(sums: list[int], value: int) -> int:
    """Return the smallest set of types whose weights sum to a value."""
    fitting = [mask for mask, total in enumerate(sums) if total == value]
    return min(fitting, key=lambda mask: (mask.bit_count(), mask))


def _basis(values: list[int], search: bool) -> list[int] | None:
    """Return at most four integers whose sums hold all values, or None if none were found.

    Up to four values are their own basis, and 16 neighbouring integers around zero are the sums of
    1, 2, 4 and 8 with signs. For anything else there is a search, which for random sums of
    four integers finds four in more than nine of ten cases.
    """
    if any(abs(value) > 4 * LIMITS.weight for value in values):
        return None
    if len(values) <= 4:
        return values if all(abs(value) <= LIMITS.weight for value in values) else None
    low, high = min(*values, 0), max(*values, 0)
    if high - low <= 15:
        return [-(1 << bit) if -low >> bit & 1 else 1 << bit for bit in range(4)]
    return _search([], {0}, sorted(values, key=abs)) if search else None


def _search(basis: list[int], sums: set[int], values: list[int]) -> list[int] | None:
    """Add to a basis each number that makes a sum of a value which is none yet.

    The first two numbers may be for any value, the last two are for the smallest: that takes 30 ms
    where there is nothing to find, and without the limit minutes.
    """
    missing = [value for value in values if value not in sums]
    if not missing:
        return basis
    if len(basis) == 4:
        return None
    for value in missing if len(basis) < 2 else missing[:1]:
        for known in sorted(sums, key=abs):
            new = value - known
            if abs(new) <= LIMITS.weight:
                found = _search([*basis, new], sums | {total + new for total in sums}, values)
                if found is not None:
                    return found
    return None
