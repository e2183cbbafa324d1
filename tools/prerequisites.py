"""What the machine must provide besides Python packages, and how to get it on Debian and Ubuntu.

Standard library only: `bootstrap.py` loads this module before anything is installed, and
`spikewright doctor` reports from the same table, so that the two cannot disagree.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = [
    "ENSUREPIP",
    "PREREQUISITES",
    "Prerequisite",
    "apt_line",
    "apt_privilege",
    "first_line",
    "forget_answers",
    "install_command",
    "needed_by",
]

# The commands that compile a simulator, and those whose simulator also writes FST waveforms.
SIMULATING = frozenset({"verify", "compare", "demo", "test"})
WAVEFORMS = frozenset({"compare", "test"})

# A header is looked for here when there is no compiler to ask.
INCLUDE_FOLDERS = (Path("/usr/include"), Path("/usr/local/include"))

# Runs in the interpreter that will hold the project: prints where its shared library lies.
# cocotb starts Python inside the simulator, and a statically linked interpreter cannot do that.
LIBPYTHON_PROBE = """
import ctypes.util, os, sys, sysconfig
read = sysconfig.get_config_var
folders = [read("LIBDIR"), sysconfig.get_path("stdlib"), os.path.join(sys.base_prefix, "lib")]
if read("LIBDIR") and read("MULTIARCH"):
    folders.append(os.path.join(read("LIBDIR"), read("MULTIARCH")))
names = {read("INSTSONAME"), read("LDLIBRARY"), "libpython%d.%d.so.1.0" % sys.version_info[:2]}
files = [os.path.join(f, n) for f in folders if f for n in names if n and ".so" in n]
files = [os.environ.get("LIBPYTHON_LOC", "")] + files
found = [f for f in files if f and os.path.isfile(f)]
print(found[0] if found else ctypes.util.find_library("python%d.%d" % sys.version_info[:2]) or "")
"""

INTERPRETER_PROBE = "import sys; print(sys.base_prefix, '%d.%d' % sys.version_info[:2])"

# Runs in the interpreter that is to make the virtual environment.
ENSUREPIP_PROBE = """
import importlib.util
found = importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")
print(found.origin if found else "")
"""


@dataclass(frozen=True, kw_only=True)
class Prerequisite:
    """A tool, library or header that the system provides.

    Attributes
    ----------
    name : str
        What a person calls it.
    package : str
        Debian and Ubuntu package; `{python}` stands for the interpreter's version, as in `3.11`.
    purpose : str
        What it is for, to go into a sentence.
    commands : frozenset of str
        Commands that cannot work without it; empty for what only makes things faster.
    probe : callable
        Takes the interpreter in use and returns where the thing was found, or an empty string.
    version_option : str
        Option that makes a program print its version; empty for what is not a program.
    """

    name: str
    package: str
    purpose: str
    commands: frozenset[str]
    probe: Callable[[Path], str]
    version_option: str = ""

    def package_for(self, interpreter: Path) -> str:
        """Return the package's name for this interpreter, or an empty string where none fits."""
        if "{python}" not in self.package:
            return self.package
        prefix, _, version = _python_output(interpreter, INTERPRETER_PROBE).rpartition(" ")
        # A Python that somebody built or unpacked elsewhere is not helped by Debian's packages.
        return self.package.format(python=version) if prefix == "/usr" else ""


