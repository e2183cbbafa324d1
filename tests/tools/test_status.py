"""The command `spikewright status`: what it writes, and when it refuses."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from spikewright.tools import status
from spikewright.tools.cli import app

ANSWERS: dict[str, Any] = {
    "lct": {"units": [{"unit": "a", "preset": "tiny", "rows": 3, "seconds": 0.5}]},
    "prove": [{"name": "bounded", "verdict": "proven"}],
    "verify": {
        "total": {
            "programs": 612,
            "random": 518,
            "ticks": 9000,
            "spikes": 1,
            "potentials": 2,
            "packets": 3,
            "mismatches": 0,
        },
        "blocks": [
            {
                "block": "core",
                "preset": "tiny",
                "core": "neuron",
                "simulator": "verilator",
                "programs": 5,
                "ticks": 1000,
                "spikes": 1,
                "potentials": 2,
                "packets": 3,
                "mismatches": 0,
                "cycles_beyond_n_and_e": {"least": 5, "most": 7},
            }
        ],
    },
    "engines": {"networks": 7, "ticks": 8, "potentials": 9, "differences": []},
    "bench": {
        "threads": 2,
        "repeats": 5,
        "results": [
            {
                "title": title,
                "engine": engine,
                "ticks_per_second": 1000.0,
                "synaptic_operations_per_second": 6e8,
                "fraction_of_bound": 0.25,
            }
            for title, engine in (
                ("size", "numba"),
                ("size", "numpy"),
                ("half of the synapses", "numba"),
                ("every neuron of its own kind", "numba"),
            )
        ],
        "loading": {
            "file_bytes": 5e7,
            "load_seconds": 0.6,
            "ready_seconds": 1.5,
            "peak_bytes": 8e8,
        },
    },
    "compare-lct": {
        "seconds": 12.3,
        "units": [
            {"unit": "weigh", "verdict": "equivalent", "seconds": 1.5},
            {"unit": "edge", "verdict": "identical", "seconds": 0.5},
        ],
    },
    "decode": {
        "seconds": 45.6,
        "units": [{"unit": "weigh", "verdict": "unknown", "seconds": 2.5}],
    },
    "faults": [{"fault": None, "found": False}, {"fault": "x", "found": True}],
    "demo": {
        "digits": 500,
        "accuracy": {"rtl": 0.968, "golden": 0.968},
        "ticks_per_second": {"rtl": 500.0, "golden": 1000.0},
        "equal_answers": 500,
        "states_compared": 4096,
        "batch": {"engine": "numba", "frames_per_second": 5000.0},
    },
}
BENCHES = {
    "specification": {
        "units": 43,
        "total": {"faults": 1900, "found": 1899, "false alarms": 0, "harmless": 700},
    },
    "attacks": {
        "layers": ["limits", "files"],
        "ways": {
            "checked": {"attacks": 9, "stopped": 8},
            "unchecked": {"attacks": 9, "stopped": 7},
        },
    },
    "roundtrip": {
        "total": {
            "trips": 60,
            "attribution": {"right": 59},
            "legs": {"missed": 1, "false alarms": 2},
            "loop": {"missed": 12},
        },
    },
}
ENGINE_FAULTS = {"faults": [{"fault": None, "ok": True}, {"fault": "x", "ok": True}]}


def answer(*words: str) -> Any:
    if words == ("engines", "--faults"):
        return ENGINE_FAULTS
    return BENCHES.get(words[1], ANSWERS[words[0]]) if words[0] == "bench" else ANSWERS[words[0]]


@pytest.fixture
def canned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "_ask", answer)
    monkeypatch.setattr("spikewright.verif.exhaustive.vectors", lambda: {"leak": 1200})


@pytest.mark.usefixtures("canned")
def test_the_table_goes_between_the_marks_and_nothing_else_changes(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(f"before\n{status.BEGIN}\nold\n{status.END}\nafter\n")
    result = CliRunner().invoke(app, ["status", "--write", str(page)])
    assert result.exit_code == 0
    text = page.read_text()
    assert text.startswith(f"before\n{status.BEGIN}\n| what |")
    assert text.endswith(f"\n{status.END}\nafter\n")
    assert "\nold\n" not in text
    assert "612 programs, 518 of them random, 9,000 ticks" in text
    assert "| core, tiny, neuron core |" in text
    assert "5 programs, 1,000 ticks" in text
    assert "N + E + 5..7 cycles a tick" in text
    assert "2 of 2 proven the same in 12 s, the slowest weigh in 1.5 s" in text
    assert "0 of 1 proven the same in 46 s, the slowest weigh in 2.5 s" in text
    assert "1 of 1 found by the benches" in text
    assert "1,899 of 1,900 found by the checks, 0 false alarms among 700 harmless edits" in text
    assert "| 9 attacks by a model's HDL | through a sandbox of 2 layers | 8 stopped" in text
    assert "SIMULATED model" in text
    assert "59 laid where the fault is, 1 missed, 2 false alarms; plain round trip: 12 mi" in text
    assert "ratio 0.50" in text
    assert "7 networks, 8 ticks, 9 potentials, 0 differences" in text
    assert "numba 1,000 ticks/s (0.60 G synaptic operations/s, 25% of the memory's bound)" in text
    assert "numpy 1000 ticks/s: 1 : 1" in text
    assert "0.6 s, ready to run after 1.5 s, at most 0.80 GB" in text
    assert "5,000 frames/s, the same votes" in text


@pytest.mark.usefixtures("canned")
def test_a_file_without_marks_is_refused_and_stays(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("nothing\n")
    result = CliRunner().invoke(app, ["status", "--write", str(page)])
    assert result.exit_code == 2
    assert page.read_text() == "nothing\n"


@pytest.mark.parametrize(("code", "exit_code"), [(1, 1), (2, 2)])
def test_a_part_that_fails_ends_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: int, exit_code: int
) -> None:
    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, code, "found", "could not")

    monkeypatch.setattr(subprocess, "run", run)
    page = tmp_path / "README.md"
    page.write_text(f"{status.BEGIN}\nold\n{status.END}\n")
    result = CliRunner().invoke(app, ["status", "--write", str(page)])
    assert result.exit_code == exit_code
    assert "old" in page.read_text()
