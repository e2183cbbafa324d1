"""Figures of a run, tick by tick, and the cycles of a tick against their formula.

A core with N neurons and E active synaptic events takes N + E cycles and a small constant. All
cores start a tick together, so the chip's tick is that of its slowest core: the constant is
measured as the cycles until no core is busy, less N + E of the core with most events.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikewright.tools.lockstep import Span

__all__ = ["CycleFit", "TickLog"]

Whole = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class CycleFit:
    """Measured cycles of a tick against N + E.

    Members
    -------
    neurons : int
        N.
    measured : float
        Mean cycles of a tick, from its start until no core is busy.
    formula : float
        Mean of N + E, E of the core with most events.
    lowest, mean, highest : float
        The constant: what is measured above the formula.
    drain : float
        Mean cycles from then on until the last packet has arrived.
    """

    neurons: int
    measured: float
    formula: float
    lowest: int
    mean: float
    highest: int
    drain: float

    def sentence(self) -> str:
        """Return the comparison in one line."""
        constant = f"{self.lowest}..{self.highest}"
        if self.lowest == self.highest:
            constant = f"exactly {self.lowest}"
        return (
            f"{self.measured:,.1f} cycles a tick; N + E = {self.formula:,.1f} with N = "
            f"{self.neurons}; constant {self.mean:.2f} on average, {constant}"
        )


class TickLog:
    """Collects the figures of spans, in the order of their ticks.

    Parameters
    ----------
    neurons : int
        Of a core.

    Members
    -------
    rtl_seconds, golden_seconds : float
        Of one processor, for each engine.
    """

    def __init__(self, neurons: int) -> None:
        self.neurons = neurons
        self.rtl_seconds = self.golden_seconds = 0.0
        self._parts: list[dict[str, Whole]] = []

    def __len__(self) -> int:
        return sum(len(part["spikes"]) for part in self._parts)

    def add(self, span: Span) -> None:
        """Append the ticks of a span; those after its first difference are left out."""
        golden, rtl = span.golden, span.rtl
        count = len(golden.late)
        if span.difference is not None:
            count = span.difference.tick - span.first_tick + 1
        none = np.full(count, -1, dtype=np.int64)
        # What leaves before the first tick belongs to it.
        left = np.clip(golden.outputs["tick"] - span.first_tick, 0, None)
        part = {
            "spikes": golden.spikes.sum(axis=(1, 2)),
            "events": golden.synaptic_events.sum(axis=1),
            "busiest": golden.synaptic_events.max(axis=1),
            "packets": np.bincount(left, minlength=count),
            "late": golden.late.sum(axis=1),
            "off_mesh": golden.off_mesh,
            "busy_cycles": none if rtl is None else rtl.busy_cycles,
            "cycles": none if rtl is None else rtl.cycles,
        }
        self._parts.append({name: values[:count] for name, values in part.items()})
        self.rtl_seconds += span.rtl_seconds
        self.golden_seconds += span.golden_seconds

    def extend(self, other: TickLog) -> None:
        """Append the ticks of another run."""
        self._parts += other._parts
        self.rtl_seconds += other.rtl_seconds
        self.golden_seconds += other.golden_seconds

    def columns(self) -> dict[str, Whole]:
        """Return the figures by name, one value a tick.

        `spikes` and synaptic `events` of all cores together, events of the `busiest` core,
        `packets` that left over an attached side, `late` and `off_mesh` packets that were dropped,
        all as the golden model has them; `busy_cycles` until no core is busy and `cycles` until
        nothing is under way, of the RTL, and -1 where it broke off.
        """
        names = self._parts[0] if self._parts else {}
        return {name: np.concatenate([part[name] for part in self._parts]) for name in names}

    def fit(self) -> CycleFit | None:
        """Hold the measured cycles against the formula; None without a whole tick of the RTL."""
        columns = self.columns()
        whole = columns["cycles"] >= 0
        if not whole.any():
            return None
        busy, cycles = columns["busy_cycles"][whole], columns["cycles"][whole]
        formula = self.neurons + columns["busiest"][whole]
        constant = busy - formula
        return CycleFit(
            neurons=self.neurons,
            measured=float(busy.mean()),
            formula=float(formula.mean()),
            lowest=int(constant.min()),
            mean=float(constant.mean()),
            highest=int(constant.max()),
            drain=float((cycles - busy).mean()),
        )

    def speeds(self) -> dict[str, float]:
        """Return ticks per second of processor time, of each engine."""
        seconds = {"rtl": self.rtl_seconds, "golden": self.golden_seconds}
        return {name: len(self) / took for name, took in seconds.items() if took}
