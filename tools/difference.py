"""Where the RTL and the golden model part: the first tick, core and neuron, and both values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import Network, Trace
from spikewright.verif.chip_run import ChipRun

__all__ = ["COUNTER_LIMIT", "Difference", "Judge"]

COUNTER_LIMIT = 65535
"""The hardware's counters stop here: what is dropped beyond that cannot be compared."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One place where the two differ.

    Members
    -------
    tick : int
    what : str
        "neuron", "late" or "off_mesh" (packets dropped), "packets" (that left), "error counter", or
        "rule", where the RTL broke a rule of its own.
    core : tuple of int, or None
        (x, y) of a neuron or of a core's counter.
    neuron : int or None
    rtl, golden : dict
        Both values by name.
    also : tuple of str
        What else differs in the same tick.
    """

    tick: int
    what: str
    core: tuple[int, int] | None = None
    neuron: int | None = None
    rtl: dict[str, Any] = field(default_factory=dict)
    golden: dict[str, Any] = field(default_factory=dict)
    also: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Tick, core and neuron in words."""
        words = [f"tick {self.tick}"]
        if self.core is not None:
            words.append(f"core ({self.core[0]}, {self.core[1]})")
        if self.neuron is not None:
            words.append(f"neuron {self.neuron}")
        return ", ".join(words)

    def sentence(self) -> str:
        """Return the place and both values in one line."""
        if self.what == "rule":
            return f"{self.place}: {self.rtl['fault']}"
        return f"{self.place}: RTL {_words(self.rtl)}; golden {_words(self.golden)}"

    def to_dict(self) -> dict[str, Any]:
        """Return the members by name."""
        return asdict(self)


def _words(values: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())


class Judge:
    """Holds a run of the RTL against the golden model's, chunk after chunk from tick 0.

    Parameters
    ----------
    network : Network
    """

    def __init__(self, network: Network) -> None:
        self._width = network.architecture.width
        # What the golden model has dropped so far: per core as late, and off the mesh.
        self._dropped = np.zeros(network.architecture.cores + 1, dtype=np.int64)

    def first_difference(self, golden: Trace, rtl: ChipRun) -> Difference | None:
        """Compare the same ticks of both; returns the first difference."""
        found = [
            *self._neurons(golden, rtl),
            *self._counters(golden, rtl),
            *_packets(golden, rtl),
            *self._errors(rtl),
        ]
        if not found:
            return None
        first = min(difference.tick for difference in found)
        # In one tick a neuron says most: it comes first, and so it is the one that is kept.
        here = [difference for difference in found if difference.tick == first]
        others = tuple(f"{other.what} of {other.sentence()}" for other in here[1:])
        return replace(here[0], also=here[0].also + others)

    def _place(self, core: int) -> tuple[int, int]:
        return core % self._width, core // self._width

    def _neurons(self, golden: Trace, rtl: ChipRun) -> Iterator[Difference]:
        assert golden.potentials is not None
        assert rtl.potentials is not None
        wrong = (golden.potentials != rtl.potentials) | (golden.spikes != rtl.spikes)
        if not wrong.any():
            return
        place = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
        row, core, neuron = (int(index) for index in place)
        more = int(wrong[row].sum()) - 1
        rest = "and 1 more neuron" if more == 1 else f"and {more} more neurons"
        yield Difference(
            tick=rtl.first_tick + row,
            what="neuron",
            core=self._place(core),
            neuron=neuron,
            rtl=_state(rtl.potentials, rtl.spikes, row, core, neuron),
            golden=_state(golden.potentials, golden.spikes, row, core, neuron),
            also=(rest,) if more else (),
        )

    def _counters(self, golden: Trace, rtl: ChipRun) -> Iterator[Difference]:
        """Compare the dropped packets as long as the hardware can still count them."""
        model = np.column_stack([golden.late, golden.off_mesh])
        chip = np.column_stack([rtl.late, rtl.off_mesh])
        total = self._dropped + np.cumsum(model, axis=0)
        self._dropped = total[-1]
        wrong = (model != chip) & (total <= COUNTER_LIMIT)
        last = model.shape[1] - 1
        for row in np.flatnonzero(wrong.any(axis=1))[:1]:
            for column in np.flatnonzero(wrong[row]):
                what = "off_mesh" if column == last else "late"
                yield Difference(
                    tick=rtl.first_tick + int(row),
                    what=what,
                    core=None if column == last else self._place(int(column)),
                    rtl={what: int(chip[row, column])},
                    golden={what: int(model[row, column])},
                )

    def _errors(self, rtl: ChipRun) -> Iterator[Difference]:
        """No tick is started before its time, and none is programmed into: both stay at zero."""
        for name, counters in (("overrun", rtl.overrun), ("refused", rtl.refused)):
            for core in np.flatnonzero(counters)[:1]:
                yield Difference(
                    tick=rtl.first_tick + len(rtl.cycles) - 1,
                    what="error counter",
                    core=self._place(int(core)),
                    rtl={name: int(counters[core])},
                    golden={name: 0},
                )


def _state(
    potentials: NDArray[np.int32], spikes: NDArray[np.bool_], row: int, core: int, neuron: int
) -> dict[str, Any]:
    return {
        "potential": int(potentials[row, core, neuron]),
        "spike": int(spikes[row, core, neuron]),
    }


def _packets(golden: Trace, rtl: ChipRun) -> Iterator[Difference]:
    """Compare the packets that left, each tick as a set with repetitions."""
    if np.array_equal(np.sort(golden.outputs), rtl.outputs):
        return
    model, chip = Counter(golden.outputs.tolist()), Counter(rtl.outputs.tolist())
    missing, extra = model - chip, chip - model
    first = min(missing | extra)
    names = golden.outputs.dtype.names or ()
    packet = " ".join(f"{name} {value}" for name, value in zip(names, first, strict=True))
    yield Difference(
        # What leaves before the first tick belongs to it.
        tick=max(first[0], rtl.first_tick),
        what="packets",
        rtl={f"packets ({packet})": chip[first]},
        golden={f"packets ({packet})": model[first]},
    )
