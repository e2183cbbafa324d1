r"""The demonstration's network: handwritten digits on four cores, spikes in and spikes out.

Everything about it is here except how the weights came to be, which is in `digits_train`.

::

    west edge, row 1 -> core (0, 1) hidden --> core (1, 1) output -> east edge, row 1
                                          \ /
                                          / \
    west edge, row 0 -> core (0, 0) hidden --> core (1, 0) output -> east edge, row 0

**Weights** are -1, 0 or +1. Even axons are of type 0, with weight +1, and odd axons of type 1, with
weight -1, so that a synapse bit switches one trinary weight on. An input feature has an axon of
each kind. A hidden neuron has one destination, so it is either excitatory (even axon) or inhibitory
(odd axon) for all the neurons that listen to it.

**Code.** A pixel of 0..16 has two features. In each of the first four ticks of its digit a feature
spikes if the pixel reaches a level, and the levels fall from tick to tick: the darker the pixel,
the earlier and the oftener it spikes. Both hidden cores see the same spikes.

**Answer.** Neuron n of an output core votes for class n % 10, and its spikes leave over the east
edge with axon n. The class with most votes wins; of several, the lowest.

**Clean state.** One digit never sees the one before it. Every neuron has alpha = beta = 8, R = 0,
kappa = 1 and a leak of 2 towards zero that stops there, so -8 <= V < 8 after each tick, and V = 0
after four ticks without input; nor can a neuron fire without input, as its potential only shrinks.
Of a digit's eight ticks the hidden neurons have input in 0..3 and rest in 4..7; the output neurons
have input in 1..4 and rest in 5..8, where 8 is the next digit's tick 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import PACKET, Architecture, Network, Trace
from spikewright.golden.archive import Archive

__all__ = [
    "CLASSES",
    "LEVELS",
    "TICKS_PER_DIGIT",
    "DigitsError",
    "Split",
    "Weights",
    "build_network",
    "decode",
    "encode",
    "features",
    "load_split",
    "load_weights",
    "rtl_cycles",
    "votes",
]

CLASSES = 10
LEVELS = ((15, 16), (11, 12), (7, 8), (3, 4))
"""What a pixel must reach for its two features to spike, tick by tick."""
TICKS_PER_DIGIT = 8
THRESHOLD, LEAK = 8, 2

HELD_OUT_PER_CLASS = 50
ROWS = 2  # one hidden core and one output core in each
PIXELS, FEATURES = 64, 128
UNITS = 256  # hidden neurons of a core, and axons of an output core
VOTERS = 250  # of an output core's 256 neurons, the largest multiple of ten
SIGNS = np.where(np.arange(UNITS) % 2, -1, 1).astype(np.int8)  # of a core's axons

DATA = Path(__file__).with_name("digits.npz")
FORMAT, VERSION = "spikewright-digits", 1


class DigitsError(ValueError):
    """A file that holds no weights for this network, or images that it cannot see."""


@dataclass(frozen=True, kw_only=True)
class Split:
    """The data set in two parts that share no image.

    Members
    -------
    train, held_out : ndarray of int64
        Places in scikit-learn's order, ascending.
    images : ndarray of int64, shape (1797, 64)
        Pixels 0..16, row by row.
    labels : ndarray of int64, shape (1797,)
    """

    train: NDArray[np.int64]
    held_out: NDArray[np.int64]
    images: NDArray[np.int64]
    labels: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Weights:
    """What was trained.

    Members
    -------
    hidden : ndarray of int8, shape (2, 256, 128)
        ``hidden[row, unit, feature]``: -1, 0 or +1, for the hidden neuron that drives axon ``unit``
        of the output core in ``row``.
    output : ndarray of int8, shape (2, 250, 256)
        ``output[row, voter, unit]``: 0 or +1 for even units, 0 or -1 for odd ones.
    command : str
        What made them.
    """

    hidden: NDArray[np.int8]
    output: NDArray[np.int8]
    command: str


def load_split() -> Split:
    """Return the data set, 1,297 images to train with and 500 held out, 50 of each class.

    Of each class those are held out that a fixed bit stream draws; `digits_train` never looks at
    them, neither to train nor to choose a setting.
    """
    from sklearn.datasets import load_digits

    data = load_digits()
    labels = data.target.astype(np.int64)
    # numpy promises that a bit generator's raw output stays as it is, and scikit-learn nothing.
    rank = np.random.PCG64(1797).random_raw(len(labels))
    chosen = [
        members[np.argsort(rank[members])[:HELD_OUT_PER_CLASS]]
        for members in (np.flatnonzero(labels == name) for name in range(CLASSES))
    ]
    held_out = np.sort(np.concatenate(chosen))
    return Split(
        train=np.setdiff1d(np.arange(len(labels)), held_out),
        held_out=held_out,
        images=data.data.astype(np.int64),
        labels=labels,
    )


def load_weights(path: str | Path = DATA) -> Weights:
    """Read what `digits_train` wrote.

    Raises
    ------
    DigitsError
        One sentence with the file's name, for any other file.
    """
    with Archive(path, DigitsError, 2**20) as archive:
        header = archive.header(FORMAT, VERSION)
        archive.check_names(["hidden", "output"])
        hidden = archive.array("hidden", np.int8, (ROWS, UNITS, FEATURES))
        output = archive.array("output", np.int8, (ROWS, VOTERS, UNITS))
        if not np.isin(hidden, (-1, 0, 1)).all():
            raise archive.wrong("hidden must hold -1, 0 and 1 only")
        if not np.isin(output * SIGNS, (0, 1)).all():
            raise archive.wrong("output must hold 0 and 1 at even units, 0 and -1 at odd units")
        return Weights(hidden=hidden, output=output, command=str(header.get("command")))


def build_network(weights: Weights | None = None) -> Network:
    """Return the chip's program, by default for the weights that came with the project."""
    weights = weights or load_weights()
    architecture = Architecture.preset("truenorth").with_mesh(2, ROWS)
    cores, neurons, axons = architecture.cores, architecture.neurons, architecture.axons
    synapses = np.zeros((cores, neurons, axons), dtype=np.bool_)
    dx, dy, axon, delay = np.zeros((4, cores, neurons), dtype=np.int64)
    for row in range(ROWS):
        output_core = 1 + 2 * row
        synapses[output_core, :VOTERS] = weights.output[row] != 0
        dx[output_core, :VOTERS] = 1
        axon[output_core, :VOTERS] = np.arange(VOTERS)
        delay[output_core, :VOTERS] = 1
        for source in range(ROWS):
            # The lower half of an output core's axons comes from row 0, the upper from row 1; the
            # lower half of a hidden core's neurons stays in its row, the upper crosses over.
            units = np.arange(UNITS // 2) + UNITS // 2 * source
            neuron = np.arange(UNITS // 2) + UNITS // 2 * (source != row)
            synapses[2 * source, neuron, 0::2] = weights.hidden[row, units] > 0
            synapses[2 * source, neuron, 1::2] = weights.hidden[row, units] < 0
            dx[2 * source, neuron], dy[2 * source, neuron] = 1, row - source
            axon[2 * source, neuron] = units
            delay[2 * source, neuron] = 1
    return Network(
        architecture,
        attached=("west", "east"),
        synapses=synapses,
        axon_types=np.tile(np.arange(axons) % 2, (cores, 1)),
        weights=np.tile(np.array([1, -1, 0, 0]), (cores, neurons, 1)),
        leak=-LEAK,
        leak_reversal=1,
        threshold=THRESHOLD,
        negative_threshold=THRESHOLD,
        negative_saturate=1,
        dx=dx,
        dy=dy,
        axon=axon,
        delay=delay,
    )


def features(images: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which features spike, shape (4, images, 128), feature = 2 * pixel + band."""
    if images.ndim != 2 or images.shape[1] != PIXELS:
        raise DigitsError(f"images must have shape (n, {PIXELS}), not {images.shape}")
    spikes = images[None, :, :, None] >= np.array(LEVELS)[:, None, None, :]
    return spikes.reshape(len(LEVELS), len(images), FEATURES)


def encode(images: NDArray[np.int64], first: int = 0) -> NDArray[np.void]:
    """Return the packets that show images one after the other, eight ticks each.

    Parameters
    ----------
    images : ndarray of int64, shape (n, 64)
    first : int
        The number of digits that went before: image i is shown from tick 8 * (first + i).

    Returns
    -------
    ndarray of PACKET
        Each enters at the west edge in the tick before the one that it is for, the first of all
        before tick 0, so that it cannot be late.
    """
    # A feature's spike goes to its even and to its odd axon, in both hidden cores.
    spikes = np.repeat(features(images)[..., None], 2 * ROWS, axis=-1)
    phase, image, feature, copy = (index.astype(np.int64) for index in np.nonzero(spikes))
    tick = TICKS_PER_DIGIT * (first + image) + phase
    packets = np.zeros(len(tick), dtype=PACKET)
    packets["tick"] = tick - 1
    packets["side"] = "west"
    packets["position"] = copy // 2
    packets["slot"] = tick % 16
    packets["axon"] = 2 * feature + copy % 2
    return packets[np.argsort(packets["tick"], kind="stable")]


def votes(outputs: NDArray[np.void], digits: int) -> NDArray[np.int64]:
    """Count the packets that left over the east edge, shape (digits, 10)."""
    east = outputs[outputs["side"] == "east"]
    counts = np.zeros((digits, CLASSES), dtype=np.int64)
    np.add.at(counts, (east["tick"] // TICKS_PER_DIGIT, east["axon"] % CLASSES), 1)
    return counts


def decode(outputs: NDArray[np.void], digits: int) -> NDArray[np.int64]:
    """Return each digit's class, from the packets of a run of 8 * digits ticks."""
    answers: NDArray[np.int64] = votes(outputs, digits).argmax(axis=1)
    return answers


def rtl_cycles(trace: Trace) -> int:
    """Return about how many cycles the chip takes: a tick is as long as its busiest core.

    A core takes a cycle for each neuron and one for each active synapse; packets and the start of a
    tick come on top.
    """
    neurons = trace.spikes.shape[2]
    return int((neurons + trace.synaptic_events.max(axis=1)).sum())
