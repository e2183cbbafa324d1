"""From a layer of real numbers to a population of integer neurons.

In steps of dt, an IF is v' = v + dt r I and a LIF v' = v + dt/tau (v_leak - v + r I); either fires
where v' > v_threshold, and is v_reset then. A spike brings its weight as current for one step. The
chip's potential is v divided by what a current of 1 adds, times the neuron's scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from spikewright.tools.formats.nir_code import LIMITS, Code, Wanted, exact_code
from spikewright.tools.formats.nir_errors import Errors
from spikewright.tools.formats.nir_lower import Layer
from spikewright.tools.formats.nir_nodes import Node
from spikewright.tools.formats.nir_quantise import near_code
from spikewright.tools.formats.report import Report

__all__ = ["Coder", "Population", "populate"]

Int = NDArray[np.int64]

# Kinds of neurons to remember, and searches that may find nothing, 30 ms each.
_KNOWN, _FAILURES = 10_000, 500


@dataclass(frozen=True, kw_only=True)
class Population:
    """Integer neurons and the lines that drive them; S = neurons, T = lines, E = synapses.

    Members
    -------
    name : str
    source : int
        Its number among the sources.
    taps : ndarray of int64, shape (T, 3)
        Each line: source, index and delay in ticks.
    row, tap, mask, weight : ndarray of int64, shape (E,)
        Each synapse: neuron, line, set of axon types, and the weight that they sum to. Sorted by
        neuron.
    basis : ndarray of int64, shape (S, 4)
        Weight of each neuron for each type.
    leak, threshold, reset, start : ndarray of int64, shape (S,)
    reversal : ndarray of bool, shape (S,)
    """

    name: str
    source: int
    taps: Int
    row: Int
    tap: Int
    mask: Int
    weight: Int
    basis: Int
    leak: Int
    threshold: Int
    reset: Int
    start: Int
    reversal: NDArray[np.bool_]

    @property
    def size(self) -> int:
        """How many neurons there are."""
        return len(self.leak)

    @classmethod
    def relay(cls, name: str, source: int, taps: Int) -> Population:
        """Return neurons that each fire when their line has a spike."""
        lines = np.arange(len(taps))
        one, none = np.ones(len(taps), dtype=np.int64), np.zeros(len(taps), dtype=np.int64)
        return cls(
            name=name,
            source=source,
            taps=taps,
            row=lines,
            tap=lines,
            mask=one,
            weight=one,
            basis=np.stack([one, none, none, none], axis=1),
            leak=none,
            threshold=one,
            reset=none,
            start=none,
            reversal=none.astype(np.bool_),
        )


class Coder:
    """Integers for one neuron after the other, each kind of neuron once.

    Parameters
    ----------
    approximate : bool
        Take near neurons where there are no exact ones.
    """

    def __init__(self, approximate: bool) -> None:
        self.approximate = approximate
        self._known: dict[Wanted, Code | str] = {}
        self._failures = 0

    def code(self, wanted: Wanted) -> Code | str:
        """Return an exact neuron if possible, a near one if allowed, or why there is none."""
        lines = sum(wanted.counts)
        if lines > LIMITS.axons:
            return f"inputs must be at most {LIMITS.axons}, not {lines}"
        if wanted not in self._known:
            if len(self._known) == _KNOWN:
                self._known.clear()
            self._known[wanted] = self._find(wanted)
        return self._known[wanted]

    def _find(self, wanted: Wanted) -> Code | str:
        found: Code | str = ""
        if not wanted.leaky:
            found = exact_code(wanted, search=self._failures < _FAILURES)
            self._failures += isinstance(found, str) and 4 < len(wanted.values) < 16
        if isinstance(found, str) and self.approximate:
            found = near_code(wanted)
        return found


def populate(layer: Layer, dt: Fraction, coder: Coder, report: Report) -> Population:
    """Return a layer's neurons in integers.

    Parameters
    ----------
    layer : Layer
    dt : Fraction
        Length of a tick.
    coder : Coder
    report : Report
        Takes every change, and the size of the errors.

    Raises
    ------
    FormatError
        Names the file, the node, the neuron and what does not fit.
    """
    node, signal = layer.node, layer.signal
    parameters = _parameters(node, layer.signal.shape, dt, coder.approximate)
    starts = np.searchsorted(signal.row, np.arange(signal.size + 1))
    codes, errors = list[Code](), Errors(node.name)
    mask, weight = np.zeros((2, len(signal.row)), dtype=np.int64)
    for neuron in range(signal.size):
        terms = slice(starts[neuron], starts[neuron + 1])
        values, where, counts = np.unique(
            signal.value[terms], return_inverse=True, return_counts=True
        )
        numbers = tuple(float(value[neuron]) for value in parameters.values())
        bias = float(signal.bias[neuron])
        wanted = _wanted(values, counts, bias, numbers, dt)
        code = coder.code(wanted)
        if isinstance(code, str):
            raise node.wrong(f"neuron {neuron}: {code}")
        errors.add(neuron, wanted, code)
        codes.append(code)
        place = len(code.masks) - 1 - where if wanted.flip else where
        if len(code.masks):
            mask[terms] = np.array(code.masks)[place]
            weight[terms] = code.weights()[place]
    errors.tell(report)
    return _assembled(layer, codes, mask, weight)


def _parameters(
    node: Node, shape: tuple[int, ...], dt: Fraction, approximate: bool
) -> dict[str, NDArray[np.float64]]:
    """Return a node's parameters by name, one value for each neuron."""
    names = ["r", "v_threshold", "v_reset"] + (["tau", "v_leak"] if node.kind == "LIF" else [])
    found = {
        name: node.numbers(name, shape).ravel()
        if name in node.values or name != "v_reset"
        else np.zeros(int(np.prod(shape)))
        for name in names
    }
    if node.kind == "LIF":
        if not approximate:
            raise node.wrong(
                "a LIF must be approximated: its potential decays in proportion to itself, and the "
                "chip's by a constant"
            )
        for neuron in np.flatnonzero(found["tau"] < float(dt))[:1]:
            raise node.wrong(
                f"tau must be at least a tick, dt = {float(dt):g}, not {found['tau'][neuron]:g}; "
                "dt is in the file's unit of time"
            )
    return found


