"""Tables to files: nothing before every check, nothing half, the same on any machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from spikewright.lct.diagnostics import LctError
from spikewright.lct.generate import FindingsError, UnitError, generate_all, render_all
from spikewright.lct.generate_verilog import verilog_text, write_verilog
from spikewright.lct.library import UNITS, Library

GOOD = """\
# echo

## Parameters
| name | value |
|---|---|
| W | 3 |

## Signals
| name | kind | type | reset |
|---|---|---|---|
| a | in | unsigned(W) | |
| b | out | unsigned(W) | |
| last | register | unsigned(W) | 0 |

## Table pass (unique)
| row | a | => | b | last |
|---|---|---|---|---|
| same | 0..1 | => | last | a |
| other | > 1 | => | a | hold |
"""


@pytest.fixture
def library(tmp_path: Path) -> Library:
    folder = tmp_path / "units"
    folder.mkdir()
    (folder / "echo.lct.md").write_text(GOOD)
    return Library(folder)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "generated"


def kinds(library: Library, out: Path, *names: str, check: bool = False) -> dict[str, str]:
    changes = generate_all(names, check=check, library=library, directory=out)
    return {c.path.name: c.kind for c in changes}


def test_files_are_written_once(library: Library, out: Path) -> None:
    assert kinds(library, out) == {"__init__.py": "new", "echo.py": "new"}
    assert sorted(p.name for p in out.iterdir()) == ["__init__.py", "echo.py"]
    before = (out / "echo.py").stat().st_mtime_ns
    assert kinds(library, out) == {}
    assert (out / "echo.py").stat().st_mtime_ns == before


def test_check_writes_nothing(library: Library, out: Path) -> None:
    assert kinds(library, out, check=True) == {"__init__.py": "new", "echo.py": "new"}
    assert not out.exists()


def test_check_catches_an_edit(library: Library, out: Path) -> None:
    generate_all(library=library, directory=out)
    text = (out / "echo.py").read_text()
    (out / "echo.py").write_text(text.replace("self.b.eq(last)", "self.b.eq(0)"))
    (change,) = generate_all(check=True, library=library, directory=out)
    assert change.kind == "changed"
    assert "-            m.d.comb += self.b.eq(0)" in change.diff()
    assert "+            m.d.comb += self.b.eq(last)" in change.diff()
    assert "self.b.eq(0)" in (out / "echo.py").read_text()


def test_check_catches_line_ends_and_bytes(library: Library, out: Path) -> None:
    generate_all(library=library, directory=out)
    data = (out / "echo.py").read_bytes()
    for planted in (data.replace(b"\n", b"\r\n"), data + b"\n", b"\xff" + data):
        (out / "echo.py").write_bytes(planted)
        assert kinds(library, out, check=True) == {"echo.py": "changed"}


def test_a_file_without_a_unit_goes_and_one_by_hand_stays(library: Library, out: Path) -> None:
    generate_all(library=library, directory=out)
    shutil.copy(out / "echo.py", out / "gone.py")
    (out / "mine.py").write_text("by_hand = 1\n")
    assert kinds(library, out, "echo", check=True) == {}
    assert kinds(library, out) == {"gone.py": "stale", "mine.py": "foreign"}
    assert not (out / "gone.py").exists()
    assert (out / "mine.py").exists()


def test_nothing_is_written_while_a_check_has_findings(library: Library, out: Path) -> None:
    bad = GOOD.replace("# echo", "# worse").replace("> 1", "> 2")
    (library.directory / "worse.lct.md").write_text(bad)
    with pytest.raises(FindingsError) as caught:
        generate_all(library=library, directory=out)
    assert [f.code for f in caught.value.findings] == ["gap"]
    assert "worse.lct.md" in str(caught.value)
    assert not out.exists()


def test_nothing_is_written_while_a_unit_does_not_elaborate(library: Library, out: Path) -> None:
    (library.directory / "worse.lct.md").write_text("# worse\n\n## Signals\n")
    with pytest.raises(LctError):
        generate_all(library=library, directory=out)
    assert not out.exists()


def test_a_preset_is_checked_as_well(library: Library, out: Path) -> None:
    text = GOOD.replace("| same | 0..1 |", "| same | 0..6 |").replace(
        "| other | > 1 |", "| other | 7 |"
    )
    (library.directory / "echo.lct.md").write_text(text)
    generate_all(library=library, directory=out)
    with pytest.raises((FindingsError, LctError)):
        generate_all(library=library, directory=out, parameters={"w": 2})


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nobody", "No unit is called nobody: there are echo."),
        ("store", "Unit store is hand-written: somewhere:Store."),
    ],
)
def test_a_wrong_name_is_said(library: Library, out: Path, name: str, message: str) -> None:
    if name == "store":
        text = (
            "# store\n\n## External\n| class | reason |\n|---|---|\n| somewhere:Store | memory |\n"
        )
        (library.directory / "store.lct.md").write_text(text)
    with pytest.raises(UnitError) as caught:
        generate_all([name], library=library, directory=out)
    assert str(caught.value) == message


SCRIPT = """
import hashlib, sys
from pathlib import Path
from amaranth.back import rtlil
from spikewright.lct.generate import render_all
from spikewright.lct.library import Library
from spikewright.lct.load import load_class
library = Library(Path(sys.argv[1]))
digest = hashlib.sha256()
for name, text in render_all(library).items():
    digest.update(f"{name}:{text}".encode())
for name in ("core", "merge_local"):
    digest.update(rtlil.convert(load_class(name, library)(), name=name, emit_src=False).encode())
print(digest.hexdigest())
"""


def test_the_same_text_under_any_hash_seed_and_in_any_folder(tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere"
    shutil.copytree(UNITS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    seen = set()
    for seed, folder in (("1", UNITS), ("4711", copy)):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", SCRIPT, str(folder)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        seen.add(done.stdout)
    assert len(seen) == 1


def test_no_path_and_no_time_gets_into_the_text() -> None:
    for name, text in render_all(Library()).items():
        assert str(UNITS.parent) not in text, name
        assert "/home" not in text, name


def test_verilog_is_rewritten_only_when_it_changes(library: Library, tmp_path: Path) -> None:
    path, written = write_verilog("echo", tmp_path, library)
    first = path.read_text()
    assert written
    assert first.startswith("// Generated from echo.lct.md: do not edit, change the table.\n")
    assert "// Parameters: w = 3\n" in first
    assert "module echo(" in first
    assert str(tmp_path) not in first
    assert write_verilog("echo", tmp_path, library) == (path, False)
    assert verilog_text("echo", library) == first
    assert write_verilog("echo", tmp_path, library, {"w": 5, "unknown": 1}) == (path, True)
    assert "input [4:0] a;" in path.read_text()
