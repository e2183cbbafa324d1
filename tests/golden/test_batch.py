"""Frames in one call are what each of them is alone, on both engines, for any thread count."""

from dataclasses import fields

import numpy as np
import pytest

from spikewright.golden import (
    Architecture,
    Batch,
    EngineError,
    Network,
    Recording,
    StimulusError,
    make_packets,
    make_simulator,
    make_spikes,
    random_network,
    random_packets,
    random_spikes,
    simulate_batch,
)

TINY = Architecture.preset("tiny")
TICKS = 12


def frames(network: Network, count: int, seed: int) -> tuple[list, list]:
    """Return stimuli of different lengths, some of which are None, and some beyond the run."""
    spikes, packets = [], []
    for frame in range(count):
        one = random_spikes(network, seed + frame, TICKS + 3, rate=0.02 * (frame % 5))
        spikes.append(None if frame % 7 == 3 else one)
        edge = random_packets(network, seed + frame, TICKS + 2, per_tick=frame % 4)
        packets.append(None if frame % 5 == 4 else edge)
    return spikes, packets


def assert_equal(one: Batch, other: Batch) -> None:
    for field in fields(Batch):
        if field.name != "network":
            values = getattr(one, field.name), getattr(other, field.name)
            assert np.array_equal(*values), field.name


@pytest.mark.parametrize("threads", [1, 2, 3, 8])
@pytest.mark.parametrize("stochastic", [0.0, 0.3])
def test_engines_agree(threads: int, stochastic: float) -> None:
    network = random_network(TINY, 3, attached=("west", "south"), stochastic=stochastic)
    spikes, packets = frames(network, 23, 10)
    slow = simulate_batch(network, spikes, TICKS, packets=packets, engine="numpy")
    fast = simulate_batch(network, spikes, TICKS, packets=packets, threads=threads)
    assert slow.spike_index.size
    assert slow.outputs.size
    assert slow.late.any()
    assert slow.off_mesh.any()
    assert_equal(slow, fast)


def test_a_frame_is_a_run_of_its_own() -> None:
    network = random_network(TINY, 4, attached=("east",))
    spikes, packets = frames(network, 9, 40)
    batch = simulate_batch(network, spikes, TICKS, packets=packets, threads=2)
    counts = batch.spike_counts()
    assert batch.frames == 9
    for frame in range(9):
        simulator = make_simulator(network)
        if spikes[frame] is not None:
            simulator.inject(spikes[frame])
        if packets[frame] is not None:
            simulator.inject_packets(packets[frame])
        run: Recording = simulator.run(TICKS)
        assert np.array_equal(batch.spikes_per_tick[frame], run.spikes_per_tick)
        assert np.array_equal(counts[frame], run.spike_counts())
        assert np.array_equal(batch.outputs[batch.output_frames() == frame], run.outputs)
        assert batch.synaptic_events_per_tick[frame].sum() == run.synaptic_events_per_core.sum()


def test_more_frames_than_one_call_can_log(monkeypatch: pytest.MonkeyPatch) -> None:
    from spikewright.golden import fast_batch

    network = random_network(TINY, 5, attached=("west",))
    spikes, packets = frames(network, 11, 70)
    whole = simulate_batch(network, spikes, TICKS, packets=packets)
    monkeypatch.setattr(fast_batch, "LOG", 3 * TICKS * TINY.cores * TINY.neurons)
    assert_equal(whole, simulate_batch(network, spikes, TICKS, packets=packets))


def test_the_last_frames_may_be_silent() -> None:
    network = random_network(TINY, 6, attached=("west",))
    batch = simulate_batch(network, [make_spikes([(0, 0, 0, 1)]), None, None], 2, threads=2)
    assert batch.frames == 3
    slow = simulate_batch(network, [make_spikes([(0, 0, 0, 1)]), None, None], 2, engine="numpy")
    assert_equal(slow, batch)


@pytest.mark.parametrize(
    ("stimuli", "ticks", "packets", "text"),
    [
        ([], 3, None, "stimuli must be of at least one frame, and are of none"),
        ([None], 0, None, "ticks must be at least 1, not 0"),
        ([None], 3, [None, None], "packets must be of 1 frames, not 2"),
    ],
)
def test_refused(stimuli: list, ticks: int, packets: list | None, text: str) -> None:
    with pytest.raises(ValueError, match=f"^{text}$"):
        simulate_batch(Network(TINY), stimuli, ticks, packets=packets)


@pytest.mark.parametrize("engine", ["numpy", "numba"])
def test_refused_events(engine: str) -> None:
    with pytest.raises(StimulusError, match=r"axon must be in 0\.\.15, not 16$"):
        simulate_batch(Network(TINY), [None, make_spikes([(0, 0, 0, 16)])], 3, engine=engine)
    edge = make_packets([(0, "west", 0, 0, 0, 0, 0)])
    with pytest.raises(StimulusError, match=r"side must be attached \(none is\), not 'west'$"):
        simulate_batch(Network(TINY), [None], 3, packets=[edge], engine=engine)


def test_unknown_engine() -> None:
    with pytest.raises(EngineError, match=r"^engine must be of numpy, numba.*, not 'abacus'$"):
        simulate_batch(Network(TINY), [None], 3, engine="abacus")
