"""Random programs and random stimulus that reach every mode of the chip and keep it busy.

They feed the comparison of engines with each other and with the hardware. Ranges are drawn
log-uniformly, so that small values, which make neurons fire, and values at the limits both occur.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.architecture import Architecture
from spikewright.golden.network import Network
from spikewright.golden.stimulus import PACKET, SPIKE, StimulusError, check_packets

__all__ = ["random_network", "random_packets", "random_spikes"]

Int = NDArray[np.int64]
Generator = np.random.Generator


def random_network(
    architecture: Architecture,
    seed: int | Generator,
    *,
    attached: tuple[str, ...] = (),
    density: float = 0.3,
    stochastic: float = 0.3,
    off_mesh: float = 0.05,
    merge: float = 0.3,
) -> Network:
    """Return a random program.

    Parameters
    ----------
    architecture : Architecture
    seed : int or numpy.random.Generator
    attached : tuple of str
        Passed to `Network`.
    density : float
        Share of connected synapses, 0..1.
    stochastic : float
        Share of weights, leaks and thresholds that draw, 0..1. With 0 the program draws nothing.
    off_mesh : float
        Share of neurons whose packets leave the mesh, 0..1.
    merge : float
        Share of neurons that send to one of few axons, so that packets merge, 0..1.

    Returns
    -------
    Network
    """
    rng = np.random.default_rng(seed)
    cores, neurons = architecture.cores, architecture.neurons
    shape, typed = (cores, neurons), (cores, neurons, architecture.axon_types)
    # The largest usual threshold: some ticks' synapses together reach it.
    busy = architecture.weight_limit * max(4, architecture.axons // 16)
    low, high = architecture.potential_range
    usual = max(low, -busy), min(high, busy)
    weights = _signed(rng, architecture.weight_range, typed, negative=0.45)
    network = Network(
        architecture,
        attached=attached,
        # Core by core: a chip's worth of random numbers at once would take gigabytes.
        synapses=np.stack(
            [rng.random((neurons, architecture.axons)) < density for _ in range(cores)]
        ),
        axon_types=rng.integers(0, architecture.axon_types, (cores, architecture.axons)),
        weights=weights,
        weight_stochastic=rng.random(typed) < stochastic,
        leak=_signed(rng, architecture.leak_range, shape),
        leak_stochastic=rng.random(shape) < stochastic,
        leak_reversal=rng.random(shape) < 0.4,
        threshold=_log_uniform(rng, min(busy, architecture.threshold_limit), shape),
        negative_threshold=_log_uniform(rng, min(busy, architecture.threshold_limit), shape),
        threshold_mask=_masks(rng, architecture, stochastic),
        reset_mode=rng.integers(0, 3, shape),
        reset_potential=_signed(rng, usual, shape),
        negative_saturate=rng.random(shape) < 0.5,
        potential=_signed(rng, usual, shape),
        delay=rng.integers(0, architecture.delay_slots, shape),
        seed=rng.integers(1, 2**32, cores),
        **_destinations(rng, architecture, off_mesh, merge),
    )
    _press_limits(rng, network)
    network.check()
    return network


def _log_uniform(rng: Generator, limit: int, shape: tuple[int, ...]) -> Int:
    """Return integers 0..limit, about as many in each octave, and some at the limit itself."""
    values: Int = np.exp2(rng.uniform(0, np.log2(limit + 2), shape)).astype(np.int64) - 1
    return np.where(rng.random(shape) < 0.03, limit, np.minimum(values, limit))


def _signed(
    rng: Generator, bounds: tuple[int, int], shape: tuple[int, ...], negative: float = 0.5
) -> Int:
    """Return integers low..high of either sign, about as many in each octave, and some at the ends.

    Where low = -high - 1, as in two's complement, low takes the place of -high.
    """
    low, high = bounds
    values = np.where(rng.random(shape) < negative, -1, 1) * _log_uniform(rng, high, shape)
    return np.where(values == -high, low, values)


def _masks(rng: Generator, architecture: Architecture, stochastic: float) -> Int:
    """Return TM: mostly such that eta stays near the thresholds, now and then any."""
    shape = architecture.cores, architecture.neurons
    usual = min(architecture.mask_bits, architecture.weight_bits)
    high = np.where(rng.random(shape) < 0.1, architecture.mask_bits, usual)
    return np.where(rng.random(shape) < stochastic, rng.integers(1, high + 1), 0)


def _destinations(
    rng: Generator, architecture: Architecture, off_mesh: float, merge: float
) -> dict[str, Any]:
    """Return dx, dy and axon: any core of the mesh, some beyond its edges, some axons popular."""
    shape = architecture.cores, architecture.neurons
    core = np.arange(architecture.cores)[:, None]
    x, y = core % architecture.width, core // architecture.width
    dx = rng.integers(0, architecture.width, shape) - x
    dy = rng.integers(0, architecture.height, shape) - y
    low, high = architecture.offset_range
    # Beyond the edge in x, in y or in both; where the offset cannot reach that far, the packet
    # simply arrives.
    beyond = rng.random(shape) < off_mesh
    axis = rng.integers(1, 4, shape)
    far_x = np.where(rng.random(shape) < 0.5, -1 - x, architecture.width - x)
    far_y = np.where(rng.random(shape) < 0.5, -1 - y, architecture.height - y)
    dx = np.where(beyond & (axis & 1 > 0), far_x + np.sign(far_x) * rng.integers(0, 3, shape), dx)
    dy = np.where(beyond & (axis & 2 > 0), far_y + np.sign(far_y) * rng.integers(0, 3, shape), dy)
    few = max(1, architecture.axons // 16)
    axons = np.where(rng.random(shape) < merge, few, architecture.axons)
    return {"dx": dx.clip(low, high), "dy": dy.clip(low, high), "axon": rng.integers(0, axons)}


def _press_limits(rng: Generator, network: Network) -> None:
    """Hold some neurons at the clamp: V at a limit, no reset, and a leak that pushes outwards.

    Where potentials wrap, the same neurons run over the ends again and again.
    """
    a = network.architecture
    low, high = a.potential_range
    shape = a.cores, a.neurons
    upper, lower = rng.random(shape) < 0.04, rng.random(shape) < 0.04
    for where, sign in ((upper, 1), (lower & ~upper, -1)):
        network.potential[where] = high if sign > 0 else low
        network.reset_mode[where] = 2
        network.negative_saturate[where] = False
        network.leak_reversal[where] = False
        network.leak[where] = sign * rng.integers(0, a.leak_limit + 1, int(where.sum()))
    # A few more with extreme parameters, which rarely fire but use every bit of the registers.
    wide = (rng.random(shape) < 0.03) & ~upper & ~lower
    count = int(wide.sum())
    network.threshold[wide] = rng.integers(0, a.threshold_limit + 1, count)
    network.negative_threshold[wide] = rng.integers(0, a.threshold_limit + 1, count)
    for array in (network.potential, network.reset_potential):
        array[wide] = rng.integers(low, high + 1, count)
    if a.wrap:
        # And a few that come to -R often, with R the one number that has no negative.
        bounce = (rng.random(shape) < 0.03) & ~upper & ~lower & ~wide
        network.reset_potential[bounce] = low
        network.negative_threshold[bounce] //= 8
        network.reset_mode[bounce] = 0
        network.negative_saturate[bounce] = False


def random_spikes(
    network: Network, seed: int | Generator, ticks: int, *, rate: float = 0.1
) -> NDArray[np.void]:
    """Return spikes on axons: in each tick each axon has one with probability ``rate``."""
    rng = np.random.default_rng(seed)
    a = network.architecture
    events = []
    for tick in range(ticks):
        core, axon = np.nonzero(rng.random((a.cores, a.axons)) < rate)
        spikes = np.empty(len(core), dtype=SPIKE)
        spikes["tick"], spikes["axon"] = tick, axon
        spikes["x"], spikes["y"] = core % a.width, core // a.width
        events.append(spikes)
    return np.concatenate([np.empty(0, dtype=SPIKE), *events])


def random_packets(
    network: Network,
    seed: int | Generator,
    ticks: int,
    *,
    per_tick: int = 4,
    late: float = 0.1,
    off_mesh: float = 0.1,
) -> NDArray[np.void]:
    """Return packets at the attached edges, from tick -1 to tick ``ticks - 1``.

    Parameters
    ----------
    network : Network
        At least one side attached.
    seed : int or numpy.random.Generator
    ticks : int
    per_tick : int
        Packets during each tick.
    late : float
        Share of packets whose slot is that of the running tick, 0..1.
    off_mesh : float
        Share of packets that leave the mesh again, 0..1; fewer where the offsets do not reach
        beyond it.

    Returns
    -------
    ndarray of PACKET
    """
    if not network.attached:
        raise StimulusError("network must have an attached side to take packets, and has none")
    rng = np.random.default_rng(seed)
    a = network.architecture
    packets = np.empty((ticks + 1) * per_tick, dtype=PACKET)
    shape = packets.shape
    packets["tick"] = np.repeat(np.arange(-1, ticks), per_tick)
    packets["side"] = rng.choice(network.attached, shape)
    packets["axon"] = rng.integers(0, a.axons, shape)
    ahead = np.where(rng.random(shape) < late, 0, rng.integers(1, a.delay_slots, shape))
    packets["slot"] = (packets["tick"] + ahead) % a.delay_slots

    low, high = a.offset_range
    sides = packets["side"]
    upright = np.isin(sides, ("west", "east"))
    packets["position"] = rng.integers(0, np.where(upright, a.height, a.width))
    beyond = rng.random(shape) < off_mesh
    in_x = beyond & upright & (rng.random(shape) < 0.5)
    steps_x = np.where(in_x, a.width + rng.integers(0, 3, shape), rng.integers(0, a.width, shape))
    packets["dx"] = (np.select([sides == "west", sides == "east"], [1, -1], 0) * steps_x).clip(
        low, high
    )
    target = rng.integers(0, a.height, shape)
    outside = np.where(rng.random(shape) < 0.5, -1, a.height)
    target = np.where(beyond & ~in_x & upright, outside, target)
    straight = np.where(beyond, a.height + rng.integers(0, 3, shape), target)
    steps_y = np.select(
        [sides == "north", sides == "south"], [-straight, straight], target - packets["position"]
    )
    packets["dy"] = steps_y.clip(low, high)
    check_packets(packets, network)
    return packets
