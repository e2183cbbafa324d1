"""Ticks: delays, merges, late packets, the mesh's edges, and the step-wise face."""

from typing import Any

import numpy as np
import pytest

from spikewright.golden import (
    Architecture,
    Network,
    NetworkError,
    Simulator,
    StimulusError,
    make_packets,
    make_spikes,
    random_network,
    random_packets,
    random_spikes,
    simulate,
)
from spikewright.golden.random import xorshift32

TINY = Architecture.preset("tiny")
ONE = TINY.with_mesh(1, 1)


def relay(architecture: Architecture, **fields: Any) -> Network:
    """Return a chip on which neuron n follows axon n: it fires in a tick in which that has a spike.

    No neuron has a destination yet.
    """
    synapses = np.zeros((architecture.cores, 16, 16), dtype=np.bool_)
    synapses[:] = np.eye(16, dtype=np.bool_)
    return Network(architecture, **{"synapses": synapses, "weights": 1, **fields})


def fired(trace: Any) -> list[tuple[int, ...]]:
    """Return (tick, core, neuron) of every spike."""
    return [tuple(row) for row in np.argwhere(trace.spikes).tolist()]


def test_a_silent_chip_stays_silent() -> None:
    trace = simulate(Network(TINY), None, 3)
    assert trace.spikes.shape == trace.potentials.shape == (3, 4, 16)
    assert not trace.spikes.any()
    assert not trace.potentials.any()
    assert (trace.random_state == 0xFFFFFFFF).all()


def test_types_of_a_trace() -> None:
    trace = simulate(Network(TINY), None, 2)
    assert trace.potentials is not None
    assert (trace.spikes.dtype, trace.potentials.dtype) == (np.bool_, np.int32)
    assert trace.random_state.dtype == np.uint32
    assert trace.synaptic_events.shape == trace.late.shape == trace.random_state.shape == (2, 4)
    assert trace.off_mesh.shape == (2,)
    assert trace.outputs.shape == (0,)


def test_potentials_are_optional() -> None:
    assert simulate(Network(TINY), record_potentials=False).potentials is None


def test_stimulus_is_seen_in_its_tick_once() -> None:
    spikes = make_spikes([(2, 1, 0, 5), (2, 1, 0, 5), (0, 0, 1, 0)])
    trace = simulate(relay(TINY), spikes, 20)
    assert fired(trace) == [(0, 2, 0), (2, 1, 5)]
    assert trace.synaptic_events.sum() == 2


def test_stimulus_beyond_the_run_is_not_seen() -> None:
    assert fired(simulate(relay(TINY), make_spikes([(5, 0, 0, 0)]), 5)) == []


@pytest.mark.parametrize("delay", [1, 2, 14, 15])
def test_delay(delay: int) -> None:
    network = relay(ONE)
    network.delay[0, 3], network.axon[0, 3] = delay, 7
    trace = simulate(network, make_spikes([(1, 0, 0, 3)]), 40)
    assert fired(trace) == [(1, 0, 3), (1 + delay, 0, 7)]


def test_no_destination_without_a_delay() -> None:
    network = relay(ONE, axon=7)
    assert fired(simulate(network, make_spikes([(1, 0, 0, 3)]), 40)) == [(1, 0, 3)]


def test_a_ring_turns_for_ever() -> None:
    """Core to core around the mesh, a tick a step: rows are reused after 16 ticks."""
    network = relay(TINY, delay=1, axon=[range(16)] * 4)
    network.dx[0], network.dx[3] = 1, -1
    network.dy[1], network.dy[2] = 1, -1
    trace = simulate(network, make_spikes([(0, 0, 0, 4)]), 300)
    assert fired(trace) == [(tick, [0, 1, 3, 2][tick % 4], 4) for tick in range(300)]


def test_packets_on_one_bit_merge() -> None:
    """Three sources, three delays, one axon in one tick: one synaptic event, not three."""
    network = relay(ONE, axon=9)
    network.delay[0, :3] = 3, 2, 2
    spikes = make_spikes([(0, 0, 0, 0), (1, 0, 0, 1), (1, 0, 0, 2), (3, 0, 0, 9)])
    trace = simulate(network, spikes, 5)
    assert fired(trace) == [(0, 0, 0), (1, 0, 1), (1, 0, 2), (3, 0, 9)]
    assert trace.synaptic_events[:, 0].tolist() == [1, 2, 0, 1, 0]


def test_a_row_is_cleared_and_another_set_in_the_same_tick() -> None:
    simulator = Simulator(relay(ONE, delay=15))
    simulator.scheduler[0, 0, 6] = True
    simulator.step()
    assert np.argwhere(simulator.scheduler).tolist() == [[0, 15, 0]]


