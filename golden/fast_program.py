"""From a network to the tables that the compiled engine reads, narrow and without repetition."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.errors import EngineError
from spikewright.golden.fast_tables import (
    DRAWS_LEAK,
    FLOOR_ETA,
    FLOOR_KEEPS,
    NO_DRAW,
    REVERSAL,
    SATURATE,
    SPIKE_ETA,
    SPIKE_KEEPS,
    Program,
    sum_type,
)
from spikewright.golden.mesh import Arrivals, Packets, route
from spikewright.golden.network import Network
from spikewright.golden.pages import large_copy, large_zeros
from spikewright.golden.rows import Rows

__all__ = ["destinations", "prepare", "wrap_shift"]

_LARGEST = 2**31 - 1


def prepare(network: Network) -> Program:
    """Return the tables of a network.

    Raises
    ------
    EngineError
        Where the widths of its architecture let a sum leave 32 bits.
    """
    a = network.architecture
    largest = max(a.potential_limit + a.leak_limit, a.threshold_limit + 2**a.mask_bits) + 2
    if a.wrap and largest > _LARGEST:
        raise EngineError(
            f"engine numba must have potentials and thresholds whose sums fit 32 bits, and "
            f"potential_bits {a.potential_bits}, leak_bits {a.leak_bits}, threshold_bits "
            f"{a.threshold_bits} and mask_bits {a.mask_bits} do not"
        )
    padded = 64 * -(-a.neurons // 64)
    rows = Rows(network)
    stochastic = network.weight_stochastic
    # No draw can tell the lowest weight of 32 bits from the next one: both always pass.
    drawn = np.maximum(network.weights, NO_DRAW + 1)
    draws = _pool(
        (np.where(stochastic[core], drawn[core], NO_DRAW).T for core in range(a.cores)),
        np.int32,
        padded,
        NO_DRAW,
    )
    after_spike, after_floor = _after(network)
    tables = {
        "weights": _pool(rows.weights, sum_type(network), padded),
        "draws": draws,
        "leak": _pool(network.leak, np.int32, padded),
        "threshold": _pool(network.threshold, np.int32, padded, _LARGEST),
        "floor": _pool(a.inclusive - network.negative_threshold, np.int32, padded),
        "spike_add": _pool(after_spike, np.int32, padded),
        "floor_add": _pool(after_floor, np.int32, padded),
        "flags": _pool(_flags(network), np.uint8, padded),
        "masks": _pool(network.threshold_mask, np.uint8, padded),
        "types": _pool(network.axon_types, np.uint8, a.axons),
    }
    weights, of_weights = tables["weights"]
    heaviest = np.abs(weights.astype(np.int64)).max(axis=(1, 2))
    fits = np.maximum(np.iinfo(weights.dtype).max // np.maximum(heaviest, 1), 1)
    draws_synapses = stochastic.any(axis=(1, 2))
    return Program(
        bits=rows.bits.view(np.uint64).reshape(a.cores * a.axons, -1),
        route=large_copy(_routes(network, destinations(network))),
        fits=fits[of_weights],
        rows=np.stack([rows_ for _, rows_ in tables.values()], axis=1),
        stochastic=np.where(draws_synapses, 2, rows.draws).astype(np.uint8),
        reversal=network.leak_reversal.any(axis=1).astype(np.uint8),
        numbers=_numbers(network),
        **{name: table for name, (table, _) in tables.items()},
    )


def _after(network: Network) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the constants of what follows a spike, and a potential below the negative threshold.

    See the table in `neuron.fire_and_reset`; the flags say whether V and eta come on top.
    """
    mode, reset = network.reset_mode, network.reset_potential
    beta = network.negative_threshold
    spike = np.select([mode == 0, mode == 1], [reset, -network.threshold], 0)
    bounce = np.select([mode == 0, mode == 1], [-reset, beta], 0)
    floor = np.where(network.negative_saturate, -beta, bounce)
    return spike.astype(np.int32), floor.astype(np.int32)


def _flags(network: Network) -> NDArray[np.uint8]:
    """Return the bits that `fast_kernel` names."""
    mode, saturate = network.reset_mode, network.negative_saturate
    bits = {
        REVERSAL: network.leak_reversal,
        SATURATE: saturate,
        DRAWS_LEAK: network.leak_stochastic,
        SPIKE_KEEPS: mode != 0,
        SPIKE_ETA: mode == 1,
        FLOOR_KEEPS: (mode != 0) & ~saturate,
        FLOOR_ETA: (mode == 1) & ~saturate,
    }
    flags = np.zeros(mode.shape, dtype=np.uint8)
    for bit, where in bits.items():
        flags[where] |= np.uint8(bit)
    return flags


def _numbers(network: Network) -> NDArray[np.int64]:
    """Return the scalars of `Program.numbers`."""
    a = network.architecture
    return np.array(
        [
            32 - a.weight_draw_bits,
            32 - a.leak_draw_bits,
            32 - a.threshold_draw_bits,
            *a.potential_range,
            a.neurons,
            a.delay_slots,
            -(-a.axons // 64),
        ],
        dtype=np.int64,
    )


def _pool(
    values: Any, dtype: Any, padded: int, pad: int = 0
) -> tuple[NDArray[Any], NDArray[np.int32]]:
    """Return the distinct rows among those of all cores, and which of them each core has."""
    known: dict[bytes, int] = {}
    distinct: list[NDArray[Any]] = []
    places = []
    for value in values:
        row = np.ascontiguousarray(value, dtype=dtype)
        key = row.tobytes()
        if key not in known:
            known[key] = len(distinct)
            distinct.append(row)
        places.append(known[key])
    table = large_zeros((len(distinct), *distinct[0].shape[:-1], padded), dtype)
    table[..., distinct[0].shape[-1] :] = pad
    table[..., : distinct[0].shape[-1]] = np.stack(distinct)
    return table, np.array(places, dtype=np.int32)


def wrap_shift(network: Network) -> np.int32 | None:
    """Return the bits of an int32 above a potential, or None where potentials do not wrap."""
    a = network.architecture
    return np.int32(32 - a.potential_bits) if a.wrap else None


def destinations(network: Network) -> Arrivals:
    """Return where the packet of each neuron ends, shape (C * N,), whether it sends one or not."""
    a = network.architecture
    core = np.repeat(np.arange(a.cores), a.neurons)
    return route(
        a,
        Packets(
            x=core % a.width,
            y=core // a.width,
            dx=network.dx.reshape(-1),
            dy=network.dy.reshape(-1),
            slot=network.delay.reshape(-1),
            axon=network.axon.reshape(-1),
        ),
    )


def _routes(network: Network, ends: Arrivals) -> NDArray[np.int32] | NDArray[np.int64]:
    """Return place << 8 | delay of where each neuron's spikes go; -1 is nowhere on the mesh."""
    a = network.architecture
    across = 64 * -(-a.axons // 64)
    delay = network.delay.reshape(-1).astype(np.int64)
    place = across * ends.core + network.axon.reshape(-1)
    routes = np.where((delay > 0) & (ends.core >= 0), place << 8 | delay, -1)
    # Half the size is half the cache misses; no chip of today needs more.
    return routes.astype(np.int32) if across * a.cores < 2**23 else routes
