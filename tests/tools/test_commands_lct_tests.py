"""`spikewright lct tests`: what it writes and prints, and its exit status."""

import json
import os
import runpy
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from spikewright.lct.library import UNITS

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("command_helpers.py"))))
run = partial(helpers.invoke, "lct", "tests")

needs_icarus = pytest.mark.skipif(
    shutil.which("iverilog") is None, reason="iverilog is not installed"
)


@needs_icarus
def test_the_folder_stands_alone(tmp_path: Path) -> None:
    folder = tmp_path / "forward_east"
    written = f"wrote {folder}\n"
    assert run("forward_east", "-o", tmp_path, "--preset", "tiny") == (0, written, "")
    assert sorted(path.name for path in folder.iterdir()) == [
        "Makefile",
        "forward_east.v",
        "forward_east_bench.v",
        "public.vlt",
        "row_bench.py",
        "row_cover.py",
        "rows_forward_east.py",
        "test_forward_east.py",
    ]
    assert not any("spikewright." in p.read_text(encoding="utf-8") for p in folder.glob("*.py"))
    tools = Path(sys.executable).parent
    if shutil.which("cocotb-config", path=str(tools)) is None:
        return
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("COCOTB", "PYTEST"))}
    environment["PATH"] = f"{tools}{os.pathsep}{environment['PATH']}"
    subprocess.run(["make"], cwd=folder, env=environment, check=True, capture_output=True)
    counts = json.loads((folder / "coverage.json").read_text(encoding="utf-8"))
    assert all(counts["route"].values())


@needs_icarus
def test_rows_and_their_faults() -> None:
    status, out, _ = run(
        "edge_drop", "--preset", "tiny", "--run", "--faults", "--simulator", "icarus"
    )
    assert status == 0
    head, row, total, faults = out.splitlines()
    assert head.split() == ["unit", "rows", "passed", "covered", "cases", "seconds"]
    assert row.split()[:4] == ["edge_drop", *row.split()[1:2] * 3]
    assert total == f"{row.split()[1]} of {row.split()[1]} rows passed and covered"
    found, _, every = faults.split()[:3]
    assert int(found) == int(every) > 5


@needs_icarus
def test_a_row_that_fails_is_status_1(monkeypatch: pytest.MonkeyPatch) -> None:
    from spikewright.tools import commands_lct_tests

    def broken(*arguments: object) -> str:
        text = verilog(*arguments)
        assert text.count("west__payload[3:0]") > 0
        return text.replace("$signed(1'h0)", "$signed(2'h1)", 1)

    verilog = commands_lct_tests._verilog
    monkeypatch.setattr(commands_lct_tests, "_verilog", broken)
    status, out, _ = run(
        "forward_east", "--preset", "tiny", "--run", "--simulator", "icarus", "--json"
    )
    (unit,) = json.loads(out)["units"]
    assert status == 1
    assert unit["ok"] is False
    assert {r["verdict"] for r in unit["rows"]} == {"pass", "fail"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["forward_east"], "Tests need a folder, -o DIR, or --run, or --faults.\n"),
        (["forward_east", "--run", "--simulator", "vcs"],
         "Simulator must be verilator or icarus, not 'vcs'.\n"),
        (["router", "--run"], "Unit router must have logic tables, and has none.\n"),
        (["forward_eats", "--run"],
         "No unit is called forward_eats: did you mean forward_east or forward_west?\n"),
    ],
)  # fmt: skip
def test_what_cannot_be_tested(words: list[str], sentence: str) -> None:
    status, out, complaint = run(*words)
    assert (status, out) == (2, "")
    assert complaint.startswith(sentence[:45])


def test_a_table_with_faults_is_not_tested(tmp_path: Path) -> None:
    shutil.copy(UNITS / "chip.lct.md", tmp_path)
    text = (UNITS / "forward_east.lct.md").read_text(encoding="utf-8")
    path = tmp_path / "forward_east.lct.md"
    path.write_text(
        text.replace("| south | 1 | <= 0 | < 0 |", "| south | 1 | <= 0 | < -1 |"), "utf-8"
    )
    status, out, complaint = run(path, "-o", tmp_path / "out")
    assert (status, out) == (2, "")
    assert complaint.startswith(
        "forward_east.lct.md:25:4 (table route): gap: no row of table route"
    )
    assert not (tmp_path / "out").exists()
