"""Which neurons share a core, and which axons of which types their lines take there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikewright.tools.formats.nir_code import LIMITS
from spikewright.tools.formats.nir_neurons import Population

__all__ = ["AXONS", "NEURONS", "TYPES", "Core", "pack"]

AXONS, NEURONS, TYPES = 256, 256, 4

Int = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Core:
    """Neurons of one population on one core; K = neurons, A = axons used, G = types.

    Members
    -------
    population : Population
    neurons : ndarray of int64, shape (K,)
        A neuron that must reach several axons is there several times.
    lines, types : ndarray of int64, shape (A,)
        Line of the population, and type, of each axon.
    synapses : ndarray of bool, shape (K, A)
    weights : ndarray of int64, shape (K, G)
    """

    population: Population
    neurons: Int
    lines: Int
    types: Int
    synapses: NDArray[np.bool_]
    weights: Int


def pack(population: Population, copies: Int) -> list[Core]:
    """Return cores for a population.

    Neurons in the order of their first line are put on one core; where they do not fit, each half
    is tried by itself. A single neuron always fits.

    Parameters
    ----------
    population : Population
    copies : ndarray of int64, shape (S,)
        How often each neuron is needed, 1..256: each copy has a destination of its own.
    """
    size, lines = population.size, len(population.taps)
    first = np.full(size, lines)
    np.minimum.at(first, population.row, population.tap)
    waiting, cores = [np.argsort(first, kind="stable")], list[Core]()
    starts = np.searchsorted(population.row, np.arange(size + 1))
    while waiting:
        group = waiting.pop()
        core = _core(population, starts, group, copies)
        if core is not None:
            cores.append(core)
            continue
        half = len(group) // 2
        assert half > 0, "a single neuron must fit"
        waiting += [group[half:], group[:half]]
    return cores


def _core(population: Population, starts: Int, group: Int, copies: Int) -> Core | None:
    """Return a core with these neurons, or None where they do not fit."""
    if int(copies[group].sum()) > NEURONS:
        return None
    counts = starts[group + 1] - starts[group]
    neuron = np.repeat(np.arange(len(group)), counts)
    entry = np.arange(len(neuron)) + np.repeat(starts[group] - np.cumsum(counts) + counts, counts)
    lines, line = np.unique(population.tap[entry], return_inverse=True)
    if len(lines) > AXONS:
        return None
    masks, weights = np.zeros((2, len(group), len(lines)), dtype=np.int64)
    masks[neuron, line], weights[neuron, line] = population.mask[entry], population.weight[entry]
    union = np.bitwise_or.reduce(masks, axis=0)
    used = union[:, None] >> np.arange(TYPES) & 1
    classes = _classes(weights) if used.sum() > len(lines) else None
    if classes is not None:
        place, types = np.arange(len(lines)), classes
        synapses, by_type = weights != 0, _by_type(weights, classes)
    elif used.sum() <= AXONS:
        place, types = np.nonzero(used)
        synapses, by_type = (masks[:, place] >> types & 1) == 1, population.basis[group]
    else:
        return None
    rows = np.repeat(np.arange(len(group)), copies[group])
    return Core(
        population=population,
        neurons=group[rows],
        lines=lines[place],
        types=types,
        synapses=synapses[rows],
        weights=by_type[rows],
    )


def _classes(weights: Int) -> Int | None:
    """Return a type for each line such that one axon of it does, or None if none was found.

    Two lines can share a type unless some neuron gives them different weights: the types colour the
    graph of these conflicts. The line with the fewest types left is coloured first.
    """
    if np.abs(weights).max(initial=0) > LIMITS.weight:
        return None
    count = weights.shape[1]
    linked = weights != 0
    conflicts = np.zeros((count, count), dtype=np.bool_)
    for line in range(count):
        rows = weights[linked[:, line]]
        conflicts[line] = ((rows != rows[:, line : line + 1]) & (rows != 0)).any(axis=0)
    degree = conflicts.sum(axis=1)
    taken = np.zeros((count, TYPES), dtype=np.bool_)
    types = np.full(count, -1)
    for _ in range(count):
        open_ = np.flatnonzero(types < 0)
        line = open_[np.argmax(taken[open_].sum(axis=1) * (count + 1) + degree[open_])]
        free = np.flatnonzero(~taken[line])
        if len(free) == 0:
            return None
        types[line] = free[0]
        taken[conflicts[line], free[0]] = True
    return types


def _by_type(weights: Int, classes: Int) -> Int:
    """Return the one weight that each neuron gives to the lines of a type, shape (K, G)."""
    found = np.zeros((len(weights), TYPES), dtype=np.int64)
    for kind in range(TYPES):
        part = weights[:, classes == kind]
        high, low = part.max(axis=1, initial=0), part.min(axis=1, initial=0)
        found[:, kind] = np.where(high > 0, high, low)
    return found
