"""What a run would cost on a chip, by energies that were published for it."""

from __future__ import annotations

from dataclasses import dataclass

from spikewright.golden.energy_models import MODELS, EnergyModel, Figure
from spikewright.golden.statistics import TICKS_PER_SECOND, Statistics

__all__ = ["Energy", "EnergyError", "Term", "predict_energy"]


class EnergyError(ValueError):
    """A model that is not there, or a run that lacks what the model counts."""


@dataclass(frozen=True, kw_only=True)
class Term:
    """One figure of a prediction.

    Members
    -------
    figure : Figure
    count : int
        Events in the run.
    joules : float
    """

    figure: Figure
    count: int
    joules: float


@dataclass(frozen=True, kw_only=True)
class Energy:
    """What a run would cost.

    Members
    -------
    model : EnergyModel
    terms : tuple of Term
    joules : float
        Sum of the terms that are not within others.
    ticks : int
    notes : tuple of str
        Where the run is far from the conditions of the figures.
    """

    model: EnergyModel
    terms: tuple[Term, ...]
    joules: float
    ticks: int
    notes: tuple[str, ...]

    @property
    def watts(self) -> float:
        """Mean power in real time, one tick a millisecond."""
        return self.joules * TICKS_PER_SECOND / max(self.ticks, 1)


def predict_energy(statistics: Statistics, model: str = "truenorth") -> Energy:
    """Return what a run would cost on a chip.

    Parameters
    ----------
    statistics : Statistics
    model : str
        A key of `MODELS`.

    Raises
    ------
    EnergyError
        Where there is no such model, or the recording lacks what it counts.
    """
    if model not in MODELS:
        raise EnergyError(f"energy model must be of {', '.join(MODELS)}, not {model!r}")
    chosen = MODELS[model]
    counts = _counts(statistics)
    terms = []
    for figure in chosen.figures:
        if (count := counts[figure.event]) is None:
            raise EnergyError(
                f"energy model {model} must have the synaptic operations of the run, which the "
                "engine of this recording could not see"
            )
        terms.append(Term(figure=figure, count=count, joules=count * figure.picojoules * 1e-12))
    return Energy(
        model=chosen,
        terms=tuple(terms),
        joules=sum(term.joules for term in terms if not term.figure.within),
        ticks=statistics.ticks,
        notes=tuple(_notes(statistics, chosen, terms)),
    )


def _counts(s: Statistics) -> dict[str, int | None]:
    hops_x, hops_y = s.traffic.across()
    updates = s.neurons_in_use * s.ticks
    return {
        "synaptic": s.synaptic_events,
        "spikes": s.spikes,
        "packets": s.traffic.packets,
        "hops": hops_x + hops_y,
        "hops_x": hops_x,
        "hops_y": hops_y,
        "active": s.spikes,
        "inactive": updates - s.spikes,
    }


def _notes(s: Statistics, model: EnergyModel, terms: list[Term]) -> list[str]:
    """Say how the run differs from what the figures were measured with."""
    if model.floor is None or not s.ticks:
        return []
    watts, source = model.floor
    power = sum(t.joules for t in terms if not t.figure.within) * TICKS_PER_SECOND / s.ticks
    fan = (s.synaptic_events or 0) / max(s.spikes, 1)
    notes = [
        f"the run has {s.mean_rate * TICKS_PER_SECOND:.3g} Hz and {fan:.3g} synaptic operations a "
        "spike: the figure is a ratio at 20 Hz and 128, and falls as activity grows"
    ]
    if power < watts:
        notes.append(
            f"a whole chip draws {watts * 1000:.0f} mW without any activity ({source}), which is "
            "more than this prediction"
        )
    return notes
