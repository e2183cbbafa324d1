"""The RTL as an engine: everything that hardware shows is what the reference shows."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from spikewright.golden import (
    Architecture,
    Recording,
    make_packets,
    make_spikes,
    random_network,
    random_packets,
    random_spikes,
)
from spikewright.golden.engines import EngineError, make_simulator, simulate
from spikewright.tools import rtl_engine
from spikewright.tools.rtl_engine import RtlEngine
from spikewright.verif.errors import ToolError

# Chips that other tests compile as well: builds are kept by content.
TINY = Architecture.preset("tiny")
ONE = TINY.with_mesh(1, 1)
WEST_EAST = ("west", "east")
HIDDEN = ("synaptic_events_per_tick", "synaptic_events_per_core")


def events(network, seed, ticks, first=0):
    """Return spikes and packets of random ticks from one tick on."""
    spikes = random_spikes(network, seed, ticks)
    packets = random_packets(network, seed, ticks) if network.attached else make_packets()
    spikes["tick"] += first
    packets["tick"] += first
    packets["slot"] = (packets["slot"] + first) % network.architecture.delay_slots
    return spikes, packets


def record(engine, network, parts=(50,), seed=0):
    simulator = make_simulator(network, engine)
    spikes, packets = events(network, seed, sum(parts) + 5)
    simulator.inject(spikes)
    simulator.inject_packets(packets)
    places = np.arange(0, network.potential.size, 3)
    return Recording.joined([simulator.run(count, places) for count in parts])


def assert_same(rtl, golden):
    """Hold all that the hardware shows against the reference."""
    for field in fields(Recording):
        if field.name in HIDDEN:
            assert getattr(rtl, field.name) is None
            continue
        found, wanted = getattr(rtl, field.name), getattr(golden, field.name)
        if isinstance(wanted, np.ndarray):
            assert found.dtype == wanted.dtype, field.name
            np.testing.assert_array_equal(found, wanted, err_msg=field.name)
        else:
            assert found == wanted


@pytest.mark.slow
@pytest.mark.parametrize("attached", [(), ("east",), ("west",), WEST_EAST])
@pytest.mark.parametrize("seed", range(3))
def test_recordings_on_a_mesh(seed, attached):
    network = random_network(TINY, seed, attached=attached, off_mesh=0.2)
    rtl, golden = (record(engine, network, seed=seed) for engine in ("rtl", "numpy"))
    assert_same(rtl, golden)
    # Packets leave to the west, which the hardware always attaches; here they count as dropped.
    assert golden.off_mesh.sum() > 0
    assert len(golden.spike_index) > 0


@pytest.mark.parametrize("attached", [(), WEST_EAST])
@pytest.mark.parametrize("parts", [(40,), (1,) * 40, (7, 33)])
def test_recording_does_not_depend_on_its_parts(parts, attached):
    network = random_network(ONE, 5, attached=attached)
    assert_same(record("rtl", network, parts), record("numpy", network, (40,)))


def test_many_ticks_are_several_calls(monkeypatch):
    monkeypatch.setattr(rtl_engine, "CHUNK_BYTES", 3 * 4 * ONE.neurons)
    network = random_network(ONE, 6)
    assert_same(record("rtl", network, (40,)), record("numpy", network, (40,)))


def test_recording_of_no_tick():
    network = random_network(ONE, 1)
    assert RtlEngine(network).run(0).ticks == 0


def test_events_between_ticks():
    """The tick that was run last still takes packets; spikes come until just before their own."""
    network = random_network(ONE, 7, attached=WEST_EAST)
    found = []
    for engine in ("rtl", "numpy"):
        simulator = make_simulator(network, engine)
        results = []
        for tick in range(0, 40, 4):
            spikes, packets = events(network, tick, 4, first=tick)
            # Those of the tick before the first one, and of each last tick of four.
            simulator.inject_packets(packets[packets["tick"] < max(tick, 1)])
            simulator.inject_packets(packets[packets["tick"] >= max(tick, 1)])
            simulator.inject(spikes)
            results += [simulator.step() for _ in range(4)]
        found.append(results)
    dropped = 0
    for rtl, golden in zip(*found, strict=True):
        for name in ("tick", "spikes", "potentials", "late", "off_mesh", "outputs"):
            np.testing.assert_array_equal(getattr(rtl, name), getattr(golden, name), err_msg=name)
        assert rtl.random_state.shape == rtl.synaptic_events.shape == (0,)
        dropped += int(golden.late.sum()) + golden.off_mesh
    assert dropped > 0


def test_trace():
    network = random_network(ONE, 8, attached=WEST_EAST)
    spikes, packets = events(network, 8, 30)
    rtl, golden = (
        simulate(network, spikes, 30, packets=packets, engine=engine) for engine in ("rtl", "numpy")
    )
    for name in ("spikes", "potentials", "late", "off_mesh", "outputs"):
        np.testing.assert_array_equal(getattr(rtl, name), getattr(golden, name), err_msg=name)
    assert rtl.random_state.shape == rtl.synaptic_events.shape == (30, 0)


def test_potentials_before_and_after_a_tick():
    network = random_network(ONE, 9)
    simulator = RtlEngine(network)
    np.testing.assert_array_equal(simulator.potentials, network.potential)
    result = simulator.step()
    assert (result.tick, simulator.tick) == (0, 1)
    np.testing.assert_array_equal(simulator.potentials, result.potentials)
    assert simulator.random_state.size == simulator.scheduler.size == 0


def test_bad_events():
    simulator = RtlEngine(random_network(ONE, 1, attached=("east",)))
    simulator.run(3)
    with pytest.raises(ValueError, match=r"^spikes row 0: tick must be at least 3, not 2$"):
        simulator.inject(make_spikes([(2, 0, 0, 1)]))
    with pytest.raises(ValueError, match=r"^packets row 0: tick must be at least 2, not 1$"):
        simulator.inject_packets(make_packets([(1, "east", 0, 0, 0, 1, 1)]))
    # Its edge is attached for spikes on axons alone.
    sentence = r"^packets row 0: side must be attached \(east\), not 'west'$"
    with pytest.raises(ValueError, match=sentence):
        simulator.inject_packets(make_packets([(5, "west", 0, 0, 0, 1, 1)]))


def test_states_are_refused():
    network = random_network(ONE, 1)
    simulator = RtlEngine(network)
    state = make_simulator(network, "numpy").state()
    why = "the hardware shows neither its random states nor the spikes that it has scheduled"
    with pytest.raises(EngineError, match=f"^engine rtl cannot save a state: {why}$"):
        simulator.state()
    with pytest.raises(EngineError, match=f"^engine rtl cannot go on from tick 0: {why}$"):
        simulator.restore(state)


def test_threads():
    network = random_network(ONE, 1)
    RtlEngine(network, threads=1).close()
    with pytest.raises(EngineError, match=r"^threads must be 1 on engine rtl, not 2$"):
        RtlEngine(network, threads=2)


def test_missing_compiler(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    sentence = (
        r"^g\+\+ and make and ar are missing to compile a Verilated model: apt install g\+\+ make "
        r"binutils$"
    )
    with pytest.raises(ToolError, match=sentence):
        RtlEngine(random_network(ONE, 1))
