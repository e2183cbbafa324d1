"""One run of Verilator and its makefile, as a recipe that can be hashed and then be carried out."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .cache import build_once, digest
from .design import Design, Options
from .errors import ToolError
from .ports import Port, check_header
from .toolchain import environment, require_fst_headers, verilator_root, versions

__all__ = ["TIMESCALE", "BuildLog", "Verilation"]

# Amaranth writes no time scale, and simulators disagree about what that means.
TIMESCALE = ("1ns", "1ps")

# -fno-gnu-unique keeps two models in one process apart; without -fno-semantic-interposition the
# compiler may not inline across functions of a shared library.
_CFLAGS = "-std=gnu++17 -fPIC -fno-gnu-unique -fno-semantic-interposition"

# OPT_SLOW is for code that runs once, where compiling it is all it costs; so it is for all code of
# a quick build.
_MAKE_FLAGS = ("OPT_FAST=-O2", "OPT_SLOW=-O0", "OPT_GLOBAL=-O2")
_QUICK_FLAGS = ("OPT_FAST=-O0", "OPT_SLOW=-O0", "OPT_GLOBAL=-O2")

# Every other build must be free of this warning.
_WAIVED_REASON = (
    "// REASON: each output of a module that is compiled by itself counts as depending on all its "
    "inputs, so that neighbours seem to form loops."
)


@dataclass(frozen=True)
class Verilation:
    """From Verilog and C++ to one linked file.

    Members
    -------
    design : Design
    options : Options
    product : str
        Name of the linked file.
    files : dict
        Further files by name; those that end in ``.cpp`` are compiled.
    arguments : tuple of str
        Further arguments of Verilator.
    settings : tuple of str
        Further lines of Verilator's control file.
    ports : dict
        What the C++ takes the ports to be; held against what Verilator found. Empty: no check.
    """

    design: Design
    options: Options
    product: str
    files: Mapping[str, str]
    arguments: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    ports: Mapping[str, Port] = field(default_factory=dict)

    def build(self, root: Path) -> Path:
        """Return the finished folder, which holds the product and every source."""
        if self.options.waves:
            require_fst_headers()
        files = self._all_files()
        command = self._command(files)
        recipe = [command, _CFLAGS, self._make_flags, files, versions()]
        name = f"{self.design.top}-{digest(recipe)}"
        return build_once(root, name, lambda folder: self._carry_out(command, files, root, folder))

    @property
    def _make_flags(self) -> tuple[str, ...]:
        return _QUICK_FLAGS if self.options.quick else _MAKE_FLAGS

    def _all_files(self) -> dict[str, str]:
        settings = ["`verilator_config", *self.settings, *self.design.waivers()]
        if self.design.hierarchical:
            settings += [_WAIVED_REASON, "lint_off -rule UNOPTFLAT"]
        settings += [f'hier_block -module "{module}"' for module in self.design.hierarchical]
        sources = self.design.files(locations=bool(self.options.coverage))
        return {"settings.vlt": "\n".join(settings) + "\n", **sources, **self.files}

    def _command(self, files: Mapping[str, str]) -> list[str]:
        """Return Verilator's arguments; all paths are relative, so that they name no folder."""
        command = ["-cc", "--exe", "--prefix", "Vtop", "--top-module", self.design.top]
        command += ["-Mdir", "obj", "-o", self.product, "-O3", "--timescale", "/".join(TIMESCALE)]
        if self.options.checked:
            command += ["--x-assign", "unique", "--x-initial", "unique", "--assert"]
        else:
            command += ["--x-assign", "fast", "--x-initial", "fast", "--no-assert"]
        if self.options.waves:
            command.append("--trace-fst")
        # Never plain --coverage: it fails on the memories that Amaranth writes.
        if self.options.coverage:
            command.append("--coverage-line")
        if self.options.coverage == "toggle":
            command.append("--coverage-toggle")
        if self.design.hierarchical:
            command.append("--hierarchical")
        command += ["-CFLAGS", _CFLAGS, *self.arguments, *self.options.extra]
        return command + [name for name in files if name.endswith((".vlt", ".v", ".sv", ".cpp"))]

    def _carry_out(
        self, command: Sequence[str], files: Mapping[str, str], root: Path, folder: Path
    ) -> None:
        top = self.design.top
        for name, text in files.items():
            (folder / name).write_text(text)
        env = environment(root)
        program = str(verilator_root() / "bin" / "verilator_bin")
        makefile = "Vtop_hier.mk" if self.design.hierarchical else "Vtop.mk"
        make = ["make", "-j", str(os.cpu_count() or 1), "-C", "obj", "-f", makefile]
        make += self._make_flags
        objects = folder / "obj"
        with BuildLog(root, folder.name) as log:
            log.run([program, *command], folder, env, f"Verilator must accept {top}, and says")
            self._check_ports(objects)
            runtime = root / f"runtime-{self._runtime_key()}"
            _lend(runtime, objects)
            log.run(make, folder, env, f"The model of {top} must compile, and the compiler says")
            self._check_ports(objects)
        _keep(objects, runtime)
        (objects / self.product).rename(folder / self.product)
        shutil.rmtree(objects)

    def _check_ports(self, objects: Path) -> None:
        """Check as soon as the header is there: in hierarchical mode make writes it."""
        header = objects / "Vtop.h"
        if self.ports and header.is_file():
            check_header(header.read_text(), self.ports, self.design.top)

    def _runtime_key(self) -> str:
        variant = [bool(self.options.waves), bool(self.options.coverage)]
        return digest([_CFLAGS, _MAKE_FLAGS[-1], variant, versions()])


