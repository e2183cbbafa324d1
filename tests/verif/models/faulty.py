"""Models with a fault each, to see that the bench does not agree with just anything."""

from spikewright.golden.simulate import Simulator
from spikewright.golden.trace import TickResult


class OneTooMany(Simulator):
    def step(self) -> TickResult:
        result = super().step()
        if result.tick == 2:
            result.potentials[0, 3] += 1
        return result


class NoSpike(Simulator):
    def step(self) -> TickResult:
        result = super().step()
        result.spikes[:] = False
        return result


class NothingLate(Simulator):
    def step(self) -> TickResult:
        result = super().step()
        result.late[:] = 0
        return result


class ForgetsSlots(Simulator):
    def step(self) -> TickResult:
        self.scheduler[:, 5] = False
        return super().step()
