"""Generated networks on both engines; single neurons against the scalar reading of the rules."""

import dataclasses
import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from spikewright.golden import (
    SIDES,
    Architecture,
    Network,
    fast,
    make_simulator,
    make_spikes,
    random_network,
    random_packets,
    random_spikes,
    simulate,
)

HERE = Path(__file__)
helpers = SimpleNamespace(**runpy.run_path(str(HERE.with_name("fast_helpers.py"))))
scalar = SimpleNamespace(**runpy.run_path(str(HERE.with_name("test_scalar.py"))))
TINY = Architecture.preset("tiny")
QUICK = settings(suppress_health_check=[HealthCheck.too_slow])


@st.composite
def architectures(draw: st.DrawFn) -> Architecture:
    """Small chips of any widths; weights and offsets stay narrow enough for a lively chip."""
    wrap = draw(st.integers(0, 1))
    widths = {
        "weight_bits": draw(st.integers(2, 12)),
        "leak_bits": draw(st.integers(2, 14)),
        "threshold_bits": draw(st.integers(1, 16)),
        "mask_bits": draw(st.integers(1, 16)),
    }
    return Architecture(
        axons=draw(st.integers(1, 70)),
        neurons=draw(st.integers(1, 70)),
        axon_types=draw(st.integers(1, 5)),
        # 2**20 holds 70 * 2**11 + 2**13 + 2**17.
        potential_bits=draw(st.integers(2, 24) if wrap else st.integers(20, 24)),
        delay_slots=2 ** draw(st.integers(1, 6)),
        offset_bits=draw(st.integers(3, 6)),
        width=draw(st.integers(1, 4)),
        height=draw(st.integers(1, 4)),
        wrap=wrap,
        inclusive=draw(st.integers(0, 1)),
        **widths,
    )


@settings(QUICK, max_examples=250)
@given(
    a=architectures(),
    seed=st.integers(0, 2**32),
    attached=st.lists(st.sampled_from(SIDES), unique=True),
    threads=st.integers(1, 5),
    shares=st.tuples(*[st.sampled_from([0.0, 0.1, 0.4, 1.0])] * 4),
)
@example(a=TINY, seed=0, attached=["north"], threads=3, shares=(0.4, 0.4, 0.1, 0.1))
def test_generated_networks(
    a: Architecture, seed: int, attached: list[str], threads: int, shares: tuple[float, ...]
) -> None:
    ticks, rng = 16, np.random.default_rng(seed)
    density, stochastic, off_mesh, rate = shares
    network = random_network(
        a,
        rng,
        attached=tuple(attached),
        density=density,
        stochastic=stochastic,
        off_mesh=off_mesh,
    )
    spikes = random_spikes(network, rng, ticks, rate=rate)
    packets = random_packets(network, rng, ticks, late=0.2, off_mesh=0.2) if attached else None
    ends = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fast, "CORES_A_THREAD", 1)
        for engine in ("numpy", "numba"):
            simulator = make_simulator(network, engine, threads)
            simulator.inject(spikes)
            if packets is not None:
                simulator.inject_packets(packets)
            ends.append((simulator.trace(ticks), simulator.state()))
    helpers.assert_same(ends[0][0], ends[1][0])
    helpers.assert_same(ends[0][1], ends[1][1])


WRAPPING = scalar.WRAPPING
NEURON = st.fixed_dictionaries(
    {
        name: st.booleans()
        for name in ("leak_stochastic", "leak_reversal", "negative_saturate", "weight_stochastic")
    }
    | {"reset_mode": st.integers(0, 2), "delay": st.integers(0, 3), "seed": scalar.SEED}
)


@pytest.mark.parametrize("inclusive", [0, 1])
@pytest.mark.parametrize("base", [TINY, WRAPPING], ids=["clamp", "wrap"])
@settings(QUICK, max_examples=150)
@given(st.data())
def test_one_neuron_for_many_ticks(base: Architecture, inclusive: int, data: Any) -> None:
    """Three axons, one of which the neuron's own spikes may come to; 120 ticks in one call."""
    ticks = 120
    sizes = {"axons": 3, "neurons": 1, "axon_types": 2, "width": 1, "height": 1}
    a = dataclasses.replace(base, inclusive=inclusive, **sizes)

    def value(bounds: tuple[int, int]) -> Any:
        """Return any value, or one so small that thresholds and zero are met often."""
        low, high = bounds
        small = st.integers(max(low, -3), min(high, 3))
        return data.draw(small | st.integers(low, high))

    threshold = (0, a.threshold_limit)
    arrays = {name: int(number) for name, number in data.draw(NEURON).items()}
    network = Network(
        a,
        synapses=1,
        axon_types=[[0, 1, 1]],
        weights=[[[value(a.weight_range), value(a.weight_range)]]],
        leak=value(a.leak_range),
        threshold=value(threshold),
        negative_threshold=value(threshold),
        threshold_mask=value((0, a.mask_bits)),
        reset_potential=value(a.potential_range),
        potential=value(a.potential_range),
        axon=2,
        **arrays,
    )
    rate = data.draw(st.sampled_from([0.02, 0.3]))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    spikes = random_spikes(network, rng, ticks, rate=rate)
    trace = simulate(network, spikes, ticks, engine="numba")
    assert trace.potentials is not None
    chip = scalar.ScalarChip(network)
    by_tick = [spikes[spikes["tick"] == tick].tolist() for tick in range(ticks)]
    for tick in range(ticks):
        fired, events = chip.run(tick, by_tick[tick], [])
        assert trace.spikes[tick].tolist() == fired, tick
        assert trace.potentials[tick].tolist() == chip.v, tick
        assert trace.random_state[tick].tolist() == [chip.random[0].state], tick
        assert trace.synaptic_events[tick].tolist() == events, tick


def test_the_scalar_chip_can_disagree() -> None:
    network = Network(TINY.with_mesh(1, 1), leak=1, threshold=5)
    chip = scalar.ScalarChip(network)
    chip.v[0][0] += 1
    chip.run(0, make_spikes().tolist(), [])
    trace = simulate(network, engine="numba")
    assert trace.potentials is not None
    assert trace.potentials[0].tolist() != chip.v
