"""Links that let a type checker see the project under its import name.

The parts lie at the top level and are mapped into the namespace `spikewright` when installed.
Type checkers do not read that mapping, so `build/types/spikewright/` holds one link per part, and
`mypy_path` in pyproject.toml points there. Standard library only: `bootstrap.py` runs this.
"""

import os
from pathlib import Path

__all__ = ["PARTS", "make_type_links"]

PARTS = ("golden", "hdl", "lct", "tools", "verif")


def make_type_links(root: Path) -> Path:
    """Make or mend the links under a checkout; return the folder that holds them."""
    folder = root / "build" / "types" / "spikewright"
    folder.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        link = folder / part
        # Relative, so that a checkout may be moved.
        target = Path(os.path.relpath(root / part, folder))
        if link.is_symlink() and link.readlink() == target:
            continue
        link.unlink(missing_ok=True)
        link.symlink_to(target, target_is_directory=True)
    return folder
