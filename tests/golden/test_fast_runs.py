"""Runs of the compiled engine: threads, chunks, states, interruptions, and cores that rest."""

import runpy
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from spikewright.golden import (
    EngineError,
    Network,
    Recording,
    Simulator,
    State,
    Trace,
    fast,
    make_packets,
    make_spikes,
    simulate,
)
from spikewright.golden.fast import FastSimulator

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("fast_helpers.py"))))
assert_same, busy, relay, started = (
    getattr(helpers, name) for name in ("assert_same", "busy", "relay", "started")
)
ONE, MESH, TICKS = helpers.ONE, helpers.MESH, helpers.TICKS


@pytest.fixture(autouse=True)
def small_networks_get_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast, "CORES_A_THREAD", 1)


class TestRuns:
    @pytest.mark.parametrize("threads", [1, 2, 3, 5, 16])
    def test_threads_do_not_matter(self, threads: int) -> None:
        network, spikes, packets = busy(4)
        slow, quick = started(Simulator, 4), started(FastSimulator, 4, threads=threads)
        assert quick.threads == min(threads, 6)
        trace = slow.trace(TICKS)
        assert_same(trace, quick.trace(TICKS))
        assert_same(slow.state(), quick.state())
        assert trace.outputs.size
        assert trace.late.any()
        assert trace.off_mesh.any()
        options: dict[str, Any] = {"packets": packets, "engine": "numba", "threads": threads}
        assert_same(simulate(network, spikes, TICKS, **options), trace)

    @pytest.mark.parametrize("threads", [1, 4])
    def test_step_trace_and_run_are_one(self, threads: int) -> None:
        watch = np.array([90, 3, 3, 0, 95])
        expected = started(Simulator, 5).run(TICKS, watch)
        whole = started(FastSimulator, 5, threads=threads).run(TICKS, watch)
        assert_same(whole, expected)
        trace: Trace = started(FastSimulator, 5, threads=threads).trace(TICKS)
        assert trace.potentials is not None
        assert np.array_equal(whole.dense_spikes(), trace.spikes)
        assert np.array_equal(whole.potentials, trace.potentials.reshape(TICKS, -1)[:, watch])
        assert np.array_equal(whole.outputs, trace.outputs)
        simulator = started(FastSimulator, 5, threads=threads)
        for tick in range(TICKS):
            result = simulator.step()
            assert (result.tick, simulator.tick) == (tick, tick + 1)
            assert np.array_equal(result.spikes, trace.spikes[tick])
            assert np.array_equal(result.potentials, trace.potentials[tick])
            assert np.array_equal(result.synaptic_events, trace.synaptic_events[tick])
            assert np.array_equal(result.late, trace.late[tick])
            assert result.off_mesh == trace.off_mesh[tick]

    @pytest.mark.parametrize("engine", [Simulator, FastSimulator])
    @pytest.mark.parametrize("number", [-1, 96])
    def test_a_watched_neuron_must_exist(self, engine: Any, number: int) -> None:
        simulator = started(engine, 5)
        with pytest.raises(ValueError, match=rf"^watched neuron must be in 0\.\.95, not {number}$"):
            simulator.run(2, np.array([3, number]))
        assert simulator.tick == 0

    def test_in_chunks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """By the caller, and because one call's log would grow too long: 5 ticks of 6 x 64."""
        watch = np.array([17])
        whole = started(FastSimulator, 6).run(TICKS, watch)
        simulator = started(FastSimulator, 6, threads=2)
        parts = [simulator.run(ticks, watch) for ticks in (1, 0, 9, 3, 11)]
        assert_same(Recording.joined(parts), whole)
        dense = started(FastSimulator, 6).trace(TICKS)
        monkeypatch.setattr(fast, "LOG", 5 * 6 * 64)
        assert_same(started(FastSimulator, 6, threads=3).run(TICKS, watch), whole)
        assert_same(started(FastSimulator, 6, threads=3).trace(TICKS), dense)
        monkeypatch.setattr(fast, "LOG", 1)
        assert_same(started(FastSimulator, 6).run(TICKS, watch), whole)

    def test_potentials_are_optional(self) -> None:
        trace = started(FastSimulator).trace(3, record_potentials=False)
        assert trace.potentials is None
        assert np.array_equal(trace.spikes, started(Simulator).trace(3).spikes)


