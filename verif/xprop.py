"""No x at an output: a chip in which nothing is known before it is reset and programmed.

Verilog hides what is not known: an `if` on x takes its other branch. So the design is rewritten
first: memories become registers, nothing has an initial value, and every decision becomes a
selection ``s ? a : b``, which gives x where `s` is x and `a` and `b` differ. What then comes out as
0 or 1 does not depend on anything that nobody has set.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from .errors import ToolError

__all__ = ["unknown_at_first"]

_REWRITE = """
import sys
from pyosys import libyosys
design = libyosys.Design()
for command in (
    "read_verilog in.v",
    "hierarchy -check -top " + sys.argv[1],
    "proc",
    "flatten",
    "delete t:$meminit t:$meminit_v2",
    "memory -nomap",
    "memory_map",
    "setattr -unset init w:*",
    "dffunmap",
    "pmuxtree",
    "bmuxmap",
    "demuxmap",
    "opt_clean",
    "write_verilog -noattr out.v",
):
    libyosys.run_pass(command, design)
"""


def unknown_at_first(verilog: str, top: str) -> str:
    """Return Verilog in which registers and memories start as x, and x is never hidden.

    Parameters
    ----------
    verilog : str
        What Amaranth wrote. A memory becomes as many registers as it has bits: for small cores.
    top : str

    Raises
    ------
    ToolError
        Where yosys refuses it.
    """
    with tempfile.TemporaryDirectory(prefix="spikewright-xprop-") as name:
        folder = Path(name)
        (folder / "in.v").write_text(verilog, "utf-8")
        done = subprocess.run(
            [sys.executable, "-c", _REWRITE, top],
            cwd=folder,
            check=False,
            capture_output=True,
            text=True,
        )
        out = folder / "out.v"
        if done.returncode or not out.is_file():
            lines = (done.stdout + done.stderr).strip().splitlines()
            raise ToolError(f"Yosys must rewrite {top}, and says: {lines[-1] if lines else None}")
        return out.read_text("utf-8")
