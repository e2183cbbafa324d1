"""A network on the RTL and on the golden model, tick by tick, and waves of where they part."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import SIDES, Network, check_packets, check_spikes
from spikewright.tools.console import atomic_path, progress
from spikewright.tools.difference import Difference
from spikewright.tools.engine import compiled_chip, require_simulator
from spikewright.tools.errors import UserError, user_message
from spikewright.tools.lockstep import Lockstep
from spikewright.tools.stages import Stages
from spikewright.tools.ticklog import TickLog
from spikewright.verif.chip_model import ChipModel
from spikewright.verif.errors import ToolError

__all__ = ["WAVES", "Comparison", "Waves", "compare"]

WAVES = Path("build/waves")
"""Where waveforms go unless told otherwise, below the current folder."""

# Ticks shown before and after the one with the difference.
TICKS_BEFORE, TICKS_AFTER = 2, 1

# Of what one call of the compiled model may return.
CHUNK_BYTES, CHUNK_TICKS = 32 * 2**20, 64


@dataclass(frozen=True, kw_only=True)
class Waves:
    """A waveform around a difference.

    Members
    -------
    path : Path or None
        None where it could not be written, for the reason in `fault`.
    first_tick, last_tick : int
    fault : str
    """

    path: Path | None
    first_tick: int
    last_tick: int
    fault: str = ""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What became of a comparison.

    Members
    -------
    network : Network
        As it was run: with spikes to come in over the west side attached.
    ticks : int
        That were to be run.
    log : TickLog
        Of the ticks that were run, the one with the first difference included.
    difference : Difference or None
    waves : Waves or None
    seconds : dict
        By stage.
    """

    network: Network
    ticks: int
    log: TickLog
    difference: Difference | None
    waves: Waves | None
    seconds: dict[str, float]

    @property
    def agree(self) -> bool:
        """Whether no difference was found."""
        return self.difference is None

    def to_dict(self) -> dict[str, Any]:
        """Return everything for JSON."""
        fit = self.log.fit()
        return {
            "agree": self.agree,
            "ticks": len(self.log),
            "ticks_wanted": self.ticks,
            "architecture": self.network.architecture.to_dict(),
            "attached": self.network.attached,
            "difference": None if self.difference is None else self.difference.to_dict(),
            "waves": None if self.waves is None else asdict(self.waves),
            "per_tick": self.log.columns(),
            "cycles": None if fit is None else asdict(fit),
            "ticks_per_second": self.log.speeds(),
            "seconds": self.seconds,
        }


def compare(
    network: Network,
    *,
    spikes: NDArray[np.void] | None = None,
    packets: NDArray[np.void] | None = None,
    ticks: int,
    waves: Path = WAVES,
    name: str = "difference",
    core: str = "event",
    verilog: str | None = None,
    root: Path | None = None,
) -> Comparison:
    """Run a network on both until they differ.

    Parameters
    ----------
    network : Network
    spikes : ndarray of SPIKE, optional
        They reach the RTL as packets over the west edge, which is attached for them if it is not.
    packets : ndarray of PACKET, optional
    ticks : int
    waves : Path
        Folder for the waveform of a difference; made only if there is one.
    name : str
        What the waveform is called, apart from the tick.
    core : {"event", "neuron"}
        Microarchitecture of the cores, see `hdl.tile.CORES`.
    verilog : str, optional
        Text of the module `mesh`, instead of the one that the project generates.
    root : Path, optional
        Folder of builds, see `cache.default_root`.

    Raises
    ------
    ToolError
        Where there is no simulator, or it refuses the Verilog.
    """
    if ticks < 1:
        raise UserError(f"Ticks must be at least 1, not {ticks}.")
    require_simulator()
    network = _prepared(network, spikes, packets)
    stages = Stages()

    def lockstep(*, waves: bool = False) -> Lockstep:
        def chip() -> ChipModel:
            return compiled_chip(
                network.architecture,
                network.attached,
                core=core,
                waves=waves,
                verilog=verilog,
                root=root,
            )

        return Lockstep(network, chip, spikes=spikes, packets=packets)

    with stages.show("Compiling the RTL"):
        both = lockstep()
    with stages.timed("Running"), closing(both):
        log, difference = _run(both, ticks)
    shown = None
    if difference is not None:
        shown = _window(waves / f"{name}-tick{difference.tick}.fst", difference.tick)
        with stages.show("Recording the waveform"):
            try:
                _record(lockstep(waves=True), shown)
            except (ToolError, OSError) as fault:
                # The difference is found: that nothing shows it must not hide it.
                shown = replace(shown, path=None, fault=user_message(fault) or str(fault))
    return Comparison(
        network=network,
        ticks=ticks,
        log=log,
        difference=difference,
        waves=shown,
        seconds=stages.seconds,
    )


def _prepared(
    network: Network, spikes: NDArray[np.void] | None, packets: NDArray[np.void] | None
) -> Network:
    """Check events, and attach the west side if spikes are to come in."""
    if packets is not None:
        check_packets(packets, network)
    attached = set(network.attached)
    if spikes is not None:
        check_spikes(spikes, network)
        attached.add("west")
    # One order of the sides, so that equal hardware is compiled once.
    ordered = [side for side in SIDES if side in attached]
    return Network(network.architecture, attached=ordered, **network.arrays())


def _window(path: Path, tick: int) -> Waves:
    return Waves(path=path, first_tick=max(0, tick - TICKS_BEFORE), last_tick=tick + TICKS_AFTER)


def _chunk(lockstep: Lockstep) -> int:
    """Return how many ticks one call may run, by the room that their potentials take."""
    architecture = lockstep.network.architecture
    room = CHUNK_BYTES // (8 * architecture.cores * architecture.neurons)
    return min(max(1, room), CHUNK_TICKS)


def _run(lockstep: Lockstep, ticks: int) -> tuple[TickLog, Difference | None]:
    log, difference = TickLog(lockstep.network.architecture.neurons), None
    with progress("Comparing ticks", ticks) as advance:
        for span in lockstep.spans(ticks, _chunk(lockstep)):
            done = len(log)
            log.add(span)
            difference = span.difference
            advance(len(log) - done)
    return log, difference


def _record(lockstep: Lockstep, waves: Waves) -> None:
    assert waves.path is not None
    waves.path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(waves.path) as temporary, closing(lockstep):
        lockstep.record(temporary, waves.first_tick, waves.last_tick, _chunk(lockstep))
