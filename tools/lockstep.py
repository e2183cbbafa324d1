"""The RTL and the golden model on one network, in lockstep, and the first place where they part.

Everything that both show is compared in every tick: each neuron's potential and spike, the packets
that leave, and the counters of packets that were dropped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import Network, Simulator, Trace, make_packets
from spikewright.tools.difference import Difference, Judge
from spikewright.tools.engine import program
from spikewright.verif.chip_model import ChipModel
from spikewright.verif.chip_packets import packets_from_spikes
from spikewright.verif.chip_run import ChipRun
from spikewright.verif.errors import ToolError

__all__ = ["Lockstep", "Span"]


@dataclass(frozen=True, kw_only=True)
class Span:
    """Ticks that were run on both.

    Members
    -------
    first_tick : int
    golden : Trace
    rtl : ChipRun or None
        None where the RTL broke one of its own rules, and its tick was broken off.
    difference : Difference or None
        The first in these ticks.
    rtl_seconds, golden_seconds : float
        Of one processor, whatever else it had to do.
    """

    first_tick: int
    golden: Trace
    rtl: ChipRun | None
    difference: Difference | None
    rtl_seconds: float
    golden_seconds: float


class Lockstep:
    """A network on both engines, before its first tick.

    Parameters
    ----------
    network : Network
    make_chip : callable
        Returns a new chip for the network's architecture and its `attached` sides.
    spikes : ndarray of SPIKE, optional
        The golden model sees them on the axons themselves; the RTL gets a packet for each, over the
        west edge, in the tick before.
    packets : ndarray of PACKET, optional
    """

    def __init__(
        self,
        network: Network,
        make_chip: Callable[[], ChipModel],
        *,
        spikes: NDArray[np.void] | None = None,
        packets: NDArray[np.void] | None = None,
    ) -> None:
        self.network = network
        self._make_chip = make_chip
        self._spikes = spikes
        self._packets = make_packets() if packets is None else packets
        fed = self._packets
        if spikes is not None:
            fed = np.concatenate([fed, packets_from_spikes(spikes, network.architecture)])
        self._fed = fed[np.argsort(fed["tick"], kind="stable")]
        self._begin()

    def _begin(self) -> None:
        self._golden = Simulator(self.network)
        if self._spikes is not None:
            self._golden.inject(self._spikes)
        self._golden.inject_packets(self._packets)
        self._judge = Judge(self.network)
        self._chip = self._make_chip()
        program(self._chip, self.network)

    def close(self) -> None:
        """Free the chip."""
        self._chip.close()

    def spans(self, ticks: int, chunk: int) -> Iterator[Span]:
        """Run ticks in chunks, up to the one with the first difference.

        Parameters
        ----------
        ticks : int
            Where to stop; the first tick is tick 0.
        chunk : int
            Ticks in one call of the compiled model.
        """
        while self._golden.tick < ticks:
            count = min(chunk, ticks - self._golden.tick)
            try:
                span = self._both(count)
            except ToolError as fault:
                if count == 1:
                    yield self._broken_off(str(fault))
                    return
                # The two may have parted before the tick that was broken off.
                self._again(self._golden.tick)
                chunk = 1
                continue
            yield span
            if span.difference is not None:
                return

    def record(self, path: Path, first: int, last: int, chunk: int) -> None:
        """Run the RTL alone and write the waveform of some ticks; whole once this is closed."""
        self._chip.trace(path, first, last)
        while self._chip.next_tick <= last:
            try:
                self._run_rtl(min(chunk, last + 1 - self._chip.next_tick))
            except ToolError:
                # It broke a rule, which may be what is to be seen.
                return

    def _both(self, count: int) -> Span:
        first = self._golden.tick
        rtl, rtl_seconds = self._run_rtl(count)
        golden, golden_seconds = self._run_golden(count)
        return Span(
            first_tick=first,
            golden=golden,
            rtl=rtl,
            difference=self._judge.first_difference(golden, rtl),
            rtl_seconds=rtl_seconds,
            golden_seconds=golden_seconds,
        )

    def _run_rtl(self, count: int) -> tuple[ChipRun, float]:
        first = self._chip.next_tick
        # A packet enters during its own tick; what comes before the first tick goes with it.
        low, high = np.searchsorted(self._fed["tick"], (first or -1, first + count))
        start = time.thread_time()
        run = self._chip.run(count, self._fed[low:high])
        return run, time.thread_time() - start

    def _run_golden(self, count: int) -> tuple[Trace, float]:
        start = time.thread_time()
        trace = self._golden.trace(count)
        return trace, time.thread_time() - start

    def _again(self, ticks: int) -> None:
        """Start anew and run the ticks that were found equal."""
        self.close()
        self._begin()
        if ticks:
            self._both(ticks)

    def _broken_off(self, fault: str) -> Span:
        tick = self._golden.tick
        golden, seconds = self._run_golden(1)
        return Span(
            first_tick=tick,
            golden=golden,
            rtl=None,
            difference=Difference(tick=tick, what="rule", rtl={"fault": fault}),
            rtl_seconds=0.0,
            golden_seconds=seconds,
        )
