"""`spikewright lint`: exit status, table and JSON."""

from __future__ import annotations

import json
import runpy
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from spikewright.verif import lint

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("command_helpers.py"))))
invoke = partial(helpers.invoke, "lint")


def test_clean_units() -> None:
    status, stdout, _ = invoke("merge_east", "forward_east", "--preset", "tiny")
    assert status == 0
    assert stdout == "2 units by Verilator -Wall and yosys check: nothing found.\n"
    status, stdout, _ = invoke("merge_east", "--preset", "tiny", "--preset", "ranc", "--json")
    assert status == 0
    assert json.loads(stdout) == {
        "ok": True,
        "units": ["merge_east"],
        "presets": ["tiny", "ranc"],
        "findings": [],
    }


def test_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [lint.Finding("merge_east", "yosys", "latch merge_east/q")]
    monkeypatch.setattr(lint, "lint", lambda _: found)
    status, stdout, _ = invoke("merge_east", "--preset", "tiny")
    assert status == 1
    assert "latch merge_east/q" in stdout
    assert stdout.endswith("1 units by Verilator -Wall and yosys check: 1 findings.\n")
    status, stdout, _ = invoke("merge_east", "--preset", "tiny", "--json")
    assert status == 1
    assert json.loads(stdout)["findings"] == [
        {"preset": "tiny", "unit": "merge_east", "tool": "yosys", "text": "latch merge_east/q"}
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--mesh", "4"], "--mesh must be WIDTHxHEIGHT, such as 2x2, not '4'."),
        (["--preset", "big"], "preset must be one of truenorth, tiny, ranc, not 'big'"),
    ],
)
def test_refusals(arguments: list[str], message: str) -> None:
    assert invoke("merge_east", *arguments) == (2, "", message + "\n")
