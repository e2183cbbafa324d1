"""`spikewright export`: what is in the folder, that others' tools take it, and what is refused."""

from __future__ import annotations

import hashlib
import json
import re
import runpy
import shutil
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from spikewright.tools.commands_export import write_folder

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("export_helpers.py"))))
invoke = partial(helpers.invoke, "export")
FUSESOC, fusesoc = helpers.FUSESOC, helpers.fusesoc
run_as_the_readme_says = helpers.run_as_the_readme_says

REGISTERS = ("register_map.py", "registers.md", "registers.rdl", "spikewright.h")
MEMORY = ("axon_types", "parameters", "potential", "seed", "synapses")
FILES = [
    "README.md",
    *(f"constraints/chip.{kind}" for kind in ("lpf", "pcf", "sdc", "xdc")),
    "files.f",
    "ipxact/chip.xml",
    "lint/waive.vlt",
    "manifest.json",
    *(f"registers/{name}" for name in REGISTERS),
    "rtl/chip.v",
    "rtl/tile.v",
    "spikewright_chip.core",
    "tb/chip_bench.v",
    "tb/expected.hex",
    *sorted(
        [
            "tb/memory/image.json",
            "tb/memory/load_image.vh",
            *(f"tb/memory/{name}_0000.mem" for name in MEMORY),
        ]
    ),
    "tb/stimulus.hex",
]

needs_icarus = pytest.mark.skipif(
    shutil.which("iverilog") is None, reason="Icarus Verilog is not installed"
)
needs_fusesoc = pytest.mark.skipif(not FUSESOC.is_file(), reason="FuseSoC is not installed")


@pytest.fixture(scope="module")
def exported(handed_over: tuple[Path, dict[str, Any]]) -> Path:
    folder, result = handed_over
    assert result["files"] == FILES
    assert result["rows"] > 16 * 4
    # Words of each space, potentials of each tick, and at the end all potentials and counters.
    assert result["compared"] > 3 * 5 + 4 * 2 + 16 + 5
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
    assert (exported / "files.f").read_text().split() == ["rtl/tile.v", "rtl/chip.v"]
    assert not list(exported.parent.glob(".*"))


def test_each_module_is_there_once(exported: Path) -> None:
    text = "".join((exported / "rtl" / name).read_text() for name in ("tile.v", "chip.v"))
    modules = re.findall(r"^module (\S+?) ?\(", text, re.MULTILINE)
    assert len(modules) == len(set(modules))
    assert {"tile", "chip"} <= set(modules)


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
        ("rtl/chip.v", r"\.halt\(halt\)", ".halt(1'h1)"),
        ("rtl/chip.v", r"\.west_out__ready\([^)]*\)", ".west_out__ready(1'h0)"),
        ("tb/memory/synapses_0000.mem", r"(?m)^.", "f"),
        ("tb/expected.hex", r"(?m)^.", "5"),
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
    path = folder / ("rtl/tile.v" if target == "sim" else "rtl/chip.v")
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
        (
            ["--network", "net.npz", "--preset", "tiny"],
            "--preset and --mesh must be left out with --network, which says both.",
        ),
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
    (folder / "constraints" / "chip.lpf").write_text("FREQUENCY 80 MHz;")
    status, _, stderr = invoke(folder, "--preset", "tiny")
    path = folder / "constraints" / "chip.lpf"
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
