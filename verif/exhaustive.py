"""Units run through all of their cases: which, in what widths, and how many cases there are.

The preset `tiny` makes most units small enough to leave out nothing. Each check compiles a unit,
runs every case through it and holds every output against the golden model or the specification; the
number of cases that it returns is what the project publishes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from spikewright.golden.architecture import Architecture

from . import exhaustive_core, exhaustive_draw, exhaustive_neuron, exhaustive_router
from .errors import ToolError
from .rig import Rig
from .sizes import WRAPPING

__all__ = ["CHECKS", "TINY", "Check", "Exhausted", "exhaust", "vectors"]

TINY = Architecture.preset("tiny")


@dataclass(frozen=True, kw_only=True)
class Check:
    """All cases of one unit in one architecture.

    Members
    -------
    unit : str
    widths : str
        What the architecture is called.
    architecture : Architecture
    run : callable
        Takes a `Rig`, returns the number of cases, or raises `Mismatch`.
    """

    unit: str
    widths: str
    architecture: Architecture
    run: Callable[[Rig], int]

    @property
    def name(self) -> str:
        """Name of the check, unique among all."""
        return f"{self.unit}-{self.widths}"

    @property
    def cases(self) -> str:
        """What the cases are, in one sentence."""
        return (self.run.__doc__ or "").partition("\n\n")[0].replace("\n    ", " ")


@dataclass(frozen=True, kw_only=True)
class Exhausted:
    """A check that passed."""

    check: Check
    vectors: int
    seconds: float


def _check(
    unit: str, run: Callable[[Rig], int], widths: str = "tiny", architecture: Architecture = TINY
) -> Check:
    return Check(unit=unit, widths=widths, architecture=architecture, run=run)


_NEURON = exhaustive_neuron
_ODD = exhaustive_core.ODD
_MICRO = _NEURON.MICRO
# Thresholds reach beyond what four bits of a potential hold.
_WRAPPING_MICRO = replace(_MICRO, potential_bits=4, wrap=1)

CHECKS = {
    check.name: check
    for check in (
        _check("scheduler_control", exhaustive_core.scheduler_control),
        _check("scheduler_control", exhaustive_core.scheduler_control, "odd", _ODD),
        _check("synapse_scan", exhaustive_core.synapse_scan),
        _check("look_up", exhaustive_core.look_up),
        _check("weigh", exhaustive_draw.weigh),
        _check("random_draw", exhaustive_draw.random_draw),
        _check("synaptic_integration", _NEURON.synaptic_integration),
        _check("synaptic_integration", _NEURON.synaptic_integration, "wrapping", WRAPPING),
        _check("leak_and_clamp", _NEURON.leak_and_clamp),
        _check("leak_and_clamp", _NEURON.leak_and_clamp, "wrapping", WRAPPING),
        _check("threshold_fire_reset", _NEURON.threshold_fire_reset, "micro", _MICRO),
        _check("threshold_fire_reset", _NEURON.threshold_fire_reset, "wrapping", _WRAPPING_MICRO),
        _check(
            "threshold_fire_reset",
            _NEURON.threshold_fire_reset,
            "inclusive",
            replace(_WRAPPING_MICRO, inclusive=1),
        ),
        _check("threshold_fire_reset", _NEURON.threshold_fire_reset),
        _check("spike_sender", _NEURON.spike_sender),
        _check("configuration", exhaustive_core.configuration, "odd", _ODD),
        _check("input_buffer", exhaustive_router.input_buffer),
        *(_check(unit, exhaustive_router.routing) for unit in exhaustive_router.ROUTING),
        _check("to_local", exhaustive_router.to_local),
    )
}
"""All checks by name."""


def exhaust(name: str, *, root: Path | None = None) -> Exhausted:
    """Run one check.

    Parameters
    ----------
    name : str
        A name of `CHECKS`.
    root : Path, optional
        Folder of builds.

    Raises
    ------
    Mismatch
        With the first case that differs.
    """
    if name not in CHECKS:
        raise ToolError(f"Check must be one of {', '.join(CHECKS)}, not {name!r}")
    check = CHECKS[name]
    began = time.monotonic()
    component = None
    if check.unit == "scheduler_control":
        component = exhaustive_core.Scheduler(check.architecture)
    rig = Rig(check.unit, check.architecture, component=component, root=root)
    try:
        count = check.run(rig)
    finally:
        rig.close()
    if not count:
        raise ToolError(f"Check {name} must run at least one case, and ran none")
    return Exhausted(check=check, vectors=count, seconds=time.monotonic() - began)


def vectors(*, root: Path | None = None) -> dict[str, int]:
    """Run all checks; return how many cases each unit was run through."""
    counts: dict[str, int] = {}
    for name, check in CHECKS.items():
        counts[check.unit] = counts.get(check.unit, 0) + exhaust(name, root=root).vectors
    return counts
