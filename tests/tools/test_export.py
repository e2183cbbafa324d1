"""`spikewright export`: what is in the folder, that others' tools take it, and what is refused."""

from __future__ import annotations

import hashlib
import json
import re
import runpy
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from spikewright.tools.commands_export import write_folder
from spikewright.verif.toolchain import environment

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("command_helpers.py"))))
invoke = partial(helpers.invoke, "export")

FUSESOC = Path(sys.executable).with_name("fusesoc")
CORE = "spikewright:hardware:mesh"
FILES = [
    "README.md",
    *(f"constraints/mesh.{kind}" for kind in ("lpf", "pcf", "sdc", "xdc")),
    "files.f",
    "lint/waive.vlt",
    "manifest.json",
    "rtl/mesh.v",
    "rtl/tile.v",
    "spikewright_mesh.core",
    "tb/expected.hex",
    "tb/mesh_bench.v",
    "tb/stimulus.hex",
]

needs_icarus = pytest.mark.skipif(
    shutil.which("iverilog") is None, reason="Icarus Verilog is not installed"
)
needs_fusesoc = pytest.mark.skipif(not FUSESOC.is_file(), reason="FuseSoC is not installed")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("export") / "out"
    status, stdout, _ = invoke(folder, "--preset", "tiny", "--ticks", 4, "--json")
    assert status == 0
    result = json.loads(stdout)
    assert result["files"] == FILES
    assert result["rows"] > 16 * 4
    assert result["compared"] > 4 * 16 * 3
    if shutil.which("iverilog"):
        assert result["played_in_icarus"] == result["rows"]
    return folder


@pytest.fixture
def folder(exported: Path, tmp_path: Path) -> Path:
    """Return a copy that may be spoilt."""
    return Path(shutil.copytree(exported, tmp_path / "out"))


def test_the_manifest_holds_every_file(exported: Path) -> None:
    manifest = json.loads((exported / "manifest.json").read_text())
    found = {p.relative_to(exported).as_posix() for p in exported.rglob("*") if p.is_file()}
    assert found == set(FILES) == {*manifest["files"], "manifest.json"}
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((exported / name).read_bytes()).hexdigest() == digest
    assert manifest["architecture"]["axons"] == 16
    assert (exported / "files.f").read_text().split() == ["rtl/tile.v", "rtl/mesh.v"]
    assert not list(exported.parent.glob(".*"))


def test_each_module_is_there_once(exported: Path) -> None:
    text = "".join((exported / "rtl" / name).read_text() for name in ("tile.v", "mesh.v"))
    modules = re.findall(r"^module (\S+?) ?\(", text, re.MULTILINE)
    assert len(modules) == len(set(modules))
    assert {"tile", "mesh"} <= set(modules)


