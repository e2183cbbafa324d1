"""Tables made into HDL, as the project's own compiler does it."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Mapping

from spikewright.lct.compile import compile_unit
from spikewright.lct.ir import Unit
from spikewright.lct.library import Library
from spikewright.verif.mutation_bases import component, rtlil_text, to_verilog

__all__ = ["amaranth_of", "verilog_of"]


def amaranth_of(unit: Unit, library: Library) -> str:
    """Amaranth of a table."""
    return compile_unit(unit, library)


def verilog_of(
    units: Mapping[str, Unit], library: Library, *, rename: bool = False
) -> dict[str, str]:
    """Verilog of tables by the caller's names; those that have no hardware are left out.

    Parameters
    ----------
    rename : bool
        Whether modules get the caller's names, else that of their unit.
    """
    made = {}
    for name, unit in units.items():
        text = _rtlil(unit, library, name)
        if text is not None:
            made[name] = text
    found = to_verilog(made) if made else {}
    if rename:
        return found
    return {n: t.replace(f"module {n}(", f"module {units[n].name}(", 1) for n, t in found.items()}


def _rtlil(unit: Unit, library: Library, name: str) -> str | None:
    from amaranth.hdl import UnusedElaboratable

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnusedElaboratable)
        warnings.simplefilter("ignore", SyntaxWarning)
        try:
            return rtlil_text(component(amaranth_of(unit, library), unit), name)
        except Exception:  # noqa: BLE001 (a faulty table may have loops, or values without a form)
            return None
        finally:
            gc.collect(0)
