"""The compiled engine's members, one after the other; the reference says what they must give."""

import runpy
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from spikewright.golden import (
    Architecture,
    EngineError,
    Network,
    Simulator,
    StimulusError,
    engines,
    fast,
    make_packets,
    make_simulator,
    make_spikes,
    random_network,
    simulate,
)
from spikewright.golden.fast import FastSimulator
from spikewright.golden.fast_tables import thread_count
from spikewright.golden.random import sequence

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("fast_helpers.py"))))
assert_same, busy, relay, started = (
    getattr(helpers, name) for name in ("assert_same", "busy", "relay", "started")
)
ONE, MESH, TICKS = helpers.ONE, helpers.MESH, helpers.TICKS


@pytest.fixture(autouse=True)
def small_networks_get_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast, "CORES_A_THREAD", 1)


class TestMembers:
    def test_before_the_first_tick(self) -> None:
        network = random_network(MESH, 1)
        simulator = FastSimulator(network)
        assert simulator.network is network
        assert simulator.tick == 0
        assert_same(simulator.state(), Simulator(network).state())
        assert np.array_equal(simulator.potentials, network.potential)
        assert simulator.potentials.shape == (6, 16)
        assert (simulator.scheduler.shape, simulator.scheduler.dtype) == ((6, 16, 16), np.bool_)
        assert simulator.random_state.dtype == np.uint32

    def test_the_network_is_not_written_and_later_changes_are_not_seen(self) -> None:
        network, spikes, _ = busy()
        before = {name: array.copy() for name, array in network.arrays().items()}
        simulator = FastSimulator(network)
        simulator.inject(spikes)
        simulator.run(TICKS)
        assert all(np.array_equal(before[n], array) for n, array in network.arrays().items())
        simulator = FastSimulator(network)
        network.synapses[:] = True
        network.threshold[:] = 0
        network.axon_types[:] = 0
        simulator.inject(spikes)
        again = Network(MESH, attached=network.attached, **before)
        assert_same(simulator.trace(TICKS), simulate(again, spikes, TICKS))

    def test_threads(self) -> None:
        network = Network(MESH)
        assert [FastSimulator(network, threads=n).threads for n in (1, 2, 5, 6, 7, 300)] == [
            *(1, 2, 5, 6, 6, 6)
        ]
        assert FastSimulator(Network(ONE)).threads == 1

    def test_small_networks_get_one_thread(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.undo()
        assert FastSimulator(Network(helpers.TINY.with_mesh(4, 4)), threads=8).threads == 1
        assert FastSimulator(Network(helpers.TINY.with_mesh(8, 4)), threads=8).threads == 2

    def test_as_many_threads_as_processors_at_most_255(self) -> None:
        assert 1 <= thread_count(None, 1000) <= 255
        assert thread_count(1000, 1000) == 255
        assert thread_count(3, 0) == 1

    def test_a_state_is_a_copy(self) -> None:
        simulator = started(FastSimulator)
        simulator.run(5)
        state = simulator.state()
        kept = [np.copy(getattr(state, name)) for name in ("potentials", "scheduler")]
        simulator.run(5)
        assert np.array_equal(state.potentials, kept[0])
        assert np.array_equal(state.scheduler, kept[1])

    def test_results_do_not_change_afterwards(self) -> None:
        simulator = started(FastSimulator)
        first = simulator.step()
        kept = first.potentials.copy(), first.random_state.copy(), first.spikes.copy()
        simulator.run(5)
        assert np.array_equal(first.potentials, kept[0])
        assert np.array_equal(first.random_state, kept[1])
        assert np.array_equal(first.spikes, kept[2])

    def test_potentials_and_random_states_can_be_written(self) -> None:
        for kind in (Simulator, FastSimulator):
            simulator = kind(Network(ONE, threshold=63, threshold_mask=1))
            simulator.potentials[0, 2] = 96
            simulator.random_state[0] = 1
            result = simulator.step()
            assert np.flatnonzero(result.spikes).tolist() == [2]
            assert result.random_state.tolist() == sequence(1, 16)[-1:].tolist()

    def test_the_scheduler_is_read_as_a_copy_and_written_as_a_whole(self) -> None:
        a = Architecture(axons=100, neurons=100, width=2, height=1, delay_slots=4)
        synapses = np.broadcast_to(np.eye(100, dtype=np.bool_), (2, 100, 100))
        simulator = FastSimulator(Network(a, synapses=synapses, weights=1))
        simulator.scheduler[:] = True
        assert not simulator.scheduler.any()
        wanted = np.random.default_rng(0).random((2, 4, 100)) < 0.3
        simulator.scheduler = wanted
        assert np.array_equal(simulator.scheduler, wanted)
        for tick in range(4):
            assert np.array_equal(simulator.step().spikes, wanted[:, tick])
        assert not simulator.scheduler.any()

    def test_a_scheduler_that_was_written_forgets_what_had_been_delivered(self) -> None:
        """A packet of the tick that ran last does not come a second time."""
        for kind in (Simulator, FastSimulator):
            simulator = kind(relay())
            simulator.inject_packets(make_packets([(2, "west", 0, 0, 0, 5, 3)]))
            simulator.run(3)
            assert np.argwhere(simulator.scheduler).tolist() == [[0, 5, 3]]
            simulator.scheduler = np.zeros((1, 16, 16), dtype=np.bool_)
            assert simulator.run(20).spike_index.size == 0


class TestInject:
    def test_in_any_order_and_in_portions(self) -> None:
        network, spikes, packets = busy(2)
        rng = np.random.default_rng(2)
        simulator = FastSimulator(network, threads=3)
        for part in np.array_split(rng.permutation(spikes), 5):
            simulator.inject(part)
        for part in np.array_split(rng.permutation(packets), 5):
            simulator.inject_packets(part)
        assert_same(simulator.trace(TICKS), simulate(network, spikes, TICKS, packets=packets))

    def test_nothing(self) -> None:
        simulator = FastSimulator(relay())
        simulator.inject(make_spikes())
        simulator.inject_packets(make_packets())
        assert simulator.run(3).spike_index.size == 0

    def test_beyond_the_run(self) -> None:
        simulator = FastSimulator(relay())
        simulator.inject(make_spikes([(7, 0, 0, 1), (2**40, 0, 0, 2)]))
        assert simulator.run(7).spike_index.size == 0
        assert simulator.run(2).spike_index.tolist() == [1]

    def test_the_past_is_refused(self) -> None:
        simulator = FastSimulator(relay())
        simulator.run(2)
        with pytest.raises(StimulusError) as error:
            simulator.inject(make_spikes([(1, 0, 0, 0)]))
        assert str(error.value) == "spikes row 0: tick must be at least 2, not 1"
        with pytest.raises(StimulusError) as error:
            simulator.inject_packets(make_packets([(0, "west", 0, 0, 0, 0, 0)]))
        assert str(error.value) == "packets row 0: tick must be at least 1, not 0"

    def test_a_tick_lasts_until_the_next_starts(self) -> None:
        """Packets handed over after a step are still of that tick, and can be late in it."""
        rows = [(0, "west", 0, 0, 0, 0, 3), (0, "west", 0, 0, 0, 1, 4), (0, "west", 0, 1, 0, 1, 4)]
        rows += [(0, "west", 0, 0, 2, 1, 4), (1, "west", 0, 0, 0, 1, 4)]
        traces = []
        for kind in (Simulator, FastSimulator):
            simulator = kind(relay(attached=("west", "north")))
            simulator.step()
            simulator.inject_packets(make_packets(rows))
            traces.append(simulator.trace(3))
        assert_same(*traces)
        assert np.flatnonzero(traces[0].spikes[0]).tolist() == [4]
        assert traces[0].late[:, 0].tolist() == [2, 0, 0]
        assert traces[0].outputs["tick"].tolist() == [0]

    @pytest.mark.parametrize("threads", [1, 4])
    def test_tick_by_tick(self, threads: int) -> None:
        """Events come as late as they may, as from another chip; and what is over is dropped."""
        network, spikes, packets = busy(3)
        slow, quick = Simulator(network), FastSimulator(network, threads=threads)
        for tick in range(TICKS):
            for simulator in (slow, quick):
                simulator.inject(spikes[spikes["tick"] == tick])
                simulator.inject_packets(packets[packets["tick"] == tick - 1])
            assert_same(slow.step(), quick.step())
        assert_same(slow.state(), quick.state())
        assert (quick._edges, quick._spikes.size) == ([], 0)


class TestEngines:
    @pytest.mark.parametrize("engine", ["numpy", "numba"])
    def test_threads_must_be_some(self, engine: str) -> None:
        with pytest.raises(EngineError) as error:
            make_simulator(Network(ONE), engine, threads=0)
        assert str(error.value) == "threads must be at least 1, not 0"

    def test_an_unknown_engine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(engines, "entry_points", lambda **_: [])
        with pytest.raises(EngineError) as error:
            make_simulator(Network(ONE), "fpga")
        assert str(error.value) == "engine must be of numpy, numba, not 'fpga'"

    def test_without_numba(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "numba", None)
        for call in (
            lambda: simulate(Network(ONE), engine="numba"),
            lambda: make_simulator(Network(ONE), "numba", 2),
        ):
            with pytest.raises(EngineError) as error:
                call()
            assert str(error.value) == (
                "engine numba must have the package numba, which is not installed: "
                "pip install 'spikewright[fast]'"
            )
        assert type(make_simulator(Network(ONE))) is Simulator

    def test_kinds(self) -> None:
        assert type(make_simulator(Network(ONE), "numba", 2)) is FastSimulator
