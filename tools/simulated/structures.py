"""What is answered for units of instances: what the compiler makes of them, and nothing wrong."""

from __future__ import annotations

import time

from spikewright.lct.compile import compile_unit
from spikewright.lct.generate_verilog import verilog_text
from spikewright.lct.library import Library

from .pool import HdlVariant, Pair, Pool, TableVariant

__all__ = ["structure_pool"]


def structure_pool(name: str) -> Pool:
    """A pool with the unit's own table, and the HDL that the compiler makes of it."""
    begin, library = time.perf_counter(), Library()
    unit = library.unit(name)
    texts = {
        "verilog": verilog_text(name, library, {}),
        "amaranth": compile_unit(unit, library),
    }
    pairs = (Pair(table=0, faulty=False, by="made"),)
    hdl = tuple(
        HdlVariant(
            name=f"{language[0]}0", language=language, style="compiled", fault="", text=text,
            faulty=False, by="made", pairs=pairs,
        )
        for language, text in texts.items()
    )  # fmt: skip
    table = TableVariant(
        name="t0", style="original", fault="", text="\n".join(unit.document.lines), faulty=False,
        same_text=True, by="made",
    )  # fmt: skip
    return Pool(
        unit=name, key="structure", hdl=hdl, tables=(table,), left_out={},
        seconds=time.perf_counter() - begin,
    )  # fmt: skip
