"""Digits as frames: all of them in one call of the golden model, and how many a second."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import EngineError, Network, simulate_batch
from spikewright.golden.engines import require
from spikewright.tools import digits

__all__ = ["TICKS", "DigitsBatch", "classify_frames"]

TICKS = digits.TICKS_PER_DIGIT
REPEATS = 3


@dataclass(frozen=True, kw_only=True)
class DigitsBatch:
    """What the batch showed; n = digits.

    Members
    -------
    engine : str
    votes : ndarray of int64, shape (n, 10)
    frames_per_second : float
        Of the wall clock, all processors together; the median of three.
    """

    engine: str
    votes: NDArray[np.int64]
    frames_per_second: float


def classify_frames(network: Network, images: NDArray[np.int64]) -> DigitsBatch:
    """Show each image to the network in its initial state.

    Parameters
    ----------
    network : Network
        As `digits.build_network` makes it.
    images : ndarray of int64, shape (n, 64)
    """
    try:
        require("numba")
        engine = "numba"
    except EngineError:
        engine = "numpy"
    frames = [digits.encode(image[None]) for image in images]
    none = [None] * len(frames)
    # The first call compiles, where nobody has done it before.
    simulate_batch(network, none[:1], TICKS, packets=frames[:1], engine=engine)
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        batch = simulate_batch(network, none, TICKS, packets=frames, engine=engine)
        seconds.append(time.perf_counter() - start)
    votes = np.zeros((len(frames), digits.CLASSES), dtype=np.int64)
    east = batch.outputs["side"] == "east"
    classes = batch.outputs["axon"] % digits.CLASSES
    np.add.at(votes, (batch.output_frames()[east], classes[east]), 1)
    return DigitsBatch(engine=engine, votes=votes, frames_per_second=len(frames) / median(seconds))
