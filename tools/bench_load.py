"""How long a network's file takes to load, and the memory that a process then has taken at most."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from spikewright.golden import Architecture
from spikewright.golden.workloads import recurrent_network

__all__ = ["measure_loading"]

# A process of its own: its peak is not that of whoever measures. The kernel's own account of a
# process's peak, ru_maxrss, would begin at its parent's.
CHILD = """
import json, sys, time
start = time.perf_counter()
from spikewright.golden import Network, make_simulator
network = Network.load(sys.argv[1])
loaded = time.perf_counter() - start
simulator = make_simulator(network, "numba")
ready = time.perf_counter() - start
simulator.run(1)
peak = 1024 * int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
print(json.dumps({"load_seconds": loaded, "ready_seconds": ready, "peak_bytes": peak}))
"""


def measure_loading(side: int, repeats: int) -> dict[str, Any]:
    """Return medians: seconds to a network, to a simulator; and bytes at most.

    Parameters
    ----------
    side : int
        Cores along each edge of the mesh; every neuron of its own kind.
    repeats : int
    """
    architecture = Architecture.preset("truenorth").with_mesh(side, side)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.npz"
        recurrent_network(architecture, 1, mixed=True).save(path)
        command = [sys.executable, "-c", CHILD, str(path)]
        runs = [
            json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            for _ in range(repeats)
        ]
        size = path.stat().st_size
    return {
        "cores": architecture.cores,
        "file_bytes": size,
        **{name: median(run[name] for run in runs) for name in runs[0]},
    }
