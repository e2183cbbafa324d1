"""Digits on the RTL and on the golden model in lockstep, on two processors."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import Network, make_packets
from spikewright.tools import digits
from spikewright.tools.difference import Difference
from spikewright.tools.lockstep import Lockstep, Span
from spikewright.tools.ticklog import TickLog
from spikewright.verif.chip_model import ChipModel

__all__ = ["DigitsRun", "Fault", "classify"]

# The compiled model leaves Python alone while it runs, so that threads do for two processors.
LANES = 2
# Digits in one call of the compiled model: rarely enough to be cheap, often enough to interrupt.
CHUNK = 5

Whole = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A difference, and the packets with which `spikewright compare` finds it again."""

    difference: Difference
    packets: NDArray[np.void]


@dataclass(frozen=True, kw_only=True)
class DigitsRun:
    """What a run showed; n = digits.

    Members
    -------
    rtl_votes, golden_votes : ndarray of int64, shape (n, 10)
    log : TickLog
        Of all ticks, digit after digit, eight a digit.
    spikes : ndarray of bool, shape (T, C, N)
        Of the RTL, in the ticks of the first digits only.
    fault : Fault or None
        Where the two differ; the rest is of no use then.
    """

    rtl_votes: Whole
    golden_votes: Whole
    log: TickLog
    spikes: NDArray[np.bool_]
    fault: Fault | None


class _Lane:
    """Some of the digits, one after the other, on a chip and a golden model of their own.

    That is as good as all of them in one row: a digit leaves no trace in the network (see
    `digits`), and both engines start from the same state in every lane.
    """

    def __init__(self, images: Whole, keep: int) -> None:
        self.images = images
        self.keep = keep * digits.TICKS_PER_DIGIT
        self.packets = digits.encode(images)
        self.difference: Difference | None = None
        self.spikes: list[NDArray[np.bool_]] = []
        self._rtl_outputs = [make_packets()]
        self._golden_outputs = [make_packets()]

    def run(
        self,
        network: Network,
        make_chip: Callable[[], ChipModel],
        advance: Callable[[int], None],
        stop: threading.Event,
    ) -> TickLog:
        """Run all digits, or up to a difference, or until told to stop."""
        log = TickLog(network.architecture.neurons)
        with closing(Lockstep(network, make_chip, packets=self.packets)) as both:
            ticks = len(self.images) * digits.TICKS_PER_DIGIT
            for span in both.spans(ticks, CHUNK * digits.TICKS_PER_DIGIT):
                log.add(span)
                self._take(span)
                if span.difference is not None:
                    self.difference = span.difference
                    stop.set()
                if stop.is_set():
                    break
                advance(len(span.golden.late) // digits.TICKS_PER_DIGIT)
        return log

    def _take(self, span: Span) -> None:
        self._golden_outputs.append(span.golden.outputs)
        if span.rtl is not None:
            self._rtl_outputs.append(span.rtl.outputs)
            if span.first_tick < self.keep:
                self.spikes.append(span.rtl.spikes[: self.keep - span.first_tick])

    def votes(self) -> tuple[Whole, Whole]:
        """Return the votes of the RTL and of the golden model."""
        rtl, golden = (
            digits.votes(np.concatenate(outputs), len(self.images))
            for outputs in (self._rtl_outputs, self._golden_outputs)
        )
        return rtl, golden


def classify(
    network: Network,
    make_chip: Callable[[], ChipModel],
    images: Whole,
    *,
    keep: int,
    advance: Callable[[int], None],
) -> DigitsRun:
    """Show images to both engines and compare them in every tick.

    Parameters
    ----------
    network : Network
        As `digits.build_network` makes it.
    make_chip : callable
        Returns a new chip for the network; called in several threads.
    images : ndarray of int64, shape (n, 64)
    keep : int
        How many of the first digits' spikes to return.
    advance : callable
        Told the number of digits done since the last call.
    """
    count = len(images)
    keep = min(keep, count)
    # The first lane holds the digits whose spikes are kept.
    bounds = np.linspace(0, count, min(LANES, count // keep) + 1).round().astype(int)
    lanes = [
        _Lane(images[first:end], keep if first == 0 else 0)
        for first, end in pairwise(bounds.tolist())
    ]
    logs = _run_all(lanes, network, make_chip, advance)
    fault = next(
        (Fault(difference=x.difference, packets=x.packets) for x in lanes if x.difference), None
    )
    log = TickLog(network.architecture.neurons)
    for part in logs:
        log.extend(part)
    votes = [lane.votes() for lane in lanes]
    return DigitsRun(
        rtl_votes=np.concatenate([rtl for rtl, _ in votes]),
        golden_votes=np.concatenate([golden for _, golden in votes]),
        log=log,
        spikes=np.concatenate([_no_spikes(network), *lanes[0].spikes]),
        fault=fault,
    )


def _no_spikes(network: Network) -> NDArray[np.bool_]:
    return np.zeros((0, *network.delay.shape), dtype=np.bool_)


def _run_all(
    lanes: list[_Lane],
    network: Network,
    make_chip: Callable[[], ChipModel],
    advance: Callable[[int], None],
) -> list[TickLog]:
    """Run the lanes side by side; an exception or an interrupt ends all of them soon."""
    stop, guard = threading.Event(), threading.Lock()

    def count(done: int) -> None:
        with guard:
            advance(done)

    with ThreadPoolExecutor(len(lanes)) as pool:
        futures = [pool.submit(lane.run, network, make_chip, count, stop) for lane in lanes]
        try:
            for future in as_completed(futures):
                future.result()
        finally:
            # Harmless when all are done.
            stop.set()
    return [future.result() for future in futures]
