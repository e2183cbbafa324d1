"""From a design to a unit file that is proven to say the same."""

from __future__ import annotations

from dataclasses import dataclass

from spikewright.lct.compare.mapping import Mapping
from spikewright.lct.decoder.blind import blind_text
from spikewright.lct.decoder.guided import guided_text
from spikewright.lct.decoder.polish import polished, read
from spikewright.lct.decoder.proof import Undecodable, prove
from spikewright.lct.decoder.scene import Scene
from spikewright.lct.decoder.speak import Unsayable
from spikewright.lct.diagnostics import LctError
from spikewright.lct.front.design import Design
from spikewright.lct.ir import Unit
from spikewright.lct.solver import LIMIT

__all__ = ["Decoded", "Undecodable", "decode"]


@dataclass(frozen=True)
class Decoded:
    """A unit file, and the unit that it elaborates to."""

    text: str
    unit: Unit


def decode(
    design: Design,
    signals: Unit,
    guide: Unit | None = None,
    *,
    mapping: Mapping | None = None,
    limit: float = LIMIT,
) -> Decoded:
    """The table of a design, proven equal to it.

    Parameters
    ----------
    design : Design
    signals : Unit
        Its signals and types are read, nothing else.
    guide : Unit
        A table of the same signals to line up with: see `spikewright.lct.decoder.guided`.
    mapping : Mapping
        Names and codes in the HDL, where not the usual ones.
    limit : float
        Seconds for one question of the proof.

    Raises
    ------
    Undecodable
        The HDL lacks a port, leaves something undefined in part, or uses what the language cannot
        say; or the proof did not succeed.
    """
    scene = Scene(design, signals, mapping or Mapping())
    values = {p.name.lower(): p.value for p in guide.parameters.values()} if guide else {}
    try:
        text = guided_text(scene, guide) if guide is not None else blind_text(scene)
        unit = read(text, signals.name, values)
        if guide is None:
            text = polished(text, unit)
            unit = read(text, signals.name)
    except Unsayable as e:
        raise Undecodable(f"{design.name} cannot be written as a table: {e}") from None
    except LctError as e:
        first = e.findings[0].message
        raise Undecodable(f"{design.name} cannot be written as a table: {first}") from None
    except RecursionError:
        reason = "its expressions nest too deep"
        raise Undecodable(f"{design.name} cannot be written as a table: {reason}") from None
    prove(unit, design, scene.mapping, limit)
    return Decoded(text, unit)
