"""A run that begins on the reference and goes on compiled is the same run."""

from types import SimpleNamespace

import numpy as np
import pytest

from spikewright.golden import (
    Architecture,
    EngineError,
    Network,
    Recording,
    fast_warm,
    random_network,
    random_packets,
    random_spikes,
    simulate,
)
from spikewright.tools import run_warm
from spikewright.tools.run_network import feed, run_network
from spikewright.tools.run_warm import Engine

TINY = Architecture.preset("tiny")
TICKS = 60


class Compiler:
    """Stands for the process that compiles: done when it was asked so often."""

    def __init__(self, asked: int, returncode: int = 0) -> None:
        self.left, self.returncode, self.ended = asked, returncode, False

    def poll(self) -> int | None:
        self.left -= 1
        return self.returncode if self.left < 0 else None

    def terminate(self) -> None:
        self.ended = True

    def wait(self) -> None:
        assert self.ended


def run(
    monkeypatch: pytest.MonkeyPatch, network: Network, compiler: Compiler
) -> tuple[Engine, Recording]:
    monkeypatch.setattr(fast_warm, "is_warm", lambda: False)
    monkeypatch.setattr(run_warm, "start_compiler", lambda _architecture: compiler)
    monkeypatch.setattr("spikewright.tools.run_network.CALL_SECONDS", 0.0)
    spikes, packets = random_spikes(network, 1, TICKS), random_packets(network, 1, TICKS)

    def give(simulator: object) -> None:
        feed(simulator, spikes, packets)

    engine = Engine(network, "numba", 1, patient=False, feed=give)
    give(engine.simulator)
    done = Recording.empty(network.architecture)
    found = run_network(engine, TICKS, done=done, stopped=lambda: False)
    engine.close()
    whole = simulate(network, spikes, TICKS, packets=packets)
    assert np.array_equal(found.recording.dense_spikes(), whole.spikes)
    assert np.array_equal(found.recording.outputs, whole.outputs)
    assert np.array_equal(found.recording.late_per_tick, whole.late.sum(axis=1))
    assert np.array_equal(engine.simulator.potentials, whole.potentials[-1])
    assert np.array_equal(engine.simulator.random_state, whole.random_state[-1])
    return engine, found.recording


@pytest.mark.parametrize("asked", [0, 1, 17, 58])
def test_the_compiled_engine_takes_over(monkeypatch: pytest.MonkeyPatch, asked: int) -> None:
    network = random_network(TINY, 8, attached=("west", "east"))
    engine, _ = run(monkeypatch, network, Compiler(asked))
    assert (engine.name, engine.since) == ("numba", asked + 1)


def test_the_run_ends_first(monkeypatch: pytest.MonkeyPatch) -> None:
    compiler = Compiler(1000)
    engine, _ = run(monkeypatch, random_network(TINY, 9, attached=("west",)), compiler)
    assert (engine.name, engine.since) == ("numpy", None)
    assert compiler.ended


def test_a_compiler_that_fails_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    compiler = Compiler(3, returncode=1)
    engine, _ = run(monkeypatch, random_network(TINY, 9, attached=("west",)), compiler)
    assert (engine.name, engine.since) == ("numpy", None)


def test_another_process_compiles() -> None:
    process = run_warm.start_compiler(TINY)
    assert process.wait(timeout=120) == 0
    assert fast_warm.is_warm()


def test_numba_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_name: str) -> None:
        raise EngineError("engine numba must have the package numba")

    monkeypatch.setattr(run_warm, "require", missing)
    with pytest.raises(EngineError, match=r"^engine numba must have the package numba$"):
        Engine(Network(TINY), "numba", 1, patient=False, feed=SimpleNamespace)