def _wanted(
    values: NDArray[np.float64],
    counts: Int,
    bias: float,
    numbers: tuple[float, ...],
    dt: Fraction,
) -> Wanted:
    """Return what a neuron should be; a negative r reverses its weights."""
    r, threshold, reset = (Fraction(number) for number in numbers[:3])
    sign = (r > 0) - (r < 0)
    resistance = abs(r) if sign else Fraction(1)
    gain, rest, decay = dt * resistance, Fraction(0), Fraction(0)
    leaky = len(numbers) == 5
    if leaky:
        rate = dt / Fraction(numbers[3])
        gain = rate * resistance
        # A constant current and v_leak both shift the potential to which the neuron decays.
        rest = Fraction(numbers[4]) + r * Fraction(bias)
        # Half of what the decay takes at the threshold: nearest to all between there and rest.
        decay = rate * (threshold - rest) / gain / 2
    if sign == 0:
        values, counts = values[:0], counts[:0]
    flip = sign < 0
    return Wanted(
        values=tuple((sign * values)[::-1].tolist() if flip else values.tolist()),
        counts=tuple((counts[::-1] if flip else counts).tolist()),
        bias=Fraction(0) if leaky else sign * Fraction(bias),
        threshold=(threshold - rest) / gain,
        reset=(reset - rest) / gain,
        start=-rest / gain,
        leaky=leaky,
        decay=decay,
        gain=gain,
        rest=rest,
        flip=flip,
    )


def _assembled(layer: Layer, codes: list[Code], mask: Int, weight: Int) -> Population:
    """Return the population, without the synapses that came to nothing."""
    signal, kept = layer.signal, mask > 0
    lines = np.stack([signal.source, signal.index, signal.delay], axis=1)[kept]
    taps, tap = np.unique(lines, axis=0, return_inverse=True)
    fields = {
        name: np.array([getattr(code, name) for code in codes], dtype=np.int64)
        for name in ("leak", "threshold", "reset", "start")
    }
    return Population(
        name=layer.node.name,
        source=layer.source,
        taps=taps,
        row=signal.row[kept],
        tap=tap.ravel(),
        mask=mask[kept],
        weight=weight[kept],
        basis=np.array([code.basis for code in codes], dtype=np.int64),
        reversal=np.array([code.reversal for code in codes], dtype=np.bool_),
        **fields,
    )
