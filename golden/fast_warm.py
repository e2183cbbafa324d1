"""Compile the fast engine ahead of its use: `python -m spikewright.golden.fast_warm ARCHITECTURE`.

What is compiled lies in a folder of its own, so another process finds it there.
"""

from __future__ import annotations

import json
import sys

from spikewright.golden.architecture import Architecture
from spikewright.golden.engines import make_simulator
from spikewright.golden.fast_machine import folder
from spikewright.golden.network import Network

__all__ = ["is_warm", "main"]


def is_warm() -> bool:
    """Whether the engine was compiled before on this machine, in this version."""
    return any(folder().glob("**/fast_kernel.run_ticks-*.nbi"))


def main(text: str) -> None:
    """Run one tick of a chip of one silent core, given its architecture as JSON."""
    architecture = Architecture.from_dict(json.loads(text))
    make_simulator(Network(architecture), "numba", threads=1).run(1)


if __name__ == "__main__":
    main(sys.argv[1])
