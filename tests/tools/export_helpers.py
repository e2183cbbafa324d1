"""What the tests of `spikewright export` share."""

import re
import runpy
import subprocess
import sys
from pathlib import Path

from spikewright.verif.toolchain import environment

__all__ = ["CORE", "FUSESOC", "fusesoc", "invoke", "run_as_the_readme_says"]

FUSESOC = Path(sys.executable).with_name("fusesoc")
CORE = "spikewright:hardware:chip"
invoke = runpy.run_path(str(Path(__file__).with_name("command_helpers.py")))["invoke"]


def run_as_the_readme_says(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the line of the README that starts the bench."""
    line = re.search(r"^    (iverilog .*)$", (folder / "README.md").read_text(), re.MULTILINE)
    assert line is not None
    return subprocess.run(
        ["sh", "-c", line[1]], cwd=folder / "tb", capture_output=True, text=True, check=False
    )


def fusesoc(
    folder: Path, target: str, work: Path, core: str = CORE
) -> subprocess.CompletedProcess[str]:
    work.mkdir()
    return subprocess.run(
        [FUSESOC, "--cores-root", folder, "run", f"--target={target}", core],
        cwd=work,
        env=environment(work) | {"XDG_CONFIG_HOME": str(work), "HOME": str(work)},
        capture_output=True,
        text=True,
        check=False,
    )