class TestPackets:
    def run(self, *rows: tuple[Any, ...], ticks: int = 20, **fields: Any) -> Any:
        attached = ("west", "east", "north", "south")
        network = relay(TINY.with_mesh(3, 2), **{"attached": attached, **fields})
        return simulate(network, None, ticks, packets=make_packets(rows))

    def test_before_the_first_tick_every_slot_is_still_to_come(self) -> None:
        trace = self.run((-1, "west", 0, 0, 0, 0, 1), (-1, "west", 1, 2, -1, 15, 2))
        assert fired(trace) == [(0, 0, 1), (15, 2, 2)]
        assert trace.late.sum() == 0

    @pytest.mark.parametrize("tick", [0, 1, 15, 16, 17])
    def test_a_packet_for_the_running_row_is_late(self, tick: int) -> None:
        trace = self.run((tick, "east", 1, -1, -1, tick % 16, 3), ticks=40)
        assert fired(trace) == []
        assert np.argwhere(trace.late).tolist() == [[tick, 1]]
        assert trace.late.sum() == 1

    def test_the_next_row_is_in_time_and_the_last_comes_in_15_ticks(self) -> None:
        trace = self.run((3, "west", 0, 0, 0, 4, 1), (3, "west", 0, 0, 0, 2, 2))
        assert fired(trace) == [(4, 0, 1), (18, 0, 2)]
        assert trace.late.sum() == 0

    def test_late_packets_are_counted_each(self) -> None:
        trace = self.run(*[(5, "south", 2, 0, 1, 5, 0)] * 3)
        assert trace.late[5].tolist() == [0, 0, 0, 0, 0, 3]

    def test_out_again_over_an_attached_edge(self) -> None:
        trace = self.run(
            (2, "west", 1, 5, -3, 9, 4),
            (0, "north", 1, 0, -4, 9, 4),
            (0, "east", 0, -2, 2, 0, 4),
        )
        assert trace.outputs.tolist() == [
            (0, "north", 0, 0, 0, 0, 4),
            (0, "south", 1, 0, -2, 9, 4),
            (2, "east", 1, 2, -3, 9, 4),
        ]
        assert trace.off_mesh.sum() == trace.late.sum() == 0

    def test_dropped_at_an_edge_where_nothing_is_attached(self) -> None:
        rows = [(-1, "west", 0, 3, 0, 0, 0), (2, "west", 0, 3, 0, 9, 0), (2, "west", 0, 0, 7, 2, 0)]
        trace = self.run(*rows, attached=("west",), ticks=4)
        assert trace.off_mesh.tolist() == [1, 0, 2, 0]
        assert trace.late.sum() == 0
        assert trace.outputs.size == 0

    def test_what_leaves_in_the_east_enters_in_the_west(self) -> None:
        """Two chips side by side do what one of twice the width does."""
        wide = relay(TINY.with_mesh(6, 2), attached=("west",))
        packet = make_packets([(0, "west", 1, 4, -1, 3, 2)])
        left = self.run(*packet.tolist()).outputs
        left["side"] = "west"
        assert fired(self.run(*left.tolist())) == [(3, 1, 2)]
        assert fired(simulate(wide, None, 5, packets=packet)) == [(3, 4, 2)]


def test_spikes_leave_the_mesh() -> None:
    network = relay(ONE, attached=("north",), delay=2, dx=[[0] * 8 + [-1] * 8], dy=3, axon=5)
    trace = simulate(network, make_spikes([(15, 0, 0, 1), (15, 0, 0, 8), (16, 0, 0, 9)]), 20)
    assert trace.outputs.tolist() == [(15, "north", 0, 0, 2, 1, 5)]
    assert trace.off_mesh.tolist() == [0] * 15 + [1, 1, 0, 0, 0]


def test_a_chip_that_draws_nothing_keeps_its_state() -> None:
    network = random_network(TINY, 2, stochastic=0)
    trace = simulate(network, random_spikes(network, 2, 10), 10)
    assert (trace.random_state == network.seed).all()


def test_a_core_that_draws_nothing_keeps_its_state_beside_one_that_does() -> None:
    network = Network(TINY.with_mesh(2, 1))
    network.threshold_mask[1, 4] = 1
    trace = simulate(network, None, 3)
    first = xorshift32(0xFFFFFFFF)
    states = [first, xorshift32(first), xorshift32(xorshift32(first))]
    assert trace.random_state[:, 1].tolist() == states
    assert (trace.random_state[:, 0] == 0xFFFFFFFF).all()