def _lend(runtime: Path, objects: Path) -> None:
    """Copy the compiled run-time library in: it takes longer to compile than most units do."""
    for stored in runtime.glob("verilated*.o"):
        # A new time stamp, or make would take it for older than its makefile.
        shutil.copyfile(stored, objects / stored.name)


def _keep(objects: Path, runtime: Path) -> None:
    """Store the run-time library's objects that were compiled here for the first time."""
    runtime.mkdir(exist_ok=True)
    for compiled in objects.glob("verilated*.o"):
        stored = runtime / compiled.name
        if not stored.exists():
            temporary = runtime / f"{compiled.name}.{os.getpid()}"
            shutil.copyfile(compiled, temporary)
            temporary.replace(stored)


class BuildLog:
    """Output of a build's commands, kept in ``logs`` beside the builds only where one failed."""

    def __init__(self, root: Path, name: str) -> None:
        self.path = root / "logs" / f"{name.removesuffix('.partial')}.log"
        self.path.parent.mkdir(exist_ok=True)

    def __enter__(self) -> BuildLog:
        self.path.unlink(missing_ok=True)
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            self.path.unlink(missing_ok=True)

    def run(self, command: Sequence[str], cwd: Path, env: Mapping[str, str], subject: str) -> None:
        """Run one command, raising with the line that tells why it failed."""
        done = subprocess.run(
            command,
            check=False,
            cwd=cwd,
            env=env,
            text=True,
            errors="replace",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        with self.path.open("a") as file:
            file.write(f"$ {' '.join(command)}\n{done.stdout}\n")
        if done.returncode:
            raise ToolError(f"{subject}: {self.reason(done.stdout)}")

    def reason(self, output: str) -> str:
        """Return the first line of an output that reads like a reason, or else the last one."""
        lines = [line.strip() for line in output.splitlines() if line.strip()]
        reason = lines[-1] if lines else "nothing"
        for pattern in (r"%Error(?!: (?:Exiting|make))", r"%Warning", r"\berror\b", r"\*\*\*"):
            found = [line for line in lines if re.search(pattern, line, re.IGNORECASE)]
            if found:
                reason = found[0]
                break
        return f"{reason} (log in {self.path})"
