"""How far the neurons of a node are from what they should be."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import isclose

from spikewright.tools.formats.nir_code import Code, Wanted
from spikewright.tools.formats.report import Report

__all__ = ["Errors"]


@dataclass(frozen=True)
class _Unit:
    """How a value was in the file: ``gain`` times it, plus ``rest``."""

    gain: Fraction | int
    rest: Fraction | int = 0

    def text(self, value: Fraction) -> str:
        """Return the value as it was in the file."""
        return f"{float(value * self.gain + self.rest):g}"


@dataclass
class _Field:
    """The differences of one field over a node.

    Members
    -------
    rule, unit : str
        What its values had to be, and of what its errors are parts.
    seen, changed : int
    largest, total : float
        The largest error, and their sum.
    first : tuple of str
        Place, value before and value after of the first difference.
    """

    rule: str
    unit: str
    seen: int = 0
    changed: int = 0
    largest: float = 0.0
    total: float = 0.0
    first: tuple[str, str, str] | None = None

    def add(
        self, place: str, values: tuple[Fraction, Fraction], unit: _Unit, part: Fraction, count: int
    ) -> None:
        """Count ``count`` values that all are the first and became the second."""
        self.seen += count
        was, now = values
        # Closer than a division of floats is the same.
        if not isclose(was, now, rel_tol=1e-12):
            words = (place, unit.text(was), unit.text(now))
            self.differ(words, float(abs(now - was) / (part or 1)), count)

    def differ(self, words: tuple[str, str, str], error: float, count: int) -> None:
        """Count a difference; ``error`` is in parts of the unit."""
        self.changed += count
        self.largest = max(self.largest, error)
        self.total += error * count
        self.first = self.first or words


def _fields() -> dict[str, _Field]:
    integer = "must be, with the factor of the neuron's weights, an integer"
    return {
        "weights": _Field(
            "weights must be, with one factor, sums of four integers in -255..255",
            "of their neuron's largest",
        ),
        "bias": _Field(f"a bias {integer} in -255..255", "of the threshold"),
        "v_threshold": _Field(f"a threshold {integer}", "of itself"),
        "v_reset": _Field(f"a reset {integer}", "of the threshold"),
        "start": _Field(f"a first potential {integer}", "of the threshold"),
        "decay": _Field(
            "a decay must be a constant on the way to rest, not a part of the potential",
            "of the threshold in a tick",
        ),
    }


@dataclass
class Errors:
    """The differences of all neurons of a node.

    Members
    -------
    name : str
        Of the node.
    """

    name: str
    fields: dict[str, _Field] = field(default_factory=_fields)

    def add(self, neuron: int, wanted: Wanted, code: Code) -> None:
        """Count what one neuron became."""
        if code.exact:
            self.fields["weights"].seen += sum(wanted.counts)
            for name in ("bias", "v_threshold", "v_reset", "start", "decay"):
                self.fields[name].seen += 1
            return
        place = f"node {self.name!r} neuron {neuron}"
        largest = Fraction(max((abs(value) for value in wanted.values), default=0.0))
        current, potential = _Unit(-1 if wanted.flip else 1), _Unit(wanted.gain, wanted.rest)
        for value, weight, count in zip(
            wanted.values, code.weights().tolist(), wanted.counts, strict=True
        ):
            pair = (Fraction(value), weight / code.scale)
            self.fields["weights"].add(place, pair, current, largest, count)
        real = {
            "bias": (wanted.bias, code.leak),
            "v_reset": (wanted.reset, code.reset),
            "start": (wanted.start, code.start),
            # Where potentials are no integers, it lies up to one step too high.
            "v_threshold": (wanted.threshold, code.threshold),
        }
        if wanted.leaky:
            del real["bias"]
            constant = -code.leak / code.scale
            worst = max(constant, 2 * wanted.decay - constant) / (wanted.threshold or 1)
            self.fields["decay"].seen += 1
            self.fields["decay"].differ((place, "proportional", "constant"), float(worst), 1)
        for name, (was, integer) in real.items():
            unit = current if name == "bias" else potential
            pair = (was, integer / code.scale)
            self.fields[name].add(place, pair, unit, wanted.threshold, 1)

    def tell(self, report: Report) -> None:
        """Report every kind of change, and how large the errors are."""
        texts = []
        for name, found in self.fields.items():
            if found.first is None:
                continue
            place, was, now = found.first
            report.change(place, found.rule, was, now, found.changed)
            texts.append(
                f"{name} by at most {found.largest:.3g} and on average "
                f"{found.total / found.seen:.3g} {found.unit}"
            )
        if texts:
            report.notes.append(f"node {self.name!r} differs: {'; '.join(texts)}.")