def test_the_largest_sum_fits_the_potential() -> None:
    """Every synapse at its limit, and V at its clamp: both signs, for ever."""
    for sign in (1, -1):
        network = Network(
            Architecture.preset("truenorth").with_mesh(1, 1),
            synapses=1,
            weights=sign * 255,
            leak=sign * 255,
            reset_mode=2,
            potential=sign * 393_216,
            threshold=262_143,
            negative_threshold=262_143,
        )
        spikes = make_spikes((tick, 0, 0, axon) for tick in range(3) for axon in range(256))
        trace = simulate(network, spikes, 3)
        assert (trace.potentials == sign * 393_216).all()
        assert (trace.spikes == (sign > 0)).all()
        assert (trace.synaptic_events == 65_536).all()


class TestSimulator:
    def test_steps_are_the_run(self) -> None:
        network = random_network(TINY, 5, attached=("west", "south"))
        spikes, packets = random_spikes(network, 5, 20), random_packets(network, 5, 20)
        trace = simulate(network, spikes, 20, packets=packets)
        simulator = Simulator(network)
        for tick in range(20):
            assert simulator.tick == tick
            simulator.inject(spikes[spikes["tick"] == tick])
            at_once = (packets["tick"] == tick) | ((packets["tick"] == -1) & (tick == 0))
            simulator.inject_packets(packets[at_once])
            result = simulator.step()
            assert result.tick == tick
            assert np.array_equal(result.spikes, trace.spikes[tick])
            assert np.array_equal(result.potentials, trace.potentials[tick])
            assert np.array_equal(result.random_state, trace.random_state[tick])
            assert np.array_equal(result.late, trace.late[tick])
            assert result.off_mesh == trace.off_mesh[tick]

    def test_the_network_is_not_written(self) -> None:
        network = random_network(TINY, 6)
        before = {name: array.copy() for name, array in network.arrays().items()}
        simulate(network, random_spikes(network, 6, 5), 5)
        assert all(np.array_equal(before[n], array) for n, array in network.arrays().items())

    def test_a_tick_lasts_until_the_next_starts(self) -> None:
        """Packets handed over after a step are still of that tick, and can be late in it."""
        simulator = Simulator(relay(ONE, attached=("west",)))
        simulator.step()
        rows = [(0, "west", 0, 0, 0, 0, 3), (0, "west", 0, 0, 0, 1, 4), (0, "west", 0, 1, 0, 1, 4)]
        simulator.inject_packets(make_packets(rows))
        result = simulator.step()
        assert np.flatnonzero(result.spikes[0]).tolist() == [4]
        assert (result.late.tolist(), result.off_mesh) == ([1], 1)

    def test_the_past_is_refused(self) -> None:
        simulator = Simulator(relay(ONE, attached=("west",)))
        simulator.step()
        simulator.step()
        with pytest.raises(StimulusError) as error:
            simulator.inject(make_spikes([(1, 0, 0, 0)]))
        assert str(error.value) == "spikes row 0: tick must be at least 2, not 1"
        with pytest.raises(StimulusError) as error:
            simulator.inject_packets(make_packets([(0, "west", 0, 0, 0, 0, 0)]))
        assert str(error.value) == "packets row 0: tick must be at least 1, not 0"

    def test_state_can_be_written(self) -> None:
        simulator = Simulator(Network(ONE, threshold=63, threshold_mask=1))
        simulator.potentials[0, 2] = 96
        simulator.random_state[0] = 1
        result = simulator.step()
        assert np.flatnonzero(result.spikes).tolist() == [2]
        state = 1
        for _ in range(16):
            state = xorshift32(state)
        assert result.random_state.tolist() == [state]

    def test_programming_between_two_ticks(self) -> None:
        network = Network(ONE, threshold=5)
        simulator = Simulator(network)
        network.leak[0, 1] = 5
        network.delay[0, 1] = 1
        network.synapses[0, 2, 0] = True
        network.weights[0, 2] = 5
        simulator.refresh(0)
        assert np.flatnonzero(simulator.step().spikes).tolist() == [1]
        assert np.flatnonzero(simulator.step().spikes).tolist() == [1, 2]

    def test_results_do_not_change_afterwards(self) -> None:
        simulator = Simulator(Network(ONE, leak=1, threshold=63, leak_stochastic=1))
        first = simulator.step()
        before = first.potentials.copy(), first.random_state.copy()
        simulator.step()
        assert np.array_equal(first.potentials, before[0])
        assert np.array_equal(first.random_state, before[1])


def test_refused() -> None:
    with pytest.raises(ValueError, match=r"^ticks must be at least 1, not 0$"):
        simulate(Network(ONE), None, 0)
    network = Network(ONE)
    network.reset_mode[0, 0] = 3
    with pytest.raises(NetworkError, match=r"^reset_mode of core .* not 3$"):
        simulate(network)
