"""The process that holds the engines of one copy of the golden model against each other.

Called as ``python -m spikewright.tools.engines_worker ANSWER SEED NETWORKS FOLDER``: the golden
model must come from the folder.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import spikewright.golden
from spikewright.tools.engines_report import hold

__all__: list[str] = []


def main(arguments: Sequence[str]) -> None:
    """Run networks up to the first difference, and write it as JSON."""
    answer, seed, networks, folder = arguments
    found = Path(spikewright.golden.__file__).parent
    assert found == Path(folder) / "golden", f"golden must come from {folder}, not {found}"
    report = hold(range(int(seed), int(seed) + int(networks)), stop_early=True)
    first = report.differences[0].to_dict() if report.differences else None
    verdict = {"networks": report.networks, "difference": first}
    Path(answer).write_text(json.dumps(verdict), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
