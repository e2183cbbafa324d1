"""Which part of a recording a plot shows: its ticks, cores and neurons, and how they are counted.

A full chip fires twenty million times in a second. A plot has a thousand columns, so spikes are
counted in bins of ticks, one bin after the other.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import Architecture, Recording
from spikewright.tools.errors import UserError

__all__ = ["Window", "bins", "cut", "parse_cores", "parse_neurons", "parse_ticks", "per_bin"]

Int = NDArray[np.int64]


class Window:
    """A recording's ticks from ``first`` to before ``end``.

    Parameters
    ----------
    recording : Recording
        Of at least one tick.
    name : str
        What titles call it.
    ticks : (int, int), optional
        First tick, and the one after the last; by default all.
    cores : ndarray of int64, optional
        By default all, ascending.
    neurons : ndarray of int64, optional
        core * N + neuron of single neurons, instead of whole cores.

    Members
    -------
    whole : bool
        Whether all ticks of the recording are in the window.
    recording : Recording
        Of these ticks only.
    """

    def __init__(
        self,
        recording: Recording,
        name: str,
        *,
        ticks: tuple[int, int] | None = None,
        cores: Int | None = None,
        neurons: Int | None = None,
    ) -> None:
        start = recording.first_tick
        self.first, self.end = ticks or (start, start + recording.ticks)
        self.whole = self.end - self.first == recording.ticks
        self.recording = recording if self.whole else cut(recording, self.first, self.end)
        self.name = name
        self.architecture = recording.architecture
        self.cores = np.arange(self.architecture.cores) if cores is None else cores
        self.neurons = neurons

    @property
    def ticks(self) -> int:
        """How many ticks are shown."""
        return self.end - self.first

    def span(self) -> str:
        """Return the ticks in words."""
        return (
            f"ticks {self.first:,} to {self.end - 1:,}"
            if self.ticks > 1
            else f"tick {self.first:,}"
        )

    def place(self, core: int) -> str:
        """Return a core as people write it."""
        return f"({core % self.architecture.width}, {core // self.architecture.width})"


def cut(recording: Recording, first: int, end: int) -> Recording:
    """Return some ticks of a recording, without the sums over ticks that it has for each core."""
    a, b = first - recording.first_tick, end - recording.first_tick
    offsets = np.concatenate([[0], np.cumsum(recording.spikes_per_tick)])
    events = recording.synaptic_events_per_tick
    ticks = recording.outputs["tick"]
    return replace(
        recording,
        first_tick=first,
        spikes_per_tick=recording.spikes_per_tick[a:b],
        spike_index=recording.spike_index[offsets[a] : offsets[b]],
        synaptic_events_per_tick=None if events is None else events[a:b],
        synaptic_events_per_core=None,
        late_per_tick=recording.late_per_tick[a:b],
        late_per_core=np.zeros_like(recording.late_per_core),
        off_mesh=recording.off_mesh[a:b],
        outputs=recording.outputs[(ticks >= first) & (ticks < end)],
        potentials=recording.potentials[a:b],
    )


def bins(ticks: int, limit: int) -> Int:
    """Return where bins of equal ticks begin, and where the last one ends: at most ``limit``."""
    width = -(-ticks // limit)
    return np.append(np.arange(0, ticks, width), ticks)


def per_bin(recording: Recording, rows: NDArray[np.int32], count: int, edges: Int) -> Int:
    """Count spikes by row and bin.

    Parameters
    ----------
    recording : Recording
    rows : ndarray of int32, shape (C * N,)
        Row of each neuron, -1 for none.
    count : int
        How many rows there are.
    edges : ndarray of int64, shape (B + 1,)
        Bins, counted from the recording's first tick.

    Returns
    -------
    ndarray of int64, shape (count, B)
    """
    offsets = np.concatenate([[0], np.cumsum(recording.spikes_per_tick)])[edges]
    counted = np.empty((len(edges) - 1, count), dtype=np.int64)
    for number, (start, end) in enumerate(itertools.pairwise(offsets)):
        found = rows[recording.spike_index[start:end]]
        counted[number] = np.bincount(found[found >= 0], minlength=count)
    return counted.T


# What the command line says --------------------------------------------------------------------


def parse_ticks(text: str | None, recording: Recording) -> tuple[int, int] | None:
    """Return the ticks that ``A:B`` names, A and B each by default the recording's own."""
    if text is None:
        return None
    low, high = recording.first_tick, recording.first_tick + recording.ticks
    match = re.fullmatch(r"(\d{0,18}):(\d{0,18})", text)
    if match is None:
        raise UserError(
            "--ticks must be A:B, the first tick and the one after the last, such as 100:200, "
            f"not {text!r}."
        )
    first, end = int(match[1] or low), int(match[2] or high)
    if not low <= first < end <= high:
        raise UserError(
            f"--ticks must name at least one tick of the recording's {low}:{high}, not {text!r}."
        )
    return first, end


def parse_cores(texts: Sequence[str], architecture: Architecture) -> Int | None:
    """Return the cores that texts ``x,y`` name, ascending; each part a number or a range A:B."""
    found = _parse("--cores", texts, ("x", "y"), (architecture.width, architecture.height))
    return None if found is None else np.unique(found[0] + architecture.width * found[1])


def parse_neurons(texts: Sequence[str], architecture: Architecture) -> Int | None:
    """Return the neurons that texts ``x,y,n`` name, as core * N + neuron, ascending."""
    limits = (architecture.width, architecture.height, architecture.neurons)
    found = _parse("--neurons", texts, ("x", "y", "n"), limits)
    if found is None:
        return None
    return np.unique((found[0] + architecture.width * found[1]) * architecture.neurons + found[2])


def _parse(
    option: str, texts: Sequence[str], names: tuple[str, ...], limits: tuple[int, ...]
) -> Int | None:
    """Return one row for each name, and a column for each place that the texts name."""
    places = []
    for text in (part for entry in texts for part in entry.split()):
        parts = text.split(",")
        if len(parts) != len(names) or not all(
            re.fullmatch(r"\d{1,9}|\d{0,9}:\d{0,9}", part) for part in parts
        ):
            such = ",".join("0" for _ in names[1:])
            raise UserError(
                f"{option} must be {','.join(names)}, each a number or a range A:B without B, "
                f"such as {such},5 or {such},0:4, not {text!r}."
            )
        ranges = [
            _range(option, name, part, limit)
            for name, part, limit in zip(names, parts, limits, strict=True)
        ]
        grid = np.meshgrid(*ranges, indexing="ij")
        places.append(np.stack([axis.reshape(-1) for axis in grid]))
    return np.concatenate(places, axis=1) if places else None


def _range(option: str, name: str, text: str, limit: int) -> Int:
    """Return the numbers of ``7``, ``2:5``, ``:5``, ``2:`` or ``:``."""
    low, colon, high = text.partition(":")
    first = int(low or 0)
    end = int(high or limit) if colon else first + 1
    if not first < end <= limit:
        raise UserError(
            f"{option} must name places of the chip, where {name} is in 0..{limit - 1}, not {text}."
        )
    return np.arange(first, end)