def run_as_the_readme_says(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the line of the README that starts the bench."""
    line = re.search(r"^    (iverilog .*)$", (folder / "README.md").read_text(), re.MULTILINE)
    assert line is not None
    return subprocess.run(
        ["sh", "-c", line[1]], cwd=folder / "tb", capture_output=True, text=True, check=False
    )


@needs_icarus
def test_the_bench_runs_without_python(folder: Path) -> None:
    rows = json.loads((folder / "manifest.json").read_text())["recording"]["rows"]
    done = run_as_the_readme_says(folder)
    assert (done.returncode, done.stdout) == (0, f"PASS: {rows} cycles\n"), done.stderr
    assert (folder / "tb" / "result.txt").read_text() == f"PASS {rows}\n"
    # What it leaves is in nobody's way.
    write_folder(folder, {"manifest.json": "{}"})
    assert [path.name for path in folder.iterdir()] == ["manifest.json"]


@needs_icarus
@pytest.mark.parametrize(
    ("name", "pattern", "fault"),
    [
        ("rtl/tile.v", r"neuron == 4'hf", "neuron == 4'hd"),
        ("rtl/mesh.v", r"\.late\(late_0\)", ".late(overrun_0)"),
        ("tb/expected.hex", r"(?m)^.", "f"),
        ("tb/stimulus.hex", r"\A[^\n]*\n", ""),
    ],
)
def test_a_changed_bit_is_found(folder: Path, name: str, pattern: str, fault: str) -> None:
    path = folder / name
    text, count = re.subn(pattern, fault, path.read_text())
    assert count
    path.write_text(text)
    done = run_as_the_readme_says(folder)
    assert done.returncode != 0
    assert (folder / "tb" / "result.txt").read_text().startswith("FAIL ")


def fusesoc(folder: Path, target: str, work: Path) -> subprocess.CompletedProcess[str]:
    work.mkdir()
    return subprocess.run(
        [FUSESOC, "--cores-root", folder, "run", f"--target={target}", CORE],
        cwd=work,
        env=environment(work) | {"XDG_CONFIG_HOME": str(work), "HOME": str(work)},
        capture_output=True,
        text=True,
        check=False,
    )


@needs_fusesoc
@pytest.mark.parametrize("target", [pytest.param("sim", marks=needs_icarus), "lint"])
def test_fusesoc_takes_it(exported: Path, tmp_path: Path, target: str) -> None:
    done = fusesoc(exported, target, tmp_path / "work")
    assert done.returncode == 0, done.stdout + done.stderr
    if target == "sim":
        [result] = (tmp_path / "work").rglob("result.txt")
        assert result.read_text().startswith("PASS ")


@needs_fusesoc
@pytest.mark.parametrize(
    ("target", "pattern", "fault"),
    [
        pytest.param("sim", r"neuron == 4'hf", "neuron == 4'hd", marks=needs_icarus),
        ("lint", r"\.late\(late_0\)", ".late(undeclared)"),
        ("lint", r"\.late\(late_0\),", ""),
    ],
)
def test_fusesoc_refuses_a_fault(
    folder: Path, tmp_path: Path, target: str, pattern: str, fault: str
) -> None:
    path = folder / ("rtl/tile.v" if target == "sim" else "rtl/mesh.v")
    text, count = re.subn(pattern, fault, path.read_text())
    assert count
    path.write_text(text)
    assert fusesoc(folder, target, tmp_path / "work").returncode != 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--mesh", "2"], "--mesh must be WIDTHxHEIGHT, such as 2x2, not '2'."),
        (
            ["--preset", "huge"],
            "preset must be one of truenorth, tiny, ranc, not 'huge'",
        ),
        (
            ["--attached", "west,up"],
            "--attached must name sides out of west, east, north, south, not 'up'.",
        ),
        (["--attached", ""], "--attached must name a side at least, and names none."),
        (["--ticks", "0"], "--ticks must be at least 1, not 0."),
        (["--seed", "-1"], "--seed must be at least 0, not -1."),
    ],
)
def test_what_cannot_be_exported_is_refused(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    status, stdout, stderr = invoke(tmp_path / "out", *arguments)
    assert (status, stdout, stderr) == (2, "", message + "\n")
    assert not list(tmp_path.iterdir())


def test_somebody_elses_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    status, _, stderr = invoke(tmp_path, "--preset", "tiny")
    message = f"{tmp_path} must be empty or written by export, and holds thesis.tex.\n"
    assert (status, stderr) == (2, message)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_and_a_link_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to(tmp_path)
    for name in ("file", "link"):
        status, _, stderr = invoke(tmp_path / name, "--preset", "tiny")
        message = f"{tmp_path / name} must be a folder that export may write, and is none.\n"
        assert (status, stderr) == (2, message)


def test_a_folder_that_was_changed_is_refused(folder: Path) -> None:
    (folder / "rtl" / "mine.v").write_text("")
    status, _, stderr = invoke(folder, "--preset", "tiny")
    message = f"{folder} must hold only what export wrote, and holds rtl/mine.v.\n"
    assert (status, stderr) == (2, message)
    (folder / "rtl" / "mine.v").unlink()
    (folder / "constraints" / "mesh.lpf").write_text("FREQUENCY 80 MHz;")
    status, _, stderr = invoke(folder, "--preset", "tiny")
    path = folder / "constraints" / "mesh.lpf"
    assert (status, stderr) == (2, f"{path} must be as export wrote it, and was changed.\n")


@pytest.mark.parametrize("text", ["", "[]", '{"files": 3}'])
def test_a_manifest_of_another_kind_is_refused(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_text(text)
    status, _, stderr = invoke(folder, "--preset", "tiny")
    message = f"{folder / 'manifest.json'} must be what export wrote, and is not.\n"
    assert (status, stderr) == (2, message)


def test_a_folder_is_replaced_whole_or_not_at_all(folder: Path) -> None:
    before = (folder / "manifest.json").read_bytes()
    with pytest.raises(OSError, match=r"Is a directory|Not a directory|File exists"):
        write_folder(folder, {"a": "1", "a/b": "2"})
    assert (folder / "manifest.json").read_bytes() == before
    assert [path.name for path in folder.parent.iterdir()] == ["out"]
    write_folder(folder, {"manifest.json": "{}"})
    assert [path.name for path in folder.rglob("*")] == ["manifest.json"]