def _run_quietly(command: list[str], *, text: str | None = None) -> tuple[int, str]:
    """Return a program's exit status and standard output; a program that is absent fails."""
    try:
        done = subprocess.run(
            command, input=text, capture_output=True, text=True, check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return 127, ""
    return done.returncode, done.stdout


@cache
def _python_output(interpreter: Path, program: str) -> str:
    # -I: the answer must not depend on the folder or on PYTHONPATH.
    return _run_quietly([str(interpreter), "-I", "-c", program])[1].strip()


def forget_answers() -> None:
    """Ask again: something has been installed since."""
    _python_output.cache_clear()


def first_line(command: list[str]) -> str:
    """Return the first line a program prints, or an empty string."""
    lines = _run_quietly(command)[1].strip().splitlines()
    return lines[0].strip() if lines else ""


def _program(name: str) -> Callable[[Path], str]:
    return lambda _interpreter: shutil.which(name) or ""


def _perl(_interpreter: Path) -> str:
    # Debian's perl-base is always there, but Verilator's wrapper needs modules of full perl.
    perl = shutil.which("perl") or ""
    complete = perl and _run_quietly([perl, "-MPod::Usage", "-MFindBin", "-e", "1"])[0] == 0
    return perl if complete else ""


def _header(name: str) -> Callable[[Path], str]:
    def probe(_interpreter: Path) -> str:
        if compiler := shutil.which("g++"):
            # The compiler knows every folder that counts, CPATH included.
            source = f"#include <{name}>\n"
            status, text = _run_quietly([compiler, "-E", "-x", "c++", "-"], text=source)
            places = [line.split('"')[1] for line in text.splitlines() if f'{name}"' in line]
            return places[0] if status == 0 and places else ""
        return next((str(f / name) for f in INCLUDE_FOLDERS if (f / name).is_file()), "")

    return probe


# Needed once, to make the virtual environment; afterwards nobody asks for it.
ENSUREPIP = Prerequisite(
    name="ensurepip",
    package="python{python}-venv",
    purpose="makes the virtual environment",
    commands=frozenset(),
    probe=lambda interpreter: _python_output(interpreter, ENSUREPIP_PROBE),
)

PREREQUISITES = (
    Prerequisite(
        name="g++",
        package="g++",
        purpose="compiles the simulators",
        commands=SIMULATING,
        probe=_program("g++"),
        version_option="--version",
    ),
    Prerequisite(
        name="make",
        package="make",
        purpose="builds the simulators",
        commands=SIMULATING,
        probe=_program("make"),
        version_option="--version",
    ),
    Prerequisite(
        name="perl",
        package="perl",
        purpose="starts Verilator",
        commands=SIMULATING,
        probe=_perl,
        version_option="--version",
    ),
    Prerequisite(
        name="libpython",
        package="libpython{python}",
        purpose="lets the simulator run Python tests",
        commands=SIMULATING,
        probe=lambda interpreter: _python_output(interpreter, LIBPYTHON_PROBE),
    ),
    Prerequisite(
        name="lz4.h",
        package="liblz4-dev",
        purpose="writes FST waveforms",
        commands=WAVEFORMS,
        probe=_header("lz4.h"),
    ),
    Prerequisite(
        name="zlib.h",
        package="zlib1g-dev",
        purpose="writes FST waveforms",
        commands=WAVEFORMS,
        probe=_header("zlib.h"),
    ),
    # Add the commands here once one of them cannot do without the second simulator.
    Prerequisite(
        name="iverilog",
        package="iverilog",
        purpose="is a second, independent simulator",
        commands=frozenset(),
        probe=_program("iverilog"),
        version_option="-V",
    ),
    Prerequisite(
        name="ccache",
        package="ccache",
        purpose="makes repeated builds quick",
        commands=frozenset(),
        probe=_program("ccache"),
        version_option="--version",
    ),
)


def needed_by(command: str) -> list[Prerequisite]:
    """Return what a command needs; `setup` stands for all of them."""
    if command == "setup":
        return [item for item in PREREQUISITES if item.commands]
    return [item for item in PREREQUISITES if command in item.commands]


def apt_privilege() -> list[str] | None:
    """Return what to put before `apt-get` so that it may install, or None where it may not."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    # -n: never ask for a password, which would hang a run without a terminal.
    if shutil.which("sudo") and _run_quietly(["sudo", "-n", "true"])[0] == 0:
        return ["sudo", "-n"]
    return None


def apt_line(packages: Iterable[str]) -> str:
    """Return the line a person has to run."""
    return "sudo apt-get install -y " + " ".join(packages)


def install_command(privilege: list[str], packages: Iterable[str]) -> list[str]:
    """Return the command that installs packages without asking anything."""
    # `env` because sudo drops the caller's environment; the timeout waits for another apt.
    options = ["-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120"]
    front = [*privilege, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install"]
    return [*front, *options, *packages]
