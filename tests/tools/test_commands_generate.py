"""`spikewright generate`: exit status, and what is printed where."""

from __future__ import annotations

import json
import runpy
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from spikewright.lct import generate as generation
from spikewright.lct.library import UNITS, Library

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("command_helpers.py"))))
invoke = partial(helpers.invoke, "generate")


@pytest.fixture
def out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return an empty folder that stands for hdl/generated."""
    folder = tmp_path / "generated"
    assert generation.generate_all.__kwdefaults__ is not None
    monkeypatch.setitem(generation.generate_all.__kwdefaults__, "directory", folder)
    return folder


def test_sources_and_verilog_are_written(out: Path, tmp_path: Path) -> None:
    arguments = ("edge_drop", "--preset", "tiny", "--output", str(tmp_path / "v"), "--json")
    status, stdout, _ = invoke(*arguments)
    assert status == 0
    assert json.loads(stdout) == {
        "changes": [
            {"file": "__init__.py", "kind": "new"},
            {"file": "edge_drop.py", "kind": "new"},
        ],
        "verilog": [{"file": str(tmp_path / "v" / "edge_drop.v"), "written": True}],
    }
    assert (out / "edge_drop.py").is_file()
    assert "offset_bits = 4" in (tmp_path / "v" / "edge_drop.v").read_text()
    status, stdout, _ = invoke(*arguments[:-1])
    assert status == 0
    assert stdout.splitlines() == [
        "All sources agree with the tables.",
        f"Verilog: 0 written, 1 up to date, in {tmp_path / 'v'}",
    ]


def test_check_lists_what_differs_and_fails(out: Path) -> None:
    assert invoke("edge_drop", "--no-verilog")[0] == 0
    text = (out / "edge_drop.py").read_text()
    (out / "edge_drop.py").write_text(text.replace("class EdgeDrop", "class Edgedrop"))
    status, stdout, _ = invoke("edge_drop", "--check")
    assert status == 1
    assert "changed edge_drop.py" in stdout
    assert "-class Edgedrop(wiring.Component):" in stdout
    assert "+class EdgeDrop(wiring.Component):" in stdout


def test_findings_are_exit_status_1_and_nothing_is_written(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (UNITS / "to_local.lct.md").read_text()
    assert "| deliver | 1 |" in text
    units = tmp_path / "units"
    units.mkdir()
    (units / "chip.lct.md").write_text((UNITS / "chip.lct.md").read_text())
    (units / "to_local.lct.md").write_text(text.replace("| deliver | 1 |", "| deliver | 0 |"))
    monkeypatch.setattr(generation, "Library", lambda: Library(units))
    status, stdout, stderr = invoke("to_local", "--json")
    assert status == 1
    assert "gap" in {f["code"] for f in json.loads(stdout)["findings"]}
    assert "Nothing was generated" in stderr
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nobody",), "No unit is called nobody"),
        (("synapse_memory",), "Unit synapse_memory is hand-written"),
        (("--preset", "nothing"), "preset must be one of"),
    ],
)
def test_a_wrong_request_is_exit_status_2(
    out: Path, arguments: tuple[str, ...], message: str
) -> None:
    status, _, stderr = invoke(*arguments)
    assert status == 2
    assert message in stderr
    assert not out.exists()
