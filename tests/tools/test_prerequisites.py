import os
import sys
from pathlib import Path

import pytest

from spikewright.tools import prerequisites

PYTHON = Path(sys.executable)


def test_what_commands_need() -> None:
    assert prerequisites.needed_by("lint") == []
    names = [found.name for found in prerequisites.needed_by("demo")]
    assert names == ["g++", "make", "perl", "libpython"]
    names = [found.name for found in prerequisites.needed_by("compare")]
    assert names[-2:] == ["lz4.h", "zlib.h"]
    everything = {found.name for found in prerequisites.needed_by("setup")}
    assert everything >= set(names)
    assert "ccache" not in everything


def test_package_is_named_for_the_systems_python(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho /usr 3.12\n")
    python.chmod(0o755)
    assert prerequisites.ENSUREPIP.package_for(python) == "python3.12-venv"


def test_privilege(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert prerequisites.apt_privilege() is None
    for name, status in (("apt-get", 0), ("sudo", 1)):
        (tmp_path / name).write_text(f"#!/bin/sh\nexit {status}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert prerequisites.apt_privilege() == []
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert prerequisites.apt_privilege() is None
    (tmp_path / "sudo").write_text("#!/bin/sh\nexit 0\n")
    assert prerequisites.apt_privilege() == ["sudo", "-n"]


def test_header_is_asked_of_the_compiler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "lz4.h").write_text("\n")
    monkeypatch.setenv("CPATH", str(tmp_path))
    header = next(found for found in prerequisites.PREREQUISITES if found.name == "lz4.h")
    assert header.probe(PYTHON) == str(tmp_path / "lz4.h")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(prerequisites, "INCLUDE_FOLDERS", (tmp_path / "none", tmp_path))
    assert header.probe(PYTHON) == str(tmp_path / "lz4.h")


def test_incomplete_perl_does_not_count(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "perl").write_text("#!/bin/sh\nexit 2\n")
    (tmp_path / "perl").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    perl = next(found for found in prerequisites.PREREQUISITES if found.name == "perl")
    assert perl.probe(PYTHON) == ""
