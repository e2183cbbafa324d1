"""Files of RANC's that somebody broke: a few hundred of what a nightly run tries many of."""

import runpy
from pathlib import Path

import pytest

from spikewright.tools.formats.ranc_json import read_ranc
from spikewright.tools.formats.ranc_memory import read_ranc_memory


@pytest.mark.parametrize("name", ["fuzz_targets_ranc", "fuzz_targets_ranc_memory"])
def test_broken_files_are_refused(tmp_path: Path, name: str) -> None:
    target = runpy.run_path(str(Path(__file__).with_name(f"{name}.py")))
    for seed in target["SEEDS"]:
        target["fuzz_one"](seed, tmp_path)
        # Whole files are taken: otherwise no change would get beyond the first refusal.
        if name.endswith("memory"):
            read_ranc_memory(tmp_path)
        else:
            read_ranc(tmp_path / "fuzz.json")
    for seed in range(400):
        target["fuzz_one"](target["mutated"](seed), tmp_path)