class TestRestore:
    @pytest.mark.parametrize("threads", [1, 3])
    def test_each_engine_goes_on_where_the_other_was(self, threads: int) -> None:
        network, spikes, packets = busy(7)
        whole = started(Simulator, 7)
        states: list[State] = []
        for _ in range(TICKS):
            states.append(whole.state())
            whole.step()
        for cut in (1, 8, 17):
            quick, slow = FastSimulator(network, threads=threads), Simulator(network)
            for simulator in (quick, slow):
                simulator.restore(states[cut])
                simulator.inject(spikes[spikes["tick"] >= cut])
                simulator.inject_packets(packets[packets["tick"] >= cut])
            quick.run(3)
            between = quick.state()
            assert_same(between, states[cut + 3])
            slow.restore(between)
            slow.inject(spikes[spikes["tick"] >= cut + 3])
            slow.inject_packets(packets[packets["tick"] >= cut + 3])
            slow.run(TICKS - cut - 3)
            assert_same(slow.state(), whole.state())

    def test_what_was_injected_is_forgotten(self) -> None:
        simulator = FastSimulator(relay())
        state = simulator.state()
        simulator.inject(make_spikes([(0, 0, 0, 1), (3, 0, 0, 2)]))
        rows = [(-1, "west", 0, 0, 0, 0, 1), (1, "west", 0, 0, 0, 1, 1), (0, "west", 0, 1, 0, 2, 1)]
        simulator.inject_packets(make_packets(rows))
        simulator.restore(state)
        run = simulator.run(5)
        assert (run.spike_index.size, run.late_per_tick.sum(), run.off_mesh.sum()) == (0, 0, 0)

    def test_a_late_tick(self) -> None:
        """A tick is a number of 64 bits, and its slot is what is left of it."""
        state = FastSimulator(relay(delay=1)).state()
        for kind in (Simulator, FastSimulator):
            simulator = kind(relay(delay=1))
            simulator.restore(State(**{**vars(state), "tick": 2**40 + 15}))
            simulator.inject(make_spikes([(2**40 + 15, 0, 0, 3)]))
            fired = simulator.run(3).fired()
            assert (fired["tick"] - 2**40).tolist() == [15, 16, 17]
            assert fired["neuron"].tolist() == [3, 0, 0]


class TestBrokenOff:
    TEXT = "simulator must be restored after a run that was broken off"

    def test_only_a_restored_simulator_runs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        network, _, _ = busy()
        simulator = FastSimulator(network)
        state = simulator.state()

        def interrupted(*_: Any) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(fast, "run_ticks", interrupted)
            with pytest.raises(KeyboardInterrupt):
                simulator.run(3)
        for call in (simulator.step, lambda: simulator.run(1), lambda: simulator.trace(1)):
            with pytest.raises(EngineError) as error:
                call()
            assert str(error.value) == self.TEXT
        simulator.restore(state)
        assert_same(simulator.trace(3), simulate(network, None, 3))

    def test_other_threads_are_waited_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A restored chip must not be written by a thread of the run before."""
        ended = []

        def interrupted(*arguments: Any) -> None:
            if arguments[4] == 0:
                raise KeyboardInterrupt
            time.sleep(0.2)
            ended.append(arguments[4])

        monkeypatch.setattr(fast, "run_ticks", interrupted)
        with pytest.raises(KeyboardInterrupt):
            FastSimulator(Network(MESH), threads=3).run(1)
        assert sorted(ended) == [1, 2]


class TestRest:
    """A core that nothing comes to, and in which the last tick changed nothing, is left alone."""

    def both(self, network: Network, spikes: np.ndarray, ticks: int) -> Trace:
        """Run to the end in one call, in the reference and in the compiled engine."""
        trace = simulate(network, spikes, ticks)
        assert_same(simulate(network, spikes, ticks, engine="numba"), trace)
        return trace

    def test_a_spike_in_tick_50(self) -> None:
        network = relay(delay=1, dx=1, axon=5, threshold=3, weights=2, potential=1)
        spikes = make_spikes([(50, 0, 0, 2), (52, 0, 0, 2), (60, 0, 0, 9)])
        fired = self.both(network, spikes, 80).spikes
        assert np.argwhere(fired).tolist() == [[50, 0, 2], [60, 0, 9]]
        simulator = FastSimulator(network)
        assert not simulator.rests
        simulator.run(40)
        assert simulator.rests
        simulator.inject(spikes)
        assert np.array_equal(simulator.trace(40).spikes, fired[40:])

    def test_a_packet_of_another_core_wakes(self) -> None:
        network = Network(
            MESH,
            synapses=np.eye(16, dtype=np.bool_)[None].repeat(6, axis=0),
            weights=1,
            delay=9,
            axon=4,
            dx=[[1] * 16, [1] * 16, [-2] * 16] * 2,
        )
        fired = self.both(network, make_spikes([(2, 0, 1, 7)]), 40).spikes
        assert np.argwhere(fired).tolist() == [
            *([2, 3, 7], [11, 4, 4], [20, 5, 4], [29, 3, 4], [38, 4, 4]),
        ]

    def test_a_neuron_that_fires_for_ever_without_a_change(self) -> None:
        """gamma = 2 and no leak: V stays, and there is a packet in every tick."""
        network = relay(reset_mode=2, potential=[[0] * 15 + [40]], threshold=30, delay=3, axon=1)
        trace = self.both(network, make_spikes(), 80)
        assert trace.spikes[:, 0, 15].all()
        assert trace.potentials is not None
        # From tick 3 on, one more in each; its own packets merge with the others.
        assert trace.potentials[-1, 0, 1] == 77

    def test_no_neuron_with_noise_or_leak_rests(self) -> None:
        for arrays in ({"leak": 1}, {"threshold_mask": 1}, {"leak_stochastic": 1}):
            network = relay(threshold=63, **arrays)
            simulator = FastSimulator(network)
            simulator.run(50)
            assert not simulator.rests
            assert_same(simulator.trace(30), started_later(network, 50).trace(30))

    def test_a_leak_that_has_come_to_zero_rests(self) -> None:
        network = relay(leak=-3, leak_reversal=1, potential=20, threshold=63, negative_threshold=9)
        simulator = FastSimulator(network)
        assert simulator.run(9, np.array([0])).potentials[:, 0].tolist() == [
            *(17, 14, 11, 8, 5, 2, 0, 0, 0),
        ]
        assert simulator.rests

    @pytest.mark.parametrize("kept", [False, True])
    def test_potentials_that_are_written_wake(self, kept: bool) -> None:
        """Also through a view that was taken before the core came to rest."""
        simulator = FastSimulator(relay(threshold=5))
        view = simulator.potentials if kept else None
        simulator.run(10)
        view = simulator.potentials if view is None else view
        view[0, 3] = 50
        assert simulator.run(5).fired()["tick"].tolist() == [10]
        view[0, 3:5] = 50
        assert simulator.run(5).fired()["tick"].tolist() == [15, 15]

    def test_a_scheduler_that_is_written_wakes(self) -> None:
        simulator = FastSimulator(relay())
        simulator.run(20)
        assert simulator.rests
        scheduler = simulator.scheduler
        scheduler[0, 7, 2] = True
        simulator.scheduler = scheduler
        assert simulator.run(20).fired()["tick"].tolist() == [23]

    def test_a_state_that_is_restored_wakes(self) -> None:
        rested = FastSimulator(relay(threshold=60))
        rested.run(20)
        assert rested.rests
        potentials = np.full((1, 16), 60, dtype=np.int32)
        rested.restore(State(**{**vars(rested.state()), "potentials": potentials}))
        assert rested.run(3).spikes_per_tick.tolist() == [16, 0, 0]


def started_later(network: Network, ticks: int) -> Simulator:
    simulator = Simulator(network)
    simulator.run(ticks)
    return simulator
